import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// The usual form of fraud, churn and clicks: 2 % positives, known within six hours; negatives that nobody labels, and
/// that are final after 30 days. A thousand questions a day, for 35 days (decision 0037).
@Suite struct ExpiryLabelsTests {
    private struct Day {
        var (mean, truth, loss, baselineLoss) = (0.0, 0.0, 0.0, 0.0)
    }

    private static let (perDay, days, seed) = (1_000, 35, UInt64(37))

    private static func spec(_ learner: String, after: String?) throws -> Spec {
        var unlabelled: [(String, SpecTree)] = [("label", "no")]
        if let after { unlabelled.append(("provisional_after", .plain(after))) }
        let scaled: SpecTree = ["standard_scaler", .plain(learner)]
        return try tenSecondSpec.with("features", ["a": "number", "b": "number"])
            .with(
                "target",
                .map([
                    ("name", "y"), ("type", "binary"), ("classes", ["no", "yes"]), ("horizon", "30d"),
                    ("unlabelled", .map(unlabelled)),
                ])
            )
            .with("model", learner == "auto" ? "auto" : scaled).with("metrics", ["log_loss"]).spec
    }

    private static func normal(_ generator: inout SeededGenerator) -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + generator.uniform() }
    }

    /// Every day's answers beside the truth, and the state in the end.
    private static func live(_ spec: Spec) throws -> ([Day], ApplicationState) {
        var generator = SeededGenerator(seed: seed)
        var (state, outcome, past) = (ApplicationState(beginning: spec), Outcome(), TestPast())
        past.layout = spec.contract.layout
        let layout = spec.contract.layout
        func take(_ event: Event) throws {
            let offset = state.offset
            try state.apply(event, past: &past, into: &outcome)
            try #require(outcome.decision.isLogged)
            past.events[offset] = (event, layout)
        }
        try take(
            Event(
                .adopted(Adoption(.spec(spec), giving: state.successor(under: spec))), time: second(0),
                features: FeatureRow(layout)))
        var (labels, all): ([(time: Int64, id: String)], [Day]) = ([], [])
        for day in 0..<days {
            var sums = Day()
            for number in 0..<perDay {
                let now = Int64(day * perDay + number) * 86_400 / Int64(perDay)
                while let index = labels.indices.min(by: { labels[$0].time < labels[$1].time }),
                    labels[index].time <= now
                {
                    let (time, id) = labels.remove(at: index)
                    try take(
                        Event(.label(.listed(1)), time: second(time), id: EventID(id), features: FeatureRow(layout)))
                }
                var row = FeatureRow(layout)
                let (a, b) = (normal(&generator), normal(&generator))
                row.setNumber(a, at: 0)
                row.setNumber(b, at: 1)
                let p = 1 / (1 + Elementary.exp(4.5 - a - b / 2))
                try take(Event(.prediction, time: second(now), id: EventID("\(day)-\(number)"), features: row))
                let isPositive = generator.uniform() < p
                if isPositive { labels.append((now + Int64(generator.below(21_600)), "\(day)-\(number)")) }
                let (answer, trivial) = (outcome.answers[0], outcome.answers[1])
                sums.mean += answer / Double(perDay)
                sums.truth += p / Double(perDay)
                sums.loss -= Elementary.log(isPositive ? answer : 1 - answer) / Double(perDay)
                sums.baselineLoss -= Elementary.log(isPositive ? trivial : 1 - trivial) / Double(perDay)
            }
            all.append(sums)
        }
        return (all, state)
    }

    @Test(arguments: ["logistic_regression", "gaussian_nb", "hoeffding_adaptive_tree_classifier", "auto"])
    func answersAreOfTheRightSizeFromTheSecondDayOn(_ learner: String) throws {
        let (days, state) = try Self.live(try Self.spec(learner, after: "1h"))
        var (loss, baselineLoss) = (0.0, 0.0)
        for (number, day) in days.enumerated().dropFirst() {
            #expect((0.5...2).contains(day.mean / day.truth), "day \(number + 1): \(day.mean) for \(day.truth)")
            (loss, baselineLoss) = (loss + day.loss, baselineLoss + day.baselineLoss)
            #expect(loss <= baselineLoss, "up to day \(number + 1): \(loss), the baseline \(baselineLoss)")
        }
        // The same by the application's own metrics, which have scored the final labels.
        let learned = state.learned
        let (own, trivial) = (learned.champion.metrics["log_loss"] ?? .nan, learned.baselineMetrics["log_loss"] ?? .nan)
        #expect(own <= trivial)
        let counts = state.ledger.counts
        #expect(counts.expiredPredictions > 4_000 && counts.labels > 500)
        #expect(state.ledger.provisionalCount > 28_000)
        var answer: [Double] = []
        learned.baseline.predict(into: &answer)
        #expect(answer[0] > 0.01 && answer[0] < 0.04, "the baseline counts in the same way")
    }

    /// Without it, the same stream learns positives alone: the test above fails then.
    @Test(arguments: ["logistic_regression", "gaussian_nb"])
    func withoutItPositivesAloneAreLearned(_ learner: String) throws {
        let (days, _) = try Self.live(try Self.spec(learner, after: nil))
        for day in days[1..<30] { #expect(day.mean > 10 * day.truth) }
    }
}
