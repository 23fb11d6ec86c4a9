import Determinism

/// How late labels are, counted in labels: about the 95 % quantile of how many come between a question and its own; and
/// what may still be lost by those that are under way, which is what a rate of learning is to be held down by.
///
/// A few very late labels hardly move the quantile. Of the first 20 labels the latest counts. A label under way may
/// cost a third of a nat; less, once more than 20 times as many have been learned, for then it would have been seen.
///
/// Time: O(1). Memory: 16 bytes.
///
/// After one label that came 3 labels late it is 3, and the cost 1.
///
/// Source: P. Joulani et al., *Online learning under delayed feedback*, ICML 2013 (a rate in proportion to 1 / delay).
/// The estimate of the quantile and the cost are our own: decision 0035.
package struct Lateness: Sendable, Equatable {
    /// The estimate of the quantile.
    package private(set) var labels = 0.0
    /// Labels learned.
    package private(set) var count = 0.0

    /// What a label under way may cost, in nats, as long as little is known of them.
    @inline(__always) private static var nats: Double { 1.0 / 3 }
    /// After labels of so many latenesses less is feared; so many labels are needed for a quantile, too.
    @inline(__always) private static var enough: Double { 20 }
    @inline(__always) private static var quantile: Double { 0.95 }
    /// How fast the estimate moves.
    @inline(__always) private static var pace: Double { 0.02 }
    /// Of what late labels have cost, what is forgotten with every label.
    @inline(__always) static var forgotten: Double { 1e-4 }

    /// Of the rate of learning, for an early label.
    @inline(__always) package static var early: Double { 0.5 }
    /// By how many nats early labels may set one expert behind another.
    @inline(__always) package static var earlyNats: Double { 2 }

    package init() {}

    /// Whether a label is not the first and its question was asked before anything was learned, so that nobody had
    /// anything to say. Experts are judged by what they say of it now: that is no proof, for whoever has learned the
    /// labels of its neighbors is flattered, and so it counts half, and for two nats in all.
    /// - Parameter labelsSince: how many labels came between the question and its own, which is not yet counted.
    @inline(__always)
    package func isEarly(_ labelsSince: Double) -> Bool {
        labelsSince > 0 && labelsSince >= count && labelsSince < .infinity
    }

    /// Counts a label of which nobody knows how late it was.
    @inline(__always)
    package mutating func pass() { count += 1 }

    /// Counts a label. - Parameter labelsSince: how many came between its question and itself.
    @inline(__always)
    package mutating func take(_ labelsSince: Double) {
        count += 1
        if labelsSince <= labels {
            labels = max(labelsSince, labels - Self.pace * (1 - Self.quantile) * labels)
        } else if count <= Self.enough {
            labels = labelsSince
        } else {
            labels = min(labelsSince, labels + Self.pace * Self.quantile * (labels + 1))
        }
    }

    /// What labels under way may cost, in nats; 0 where nothing is late.
    @inline(__always)
    package var cost: Double {
        labels > 0 ? Self.nats * labels * min(1, Self.enough * labels / min(count, 1 / Self.forgotten)) : 0
    }

    package func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(labels)
        encoder.double(count)
    }

    package init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        (labels, count) = (try decoder.double(), try decoder.double())
        guard labels >= 0, labels < .infinity, count >= 0, count < .infinity else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a lateness that is none")
        }
    }
}
