import Determinism
import OnlineLearning
import Testing

/// A regressor with intervals in a pipeline of one number, with all that a call needs.
private struct IntervalPipeline {
    static let layout = FeatureLayout([("x", .number)])

    var pipeline: Pipeline
    private var row = FeatureRow(Self.layout)
    private var workspace = Pipeline.Workspace()

    init(_ name: String, _ arguments: [String: Argument] = [:]) {
        pipeline = Pipeline(
            PipelineDeclaration(numbers: ["x"], transformers: [], learner: component(name, arguments)),
            task: .regression, layout: Self.layout)
    }

    /// Over a regressor that always says 0.
    init(overZero name: String, _ arguments: [String: Argument]) {
        let zero = component(
            "linear_regression", ["optimizer": .component(component("sgd")), "intercept_lr": .number(0)])
        self.init(name, arguments.merging(["regressor": .component(zero)]) { $1 })
    }

    mutating func predict(_ x: Double = .nan) -> [Double] {
        row.removeAll()
        row.setNumber(x, at: 0)
        var answer: [Double] = []
        pipeline.predict(row, into: &answer, workspace: &workspace)
        return answer
    }

    @discardableResult
    mutating func learn(_ x: Double, _ y: Double, weight: Double = 1) -> Bool {
        row.removeAll()
        row.setNumber(x, at: 0)
        return pipeline.learn(row, .value(y), weight: weight, workspace: &workspace)
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

/// What regressors with intervals promise.
@Suite struct ConformalTests {
    /// By name, with their golden digests.
    enum Kind: String, CaseIterable {
        case jackknife, windowedJackknife, adaptive

        var digest: String {
            switch self {
            case .jackknife: "5f95823db60f6ac2f6174a042862e017b304b24e638167ec2162f25817c53d07"
            case .windowedJackknife: "c6cd7071f6d3fbe7322bd747dee4f8bb857419efe8defd851b1acdad770f32b5"
            case .adaptive: "350f461f7adcccf5d25d8c53cd82195edf4336635c006a9b341d9ad8b3d7f4c4"
            }
        }

        fileprivate var pipeline: IntervalPipeline {
            switch self {
            case .jackknife: IntervalPipeline("regression_jackknife", ["regressor": ConformalTests.regressor])
            case .windowedJackknife:
                IntervalPipeline(
                    "regression_jackknife", ["regressor": ConformalTests.regressor, "window_size": .integer(30)])
            case .adaptive:
                IntervalPipeline(
                    "adaptive_conformal", ["regressor": ConformalTests.regressor, "window_size": .integer(30)])
            }
        }
    }

    static let regressor = Argument.component(
        component("linear_regression", ["optimizer": .component(component("sgd"))]))

    /// A line with noise, which grows from 1 to `factor` after half of it.
    static func stream(_ count: Int, factor: Double = 1, seed: UInt64 = 1) -> [(x: Double, y: Double)] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let x = 2 * generator.uniform() - 1
            let noise = generator.uniform() + generator.uniform() - 1
            return (x, 3 * x + noise * (index < count / 2 ? 1 : factor))
        }
    }

    @Test func theNumbersOfTheDocumentationAreRight() {
        var jackknife = IntervalPipeline(
            overZero: "regression_jackknife", ["confidence_level": .number(0.9), "window_size": .integer(20)])
        for y in -9...10 { jackknife.learn(.nan, Double(y)) }
        let bounds = jackknife.predict()
        #expect(bounds[0] == 0 && isClose(bounds[1], -8.05) && isClose(bounds[2], 9.05))
        var adaptive = IntervalPipeline(
            overZero: "adaptive_conformal", ["confidence_level": .number(0.9), "gamma": .number(0.1)])
        var radii: [Double] = []
        for y in 1...3 {
            adaptive.learn(.nan, Double(y))
            radii.append(adaptive.predict()[2])
        }
        #expect(radii[0] == 1 && radii[1] == 2 && (radii[2] - 5.223303379776745).magnitude < 1e-8)
    }

    @Test(arguments: Kind.allCases) func answersValueAndBounds(_ kind: Kind) {
        var pipeline = kind.pipeline
        #expect(pipeline.predict(1).map(\.isNaN) == [false, true, true])
        for (x, y) in Self.stream(50) {
            pipeline.learn(x, y)
            let answer = pipeline.predict(x)
            #expect(answer.count == 3 && answer[1] <= answer[2] && answer.allSatisfy { $0.isFinite })
        }
    }

    @Test(arguments: Kind.allCases) func theValueIsTheRegressors(_ kind: Kind) {
        var (pipeline, alone) = (
            kind.pipeline,
            IntervalPipeline("linear_regression", ["optimizer": .component(component("sgd"))])
        )
        for (x, y) in Self.stream(100) {
            #expect(pipeline.predict(x)[0].bitPattern == alone.predict(x)[0].bitPattern)
            pipeline.learn(x, y)
            alone.learn(x, y)
        }
    }

    @Test(arguments: Kind.allCases) func hasTheSameBitsAsEver(_ kind: Kind) {
        var pipeline = kind.pipeline
        for (x, y) in Self.stream(100) { pipeline.learn(x, y) }
        let digest = Digest(hashing: pipeline.bytes).description
        #expect(digest == kind.digest, "\(kind): \(digest)")
    }

    @Test(arguments: Kind.allCases) func goesOnFromItsEncodingAsIfItHadNeverStopped(_ kind: Kind) throws {
        var straight = kind.pipeline
        var other = kind.pipeline
        for (index, (x, y)) in Self.stream(200).enumerated() {
            if index % 17 == 0 {
                var restored = kind.pipeline
                try restored.restore(straight.bytes)
                #expect(restored.bytes == straight.bytes)
                #expect(restored.predict(x).map(\.bitPattern) == straight.predict(x).map(\.bitPattern))
                straight = restored
            }
            straight.learn(x, y)
            other.learn(x, y)
        }
        #expect(straight.bytes == other.bytes)
    }

    @Test(arguments: Kind.allCases) func noWeightIsNoExampleAndTooMuchIsRefused(_ kind: Kind) {
        var pipeline = kind.pipeline
        for (x, y) in Self.stream(20) { pipeline.learn(x, y) }
        let before = pipeline.bytes
        #expect(pipeline.predict(3).count == 3)
        #expect(pipeline.learn(3, 3, weight: 0) == true)
        #expect(pipeline.bytes == before)
        let isLearned = pipeline.learn(1e300, 1e300)
        #expect(isLearned || pipeline.bytes == before)
        let answer = pipeline.predict(0)
        #expect(answer.allSatisfy { $0.isFinite })
    }

    @Test(arguments: Kind.allCases) func damagedBytesAreRefusedOrHarmless(_ kind: Kind) {
        var trained = kind.pipeline
        for (x, y) in Self.stream(40) { trained.learn(x, y) }
        let stream = Self.stream(40, seed: 2)
        let damage = DamagedBytes<IntervalPipeline>(
            restore: { bytes in
                var pipeline = kind.pipeline
                try pipeline.restore(bytes)
                return pipeline
            },
            encode: { $0.bytes },
            step: { pipeline, index in
                (pipeline.predict(stream[index].x), pipeline.learn(stream[index].x, stream[index].y))
            },
            fault: { answer in
                let isForm = answer.count == 3 && answer[1].isNaN == answer[2].isNaN && !(answer[1] > answer[2])
                return isForm ? nil : "a value, a lower bound and an upper one"
            })
        damage.areRefusedOrHarmless(trained.bytes, rounds: 600, steps: 40)
    }

    /// Puts a number in the place of eight bytes.
    private static func planted(_ value: Double, at place: Int, in bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for index in 0..<8 { bytes[place + index] = UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * index)) }
        return bytes
    }

    @Test(arguments: [Kind.windowedJackknife, .adaptive]) func whatNoErrorCanBeIsRefused(_ kind: Kind) {
        var trained = kind.pipeline
        for (x, y) in Self.stream(40) { trained.learn(x, y) }
        let bytes = trained.bytes
        for value in [Double.infinity, -.infinity] {
            var refused = 0
            for place in 0...bytes.count - 8 {
                var pipeline = kind.pipeline
                do { try pipeline.restore(Self.planted(value, at: place, in: bytes)) } catch { refused += 1 }
            }
            #expect(refused >= 30, "\(refused) refused: not every error in the window")
        }
    }

    @Test func aShareOfMissesAboveOneIsRefused() throws {
        var trained = Kind.adaptive.pipeline
        for (x, y) in Self.stream(40) { trained.learn(x, y) }
        let (bytes, before) = (trained.bytes, trained.predict(1))
        // It comes right after the count of columns.
        func answer(_ miss: Double) throws -> [Double] {
            var pipeline = Kind.adaptive.pipeline
            try pipeline.restore(Self.planted(miss, at: 1, in: bytes))
            return pipeline.predict(1)
        }
        #expect(try answer(-0.5)[2] > before[2] + 1e6, "below 0 it is wider than every error")
        for miss in [1 + Double.ulpOfOne, 1.5, .infinity, -.infinity] {
            #expect(throws: (any Error).self) { try answer(miss) }
        }
    }

    /// The share of true values within the intervals, over the first and the second half of a stream.
    private static func coverage(_ pipeline: IntervalPipeline, _ stream: [(x: Double, y: Double)]) -> [Double] {
        var pipeline = pipeline
        var covered = [0.0, 0.0]
        for (index, (x, y)) in stream.enumerated() {
            let answer = pipeline.predict(x)
            if y >= answer[1] && y <= answer[2] { covered[2 * index / stream.count] += 1 }
            pipeline.learn(x, y)
        }
        return covered.map { $0 / Double(stream.count / 2) }
    }

    @Test(arguments: [0.5, 0.8, 0.9, 0.95]) func coversAsPromisedWhereErrorsComeAsBefore(_ level: Double) {
        // Three standard errors of a share of 4000.
        let tolerance = 3 * (level * (1 - level) / 4_000).squareRoot()
        for name in ["regression_jackknife", "adaptive_conformal"] {
            let pipeline = IntervalPipeline(name, ["confidence_level": .number(level)])
            for share in Self.coverage(pipeline, Self.stream(8_000)) {
                #expect((share - level).magnitude < tolerance, "\(name)")
            }
        }
    }

    @Test(arguments: [0.1, 4, 1e6]) func theAdaptiveOneCoversThroughAChangeOfTheNoise(_ factor: Double) {
        let stream = Self.stream(8_000, factor: factor)
        let level: [String: Argument] = ["confidence_level": .number(0.9)]
        for share in Self.coverage(IntervalPipeline("adaptive_conformal", level), stream) {
            #expect((share - 0.9).magnitude < 0.0142)
        }
        let fixed = Self.coverage(IntervalPipeline("regression_jackknife", level), stream)
        #expect((fixed[1] - 0.9).magnitude > 0.03)
    }

    @Test func intervalsAreDeclared() {
        let wrappers: [any LearnerWrapper.Type] = [RegressionJackknife.self, AdaptiveConformal.self]
        let types = [LinearRegression.self] + wrappers.map { $0.wrapping(LinearRegression.self) }
        #expect(types.map { $0.answersIntervals } == [false, true, true])
    }
}
