import Determinism
import OnlineLearning
import Testing

/// Factorization machines with nothing to tune, behind one-hot categories.
@Suite struct AdaptiveFMTests {
    private static let names = ["adaptive_fm_classifier", "adaptive_fm_regressor"]

    private func machine(_ name: String, _ arguments: [String: Argument] = [:]) -> FactorizationTests.Machine {
        FactorizationTests.Machine(name, arguments, isEncoded: true)
    }

    @Test func answersAsDocumented() {
        var classifier = machine("adaptive_fm_classifier")
        #expect(classifier.predict(LinearDocumentationTests.one) == 0.5)
        classifier.learn(LinearDocumentationTests.one)
        #expect(isClose(classifier.predict(LinearDocumentationTests.one), 0.6220388876592867))
        var regressor = machine("adaptive_fm_regressor")
        regressor.learn(Example(numbers: [-1, .nan, .nan], category: nil, value: 1, label: 0))
        let one = Example(numbers: [1, .nan, .nan], category: nil, value: 3, label: 0)
        regressor.learn(one)
        #expect(isClose(regressor.predict(one), 2.628624958244275))
    }

    /// A linear model's share of the trivial error is 1 here: to it a product is noise.
    @Test func learnsAProductOfNumbersInAnyUnit() {
        for unit in [1e-6, 1, 1e6] {
            var machine = machine("adaptive_fm_regressor")
            var (error, trivial) = (0.0, 0.0)
            for (index, var example) in FactorizationTests.product(3000, seed: 5).enumerated() {
                example.value *= unit
                if index > 2500 {
                    error += (machine.predict(example) - example.value).magnitude
                    trivial += example.value.magnitude
                }
                machine.learn(example)
            }
            #expect(error < 0.25 * trivial, "\(error / trivial)")
        }
    }

    /// Definition and gradient once more, by loops over all pairs: the numbers after a few examples are the same.
    @Test func agreesWithAllPairsWrittenOut() {
        var machine = machine("adaptive_fm_classifier", ["n_factors": .integer(1)])
        var obvious = AllPairs()
        for (index, example) in FactorizationTests.product(200, seed: 8).enumerated() {
            var plain = example
            plain.category = nil
            // Before the first example no feature has a latent number.
            #expect(index == 0 || isClose(machine.predict(plain), obvious.probability(plain.numbers)))
            machine.learn(plain)
            obvious.learn(plain.numbers, isPositive: plain.label == 2)
        }
    }

    @Test(arguments: names) func goesOnFromItsEncoding(_ name: String) throws {
        var (straight, restored) = (machine(name), machine(name))
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

    @Test(arguments: names) func hugeFeaturesAndValuesAreSurvived(_ name: String) {
        var (machine, generator) = (machine(name), SeededGenerator(seed: 7))
        for (index, var example) in FactorizationTests.product(400, seed: 3).enumerated() {
            if index > 100 {
                example.category = "new \(index)"
                if generator.below(2) == 0 { example.numbers[1] = 1e308 }
                if generator.below(10) == 0 { example.value *= 1e300 }
            }
            let before = machine.bytes
            let isLearned = machine.learn(example)
            #expect(isLearned || machine.bytes == before)
            #expect(machine.predict(example).isFinite)
        }
    }

    @Test(arguments: names) func aWeightOfNothingChangesNothing(_ name: String) {
        var machine = machine(name)
        for example in FactorizationTests.product(50, seed: 2) { machine.learn(example) }
        let (before, example) = (machine.bytes, FactorizationTests.product(1, seed: 4)[0])
        machine.learn(example, weight: 0)
        #expect(machine.bytes == before)
        machine.learn(example)
        #expect(machine.bytes != before)
    }

    @Test(arguments: names) func theSeedDecides(_ name: String) {
        func trained(_ seed: Int) -> FactorizationTests.Machine {
            var machine = machine(name, ["seed": .integer(seed)])
            for example in FactorizationTests.product(50, seed: 2) { machine.learn(example) }
            return machine
        }
        #expect(trained(1).bytes == trained(1).bytes)
        #expect(trained(1).bytes != trained(2).bytes)
    }

    @Test(arguments: names) func damagedBytesAreRefusedOrHarmless(_ name: String) {
        var (trained, generator) = (machine(name), SeededGenerator(seed: 3))
        for example in FactorizationTests.product(30, seed: 2) { trained.learn(example) }
        let bytes = trained.bytes
        var refusals = 0
        for round in 0..<300 {
            var damaged = bytes
            if round % 3 == 0 { damaged.removeLast(1 + generator.below(bytes.count - 1)) }
            for _ in 0...generator.below(3) where !damaged.isEmpty {
                damaged[generator.below(min(120, damaged.count))] = UInt8(truncatingIfNeeded: generator.next())
            }
            var restored = machine(name)
            guard (try? restored.restore(damaged)) != nil else {
                refusals += 1
                continue
            }
            for example in TrainedModels.stream.prefix(5) {
                _ = restored.predict(example)
                restored.learn(example)
            }
        }
        #expect(refusals >= 100)
    }
}

/// A factorization machine of three numbers and one factor, slow and obvious.
private struct AllPairs {
    private var intercept = 0.0
    private var interceptSum = 0.0
    private var weights = [0.0, 0, 0]
    private var latents: [Double]
    private var sums = [[Double]](repeating: [0, 0], count: 3)

    init() {
        var generator = SeededGenerator(seed: 1)
        latents = (0..<3).map { _ in 0.05 * NormalDeviate.draw(&generator) }
    }

    private func answer(_ x: [Double]) -> Double {
        var sum = intercept
        for i in 0..<3 {
            sum += weights[i] * x[i]
            for j in 0..<i { sum += latents[i] * latents[j] * x[i] * x[j] }
        }
        return sum
    }

    func probability(_ x: [Double]) -> Double { 1 / (1 + Elementary.exp(-answer(x))) }

    mutating func learn(_ x: [Double], isPositive: Bool) {
        let gradient = probability(x) - (isPositive ? 1 : 0)
        let rate = 0.7 / 3.0.squareRoot()
        // Of the answer, in the weight and in the latent number of each feature.
        let derivatives = (0..<3).map { i in
            [x[i], x[i] * (0..<3).filter { $0 != i }.reduce(0) { $0 + latents[$1] * x[$1] }]
        }
        func reach(_ derivative: Double, _ sum: Double) -> Double {
            let slope = gradient * derivative
            return derivative * derivative * rate / (1 + sum + slope * slope).squareRoot()
        }
        var motion = reach(1, interceptSum)
        for i in 0..<3 { for k in 0..<2 { motion += reach(derivatives[i][k], sums[i][k]) } }
        let damped = gradient / (1 + motion / 4)
        func step(_ derivative: Double, _ sum: inout Double) -> Double {
            sum += damped * derivative * damped * derivative
            return rate * damped * derivative / (1 + sum).squareRoot()
        }
        intercept -= step(1, &interceptSum)
        for i in 0..<3 {
            weights[i] -= step(derivatives[i][0], &sums[i][0])
            latents[i] -= step(derivatives[i][1], &sums[i][1])
        }
    }
}
