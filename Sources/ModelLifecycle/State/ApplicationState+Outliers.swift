import Determinism
import OnlineLearning

/// Labels far outside the range learned so far: set aside, let in together, or dropped.
extension ApplicationState {
    /// Judges a label that has met its question, before it is scored or learned.
    ///
    /// - Parameters:
    ///   - index: the entry of its question.
    ///   - isConfirmed: whether somebody has said that it is right, so that it is not judged.
    /// - Returns: false where it is set aside.
    @inline(__always)
    mutating func takesIn(
        _ target: Target, _ row: borrowing FeatureRow, of index: Int, at time: Timestamp, isConfirmed: Bool,
        _ outcome: inout Outcome
    ) -> Bool {
        guard case .value(let value) = target else { return true }
        learned.outliers.seen += 1
        if learned.outliers.range.isOutside(value), !isConfirmed {
            return letsIn(value, row, of: index, at: time, &outcome)
        }
        learned.outliers.range.update(value)
        return true
    }

    /// What a label outside is to those that wait: one more, or the last that was wanted.
    @inline(never)
    private mutating func letsIn(
        _ value: Double, _ row: borrowing FeatureRow, of index: Int, at time: Timestamp, _ outcome: inout Outcome
    ) -> Bool {
        let range = learned.outliers.range
        let isAbove = value > range.greatest
        if learned.outliers.count(above: isAbove) + 1 >= OutlierLabels.likeMin {
            // What labels are like now is found out anew.
            learned.outliers.range = LabelRange()
            let waiting = learned.outliers.take { $0.isAbove == isAbove }
            learnLate(waiting, cause: "others like it came", at: time, &outcome)
            learned.outliers.range.update(value)
            return true
        }
        let (entry, width) = (ledger.entry(index), voiceWidth)
        let (question, place) = (Int(entry.offset), entry.place)
        let answers = ledger.withAnswers(of: index) { Array($0) }
        learned.outliers.append(
            OutlierLabels.Aside(
                question: question, time: time, value: value, isAbove: isAbove, seen: learned.outliers.seen,
                answers: answers, row: copy row),
            contract.layout)
        let given = ledger.given(of: index) ?? Array(answers[place * width..<(place + 1) * width])
        let label = entry.label == 0 ? offset : Int(entry.labelOffset < 0 ? entry.offset : entry.labelOffset)
        asideLabels.add(question: question, label: label, answer: given)
        outcome.notices.append(.setAside(question: question, range))
        return false
    }

    /// Scores and learns labels that were set aside, in the order in which they came.
    private mutating func learnLate(
        _ labels: [OutlierLabels.Aside], cause: String, at time: Timestamp, _ outcome: inout Outcome
    ) {
        guard !labels.isEmpty else { return }
        for one in labels {
            let row = one.row.rearranged(from: learned.outliers.layout, to: contract.layout)
            let target = Target.value(one.value)
            score(one, target, row, at: time, &outcome)
            if let given = asideLabels.settle(one.question, .learned) {
                scoreServed(given, one.value, row, at: time)
            }
            train(row, target, at: time, labelsSince: nil, of: nil, &outcome)
            if watchesLabels { learned.outliers.range.update(one.value) }
            outcome.learnedLate.append(
                Outcome.LearnedLate(
                    question: one.question, value: one.value, target: outcome.scoredTarget, answers: outcome.scored,
                    width: outcome.scoredWidth, row: row))
        }
        outcome.scoredTarget = nil
        outcome.notices.append(.learnedLate(cause, count: labels.count))
    }

    /// Scores what the models had answered, where they are those that serve.
    private mutating func score(
        _ one: OutlierLabels.Aside, _ target: Target, _ row: borrowing FeatureRow, at time: Timestamp,
        _ outcome: inout Outcome
    ) {
        outcome.labelledQuestion = one.question
        outcome.scored = one.answers
        outcome.scoredWidth = one.answers.count / (learned.models.count + 1)
        outcome.scoredTarget = learned.lineage.contains(one.question) ? target : nil
        if outcome.scoredTarget != nil { score(&outcome, target, row, at: time) }
    }

    private mutating func scoreServed(
        _ given: [Double], _ value: Double, _ row: borrowing FeatureRow, at time: Timestamp
    ) {
        guard served.own != nil, keepsServed else { return }
        served.score(
            given, voice: given[...], .number(value), .value(value), learned.classes,
            maxClasses: contract.target.maxClasses, row, at: time)
    }

    // MARK: Time

    /// Drops what has waited for as long as it may; lets all in where the rule does not hold any more.
    @inline(never)
    mutating func passAside(at time: Timestamp, _ outcome: inout Outcome) {
        guard watchesLabels else {
            let all = learned.outliers.take { _ in true }
            return learnLate(all, cause: "the rule is off", at: time, &outcome)
        }
        let outliers = learned.outliers
        let dropped = learned.outliers.take { outliers.hasPassed($0, at: time) }
        for one in dropped { asideLabels.settle(one.question, .dropped) }
        if !dropped.isEmpty { outcome.notices.append(.dropped(count: dropped.count)) }
    }

    // MARK: People's word

    /// Learns a label that was set aside as a correction says it was, which may be the same. For whatever is derived,
    /// it was that from the beginning.
    mutating func confirm(_ known: KnownID, _ label: Label, _ outcome: inout Outcome) -> Decision {
        let question = Int(ledger.entry(known.index).offset)
        let amendment = Amendment.corrections([.init(question: question, label: label)])
        guard amendments.hasRoom(for: amendment) else { return .refused(.tooManyAmendments) }
        amendments.append(amendment, at: offset)
        ledger.counts.corrections += 1
        ledger.correct(known.index, to: label.contentHash(contract.target), at: offset)
        let target = target(learning: label)
        guard case .value(let value) = target, let one = learned.outliers.take(where: { $0.question == question }).first
        else { return .corrected }
        let row = one.row.rearranged(from: learned.outliers.layout, to: contract.layout)
        score(one, target, row, at: ledger.time, &outcome)
        if let given = asideLabels.settle(question, .corrected) { scoreServed(given, value, row, at: ledger.time) }
        train(row, target, at: ledger.time, labelsSince: nil, of: nil, &outcome)
        if watchesLabels { learned.outliers.range.update(value) }
        outcome.giveBack(row)
        return .learned
    }

    /// Lets go of labels whose questions do not count any more.
    mutating func letGoOfAside(_ questions: OffsetRanges, areForgotten: Bool) {
        if !learned.outliers.aside.isEmpty { _ = learned.outliers.take { questions.contains($0.question) } }
        if areForgotten { asideLabels.remove(questions) }
    }

    /// Whether a label would be set aside that comes to a question which an exclusion has taken out.
    func isOutside(_ label: Label) -> Bool {
        guard watchesLabels, case .number(let value) = label else { return false }
        return learned.outliers.range.isOutside(value)
    }
}

extension TargetDeclaration {
    /// Whether labels far outside the range learned so far are set aside.
    var setsOutliersAside: Bool { task == .regression && outliers == .setAside }
}

extension Notice {
    /// - Parameter question: its offset. What the label is, the notice does not say: it could be one that is forgotten.
    static func setAside(question: Int, _ range: LabelRange) -> Notice {
        Notice(
            .setAside, cause: "label far outside the range learned so far",
            evidence: [
                Evidence("question", count: question), Evidence("least", range.least),
                Evidence("greatest", range.greatest),
            ])
    }

    static func learnedLate(_ cause: String, count: Int) -> Notice {
        Notice(.learnedLate, cause: cause, evidence: [Evidence("count", count: count)])
    }

    static func dropped(count: Int) -> Notice {
        Notice(.dropped, cause: "no others like it came", evidence: [Evidence("count", count: count)])
    }
}
