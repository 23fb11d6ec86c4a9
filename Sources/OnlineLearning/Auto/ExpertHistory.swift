import Determinism

/// How much each expert of a model weighed, from time to time.
public struct ExpertHistory: Sendable, Equatable {
    /// What the weights were after so many examples.
    public struct Moment: Sendable, Equatable {
        public let count: UInt64
        /// One of each expert; they add up to 1.
        public let weights: [Double]
    }

    public let names: [String]
    /// At most ``momentsMax``, ascending, evenly spread over the examples learned; then what is so now.
    public let moments: [Moment]
    public let now: Moment

    public static let momentsMax = 32
}

/// Keeps the moments of an ``ExpertHistory``: one every so many examples, and when there are too many, every other
/// one's place is given up and twice as many examples lie between two. Memory: 32 moments at most.
package struct ExpertMoments: Sendable {
    private let expertCount: Int
    package private(set) var moments: [ExpertHistory.Moment] = []
    private var interval: UInt64 = 1
    package private(set) var count: UInt64 = 0

    package init(expertCount: Int) {
        self.expertCount = expertCount
    }

    @inline(__always)
    package mutating func update(_ weights: UnsafeBufferPointer<Double>) {
        count += 1
        if count % interval == 0 { keep(weights) }
    }

    private mutating func keep(_ weights: UnsafeBufferPointer<Double>) {
        if moments.count == ExpertHistory.momentsMax {
            interval *= 2
            moments = moments.filter { $0.count % interval == 0 }
            guard count % interval == 0 else { return }
        }
        moments.append(ExpertHistory.Moment(count: count, weights: Array(weights)))
    }

    package var byteCount: Int { moments.count * (24 + 8 * expertCount) }

    package func encode(to encoder: inout CanonicalEncoder) {
        encoder.uint(count)
        encoder.uint(interval)
        encoder.count(moments.count)
        for moment in moments {
            encoder.uint(moment.count)
            encoder.doubles(moment.weights)
        }
    }

    package mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        (count, interval) = (try decoder.uint(), try decoder.uint())
        var moments: [ExpertHistory.Moment] = []
        for _ in 0..<(try decoder.count()) {
            let moment = ExpertHistory.Moment(count: try decoder.uint(), weights: try decoder.doubles())
            guard moment.weights.count == expertCount else { throw Self.failure(decoder) }
            moments.append(moment)
        }
        guard interval > 0, interval < 1 << 62, count < .max, moments.count <= ExpertHistory.momentsMax else {
            throw Self.failure(decoder)
        }
        self.moments = moments
    }

    private static func failure(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: decoder.offset, reason: "no history of so many experts")
    }
}
