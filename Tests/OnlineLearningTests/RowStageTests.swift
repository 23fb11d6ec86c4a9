import Determinism
import OnlineLearning
import Testing

/// Pipelines that read a row where it lies give what they give where it must be laid out first: to the bit, whatever is
/// missing or refused.
@Suite struct RowStageTests {
    /// The same pipeline over two layouts: in one the numbers are neighbours, in the other there is something between.
    private struct Twins {
        private var near: Pipeline
        private var far: Pipeline
        private var (nearRow, farRow): (FeatureRow, FeatureRow)
        private var (nearSpace, farSpace) = (Pipeline.Workspace(), Pipeline.Workspace())

        init(_ learner: Component, scaled: Bool, _ task: Task) {
            let names = ["a", "b", "c", "d", "e", "f"]
            // The row begins with a number that the pipeline does not take.
            let near = FeatureLayout((["other"] + names).map { ($0, .number) })
            let far = FeatureLayout((names.dropLast() + ["other", "f"]).map { ($0, .number) })
            let steps = scaled ? [PipelineDeclaration.Step(component("standard_scaler"), features: names)] : []
            let declaration = PipelineDeclaration(numbers: names, transformers: steps, learner: learner)
            self.near = Pipeline(declaration, task: task, layout: near)
            self.far = Pipeline(declaration, task: task, layout: far)
            (nearRow, farRow) = (FeatureRow(near), FeatureRow(far))
        }

        private mutating func fill(_ numbers: [Double]) {
            for (index, number) in numbers.enumerated() {
                nearRow.setNumber(number, at: index + 1)
                farRow.setNumber(number, at: index < 5 ? index : 6)
            }
        }

        mutating func predict(_ numbers: [Double]) -> (near: [UInt64], far: [UInt64]) {
            fill(numbers)
            var (nearAnswer, farAnswer) = ([Double](), [Double]())
            near.predict(nearRow, into: &nearAnswer, workspace: &nearSpace)
            far.predict(farRow, into: &farAnswer, workspace: &farSpace)
            return (nearAnswer.map(\.bitPattern), farAnswer.map(\.bitPattern))
        }

        mutating func learn(_ numbers: [Double], _ target: Target, weight: Double) -> (near: Bool, far: Bool) {
            fill(numbers)
            return (
                near.learn(nearRow, target, weight: weight, workspace: &nearSpace),
                far.learn(farRow, target, weight: weight, workspace: &farSpace)
            )
        }

        var bytes: (near: [UInt8], far: [UInt8]) {
            var (nearEncoder, farEncoder) = (CanonicalEncoder(), CanonicalEncoder())
            near.encode(to: &nearEncoder)
            far.encode(to: &farEncoder)
            return (nearEncoder.bytes, farEncoder.bytes)
        }

        /// Goes on with the bytes of the one that must lay out.
        mutating func restoreNear() throws {
            var decoder = CanonicalDecoder(bytes.far)
            try near.restore(from: &decoder)
            try decoder.finish()
        }

        func restored(_ bytes: [UInt8]) throws -> Pipeline {
            var (copy, decoder) = (near, CanonicalDecoder(bytes))
            try copy.restore(from: &decoder)
            return copy
        }
    }

    private static let sgd = component("sgd")
    private static let models: [(learner: Component, scaled: Bool, task: Task)] = [
        (component("logistic_regression", ["optimizer": .component(sgd)]), true, .binary),
        (component("logistic_regression", ["optimizer": .component(sgd), "l2": .number(0.1)]), true, .binary),
        (component("logistic_regression"), true, .binary),
        (component("linear_regression", ["optimizer": .component(sgd)]), true, .regression),
        (component("hoeffding_tree_classifier", ["grace_period": .integer(20)]), false, .binary),
        (component("hoeffding_tree_classifier", ["leaf_prediction": .choice("mix")]), false, .multiclass),
    ]

    private static func numbers(_ generator: inout SeededGenerator) -> [Double] {
        var numbers = (0..<6).map { Double($0) + generator.uniform() }
        let place = Int(generator.next() % 6)
        switch generator.next() % 40 {
        case 0...3: numbers[place] = .nan
        case 4: numbers[place] = 1e74
        case 5: numbers[place] = -1e200
        case 6: numbers[place] = 1.7e308
        default: break
        }
        return numbers
    }

    @Test(arguments: 0..<6) func readingARowWhereItLiesChangesNoBit(_ model: Int) throws {
        let (learner, scaled, task) = Self.models[model]
        var twins = Twins(learner, scaled: scaled, task)
        var generator = SeededGenerator(seed: 7)
        var refusedCount = 0
        for index in 0..<600 {
            let numbers = Self.numbers(&generator)
            let (near, far) = twins.predict(numbers)
            #expect(near == far)
            let isPositive = numbers[0] + numbers[3] > 4
            let target: Target = task == .regression ? .value(numbers[1] > 1.5 ? 3 : -1) : .label(isPositive ? 1 : 0)
            let learned = twins.learn(numbers, target, weight: index % 50 == 9 ? 0 : index % 7 == 0 ? 2.5 : 1)
            #expect(learned.near == learned.far)
            if !learned.near { refusedCount += 1 }
            if index % 100 == 0 {
                #expect(twins.bytes.near == twins.bytes.far)
                try twins.restoreNear()
            }
        }
        #expect(twins.bytes.near == twins.bytes.far)
        // Numbers so large that their squares are not finite were among them.
        #expect(refusedCount > 0)
    }

    @Test(arguments: 0..<6) func bytesCutShortAreRefused(_ model: Int) throws {
        let (learner, scaled, task) = Self.models[model]
        var twins = Twins(learner, scaled: scaled, task)
        _ = twins.learn([1, 2, 3, 4, 5, 6], task == .regression ? .value(1) : .label(1), weight: 1)
        let bytes = twins.bytes.near
        #expect(throws: Never.self) { try twins.restored(bytes) }
        for count in [0, 1, bytes.count / 2, bytes.count - 1] {
            #expect(throws: CanonicalDecodingError.self) { try twins.restored(Array(bytes[..<count])) }
        }
    }

    @Test func aTreeLearnsNumbersUpToItsLargestAndNoneBeyond() {
        var tree = TreePipeline("hoeffding_tree_classifier", numbers: 6)
        for (largest, isLearned) in [(1e70, true), (9e74, true), (1e75, true), (1.1e75, false), (.infinity, false)] {
            for place in 0..<6 {
                var numbers = [1, 2, 3, 4, 5, 6.0]
                numbers[place] = -largest
                let before = tree.bytes
                let wasLearned = tree.learn(numbers, label: 1)
                #expect(wasLearned == isLearned)
                #expect((tree.bytes != before) == isLearned)
            }
        }
        let (isMissingLearned, isBothLearned) = (
            tree.learn([.nan, 2, 3, 4, 5, 6], label: 0), tree.learn([.nan, 2, 3, 4, 5, 2e75], label: 0)
        )
        #expect(isMissingLearned && !isBothLearned)
    }
}
