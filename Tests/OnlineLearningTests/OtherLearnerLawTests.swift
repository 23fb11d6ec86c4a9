import Determinism
import OnlineLearning
import Testing

/// Naive Bayes, neighbors, passive-aggressive and Bayesian linear models, one-vs-rest and one-vs-one, dummies: the laws
/// of every learner, each of them with and without encoded columns.
@Suite struct OtherLearnerLawTests {
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let learner: Component
        let task: Task
        let oneHot: Bool

        init(
            _ name: String, _ task: Task, _ arguments: [String: Argument] = [:], oneHot: Bool = false, note: String = ""
        ) {
            description = "\(name)\(note) \(task.name)\(oneHot ? " one_hot" : "")"
            learner = component(name, arguments)
            (self.task, self.oneHot) = (task, oneHot)
        }

        var probe: LearnerProbe { LearnerProbe(learner, task, numbers: 3, categories: 1, oneHot: oneHot) }

        func trained(_ count: Int) -> LearnerProbe {
            var probe = probe
            for example in stream.prefix(count) {
                probe.learn(example.numbers, [example.category], example.target(task))
            }
            return probe
        }
    }

    private static func engine(_ size: Int, keep: Double = 0) -> Argument {
        .component(component("lazy_search", ["window_size": .integer(size), "min_distance_keep": .number(keep)]))
    }

    static let stream = Example.stream(200, seed: 5)
    static let cases: [Case] =
        ["gaussian_nb", "multinomial_nb", "complement_nb", "bernoulli_nb"].flatMap { name in
            [Case(name, .binary), Case(name, .multiclass), Case(name, .multiclass, oneHot: true)]
        } + [
            Case("bernoulli_nb", .binary, ["true_threshold": .number(-1)], oneHot: true, note: " threshold"),
            Case("knn_classifier", .binary, ["engine": engine(50)]),
            Case(
                "knn_classifier", .multiclass,
                ["engine": engine(20), "softmax": .boolean(true), "weighted": .boolean(false)], note: " softmax"),
            Case("knn_classifier", .multiclass, ["engine": engine(60), "cleanup_every": .integer(5)], oneHot: true),
            Case("knn_regressor", .regression, ["engine": engine(50)]),
            Case(
                "knn_regressor", .regression,
                ["engine": engine(50, keep: 0.5), "aggregation_method": .choice("median")], note: " median"),
            Case("knn_regressor", .regression, ["aggregation_method": .choice("weighted_mean")], oneHot: true),
            Case("pa_classifier", .binary), Case("pa_classifier", .binary, ["mode": .integer(2)], oneHot: true),
            Case("pa_regressor", .regression), Case("pa_regressor", .regression, ["mode": .integer(0)], oneHot: true),
            Case("bayesian_linear_regression", .regression),
            Case("bayesian_linear_regression", .regression, oneHot: true),
            Case(
                "bayesian_linear_regression", .regression,
                ["smoothing": .number(0.98), "max_columns": .integer(5)], oneHot: true, note: " smoothing"),
            Case("one_vs_rest_classifier", .multiclass), Case("one_vs_rest_classifier", .binary, oneHot: true),
            Case("one_vs_one_classifier", .multiclass), Case("one_vs_one_classifier", .multiclass, oneHot: true),
            Case("output_code_classifier", .multiclass),
            Case(
                "output_code_classifier", .multiclass, ["coding_method": .choice("exact")], oneHot: true,
                note: " exact"),
            Case("no_change_classifier", .binary), Case("no_change_classifier", .multiclass),
            Case("prior_classifier", .binary), Case("prior_classifier", .multiclass, ["prior_count": .number(0)]),
            Case("no_change_regressor", .regression), Case("statistic_regressor", .regression),
            Case("statistic_regressor", .regression, ["statistic": .choice("ew_mean")], note: " ew_mean"),
        ]

    @Test(arguments: cases) func predictionIsPureAndACopyIsIndependent(_ model: Case) {
        let probe = model.trained(100)
        let before = probe.bytes
        for example in Self.stream { _ = probe.predict(example.numbers, [example.category]) }
        #expect(probe.bytes == before)
        var copy = probe
        for example in Self.stream { copy.learn(example.numbers, [example.category], example.target(model.task)) }
        #expect(probe.bytes == before)
        #expect(copy.bytes != before)
    }

    @Test(arguments: cases) func goesOnFromItsEncodingAsIfItHadNeverStopped(_ model: Case) throws {
        var straight = model.probe
        for (index, example) in Self.stream.enumerated() {
            if index % 40 == 0 {
                var restored = model.probe
                try restored.restore(straight.bytes)
                #expect(restored.bytes == straight.bytes)
                for later in Self.stream {
                    let answers = [restored, straight].map { $0.predict(later.numbers, [later.category]) }
                    #expect(answers[0].map(\.bitPattern) == answers[1].map(\.bitPattern))
                }
                straight = restored
            }
            straight.learn(example.numbers, [example.category], example.target(model.task))
        }
        #expect(straight.bytes == model.trained(200).bytes)
    }

    @Test(arguments: cases) func anUpdateThatFailsChangesNotOneBit(_ model: Case) {
        var generator = SeededGenerator(seed: 7)
        var probe = model.trained(100)
        for (index, var example) in Self.stream.enumerated() {
            example.category = "new \(index)"
            for i in 0..<3 where generator.below(2) == 0 {
                example.numbers[i] = generator.below(2) == 0 ? 1e308 : -1e308
            }
            if generator.below(4) == 0 { example.value = -1.7e308 }
            let before = probe.bytes
            if !probe.learn(example.numbers, [example.category], example.target(model.task)) {
                #expect(probe.bytes == before)
            }
            let ordinary = Self.stream[index]
            let answer = probe.predict(ordinary.numbers, [ordinary.category])
            #expect(answer.allSatisfy { $0.isFinite || model.task == .multiclass && $0.isNaN })
        }
    }

    @Test(arguments: cases) func answersAtAllTimesAndWithoutAnyFeature(_ model: Case) {
        var probe = model.probe
        for index in 0..<30 {
            let example = Self.stream[index]
            for numbers in [example.numbers, [.nan, .nan, .nan]] {
                let answer = probe.predict(numbers, [index % 2 == 0 ? nil : "nobody knows"])
                if model.task != .multiclass { #expect(answer.count == 1) }
                let known = answer.filter { !$0.isNaN }
                #expect(known.allSatisfy { $0.isFinite } && (index == 0 || !known.isEmpty))
                guard model.task != .regression else { continue }
                #expect(known.allSatisfy { $0 >= 0 && $0 <= 1 })
                if model.task == .multiclass, index > 0 { #expect((known.reduce(0, +) - 1).magnitude < 1e-12) }
                if index == 0, model.task == .binary { #expect(answer == [0.5]) }
            }
            let isLearned = probe.learn([.nan, .nan, .nan], [nil], example.target(model.task))
            #expect(isLearned)
        }
    }

    @Test(arguments: cases) func aWeightOfNothingTeachesNothing(_ model: Case) {
        var probe = model.trained(50)
        let example = Self.stream[60]
        let before = probe.predict(example.numbers, [example.category])
        let isLearned = probe.learn(example.numbers, [example.category], example.target(model.task), weight: 0)
        #expect(isLearned)
        #expect(probe.predict(example.numbers, [example.category]).map(\.bitPattern) == before.map(\.bitPattern))
    }

    @Test(arguments: cases) func damagedBytesAreRefusedOrHarmless(_ model: Case) {
        var generator = SeededGenerator(seed: 3)
        let bytes = model.trained(40).bytes
        for round in 0..<300 {
            var damaged = bytes
            if round % 3 == 0 { damaged.removeLast(generator.below(bytes.count)) }
            for _ in 0...generator.below(3) where !damaged.isEmpty {
                damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            var probe = model.probe
            guard (try? probe.restore(damaged)) != nil else { continue }
            for example in Self.stream.prefix(8) {
                _ = probe.predict(example.numbers, [example.category])
                probe.learn(example.numbers, [example.category], example.target(model.task))
            }
            #expect(!probe.bytes.isEmpty)
        }
    }

    @Test(arguments: cases.filter { $0.task == .multiclass })
    func aClassThatWasSkippedHasNoProbabilityUntilItComes(_ model: Case) throws {
        var probe = model.probe
        let example = Self.stream[0]
        probe.learn(example.numbers, [example.category], .label(2))
        probe.learn(example.numbers, [example.category], .label(0))
        #expect(probe.predict(example.numbers, [example.category]).map(\.isNaN) == [false, true, false])
        var restored = model.probe
        try restored.restore(probe.bytes)
        restored.learn(example.numbers, [example.category], .label(1))
        #expect(restored.predict(example.numbers, [example.category]).map(\.isNaN) == [false, false, false])
    }

    /// One changed bit of what a learner does is a new revision of it: raise the revision, then the digest here.
    @Test(arguments: cases) func hasTheSameBitsAsEver(_ model: Case) throws {
        let digest = Digest(hashing: model.trained(200).bytes)
        #expect(digest.description == Self.digests[model.description], "\"\(model)\": \"\(digest)\",")
        #expect(Catalogue.declaration(named: model.learner.name)?.revision == 1)
    }

    static let digests: [String: String] = [
        "bayesian_linear_regression regression one_hot":
            "ad56b7518f52deedd79fb52cd2d4b8fa6f91dedfbf3e939c36e6138c51f9deb0",
        "bayesian_linear_regression regression": "b821ddadafb86f64b6ad6cbc7af970ffb577ba03ce4d4c96e3ee4c80cd3d8d3c",
        "bayesian_linear_regression smoothing regression one_hot":
            "847bd787b8688302d8332ac961d86f8ab1933c2c2f08b082492b149ef1eaa1cf",
        "bernoulli_nb binary": "6e26e75ab10c031e2f741530260e23ff6e19a61d58656c97a9fd86599b57d2e3",
        "bernoulli_nb multiclass one_hot": "0fd25b1b7985a3eda54d506fc928f77a725030b10cd2487c8cb9f730c43aa84b",
        "bernoulli_nb multiclass": "c5fa01129945472f63d9cafb7bfd492bba8d4f5d224a28cf4b53df04e9b96ef3",
        "bernoulli_nb threshold binary one_hot": "7e4583163304ec7df3e7b63435b5c61d0ae47bed10cde7fb3868a6776ea42175",
        "complement_nb binary": "fba6c76c9fd484aed62e373a10280efda00b69a60ffc77c4ee31fde334bd2bc6",
        "complement_nb multiclass one_hot": "67061666f3fd9b0bc7c8cade2e833425c18a0cb89d9cda83a655c05988079ac1",
        "complement_nb multiclass": "6b37d03f515f4f949b52dfaa5bc3166227f46ad340596fc580a3c6a02f49e156",
        "gaussian_nb binary": "b18c902cdb51373c087da59ac29239355cbee18ef11a67dfbc6df3a1c7c54f7f",
        "gaussian_nb multiclass one_hot": "6ff4bef7d65866574b8f767711ac24dd26101f947050a8829f8a1c01a394c4f4",
        "gaussian_nb multiclass": "25c19b1d2d6f37d48bd1b72338d45bed49d53c247e916677c3145c5205f9a390",
        "knn_classifier binary": "0f0e75dbe7ba1e70f2dc7062b0885d5ee66c69ff8b21538388e10ff0d2707cf3",
        "knn_classifier multiclass one_hot": "85b4c95f3aceace64cc4726b13176b6db4469d17bcf9057c1540d6ac28ffa2ff",
        "knn_classifier softmax multiclass": "8a2b77b797d3797f6665ee4faf070ef3d39b0c8f873db3511d3d2e1262d3fb52",
        "knn_regressor median regression": "ff49a8566c9b6295bea5fd631955ab980b90966a88fc879d94588e883bec1cfd",
        "knn_regressor regression one_hot": "a3ab33a826669ce2995e15152d6822c0b68490fb5a00f830a314e556cfbc0302",
        "knn_regressor regression": "8f0b50d84c2065505d775e9343f1b69fcd5f75148d849b59c15cb94866e822a7",
        "multinomial_nb binary": "8c533b30a64483d8f85be6529bba8fadc6f3875ba710f4c1de42a82864296724",
        "multinomial_nb multiclass one_hot": "60aa7e36a76f06ed564acaee670a5273004af6cf4334c7a6d4b2013f480a2215",
        "multinomial_nb multiclass": "d41337202ec61514c46ee5e9c2e4330dfd25d273fcec4ae6a9490fca275dc5da",
        "no_change_classifier binary": "a4f41bbd2cb2e5d3fe74c9df57261d1bca9fb2a0c21c85e130925ec37897862c",
        "no_change_classifier multiclass": "d7c0740b0c8ea8b6ab1705bd1d2f8b5652c05ab7165a3124b204b795e94155ac",
        "no_change_regressor regression": "adae5578867741db09547f3d42369bfb7ad09b6c7ec586fc4b91e22645b3ad15",
        "one_vs_one_classifier multiclass one_hot": "9d8f2ff1a94a084c97fc29ed91179c78e9ce35021eeee548d00df4311cffb8ec",
        "one_vs_one_classifier multiclass": "62113aad634ef5b8dc89f45ee65e80efa0d24ecda6cc7a01837da22444bfff7a",
        "one_vs_rest_classifier binary one_hot": "950abb10eba380f02c244417a4dc3dea1ed4e467629db14c52d511902b57adbd",
        "one_vs_rest_classifier multiclass": "d128b0990c16c0a65764174d2b2d9f709c11489beac1d6d03876b7d5066827eb",
        "output_code_classifier exact multiclass one_hot":
            "ea5048cc7815a30fcf7dd4fe09b1a9e12c3beb8058cab8e922dbe7c62db86641",
        "output_code_classifier multiclass": "b41e1283ca053ff88eba43e4b1a504324bf56e8d2ad8b4a728a75fe15f21c0d3",
        "pa_classifier binary one_hot": "0cc02948cac103314ed70d759f60bde8495ed5b97fbece8df0b13b7a2d476f94",
        "pa_classifier binary": "0d5c11ea24712ce4f3906762abf9126072312ae5f81afe39b134653ca132d675",
        "pa_regressor regression one_hot": "c2910e49cd28fdcb7f5b064cf8d10af5e4fe2f57e811dc9433985e2fc61a5f02",
        "pa_regressor regression": "79a0c1191d866302c68c6d84c3a7c05041efbad719a2eddada1e94cd7be5beff",
        "prior_classifier binary": "23d3467d784aceef778083409c5e46de3bcf83f12511b442de9fa68d0008c066",
        "prior_classifier multiclass": "43755fa1f9838ae7ad54b82fd2fe17ab021b421a526162e52f8404a50bf86fca",
        "statistic_regressor ew_mean regression": "4f60cc8267099e8d54c6f1e726017715bf616baa8e3cf0eea922fc8eee2ead28",
        "statistic_regressor regression": "f332f68cb5b1e6f2dcaa0675eaa936a4d5dcbbe66767a24c39af12241cf5dd50",
    ]
}
