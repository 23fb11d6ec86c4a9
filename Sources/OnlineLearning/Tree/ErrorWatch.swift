import Determinism

/// How often a node of an adaptive tree has been wrong, and a detector that says when that changes.
struct ErrorWatch: Sendable {
    var detector: AnyDriftDetector
    /// Examples since the last drift for the better or the worse, and the share that was wrong.
    var count = 0.0
    var mean = 0.0
    /// The node of the alternate tree, a leaf so far; −1 where there is none.
    var alternate: Int32 = -1

    init(_ detector: AnyDriftDetector) {
        self.detector = detector
    }

    /// Takes in whether the node was wrong. - Returns: whether it has become wrong more often.
    mutating func update(isWrong: Bool) -> Bool {
        let error = isWrong ? 1.0 : 0
        let before = mean
        let isDrift = detector.update(error)
        count += 1
        mean += 1 / count * (error - mean)
        guard isDrift else { return false }
        let isBetter = before > mean
        (count, mean) = (0, 0)
        return !isBetter
    }

    func encode(to encoder: inout CanonicalEncoder) {
        detector.encode(to: &encoder)
        encoder.double(count)
        encoder.double(mean)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try detector.restore(from: &decoder)
        count = try ClassLeaf.weight(&decoder)
        mean = try decoder.double()
        guard mean >= 0 && mean <= 1 else { throw decoder.damage("an error that is no share") }
    }
}
