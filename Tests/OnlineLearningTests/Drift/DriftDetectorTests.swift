import Determinism
import OnlineLearning
import Testing

/// What every drift detector owes to those who use it, and the numbers of their documentation.
@Suite struct DriftDetectorTests {
    static let names = ["adwin", "ddm", "eddm", "hddm_a", "hddm_w", "kswin", "no_drift", "page_hinkley"]
    /// Bits whose rate shifts, so that every detector finds something.
    static let stream: [Double] = {
        var generator = SeededGenerator(seed: 5)
        return (0..<4000).map { generator.uniform() < [0.1, 0.6, 0.05, 0.9][$0 / 1000] ? 1 : 0 }
    }()

    static func detector(_ name: String, _ arguments: [String: Argument] = [:]) throws -> AnyDriftDetector {
        let declaration = try #require(Catalogue.declaration(named: name))
        return AnyDriftDetector(
            Component(
                name: name, arguments: declaration.parameters.map { arguments[$0.name] ?? $0.defaultValue }))
    }

    static func bytes(_ detector: AnyDriftDetector) -> [UInt8] {
        var encoder = CanonicalEncoder()
        detector.encode(to: &encoder)
        return encoder.bytes
    }

    static func restore(_ bytes: [UInt8], _ name: String) throws -> AnyDriftDetector {
        var detector = try detector(name)
        var decoder = CanonicalDecoder(bytes)
        try detector.restore(from: &decoder)
        try decoder.finish()
        return detector
    }

    @Test(arguments: names) func goesOnFromItsEncodingAsIfItHadNeverStopped(_ name: String) throws {
        var straight = try Self.detector(name)
        var stopped = straight
        for (index, value) in Self.stream.enumerated() {
            let isDrift = straight.update(value)
            if index % 61 == 0 { stopped = try Self.restore(Self.bytes(stopped), name) }
            #expect(stopped.update(value) == isDrift)
            if index % 61 == 0 { #expect(Self.bytes(stopped) == Self.bytes(straight)) }
        }
        #expect(Self.bytes(stopped) == Self.bytes(straight))
    }

    @Test(arguments: names) func aCopyIsIndependent(_ name: String) throws {
        var original = try Self.detector(name)
        for value in Self.stream.prefix(500) { original.update(value) }
        let before = Self.bytes(original)
        var copy = original
        for value in Self.stream { copy.update(value) }
        #expect(Self.bytes(original) == before)
    }

    @Test(arguments: names) func valuesThatAreNoneChangeNothing(_ name: String) throws {
        var detector = try Self.detector(name)
        for value in Self.stream.prefix(500) { detector.update(value) }
        let before = Self.bytes(detector)
        for value in [.nan, .infinity, -.infinity, 1e76, -1e300] {
            let isDrift = detector.update(value)
            #expect(!isDrift && Self.bytes(detector) == before)
        }
    }

    @Test(arguments: names) func hugeValuesLeaveEveryNumberFinite(_ name: String) throws {
        let fresh = try Self.detector(name)
        var detector = fresh
        var generator = SeededGenerator(seed: 3)
        let largest = ADWIN.largestValue
        for _ in 0..<2000 { detector.update(generator.below(2) == 0 ? largest : -largest) }
        if let adwin = detector.adwin {
            #expect(adwin.variance.isFinite && adwin.variance > 0 && adwin.estimation.magnitude <= largest)
        }
        // What is known of them still tells them from another distribution. DDM and EDDM look at errors, 0 and 1.
        let isBlind = ["ddm", "eddm", "no_drift"].contains(name)
        let first = (0..<500).first { _ in detector.update(largest) }
        #expect((first == nil) == isBlind, "\(String(describing: first))")
        // And nothing of them is left once there was a drift and values are small again.
        if first != nil {
            var other = fresh
            for value in Self.stream { #expect(detector.update(value) == other.update(value)) }
            #expect(Self.bytes(detector) == Self.bytes(other))
        }
    }

    @Test(arguments: names) func resetForgetsEverything(_ name: String) throws {
        let fresh = try Self.detector(name)
        var detector = fresh
        for value in Self.stream.prefix(1500) { detector.update(value) }
        detector.reset()
        #expect(Self.bytes(detector) == Self.bytes(fresh))
        #expect(!detector.isDrift && !detector.isWarning)
    }

    @Test(arguments: names) func damagedBytesAreRefusedOrHarmless(_ name: String) throws {
        var detector = try Self.detector(name)
        for value in Self.stream.prefix(1300) { detector.update(value) }
        let bytes = Self.bytes(detector)
        guard !bytes.isEmpty else {
            #expect(name == "no_drift")
            #expect(throws: (any Error).self) { try Self.restore([0], name) }
            return
        }
        let damage = DamagedBytes<AnyDriftDetector>(
            restore: { try Self.restore($0, name) }, encode: Self.bytes,
            step: { detector, index in
                let isDrift = detector.update(Self.stream[index])
                return ([isDrift ? 1 : 0, detector.isWarning ? 1 : 0], detector.isDrift == isDrift)
            },
            fault: { $0 == [1, 1] && name != "eddm" && !name.hasPrefix("hddm") ? "a drift or a warning" : nil })
        damage.areRefusedOrHarmless(bytes, rounds: 300, steps: 1_000)
    }

    /// Half zeros, half ones: there is a cut as soon as it is looked for.
    @Test func theGracePeriodIsOfValuesBeforeTheFirstCheck() throws {
        func firstDrift(_ gracePeriod: Int, clock: Int = 32) throws -> Int? {
            let arguments: [String: Argument] = [
                "clock": .integer(clock), "grace_period": .integer(gracePeriod), "delta": .number(1),
            ]
            var detector = try Self.detector("adwin", arguments)
            return (0..<200).first { detector.update($0 < 32 ? 0 : 1) }
        }
        #expect(try firstDrift(63) == 63)
        // With 64 values the period is just over: the 64th value still belongs to it.
        #expect(try firstDrift(64) == 95)
        #expect(try firstDrift(95) == 95)
        #expect(try firstDrift(96) == 127)
        #expect(try firstDrift(48, clock: 1) == 48)
        #expect(try firstDrift(64, clock: 1) == 64)
    }

    /// Bounds that are met exactly, as on no stream of `DriftReferenceTests`.
    @Test func edgesThatNoStreamOfRiverReaches() throws {
        func drifts(_ name: String, _ values: [Double], _ arguments: [String: Argument]) throws -> [Int] {
            var detector = try Self.detector(name, arguments)
            return values.indices.filter { detector.update(values[$0]) }
        }
        func steps(_ first: Double, _ count: Int, _ then: Double, _ more: Int) -> [Double] {
            [Double](repeating: first, count: count) + [Double](repeating: then, count: more)
        }
        // The distance stays the largest: a level of 1 is not below 1.
        let everySecond = (0..<40).map { Double($0 % 2) }
        let whole: [String: Argument] = ["alpha": .number(1), "beta": .number(1), "warm_start": .integer(2)]
        #expect(try drifts("eddm", everySecond, whole).isEmpty)
        // The highest mean is that of the latest value that reaches it.
        let sure: [String: Argument] = [
            "drift_confidence": .number(1), "warning_confidence": .number(1), "two_sided_test": .boolean(true),
        ]
        #expect(try drifts("hddm_a", steps(1, 2, 0, 1), sure) == [2])
        #expect(try drifts("hddm_a", steps(1, 10, 0, 1), sure) == [10])
        // After so many equal values the bound moves no more, and the cut stays.
        let even: [String: Argument] = [
            "drift_confidence": .number(0.3), "warning_confidence": .number(0.3), "lambda_val": .number(0.5),
            "two_sided_test": .boolean(true),
        ]
        #expect(try drifts("hddm_w", steps(0, 200, 1, 10), even) == [201])
        #expect(try drifts("hddm_w", steps(1, 200, 0, 10), even) == [201])
        // A tenth apart is not more than a tenth apart; as improbable as alpha is improbable enough.
        let wide: [String: Argument] = [
            "alpha": .number(1), "window_size": .integer(40), "stat_size": .integer(20),
        ]
        for (shift, expected) in [(2, [Int]()), (3, [39])] {
            let values = (0..<20).map { Double($0) } + (0..<20).map { Double($0 + shift) }
            #expect(try drifts("kswin", values, wide) == expected)
        }
        let narrow: [String: Argument] = [
            "alpha": .number(1.0 / 3), "window_size": .integer(4), "stat_size": .integer(2),
        ]
        #expect(try drifts("kswin", [0, 0, 1, 1], narrow) == [3])
    }

    @Test func memoryGrowsWithTheLogarithmOfTheWindow() throws {
        var adwin = ADWIN()
        for i in 0..<200_000 { adwin.update(Double(i % 2)) }
        #expect(adwin.width == 200_000 && adwin.estimation == 0.5 && adwin.byteCount < 2_200)
    }

    /// The index of the first drift when `before` is followed by `after`.
    static func firstDrift(
        _ name: String, _ before: (Int) -> Double, _ after: Double, _ arguments: [String: Argument] = [:]
    ) throws -> Int? {
        var detector = try detector(name, arguments)
        return (0..<2000).first { detector.update($0 < 1000 ? before($0) : after) }
    }

    @Test func detectsWhereTheDocumentationSays() throws {
        #expect(try Self.firstDrift("adwin", { _ in 0 }, 1) == 1023)
        #expect(try Self.firstDrift("ddm", { Double($0 % 2) }, 1) == 1067)
        #expect(try Self.firstDrift("eddm", { $0 % 10 == 9 ? 1 : 0 }, 1) == 1121)
        #expect(try Self.firstDrift("hddm_a", { Double($0 % 2) }, 1) == 1014)
        #expect(try Self.firstDrift("hddm_w", { Double($0 % 2) }, 1) == 1029)
        #expect(try Self.firstDrift("kswin", { Double($0 % 2) }, 5, ["window_size": .integer(60)]) == 1013)
        #expect(try Self.firstDrift("page_hinkley", { _ in 0 }, 5) == 1010)
    }

    @Test func conflictsAreNamed() throws {
        let eddm = try #require(Catalogue.declaration(named: "eddm"))
        #expect(eddm.conflict([.integer(30), .number(0.8), .number(0.9)]) == "alpha must be at least beta")
        #expect(eddm.conflict(eddm.withDefaults.arguments) == nil)
        let kswin = try #require(Catalogue.declaration(named: "kswin"))
        let arguments: [Argument] = [.number(0.1), .integer(50), .integer(30), .integer(1)]
        #expect(kswin.conflict(arguments) == "stat_size must be at most half of window_size")
        #expect(kswin.conflict(kswin.withDefaults.arguments) == nil)
    }
}
