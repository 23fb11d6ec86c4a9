import Determinism
import OnlineLearning
import Testing

/// A learner, alone or behind encoders, that is given its features one by one.
struct LearnerProbe {
    private var pipeline: Pipeline
    /// Empty.
    private let row: FeatureRow
    private var workspace = Pipeline.Workspace()

    /// - Parameter oneHot: whether the categories come as columns; otherwise as they are, where the learner takes them.
    init(_ learner: Component, _ task: Task, numbers: Int = 1, categories: Int = 0, oneHot: Bool = false) {
        let numberNames = (0..<numbers).map { "n\($0)" }
        let categoryNames = (0..<categories).map { "c\($0)" }
        let layout = FeatureLayout(numberNames.map { ($0, .number) } + categoryNames.map { ($0, .category) })
        let isRaw = !oneHot && Catalogue.takesCategories(learner)
        let declaration = PipelineDeclaration(
            numbers: numberNames, categories: isRaw ? categoryNames : [],
            transformers: oneHot ? [.init(component("one_hot"), features: categoryNames)] : [], learner: learner)
        pipeline = Pipeline(declaration, task: task, layout: layout)
        row = FeatureRow(layout)
    }

    private func filled(_ numbers: [Double], _ categories: [String?]) -> FeatureRow {
        var row = row
        for i in numbers.indices { row.setNumber(numbers[i], at: i) }
        for i in categories.indices {
            if let name = categories[i] { row.setString(name, at: i) }
        }
        return row
    }

    @discardableResult
    mutating func learn(
        _ numbers: [Double], _ categories: [String?], _ target: Target, weight: Double = 1
    ) -> Bool {
        pipeline.learn(filled(numbers, categories), target, weight: weight, workspace: &workspace)
    }

    @discardableResult
    mutating func learn(_ numbers: [Double], _ target: Target, weight: Double = 1) -> Bool {
        learn(numbers, [], target, weight: weight)
    }

    func predict(_ numbers: [Double], _ categories: [String?] = []) -> [Double] {
        var (answer, workspace): ([Double], _) = ([], Pipeline.Workspace())
        pipeline.predict(filled(numbers, categories), into: &answer, workspace: &workspace)
        return answer
    }

    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        pipeline.encode(to: &encoder)
        return encoder.bytes
    }

    mutating func restore(_ bytes: [UInt8]) throws {
        var decoder = CanonicalDecoder(bytes)
        try pipeline.restore(from: &decoder)
        try decoder.finish()
    }
}
