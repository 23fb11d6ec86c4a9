import Determinism
import OnlineLearning
import Testing

@Suite struct CategoryTransformerTests {
    @Test func codesCountCategoriesAsTheyAreLearned() {
        var encoder = TransformerFixture("ordinal_encoder", ["c": .category])
        #expect(encoder.outputs == ["c_ordinal"])
        for name in ["a", "b", "a"] as [FixtureValue] { encoder.learn([name]) }
        #expect(encoder.numbers(["b"]) == [2])
        #expect(encoder.numbers(["c"]) == [0])
        #expect(encoder.numbers([nil])[0].isNaN)
    }

    @Test func codesLeaveOutTheOneOfTheUnknown() {
        var encoder = TransformerFixture(
            "ordinal_encoder", ["unknown_value": .integer(1), "max_categories": .integer(2)], ["c": .category])
        for name in ["a", "b"] as [FixtureValue] { encoder.learn([name]) }
        #expect(encoder.numbers(["a"]) + encoder.numbers(["b"]) == [0, 2])
        // Beyond the cap all share the next code, learned or not.
        #expect(encoder.numbers(["c"]) == [3])
        var negative = TransformerFixture("ordinal_encoder", ["unknown_value": .none], ["c": .category])
        negative.learn(["a"])
        #expect(negative.numbers(["a"]) == [0])
        #expect(negative.numbers(["b"])[0].isNaN)
    }

    @Test func theMeanTargetIsDrawnToTheOverallOne() {
        var encoder = TransformerFixture("target_encoder", ["prior_weight": .number(1)], ["c": .category])
        #expect(encoder.outputs == ["c_target"])
        #expect(encoder.numbers(["a"]) == [0])
        for (name, y) in [("a", 1.0), ("a", 3), ("b", 8)] { encoder.learn([.string(name)], y) }
        #expect(encoder.numbers(["a"]).isClose([2.6666666666666665]))
        #expect(encoder.numbers(["b"]) == [6])
        #expect(encoder.numbers(["new"]) == [4])
        #expect(encoder.numbers([nil])[0].isNaN)
    }

    @Test func categoriesBeyondTheCapShareAMean() {
        var encoder = TransformerFixture(
            "target_encoder", ["prior_weight": .number(0), "max_categories": .integer(1)], ["c": .category])
        for (name, y) in [("a", 1.0), ("b", 3), ("c", 8)] { encoder.learn([.string(name)], y) }
        #expect(encoder.numbers(["a"]) == [1])
        #expect(encoder.numbers(["d"]) == [5.5])
    }

    /// The same hash told slowly: a table from bucket to sum.
    @Test func hashedColumnsAreSumsOverTheirBuckets() {
        let seed = 7
        var hasher = TransformerFixture(
            "feature_hasher", ["n_features": .integer(8), "seed": .integer(seed)],
            ["c": .category, "d": .category, "n": .number])
        func bucket(_ bits: Fingerprint) -> (Int, Double) {
            (Int(bits.low.multipliedFullWidth(by: 8).high), bits.high & 1 == 1 ? -1 : 1)
        }
        func place(_ name: String, _ value: String?) -> (Int, Double) {
            let feature = Fingerprint("\(seed) \(name)")
            guard let value else { return bucket(feature) }
            let own = Fingerprint(value)
            var bytes: [UInt8] = []
            for word in [feature.high, feature.low, own.high, own.low] {
                bytes += (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
            }
            return bucket(Fingerprint(bytes))
        }
        for index in 0..<40 {
            let (c, d, n) = ("c\(index % 7)", "d\(index % 5)", Double(index))
            let values: [FixtureValue] = [.string(c), .string(d), .number(n)]
            guard let vector = hasher.learn(values) else {
                Issue.record("refused")
                continue
            }
            var sums = [Int: Double]()
            for ((bucket, sign), value) in [(place("c", c), 1), (place("d", d), 1), (place("n", nil), n)] {
                sums[bucket, default: 0] += sign * value
            }
            #expect(vector.values.sorted() == sums.values.sorted())
            #expect(vector.numbers[0].isNaN)
        }
        #expect(hasher.transformer.columns.count <= 8)
    }

    @Test func everyCombinationHasAColumn() {
        var cross = TransformerFixture(
            "cross", ["max_categories": .integer(3)], ["c": .category, "d": .category])
        func columns(_ c: FixtureValue, _ d: FixtureValue) -> [Int32] { Array(cross.transform([c, d]).columns) }
        #expect(columns("a", "x") == [])
        cross.learn(["a", "x"])
        cross.learn(["a", "y"])
        cross.learn(["ax", ""])
        #expect([columns("a", "x"), columns("a", "y"), columns("ax", ""), columns(nil, "x")] == [[0], [1], [2], []])
        cross.learn(["b", "x"])
        #expect([columns("b", "x"), columns("never", "seen")] == [[3], [3]])
    }
}
