import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Answers that were given score for `served`, whatever was adopted since.
@Suite struct ServedTests {
    /// What was answered, by the question's offset; and how it proved, counted without any of the program's metrics.
    private struct Witness {
        private var answers: [Int: (values: [Double], classes: [String])] = [:]
        private(set) var count = 0
        private(set) var total = 0
        private var sum = 0.0
        /// Answers of which two classes were the best: which one counts depends on their order.
        private var ties = 0

        mutating func reset() { (count, sum, ties) = (0, 0, 0) }

        mutating func take(_ fold: TestFold, _ event: Event) {
            let outcome = fold.outcome
            let isRegression = fold.state.contract.target.task == .regression
            if outcome.decision.hasAnswer {
                answers[fold.state.offset - 1] = (
                    Array(outcome.answer), isRegression ? [] : fold.state.classNames)
            }
            guard outcome.decision.hasLearned, let label = fold.labelLearned(event) else { return }
            guard let answer = answers.removeValue(forKey: outcome.labelledQuestion), !answer.values.isEmpty else {
                return
            }
            (count, total) = (count + 1, total + 1)
            switch label {
            case .number(let value): sum += abs(value - answer.values[0])
            case .listed(let slot): sum += (answer.values[0] > 0.5 ? 1 : 0) == slot ? 1 : 0
            case .named(let bytes):
                // Of a class that the model has not met it says nothing.
                var best = answer.values.firstIndex { !$0.isNaN } ?? 0
                for slot in answer.values.indices where answer.values[slot] > answer.values[best] { best = slot }
                if answer.values.filter({ $0 == answer.values[best] }).count > 1 { ties += 1 }
                sum += Array(answer.classes[best].utf8) == bytes ? 1 : 0
            }
        }

        var mean: Double { count == 0 ? 0 : sum / Double(count) }
        var tolerance: Double { (Double(ties) + 1e-9 * max(1, sum)) / Double(max(1, count)) }
    }

    /// The mean absolute error or the accuracy, where it is measured.
    private static func served(_ fold: TestFold) -> Double? {
        let values = fold.state.servedMetrics.values
        return values.first { $0.name == "mae" || $0.name == "accuracy" }?.value
    }

    private static func specs(_ task: RandomTask) throws -> [SpecTree] {
        // Room for all classes, so that every answer names its own.
        try task.specs.map { tree in
            guard try tree.spec.contract.target.task == .multiclass else { return tree }
            return tree.with(
                "target", ["name": "y", "type": "multiclass", "horizon": "10s", "max_classes": "20"])
        }
    }

    /// Questions, labels, restores, changed specs and exclusions at random.
    @Test(arguments: RandomTask.all, FoldPropertyTests.seeds)
    func whateverIsAdoptedTheAnswersGivenAreScored(_ task: RandomTask, _ seed: UInt64) throws {
        let specs = try Self.specs(task)
        var fold = try TestFold(specs[0])
        var (witness, metrics) = (Witness(), try specs[0].spec.settings.metrics)
        var stream = RandomStream(seed: seed &+ 5, labelCount: task.labels.count)
        var generator = SeededGenerator(seed: seed)
        for index in 0..<900 {
            let step = stream.next()
            if case .adopt(let number) = step {
                let spec = try specs[number].spec
                if spec.settings.metrics != metrics { witness.reset() }
                metrics = spec.settings.metrics
                fold.adopt(spec)
            } else {
                _ = try fold.take(step, task)
                if let event = fold.past.events[fold.state.offset - 1]?.event, fold.outcome.decision.isLogged {
                    witness.take(fold, event)
                }
            }
            if index % 40 == 13 { fold.exclude(generator.below(fold.state.offset)) }
            if index % 90 == 17 { fold.state = try ApplicationState(encoded: fold.state.encoded) }
            guard let value = Self.served(fold) else { continue }
            try #require(abs(value - witness.mean) <= witness.tolerance, "after step \(index): \(step)")
        }
        #expect(witness.total > 100)
    }

    /// Something is forgotten every day, and labels come 30 days late: the champion's metrics see none of them.
    @Test func forgettingEveryDayLeavesNoAnswerUnscored() throws {
        let tree = tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": "40d"])
        var (fold, witness, forgotten) = (try TestFold(tree), Witness(), 0)
        let day: Int64 = 86_400
        for today in 0..<90 as Range<Int64> {
            for number in 0..<5 {
                fold.predict("q\(today)-\(number)", at: today * day + Int64(number), x: Double(number))
                witness.take(fold, try #require(fold.past.events[fold.state.offset - 1]).event)
                guard today >= 30 else { continue }
                let label = Double(today % 7) + Double(number)
                if fold.label("q\(today - 30)-\(number)", at: today * day + Int64(number), label) == .waiting {
                    forgotten += 1
                } else {
                    witness.take(fold, try #require(fold.past.events[fold.state.offset - 1]).event)
                }
            }
            // The first question of the day.
            fold.exclude(fold.offset(of: "q\(today)-0"))
            let value = try #require(Self.served(fold))
            #expect(abs(value - witness.mean) < 1e-9)
        }
        #expect(forgotten == 60)
        #expect(witness.count == 60 * 4 && witness.mean > 0)
        #expect(fold.metric("mae") == 0, "every label came for an answer of another lineage")
        #expect(Self.served(fold).map { abs($0 - witness.mean) < 1e-9 } == true)
    }

    @Test func untilSomethingIsAdoptedItIsTheChampions() throws {
        for task in RandomTask.all {
            var fold = try TestFold(task.specs[1])
            var stream = RandomStream(seed: 3, labelCount: task.labels.count)
            for _ in 0..<300 {
                let step = stream.next()
                switch step {
                case .adopt, .restore: continue
                default: _ = try fold.take(step, task)
                }
            }
            let champion = fold.state.learned.champion.metrics
            #expect(fold.state.servedMetrics.readings.map(\.reading) == champion.readings.map(\.reading))
            let ledger = fold.state.ledgerDigest
            fold.restore(to: fold.state.offset)
            #expect(fold.state.ledgerDigest == ledger, "to restore what is changes nothing")
            fold.restore(to: 1)
            #expect(fold.state.ledgerDigest == ledger, "a restore takes nothing back of the present")
            #expect(fold.state.servedMetrics.readings.map(\.reading) == champion.readings.map(\.reading))
            #expect(try ApplicationState(encoded: fold.state.encoded).ledgerDigest == ledger)
        }
    }

    @Test func aChampionOfAnotherSpecLeavesItsAnswers() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.example("a", at: 0, x: 1, 10)
        fold.predict("open", at: 1, x: 1)
        let answer = fold.outcome.answer.first ?? .nan
        fold.adopt(try tenSecondSpec.with("model", ["standard_scaler", "linear_regression"]).spec)
        let before = try ApplicationState(encoded: fold.state.encoded)
        #expect(before.ledgerDigest == fold.state.ledgerDigest)
        fold.state = before
        fold.label("open", at: 2, 10)
        let first = abs(10.0 - 0)
        #expect(abs((Self.served(fold) ?? 0) - (first + abs(10 - answer)) / 2) < 1e-9)
        #expect(fold.metric("mae") == 0, "the new champion had not been asked")
    }
}

extension Event.Kind {
    /// A correction may be the first label, too.
    fileprivate var isOfLabel: Bool { self == .label || self == .corrected }
}

extension TestFold {
    /// The label that the last step learned.
    fileprivate func labelLearned(_ event: Event) -> Label? {
        if event.kind != .prediction { return event.label }
        // It had waited for the question.
        return past.events.filter { $0.value.event.kind.isOfLabel && $0.value.event.id == event.id }
            .max { $0.key < $1.key }?.value.event.label
    }

    fileprivate func offset(of id: String) -> Int {
        past.events.filter { $0.value.event.id == EventID(id) && $0.value.event.kind.isQuestion }.map(\.key).max() ?? 0
    }

    /// Excludes an event and adopts the present state as the rebuild: what matters here is that another lineage begins.
    fileprivate mutating func exclude(_ offset: Int) {
        let exclusion = Amendment.exclusion(OffsetRanges([offset]), isForgotten: false)
        apply(Event(.amended(exclusion), time: state.ledger.time, features: FeatureRow(layout)))
        restore(to: state.offset)
    }
}
