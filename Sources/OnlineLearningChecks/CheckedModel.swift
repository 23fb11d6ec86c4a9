import Determinism
import OnlineLearning

/// A learner at the end of a pipeline, with all that a call needs: what the laws drive.
public struct CheckedModel: Sendable {
    private var pipeline: Pipeline
    private var row: FeatureRow
    private var workspace = Pipeline.Workspace()
    /// Where each number and category of an example lies in the row.
    private let numberSlots: [Int]
    private let categorySlots: [Int]

    /// - Parameters:
    ///   - layout: of the features of ``ExampleStream``, in any order.
    ///   - workers: who works for a learner of several members.
    init(_ pipeline: Pipeline, layout: FeatureLayout, workers: (any Workers)? = nil) {
        self.pipeline = pipeline
        row = FeatureRow(layout)
        workspace.workers = workers
        func slot(_ name: String) -> Int { layout.index(of: name).map { layout.slots[$0] } ?? 0 }
        numberSlots = ExampleStream.numberNames.map(slot)
        categorySlots = ExampleStream.categoryNames.map(slot)
    }

    private mutating func fill(_ example: Example) {
        row.removeAll()
        for (index, slot) in numberSlots.enumerated() { row.setNumber(example.numbers[index], at: slot) }
        for (index, slot) in categorySlots.enumerated() {
            if let name = example.categories[index] { row.setString(name, at: slot) }
        }
    }

    /// The answer; mutating in name only.
    public mutating func predict(_ example: Example) -> [Double] {
        fill(example)
        var answer: [Double] = []
        pipeline.predict(row, into: &answer, workspace: &workspace)
        return answer
    }

    @discardableResult
    public mutating func learn(_ example: Example, weight: Double = 1) -> Bool {
        learn(example, example.target(pipeline.task), weight: weight)
    }

    @discardableResult
    public mutating func learn(_ example: Example, _ target: Target, weight: Double = 1) -> Bool {
        fill(example)
        return pipeline.learn(row, target, weight: weight, workspace: &workspace)
    }

    public var byteCount: Int { pipeline.byteCount }

    /// How many doubles an answer has; nil where that depends on the classes learned.
    var answerCount: Int? {
        pipeline.task == .multiclass ? nil : pipeline.answersIntervals ? 3 : 1
    }

    /// What is wrong with the form of an answer after learning, or nil.
    func fault(_ answer: [Double]) -> String? {
        if let count = answerCount, answer.count != count { return "\(count) numbers" }
        switch pipeline.task {
        case .regression:
            guard answer[0].isFinite else { return "a finite number" }
            guard pipeline.answersIntervals else { return nil }
            return answer[1] <= answer[2] || (answer[1].isNaN && answer[2].isNaN) ? nil : "a lower and an upper bound"
        case .binary: return answer[0] >= 0 && answer[0] <= 1 ? nil : "one probability"
        case .multiclass:
            let known = answer.filter { !$0.isNaN }
            let isFine = !known.isEmpty && known.allSatisfy { $0 >= 0 && $0 <= 1 }
            return isFine && (known.reduce(0, +) - 1).magnitude < 1e-9 ? nil : "probabilities with sum 1"
        }
    }

    /// The encoded state.
    public var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        pipeline.encode(to: &encoder)
        return encoder.bytes
    }

    /// Takes over an encoded state. - Throws: where the bytes are none of this model's.
    public mutating func restore(_ bytes: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes)
        try pipeline.restore(from: &decoder)
        try decoder.finish()
    }
}

extension [Double] {
    /// Whether every number has the same bits.
    func isSame(as other: [Double]) -> Bool {
        count == other.count && indices.allSatisfy { self[$0].bitPattern == other[$0].bitPattern }
    }

    /// Whether every number is the same but for rounding.
    func isClose(to other: [Double], within tolerance: Double) -> Bool {
        guard count == other.count else { return false }
        return indices.allSatisfy { index in
            let (a, b) = (self[index], other[index])
            return a == b || (a.isNaN && b.isNaN)
                || (a - b).magnitude <= tolerance * Swift.max(1, Swift.max(a.magnitude, b.magnitude))
        }
    }
}
