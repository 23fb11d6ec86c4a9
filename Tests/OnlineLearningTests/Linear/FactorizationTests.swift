import Determinism
import OnlineLearning
import Testing

/// Factorization machines, fed numbers and categories as they are.
@Suite struct FactorizationTests {
    static let names = ["fm", "hofm", "ffm"].flatMap { ["\($0)_classifier", "\($0)_regressor"] }

    /// A learner with what a call needs.
    struct Machine {
        var pipeline: Pipeline
        private var row = FeatureRow(TestPipeline.layout)
        private var workspace = Pipeline.Workspace()

        /// - Parameter isEncoded: whether the category comes one-hot.
        init(_ name: String, _ arguments: [String: Argument] = [:], isEncoded: Bool = false) {
            let steps = isEncoded ? [PipelineDeclaration.Step(component("one_hot"), features: ["c"])] : []
            let declaration = PipelineDeclaration(
                numbers: ["n0", "n1", "n2"], categories: isEncoded ? [] : ["c"], transformers: steps,
                learner: component(name, arguments))
            pipeline = Pipeline(
                declaration, task: name.hasSuffix("regressor") ? .regression : .binary, layout: TestPipeline.layout)
        }

        private mutating func fill(_ example: Example) {
            row.removeAll()
            for i in example.numbers.indices { row.setNumber(example.numbers[i], at: i) }
            if let category = example.category { row.setString(category, at: 0) }
        }

        mutating func predict(_ example: Example) -> Double {
            fill(example)
            var answer: [Double] = []
            pipeline.predict(row, into: &answer, workspace: &workspace)
            return answer[0]
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

    /// The value is a product: no linear model predicts it.
    static func product(_ count: Int, seed: UInt64) -> [Example] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            let numbers = (0..<3).map { _ in 2 * generator.uniform() - 1 }
            let value = 3 * numbers[0] * numbers[1]
            return Example(
                numbers: numbers, category: ["a", "b"][generator.below(2)], value: value, label: value > 0 ? 2 : 0)
        }
    }

    @Test func answersAsDocumented() {
        for name in ["fm", "hofm", "ffm"] {
            var machine = Machine("\(name)_classifier", ["n_factors": .integer(1)])
            #expect(machine.predict(LinearDocumentationTests.one) == 0.5)
            machine.learn(LinearDocumentationTests.one)
            #expect(isClose(machine.predict(LinearDocumentationTests.one), 0.5024999791668749))
        }
    }

    @Test(arguments: ["fm", "hofm", "ffm"]) func learnsAProduct(_ name: String) {
        let rate: Argument = .component(component("sgd", ["lr": .number(0.05)]))
        var machine = Machine("\(name)_regressor", ["weight_optimizer": rate, "latent_optimizer": rate])
        var (error, trivial) = (0.0, 0.0)
        for (index, example) in Self.product(6000, seed: 5).enumerated() {
            if index > 5000 {
                error += (machine.predict(example) - example.value).magnitude
                trivial += example.value.magnitude
            }
            machine.learn(example)
        }
        #expect(error < 0.25 * trivial, "\(error / trivial)")
    }

    @Test func highOrdersLearnAProductOfThree() {
        let rate: Argument = .component(component("sgd", ["lr": .number(0.1)]))
        var errors: [Double] = []
        for degree in [2, 3] {
            var machine = Machine(
                "hofm_regressor",
                ["weight_optimizer": rate, "latent_optimizer": rate, "degree": .integer(degree)])
            var error = 0.0
            for (index, var example) in Self.product(12000, seed: 9).enumerated() {
                example.category = nil
                example.value = 5 * example.numbers[0] * example.numbers[1] * example.numbers[2]
                if index > 10000 { error += (machine.predict(example) - example.value).magnitude }
                machine.learn(example)
            }
            errors.append(error)
        }
        #expect(errors[1] < 0.5 * errors[0], "\(errors)")
    }

    @Test(arguments: names) func goesOnFromItsEncoding(_ name: String) throws {
        var (straight, restored) = (Machine(name), Machine(name))
        for example in TrainedModels.stream.prefix(100) { straight.learn(example) }
        try restored.restore(straight.bytes)
        for var example in TrainedModels.stream[100...] {
            if let category = example.category { example.category = category + "later" }
            #expect(straight.predict(example).bitPattern == restored.predict(example).bitPattern)
            let (a, b) = (straight.learn(example), restored.learn(example))
            #expect(a == b)
        }
        #expect(straight.bytes == restored.bytes)
    }

    @Test(arguments: names) func anUpdateThatFailsChangesNotOneBit(_ name: String) {
        let free = Machine(name, ["limit_steps": .boolean(false)])
        var (machine, generator, failures) = (free, SeededGenerator(seed: 7), 0)
        for (index, var example) in Self.product(400, seed: 3).enumerated() {
            if index > 100 {
                example.category = "new \(index)"
                if generator.below(2) == 0 { example.numbers[1] = 1e308 }
                if generator.below(10) == 0 { example.value *= 1e300 }
            }
            let before = machine.bytes
            if !machine.learn(example) {
                failures += 1
                #expect(machine.bytes == before)
            }
        }
        #expect(failures > 0)
    }

    @Test(arguments: names) func theSeedDecides(_ name: String) {
        func trained(_ seed: Int) -> Machine {
            var machine = Machine(name, ["seed": .integer(seed)])
            for example in Self.product(50, seed: 2) { machine.learn(example) }
            return machine
        }
        #expect(trained(1).bytes == trained(1).bytes)
        #expect(trained(1).bytes != trained(2).bytes)
    }

    @Test(arguments: names) func damagedBytesAreRefusedOrHarmless(_ name: String) {
        var machine = Machine(name)
        for example in Self.product(30, seed: 2) { machine.learn(example) }
        let damage = DamagedBytes<Machine>(
            restore: { bytes in
                var machine = Machine(name)
                try machine.restore(bytes)
                return machine
            },
            encode: { $0.bytes },
            step: { machine, index in
                let example = TrainedModels.stream[index]
                return ([machine.predict(example)], machine.learn(example))
            },
            fault: { name.hasSuffix("classifier") ? probabilityFault($0) : $0.count == 1 ? nil : "one number" })
        damage.areRefusedOrHarmless(machine.bytes, rounds: 300, steps: 6, reach: 120)
    }
}
