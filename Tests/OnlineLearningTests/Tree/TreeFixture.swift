import Determinism
import OnlineLearning

/// A tree over a few numbers and categories.
struct TreePipeline {
    let layout: FeatureLayout
    private(set) var model: Pipeline
    private var workspace = Pipeline.Workspace()

    init(
        _ learner: String, _ arguments: [String: Argument] = [:], task: Task = .binary, numbers: Int,
        categories: Int = 0
    ) {
        let names = (0..<numbers).map { "n\($0)" }
        let others = (0..<categories).map { "c\($0)" }
        layout = FeatureLayout(names.map { ($0, .number) } + others.map { ($0, .category) })
        model = Pipeline(
            PipelineDeclaration(
                numbers: names, categories: others, transformers: [], learner: component(learner, arguments)
            ),
            task: task, layout: layout)
    }

    private func row(_ numbers: [Double], _ categories: [String?]) -> FeatureRow {
        var row = FeatureRow(layout)
        for (slot, number) in numbers.enumerated() { row.setNumber(number, at: slot) }
        for (slot, category) in categories.enumerated() {
            if let category { row.setString(category, at: slot) }
        }
        return row
    }

    @discardableResult
    mutating func learn(
        _ numbers: [Double], _ categories: [String?] = [], label: Int, weight: Double = 1
    ) -> Bool {
        model.learn(row(numbers, categories), .label(label), weight: weight, workspace: &workspace)
    }

    mutating func predict(_ numbers: [Double], _ categories: [String?] = []) -> [Double] {
        var answer: [Double] = []
        model.predict(row(numbers, categories), into: &answer, workspace: &workspace)
        return answer
    }

    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        model.encode(to: &encoder)
        return encoder.bytes
    }

    mutating func restore(_ bytes: [UInt8]) throws {
        var decoder = CanonicalDecoder(bytes)
        try model.restore(from: &decoder)
        try decoder.finish()
    }
}

/// Examples of four numbers and two categories, some missing, whose classes depend on a number and a category.
struct TreeExample {
    var numbers: [Double]
    var categories: [String?]
    var label: Int

    static func stream(_ count: Int, seed: UInt64, classes: Int = 3) -> [TreeExample] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            var numbers = (0..<4).map { _ in 10 * generator.uniform() }
            let category = generator.below(6)
            let isTurned = index > count / 2
            let score = (numbers[0] > 5) == isTurned ? 1 : 0
            let label =
                generator.below(10) == 0
                ? generator.below(classes) : (score + (category > 2 ? 1 : 0)) % classes
            if generator.below(12) == 0 { numbers[generator.below(4)] = .nan }
            let categories: [String?] = [
                generator.below(15) == 0 ? nil : "v\(category)", "w\(generator.below(40))",
            ]
            return TreeExample(numbers: numbers, categories: categories, label: label)
        }
    }
}
