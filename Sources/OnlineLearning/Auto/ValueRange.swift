import Determinism

/// From the least to the largest of the values learned, and what an answer may say beyond: as much again on either
/// side, so that a trend can be followed, and no more, so that a model that begins at 0 does not say 0 of values
/// around 40.
///
/// Time: O(1). Memory: 16 bytes.
///
/// After 3 and 5, an answer of 0 is held to be 1, and 6 is let be.
package struct ValueRange: Sendable {
    /// The wrong way round before there is any value.
    private var least = Double.infinity
    private var largest = -Double.infinity

    package init() {}

    @inline(__always)
    package mutating func insert(_ value: Double) {
        // Not −0, which has no encoding of its own.
        let value = value + 0
        least = min(least, value)
        largest = max(largest, value)
    }

    /// The value that is nearest of those that may be said; any before there is a range.
    @inline(__always)
    package func held(_ value: Double) -> Double {
        guard least <= largest else { return value }
        let width = largest - least
        return max(least - width, min(largest + width, value))
    }

    package func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(least)
        encoder.double(largest)
    }

    package init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        (least, largest) = (try decoder.double(), try decoder.double())
        let isEmpty = least == .infinity && largest == -.infinity
        guard isEmpty || least <= largest && least.isFinite && largest.isFinite else {
            throw decoder.damage("a range that is none")
        }
    }
}
