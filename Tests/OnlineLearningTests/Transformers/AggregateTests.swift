import Determinism
import OnlineLearning
import Testing

@Suite struct AggregateTests {
    @Test func aggregatesAreOfTheirKey() {
        var agg = TransformerFixture("agg", ["on": .number, "by": .category])
        #expect(agg.outputs == ["on_mean_by_by"])
        for value in [1.0, 2, 6] { agg.learn([.number(value), "a"]) }
        #expect(agg.numbers([0, "a"])[1] == 3)
        #expect(agg.numbers([0, "b"])[1] == 0)
        agg.learn([nil, "b"])
        #expect(agg.numbers([0, "b"])[1] == 0)
        // A missing key is a key.
        agg.learn([5, nil])
        #expect(agg.numbers([0, nil])[1] == 5)
    }

    @Test func keysMayBeSeveralAndNumbersToo() {
        var agg = TransformerFixture("agg", ["how": .choice("count")], ["x": .number, "k": .number, "c": .category])
        #expect(agg.outputs == ["x_count_by_k_and_c"])
        agg.learn([1, 0, "a"])
        agg.learn([1, -0.0, "a"])
        agg.learn([1, 1, "a"])
        #expect([agg.numbers([0, 0, "a"])[2], agg.numbers([0, 1, "a"])[2], agg.numbers([0, 2, "a"])[2]] == [2, 1, 0])
    }

    @Test func keysBeyondTheCapShareAGroup() {
        var agg = TransformerFixture(
            "agg", ["how": .choice("sum"), "max_keys": .integer(1)], ["x": .number, "c": .category])
        for (value, key) in [(1.0, "a"), (2, "b"), (4, "c")] { agg.learn([.number(value), .string(key)]) }
        #expect([agg.numbers([0, "a"])[1], agg.numbers([0, "d"])[1]] == [1, 6])
    }

    @Test func targetsEnterAfterTheirExample() {
        var agg = TransformerFixture("target_agg", ["c": .category])
        #expect(agg.outputs == ["y_mean_by_c"])
        #expect([1.0, 2, 6].map { agg.learn(["a"], $0)?.numbers[0] } == [0, 1, 1.5])
        #expect(agg.numbers(["a"]) == [3])
        var prior = TransformerFixture(
            "target_agg", ["how": .choice("bayes_mean"), "prior": .number(1), "prior_weight": .number(3)],
            ["c": .category])
        for y in [1.0, 2, 6] { prior.learn(["a"], y) }
        #expect(prior.numbers(["a"]) == [2])
        #expect(prior.numbers(["b"]) == [1])
    }

    @Test func anOverflowIsUndone() {
        var agg = TransformerFixture("target_agg", ["how": .choice("sum")], ["c": .category])
        agg.learn(["a"], 1e308)
        #expect(agg.learn(["a"], 1e308) == nil)
        #expect(agg.numbers(["a"]) == [1e308])
    }

    /// A window told slowly: every value with its time, and which slices the window has at an instant.
    @Test(arguments: ["mean", "count", "sum", "var", "min", "max"], [1, 4, 24])
    func aWindowHoldsTheSlicesThatEndNow(_ how: String, _ buckets: Int) {
        let over = 1_000.0
        var agg = TransformerFixture(
            "target_agg",
            ["how": .choice(how), "over": .integer(Int(over) * 1_000_000), "buckets": .integer(buckets)],
            ["c": .category])
        var generator = SeededGenerator(seed: 3)
        var log: [(time: Double, key: Int, y: Double)] = []
        var time = -5_000.0
        let length = (over * 1e6 / Double(buckets)).rounded(.up) / 1e6
        for _ in 0..<600 {
            time += [0, 1, 20, 90, 600][generator.below(5)]
            let (key, y) = (generator.below(3), Double(generator.below(1_000)) / 8)
            let now = (time / length).rounded(.down)
            let values = log.filter {
                let slice = ($0.time / length).rounded(.down)
                return $0.key == key && slice > now - Double(buckets) && slice <= now
            }.map(\.y)
            // Never older than the window is long.
            let isGone = log.map { ($0.time / length).rounded(.down) <= now - Double(buckets) }
            #expect(zip(log, isGone).allSatisfy { $0.time > time - over || $1 })
            let found = agg.learn([.string("k\(key)")], y, at: time)?.numbers[0] ?? .infinity
            #expect(isClose(found, Self.slow(how, values)), "\(how) at \(time)")
            log.append((time, key, y))
        }
    }

    private static func slow(_ how: String, _ values: [Double]) -> Double {
        let (count, sum) = (Double(values.count), values.reduce(0, +))
        switch how {
        case "count": return count
        case "sum": return sum
        case "mean": return values.isEmpty ? 0 : sum / count
        case "min": return values.min() ?? .nan
        case "max": return values.max() ?? .nan
        default:
            let squares = values.reduce(0) { $0 + ($1 - sum / count) * ($1 - sum / count) }
            return count > 1 ? squares / (count - 1) : 0
        }
    }

    private func isClose(_ a: Double, _ b: Double) -> Bool {
        (a.isNaN && b.isNaN) || (a - b).magnitude <= 1e-9 * max(1, b.magnitude)
    }

    @Test func questionsForgetAsTimePasses() {
        var agg = TransformerFixture(
            "target_agg", ["over": .integer(24 * 3_600_000_000)], ["c": .category])
        agg.learn(["a"], 8, at: 0)
        #expect(agg.numbers(["a"], at: 23 * 3_600) == [8])
        #expect(agg.numbers(["a"], at: 24 * 3_600) == [0])
        // What is learned in an older slice than its place holds is gone already.
        agg.learn(["a"], 5, at: 48 * 3_600)
        agg.learn(["a"], 100, at: 0)
        #expect(agg.numbers(["a"], at: 48 * 3_600) == [5])
    }
}
