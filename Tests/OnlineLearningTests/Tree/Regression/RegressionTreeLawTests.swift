import Determinism
import OnlineLearning
import Testing

/// Laws that every tree regressor obeys, through splits, drift, missing values and want of memory.
@Suite struct RegressionTreeLawTests {
    static let stream = RegressionTreePipeline.drifting(1_500, seed: 11)

    @Test(arguments: RegressionTreeModel.all) func decodedContinuesAsIfItHadNeverStopped(_ model: RegressionTreeModel)
        throws
    {
        for stop in [0, 1, 37, 700, 1_200] {
            var original = RegressionTreePipeline.trained(model, Array(Self.stream.prefix(stop)))
            var restored = RegressionTreePipeline(model.learner)
            try restored.restore(original.bytes)
            #expect(restored.bytes == original.bytes)
            for example in Self.stream.dropFirst(stop).prefix(400) {
                let answers = (original.predict(example), restored.predict(example))
                #expect(answers.0.bitPattern == answers.1.bitPattern)
                original.learn(example)
                restored.learn(example)
            }
            #expect(restored.bytes == original.bytes)
        }
    }

    @Test(arguments: RegressionTreeModel.all) func encodedColumnsContinueToo(_ model: RegressionTreeModel) throws {
        for drops in [false, true] {
            let encoder = component("one_hot", ["drop_zeros": .boolean(drops)])
            var original = RegressionTreePipeline.trained(model, Array(Self.stream.prefix(500)), encoder: encoder)
            var restored = RegressionTreePipeline(model.learner, encoder: encoder)
            try restored.restore(original.bytes)
            for example in Self.stream.dropFirst(500).prefix(300) {
                let answer = original.predict(example)
                #expect(answer.isFinite)
                original.learn(example)
                restored.learn(example)
            }
            #expect(restored.bytes == original.bytes)
        }
    }

    @Test(arguments: RegressionTreeModel.all) func predictingChangesNothing(_ model: RegressionTreeModel) {
        var tree = RegressionTreePipeline.trained(model, Self.stream)
        let bytes = tree.bytes
        for example in Self.stream { _ = tree.predict(example) }
        #expect(tree.bytes == bytes)
    }

    @Test(arguments: RegressionTreeModel.all) func aCopyIsIndependent(_ model: RegressionTreeModel) {
        let original = RegressionTreePipeline.trained(model, Self.stream)
        let before = original.bytes
        var copy = original
        for example in Self.stream { copy.learn(example) }
        #expect(copy.bytes != before)
        #expect(original.bytes == before)
    }

    @Test(arguments: RegressionTreeModel.all) func whatCannotBeLearnedChangesNotOneBit(_ model: RegressionTreeModel) {
        var generator = SeededGenerator(seed: 5)
        var tree = RegressionTreePipeline(model.learner)
        var failures = 0
        for var example in Self.stream {
            if generator.below(3) == 0 { example.numbers[generator.below(3)] = 1e308 }
            if generator.below(5) == 0 { example.value *= 1e300 }
            if generator.below(9) == 0 { example.value *= 1e70 }
            if generator.below(40) == 0 { example.category = "new \(failures)" }
            let before = tree.bytes
            guard !tree.learn(example) else { continue }
            failures += 1
            #expect(tree.bytes == before)
        }
        #expect(failures > 100)
        let answer = tree.predict(Self.stream[0])
        #expect(answer.isFinite)
    }

    @Test(arguments: RegressionTreeModel.all) func weightZeroIsNothing(_ model: RegressionTreeModel) {
        var tree = RegressionTreePipeline.trained(model, Array(Self.stream.prefix(100)))
        let before = tree.bytes
        for example in Self.stream.prefix(100) {
            let isLearned = tree.learn(example, weight: 0)
            #expect(isLearned)
        }
        #expect(tree.bytes == before)
    }

    @Test(arguments: RegressionTreeModel.all) func learnsWithoutAnyFeature(_ model: RegressionTreeModel) {
        var tree = RegressionTreePipeline(model.learner)
        for var example in Self.stream {
            example.numbers = [.nan, .nan, .nan]
            example.category = nil
            let isLearned = tree.learn(example)
            let answer = tree.predict(example)
            #expect(isLearned && answer.isFinite)
        }
    }

    @Test(arguments: RegressionTreeModel.all) func damagedBytesAreRefusedOrHarmless(_ model: RegressionTreeModel) {
        var generator = SeededGenerator(seed: 3)
        let bytes = RegressionTreePipeline.trained(model, Array(Self.stream.prefix(900))).bytes
        var accepted = 0
        for round in 0..<400 {
            var damaged = bytes
            if round % 5 == 0 { damaged.removeLast(generator.below(bytes.count)) }
            for _ in 0...generator.below(3) where !damaged.isEmpty {
                damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            var tree = RegressionTreePipeline(model.learner)
            guard (try? tree.restore(damaged)) != nil else { continue }
            accepted += 1
            for example in Self.stream.suffix(60) {
                _ = tree.predict(example)
                tree.learn(example)
            }
            #expect(!tree.bytes.isEmpty)
        }
        #expect(accepted > 0)
    }
}
