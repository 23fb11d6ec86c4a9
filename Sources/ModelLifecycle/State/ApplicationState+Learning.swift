import Determinism
import OnlineLearning

/// How the models answer and learn.
extension ApplicationState {
    /// Answers a question with every model; the baseline stands in where an answer is not finite.
    mutating func answerAll(_ row: borrowing FeatureRow, at time: Timestamp, _ outcome: inout Outcome) {
        workspace.time = time.microseconds
        let width = voiceWidth
        outcome.beginAnswer(contract.target.task, classCount: classCount, width: width)
        if ledger.voices.areKept { outcome.layOutVoices(ledger.voices.layout.stride) }
        learned.predict(
            row, width: width, into: &outcome.answers, voices: &outcome.voices, ledger.voices.layout,
            workspace: &workspace)
        let baseline = learned.models.count * width
        for model in learned.models.indices {
            if outcome.isFinite(from: model * width, baseline: baseline) {
                failureRuns.answerWentWell(model)
                continue
            }
            for i in 0..<width { outcome.answers[model * width + i] = outcome.answers[baseline + i] }
            // The answer is not what the model said: it is not to be judged by that.
            ledger.voices.layout.clear(model, in: &outcome.voices)
            ledger.counts.replacedAnswers += 1
            if model == outcome.answering { outcome.answerIsBaseline = true }
            if let count = failureRuns.answerFailed(model) {
                outcome.notices.append(.replaced(learned.models[model].name, count: count))
            }
        }
    }

    /// Scores the answers once given, then lets every model learn, and moves the entry to the known ones.
    /// - Parameter isAskedNow: whether the question came with this event, so that what was said to it is at hand.
    /// - Returns: false where the label is set aside: then nothing is scored or learned.
    mutating func learn(
        _ row: borrowing FeatureRow, _ label: Label, scoring index: Int, at time: Timestamp, isAskedNow: Bool = false,
        isExample: Bool = false, _ outcome: inout Outcome
    ) -> Bool {
        let learnedBefore = ledger.voices.learned
        if !isExample {
            ledger.counts.count(labelAfter: time.microseconds - ledger.time(of: index).microseconds)
        }
        let target = isAskedNow ? targetOfNow(learning: label, &outcome) : target(learning: label)
        if watchesLabels, !takesIn(target, row, of: index, at: time, isConfirmed: isLabelConfirmed, &outcome) {
            if !isExample, keepsLateness {
                let asked = ledger.time(of: index)
                lateness.label(ofQuestionAt: asked, after: time.microseconds &- asked.microseconds)
            }
            ledger.move(index, to: .labelled, at: time)
            return false
        }
        var labelsSince = recall(index, isAskedNow: isAskedNow, &outcome)
        // Those that were set aside, and come in with this one.
        if isAskedNow { labelsSince = Double(ledger.voices.learned - learnedBefore) }
        outcome.labelledQuestion = Int(ledger.entry(index).offset)
        score(index, label, target, row, at: time, &outcome)
        if !isExample, keepsLateness {
            let entry = ledger.entry(index)
            noteLabel(label, target, of: index, askedAt: entry.time, entry.place, outcome, at: time)
        }
        teach(row, target, of: index, at: time, labelsSince: labelsSince, &outcome)
        ledger.move(index, to: .labelled, at: time)
        return true
    }

    /// Scores what was answered to a question, which the outcome has.
    mutating func score(
        _ index: Int, _ label: Label, _ target: Target, _ row: borrowing FeatureRow, at time: Timestamp,
        _ outcome: inout Outcome
    ) {
        let (question, place) = (Int(ledger.entry(index).offset), ledger.entry(index).place)
        outcome.scoredTarget = learned.lineage.contains(question) ? target : nil
        if outcome.scoredTarget != nil { score(&outcome, target, row, at: time) }
        if served.own != nil, keepsServed {
            let voice = outcome.scored[place * voiceWidth..<(place + 1) * voiceWidth]
            served.score(
                ledger.given(of: index), voice: voice, label, target, learned.classes,
                maxClasses: spec.contract.target.maxClasses, row, at: time)
        }
    }

    /// As ``target(learning:)``; what was just said stays laid out as the ledger has it.
    private mutating func targetOfNow(learning label: Label, _ outcome: inout Outcome) -> Target {
        guard ledger.voices.areKept, contract.target.hasOpenClasses else { return target(learning: label) }
        let layout = ledger.voices.layout
        let target = target(learning: label)
        if layout != ledger.voices.layout {
            var said: [Double] = []
            swap(&said, &outcome.voices)
            outcome.layOutVoices(ledger.voices.layout.stride)
            said.withUnsafeBufferPointer {
                _ = ledger.voices.layout.take($0, layout, Array(learned.models.indices), to: &outcome.voices)
            }
        }
        return target
    }

    /// Takes what was answered and said to a question out of the ledger, into the outcome.
    /// - Parameter isAskedNow: whether the outcome has what was said.
    /// - Returns: how many labels were learned since it was asked; nil where nothing is kept, or other models said it
    ///   than those that serve.
    mutating func recall(_ index: Int, isAskedNow: Bool = false, _ outcome: inout Outcome) -> Double? {
        outcome.scoredWidth = voiceWidth
        ledger.copyAnswers(of: index, to: &outcome.scored)
        guard !isAskedNow else { return 0 }
        guard ledger.voices.used > 0, learned.lineage.contains(Int(ledger.entry(index).offset)) else { return nil }
        return ledger.voices.copy(index, to: &outcome.voices)
    }

    mutating func score(
        _ outcome: inout Outcome, _ target: Target, _ row: borrowing FeatureRow, at time: Timestamp
    ) {
        let width = outcome.scoredWidth
        outcome.scored.withUnsafeBufferPointer { answers in
            for model in learned.models.indices {
                let answer = UnsafeBufferPointer(rebasing: answers[model * width..<(model + 1) * width])
                learned.models[model].metrics.score(answer, target, row, at: time)
            }
            let answer = UnsafeBufferPointer(rebasing: answers[learned.models.count * width..<answers.count])
            learned.baselineMetrics.score(answer, target, row, at: time)
        }
    }

    /// Lets every model learn. Those that weigh others judge them by what they said, which the outcome has beside what
    /// was answered.
    /// - Parameters:
    ///   - labelsSince: how many labels were learned between the question and this one; nil where nobody is to be
    ///     judged.
    ///   - id: the question's. While one of that id is set aside, the label counts there.
    mutating func train(
        _ row: borrowing FeatureRow, _ target: Target, at time: Timestamp, labelsSince: Double?, of id: Fingerprint?,
        _ outcome: inout Outcome
    ) {
        workspace.time = time.microseconds
        for model in learned.models.indices {
            train(model, row, target, weight: 1, labelsSince: labelsSince, &outcome)
        }
        if ledger.voices.areKept, marks.ledger.isEmpty || id.flatMap({ marks.ledger.index(of: $0) }) == nil {
            ledger.voices.count(labels: 1)
        }
        learned.baseline.learn(target)
    }

    /// Lets one model learn.
    @inline(__always)
    mutating func train(
        _ model: Int, _ row: borrowing FeatureRow, _ target: Target, weight: Double, labelsSince: Double?,
        _ outcome: inout Outcome
    ) {
        let isLearned: Bool
        if ledger.voices.areKept {
            let (layout, width) = (ledger.voices.layout, outcome.scoredWidth)
            isLearned = outcome.voices.withUnsafeBufferPointer { voices in
                outcome.scored.withUnsafeBufferPointer { answers in
                    let answer = UnsafeBufferPointer(rebasing: answers[model * width..<(model + 1) * width])
                    return learned.models[model].pipeline.learn(
                        row, target, weight: weight, asked: layout.asked(model, voices, answer, labelsSince),
                        workspace: &workspace)
                }
            }
        } else {
            isLearned = learned.models[model].pipeline.learn(row, target, weight: weight, workspace: &workspace)
        }
        guard !isLearned else { return failureRuns.updateWentWell(model) }
        learned.models[model].failedUpdates += 1
        if let count = failureRuns.updateFailed(model) {
            outcome.notices.append(.failed(learned.models[model].name, count: count))
        }
    }

    // MARK: What was said

    /// How many questions lost what was said to them before their label came, because `limits.voices` was reached.
    public var voicesDropped: UInt64 { ledger.voices.dropped }

    /// How many open questions have what was said to them kept.
    package var voicesKept: Int { ledger.voices.used + marks.ledger.voices.used }

    /// Bytes that what is said takes, with the room that is kept ready for more.
    package var voiceByteCount: Int { ledger.voices.byteCount + marks.ledger.voices.byteCount }

    /// Brings what is kept in line with the models, the classes and the limit that there are now.
    /// - Parameter sources: for the place of each model its place so far, nil where it is new; nil for the same places.
    mutating func layOutVoices(_ sources: [Int?]? = nil) {
        let layout = revision.fold >= Revision.voices ? learned.voiceLayout(classRoom: voiceWidth) : .none
        let capacity = layout.stride == 0 ? 0 : spec.limits.voiceBytes / (layout.stride * 8)
        let sources = sources ?? Array(learned.models.indices)
        ledger.rearrangeVoices(to: layout, sources, capacity: capacity)
        if !marks.ledger.isEmpty { marks.ledger.rearrangeVoices(to: layout, sources, capacity: capacity) }
    }

    /// Forgets what was said to the oldest questions while it takes more than its budget; what is set aside goes first,
    /// and is not counted.
    mutating func keepVoicesWithinBudget() {
        guard ledger.voices.areKept else { return }
        let capacity = ledger.voices.capacity
        ledger.dropVoices(downTo: capacity)
        if marks.ledger.voices.used > 0 {
            marks.ledger.dropVoices(downTo: capacity - ledger.voices.used, isCounted: false)
        }
    }
}
