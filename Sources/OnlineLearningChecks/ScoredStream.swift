import Determinism
import OnlineLearning

/// One answer with its true value, the value of a category by which it can be sliced, and when its label came.
public struct ScoredExample: Sendable {
    public let truth: Target
    public let answer: [Double]
    /// Nil where missing.
    public let slice: String?
    public let time: Int64

    /// The layout of ``row``: one category, `slice`.
    public static let layout = FeatureLayout([("slice", .category)])

    public var row: FeatureRow {
        var row = FeatureRow(Self.layout)
        if let slice { row.setString(slice, at: 0) }
        return row
    }
}

/// Answers of a model that is often right: of numbers some with intervals, of several classes some without any
/// probability. The same for the same seed.
public enum ScoredStream {
    public static func examples(_ count: Int, _ task: Task, seed: UInt64 = 1, classes: Int = 4) -> [ScoredExample] {
        var generator = SeededGenerator(seed: seed)
        var time: Int64 = 0
        return (0..<count).map { _ in
            time += Int64(generator.below(3)) * 500_000
            let (truth, answer) = pair(task, classes, &generator)
            let slice = generator.below(9) == 0 ? nil : "s\(generator.below(5))"
            return ScoredExample(truth: truth, answer: answer, slice: slice, time: time)
        }
    }

    private static func pair(
        _ task: Task, _ classes: Int, _ generator: inout SeededGenerator
    ) -> (Target, [Double]) {
        switch task {
        case .regression:
            let y = 10 * generator.uniform() - 2
            let p = y + 3 * (generator.uniform() - 0.5)
            switch generator.below(4) {
            case 0: return (.value(y), [p])
            case 1: return (.value(y), [p, .nan, .nan])
            default: return (.value(y), [p, p - 1, p + 1])
            }
        case .binary:
            let p = generator.uniform()
            return (.label(generator.uniform() < 0.2 + 0.6 * p ? 1 : 0), [p])
        case .multiclass:
            let truth = generator.below(classes)
            let known = generator.below(classes + 1)
            let weights = (0..<known).map { slot in generator.uniform() + (slot == truth ? 0.5 : 0) }
            let total = weights.reduce(0, +)
            return (.label(truth), weights.enumerated().map { $0 % 3 == 2 ? .nan : $1 / total })
        }
    }
}

extension Scorecard {
    mutating func update(_ example: ScoredExample) {
        let row = example.row
        example.answer.withUnsafeBufferPointer { update(example.truth, $0, row, at: example.time) }
    }

    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }

    /// - Throws: where the bytes are none of its own, or more.
    mutating func restore(_ bytes: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes)
        try restore(from: &decoder)
        try decoder.finish()
    }

    /// The first metric, where it is not sliced.
    var first: Double { values.first?.value ?? .nan }
}
