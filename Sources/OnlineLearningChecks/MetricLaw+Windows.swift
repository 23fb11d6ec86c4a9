import OnlineLearning

/// Laws about windows and slices.
extension MetricLaw {
    /// To so many digits: sums in another order round otherwise.
    private static func isSame(_ a: Double, _ b: Double) -> Bool {
        (a - b).magnitude <= 1e-11 * max(1, a.magnitude, b.magnitude)
    }

    static func aWindowIsItsAnswersAlone(_ subject: MetricSubject) -> [Violation] {
        let isSliced = ScoredMetric(subject.component).feature != nil
        guard !isSliced, subject.component.name != Rolling.declaration.name else { return [] }
        let examples = ScoredStream.examples(120, subject.task, seed: 4)
        if subject.component.name == TimeRolling.declaration.name { return timeAlone(subject, examples) }
        for size in [1, 7, 40] {
            var rolling = subject.scorecard([subject.rolling(size)])
            for (index, example) in examples.enumerated() {
                rolling.update(example)
                let alone = subject.scored(examples[max(0, index + 1 - size)...index]).first
                guard isSame(rolling.first, alone) else {
                    return [subject.violation(.aWindowIsItsAnswersAlone, index, "of \(size) \(alone)", rolling.first)]
                }
            }
        }
        return []
    }

    private static func timeAlone(_ subject: MetricSubject, _ examples: [ScoredExample]) -> [Violation] {
        guard case .component(let metric) = subject.component.arguments[0] else { return [] }
        for (period, limit) in [(1, 100), (4_000_000, 100), (30_000_000, 15)] {
            let timed = Component(
                named: "time_rolling",
                ["metric": .component(metric), "period": .integer(period), "max_answers": .integer(limit)])
            var rolling = subject.scorecard([timed])
            for (index, example) in examples.enumerated() {
                rolling.update(example)
                let recent = examples[...index].filter { $0.time > example.time - Int64(period) }.suffix(limit)
                let alone = subject.scored(recent, by: [metric]).first
                guard isSame(rolling.first, alone) else {
                    return [subject.violation(.aWindowIsItsAnswersAlone, index, "\(alone)", rolling.first)]
                }
            }
        }
        return []
    }

    static func aSliceIsItsAnswersAlone(_ subject: MetricSubject) -> [Violation] {
        let law = MetricLaw.aSliceIsItsAnswersAlone
        // A window of time ends with the last answer of all slices.
        guard subject.component.name != TimeRolling.declaration.name else { return [] }
        let examples = ScoredStream.examples(200, subject.task, seed: 12)
        let sliced = subject.with("by", .choice("slice"))
        // The same answers, slice after slice.
        let names = ["(missing)", "s0", "s1", "s2", "s3", "s4"]
        let sorted = names.flatMap { name in examples.filter { ($0.slice ?? "(missing)") == name } }
        let orders = [subject.scored(examples, by: [sliced]), subject.scored(sorted, by: [sliced])]
        let plain = MetricSubject(subject.with("by", .none), task: subject.task)
        for scorecard in orders {
            guard case .slices(let slices) = scorecard.readings[0].reading, slices.count == names.count else {
                return [subject.violation(law, "six slices", scorecard.readings[0].reading)]
            }
            for slice in slices {
                let alone = plain.scored(examples.filter { ($0.slice ?? "(missing)") == slice.name }).first
                guard alone == slice.value else { return [subject.violation(law, "\(alone)", slice)] }
            }
        }
        return []
    }
}
