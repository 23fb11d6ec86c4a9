import Determinism
import OnlineLearning
import Testing

/// A Mondrian forest in a pipeline, its category one-hot encoded, with all that a call needs.
private struct ForestPipeline {
    static let layout = FeatureLayout([("n0", .number), ("n1", .number), ("n2", .number), ("c", .category)])

    var pipeline: Pipeline
    private var row = FeatureRow(Self.layout)
    private var workspace = Pipeline.Workspace()

    init(_ task: Task, _ arguments: [String: Argument] = [:]) {
        let learner = component(task == .regression ? "amf_regressor" : "amf_classifier", arguments)
        let steps = [PipelineDeclaration.Step(component("one_hot"), features: ["c"])]
        pipeline = Pipeline(
            PipelineDeclaration(numbers: ["n0", "n1", "n2"], transformers: steps, learner: learner), task: task,
            layout: Self.layout)
    }

    private mutating func fill(_ example: Example) {
        row.removeAll()
        for i in example.numbers.indices { row.setNumber(example.numbers[i], at: i) }
        if let category = example.category { row.setString(category, at: 0) }
    }

    mutating func predict(_ example: Example) -> [Double] {
        fill(example)
        var answer: [Double] = []
        pipeline.predict(row, into: &answer, workspace: &workspace)
        return answer
    }

    @discardableResult
    mutating func learn(_ example: Example, weight: Double = 1) -> Bool {
        fill(example)
        return pipeline.learn(row, example.target(pipeline.task), weight: weight, workspace: &workspace)
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

/// What aggregated Mondrian forests promise.
@Suite struct MondrianForestTests {
    static let stream = Example.stream(400, seed: 1)

    private static func trained(
        _ task: Task, _ arguments: [String: Argument] = [:], count: Int = 400
    ) -> ForestPipeline {
        var pipeline = ForestPipeline(task, arguments)
        for example in stream.prefix(count) { pipeline.learn(example) }
        return pipeline
    }

    /// x = `x` alone.
    private static func example(_ x: Double, value: Double, label: Int) -> Example {
        Example(numbers: [x, .nan, .nan], category: nil, value: value, label: label)
    }

    @Test func theNumbersOfTheDocumentationAreRight() {
        var classifier = ForestPipeline(.binary)
        classifier.learn(Self.example(0, value: 0, label: 0))
        classifier.learn(Self.example(1, value: 0, label: 2))
        #expect(isClose(classifier.predict(Self.example(1, value: 0, label: 0))[0], 5.0 / 7))
        var regressor = ForestPipeline(.regression)
        regressor.learn(Self.example(0, value: 0, label: 0))
        regressor.learn(Self.example(1, value: 4, label: 0))
        #expect(isClose(regressor.predict(Self.example(1, value: 0, label: 0))[0], 3.9993292997390673))
    }

    @Test(arguments: Task.allCases) func hasTheSameBitsAsEver(_ task: Task) {
        let digests: [Task: String] = [
            .regression: "e9c1165b6d6809556f668481766bc7aa92341cb7aaf14c69e0d5c3b3a7646016",
            .binary: "2b3dbe57c13a7487fafd3042980d7f91faaa8a0ef1cb9dceae13d5f5955737fa",
            .multiclass: "45594c7ed875634829737b85a195689ce8e9a65436e96978cec7d468235b714f",
        ]
        let digest = Digest(hashing: Self.trained(task).bytes).description
        #expect(digest == digests[task], "\(task): \(digest)")
    }

    @Test(arguments: Task.allCases, [false, true])
    func goesOnFromItsEncodingAsIfItHadNeverStopped(_ task: Task, isSmall: Bool) throws {
        let arguments: [String: Argument] = isSmall ? ["max_nodes": .integer(41), "n_estimators": .integer(3)] : [:]
        var straight = ForestPipeline(task, arguments)
        for (index, example) in Self.stream.enumerated() {
            if index % 50 == 0 {
                var restored = ForestPipeline(task, arguments)
                try restored.restore(straight.bytes)
                #expect(restored.bytes == straight.bytes)
                for later in Self.stream[index...] {
                    #expect(restored.predict(later).map(\.bitPattern) == straight.predict(later).map(\.bitPattern))
                }
                straight = restored
            }
            straight.learn(example)
        }
        #expect(straight.bytes == Self.trained(task, arguments).bytes)
    }

    @Test(arguments: Task.allCases) func predictionIsPureAndACopyIsIndependent(_ task: Task) {
        var pipeline = Self.trained(task, count: 200)
        let before = pipeline.bytes
        var copy = pipeline
        for example in Self.stream {
            _ = pipeline.predict(example)
            copy.learn(example)
        }
        #expect(pipeline.bytes == before && copy.bytes != before)
    }

    @Test(arguments: Task.allCases) func whatIsTooLargeChangesNotOneBit(_ task: Task) {
        var pipeline = Self.trained(task, count: 100)
        let before = pipeline.bytes
        var example = Self.stream[0]
        example.numbers[1] = -1e76
        #expect(pipeline.learn(example) == false)
        example = Self.stream[0]
        example.value = 1e76
        #expect(pipeline.learn(example) == (task != .regression))
        if task == .regression { #expect(pipeline.bytes == before) }
    }

    @Test(arguments: Task.allCases) func answersStayFiniteOnAnyScale(_ task: Task) {
        var pipeline = ForestPipeline(task)
        var generator = SeededGenerator(seed: 5)
        for var example in Self.stream {
            let scale = generator.below(2) == 0 ? 1e70 : 1e-300
            example.numbers = example.numbers.map { $0 * scale }
            example.value *= scale
            #expect(pipeline.learn(example) == true)
            let answer = pipeline.predict(example)
            #expect(answer.allSatisfy { $0.isNaN || $0.magnitude < 1e75 })
        }
        let answer = pipeline.predict(Self.stream[0])
        #expect(answer.allSatisfy { $0.isFinite })
    }

    @Test(arguments: Task.allCases) func noWeightIsNoExampleAndWeightsCount(_ task: Task) {
        var pipeline = Self.trained(task, count: 100)
        let before = pipeline.bytes
        #expect(pipeline.learn(Self.stream[100], weight: 0) == true)
        #expect(pipeline.bytes == before)
        var once = pipeline
        once.learn(Self.stream[100])
        pipeline.learn(Self.stream[100], weight: 3)
        #expect(once.bytes != pipeline.bytes)
    }

    @Test(arguments: Task.allCases) func learnsWithoutAnyFeature(_ task: Task) {
        var pipeline = ForestPipeline(task)
        for var example in Self.stream {
            example.numbers = [.nan, .nan, .nan]
            example.category = nil
            #expect(pipeline.learn(example) == true)
        }
        let answer = pipeline.predict(Self.stream[0])
        let share = Double(Self.stream.count { $0.label == 2 }) / 400
        switch task {
        case .regression: #expect((answer[0] - Self.stream.reduce(0) { $0 + $1.value } / 400).magnitude < 1e-9)
        case .binary: #expect((answer[0] - share).magnitude < 0.01)
        case .multiclass: #expect(answer.contains { ($0 - share).magnitude < 0.01 })
        }
    }

    @Test(arguments: Task.allCases) func memoryIsBounded(_ task: Task) {
        var pipeline = ForestPipeline(task, ["max_nodes": .integer(31), "n_estimators": .integer(2)])
        var generator = SeededGenerator(seed: 9)
        var sizes: [Int] = []
        for _ in 0..<20 {
            for var example in Self.stream {
                example.numbers = example.numbers.map { $0 + 100 * generator.uniform() }
                pipeline.learn(example)
            }
            sizes.append(pipeline.bytes.count)
        }
        #expect(sizes[19] < 2 * 31 * 400 && sizes[19] < sizes[0] + 5_000)
    }

    @Test(arguments: Task.allCases) func damagedBytesAreRefusedOrHarmless(_ task: Task) {
        let arguments: [String: Argument] = ["n_estimators": .integer(2)]
        let damage = DamagedBytes<ForestPipeline>(
            restore: { bytes in
                var pipeline = ForestPipeline(task, arguments)
                try pipeline.restore(bytes)
                return pipeline
            },
            encode: { $0.bytes },
            step: { pipeline, index in (pipeline.predict(Self.stream[index]), pipeline.learn(Self.stream[index])) },
            fault: { answer in
                switch task {
                case .regression: answer.count == 1 ? nil : "one number"
                case .binary: probabilityFault(answer)
                case .multiclass: nil
                }
            })
        damage.areRefusedOrHarmless(Self.trained(task, arguments, count: 60).bytes, rounds: 600, steps: 20)
    }

    /// Wherever a node says how many examples it has had, of a class or of all, it must say no other number.
    @Test func countsThatDoNotAddUpAreRefused() {
        let arguments: [String: Argument] = ["n_estimators": .integer(1)]
        let bytes = Self.trained(.binary, arguments, count: 60).bytes
        var (counts, refused) = (0, 0)
        for place in 0...bytes.count - 8 {
            let bits = (0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << UInt64(8 * $1) }
            let count = Double(bitPattern: bits)
            guard count >= 2, count <= 60, count == count.rounded() else { continue }
            var damaged = bytes
            for index in 0..<8 {
                damaged[place + index] = UInt8(truncatingIfNeeded: (count + 1).bitPattern >> UInt64(8 * index))
            }
            counts += 1
            var pipeline = ForestPipeline(.binary, arguments)
            do { try pipeline.restore(damaged) } catch { refused += 1 }
        }
        #expect(counts > 20 && refused * 10 >= counts * 9, "\(refused) of \(counts)")
    }

    @Test func theSeedDecides() {
        let one = Self.trained(.binary).bytes
        #expect(one == Self.trained(.binary, ["seed": .integer(1)]).bytes)
        #expect(one != Self.trained(.binary, ["seed": .integer(2)]).bytes)
    }

    @Test func aMissingNumberFollowsTheMany() {
        var pipeline = ForestPipeline(.regression)
        for i in 0..<40 {
            pipeline.learn(Self.example(i % 8 == 0 ? 100 : Double(i % 3), value: i % 8 == 0 ? 50 : 1, label: 0))
        }
        let answer = pipeline.predict(Self.example(.nan, value: 0, label: 0))[0]
        #expect((answer - 1).magnitude < 1)
    }

    @Test func whatWasNeverListedWasZero() {
        var pipeline = ForestPipeline(.regression)
        for round in 0..<60 {
            let isNew = round > 30 && round % 2 == 0
            pipeline.learn(
                Example(numbers: [0, 0, 0], category: isNew ? "new" : "old", value: isNew ? 9 : 1, label: 0))
        }
        for (category, value) in [("new", 9.0), ("old", 1)] {
            let answer = pipeline.predict(Example(numbers: [0, 0, 0], category: category, value: 0, label: 0))[0]
            #expect((answer - value).magnitude < 0.5)
        }
    }

    @Test func aggregationProtectsFromNoise() {
        var generator = SeededGenerator(seed: 11)
        var losses = [0.0, 0.0]
        var pipelines = [true, false].map {
            ForestPipeline(.binary, ["use_aggregation": .boolean($0), "n_estimators": .integer(1)])
        }
        for var example in Example.stream(1_000, seed: 2) {
            example.label = generator.below(5) == 0 ? 2 : 0
            for i in pipelines.indices {
                let p = pipelines[i].predict(example)[0]
                losses[i] -= Elementary.log(example.label == 2 ? p : 1 - p)
                pipelines[i].learn(example)
            }
        }
        #expect(losses[0] < 0.9 * losses[1])
    }

    /// Calls the bodies in an order of its own.
    private struct Backwards: Workers {
        func perform(_ count: Int, _ body: @Sendable (Int) -> Void) {
            for index in (0..<count).reversed() { body(index) }
        }
    }

    @Test func whoeverWorksTheForestIsTheSame() {
        let inputs = LearnerInputs(task: .multiclass, numberCount: 3)
        var alone = AMFClassifier(component("amf_classifier"), inputs: inputs)
        var helped = alone
        var (journal, helpedJournal) = (Journal(), Journal())
        helpedJournal.workers = Backwards()
        var x = FeatureVector()
        for example in Self.stream {
            var row = FeatureRow(ForestPipeline.layout)
            for i in 0..<3 { row.setNumber(example.numbers[i], at: i) }
            x.begin(row, slots: [0, 1, 2], columnCount: 3)
            let isLearned = alone.learn(x, .label(example.label), weight: 1, journal: &journal)
            #expect(isLearned && helped.learn(x, .label(example.label), weight: 1, journal: &helpedJournal))
        }
        var (one, other) = (CanonicalEncoder(), CanonicalEncoder())
        alone.encode(to: &one)
        helped.encode(to: &other)
        #expect(one.bytes == other.bytes)
    }
}
