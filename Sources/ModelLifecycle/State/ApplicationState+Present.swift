import Determinism
import OnlineLearning

/// What people and the engine say of the application itself: names, and that log time was wrong.
extension ApplicationState {
    mutating func name(_ naming: Naming) -> Decision {
        let version = naming.offset ?? offset
        guard version <= offset else { return .refused(.unknownVersion(version, end: offset)) }
        guard names.set(naming.name, offset: version) else { return .refused(.noRoomForNames) }
        return .noted
    }

    /// Sets log time back. What the ledger had lost by the jump is read back from the log and open again, or, where its
    /// label has come meanwhile, labelled.
    mutating func setClock(
        _ correction: ClockCorrection, to time: Timestamp, _ past: inout some PastEvents
    ) throws(PastEventMissing) -> Decision {
        let amendment = Amendment.clock(from: correction.from, latest: time)
        guard time < ledger.time, correction.from < offset, (correction.opened.last ?? 0) < offset else {
            return .refused(.clockIsRight)
        }
        guard amendments.hasRoom(for: amendment) else { return .refused(.tooManyAmendments) }
        // All is read before anything changes.
        var questions: [PastQuestion] = []
        for range in correction.opened.ranges {
            for question in range { questions.append(try past.question(at: question)) }
        }
        ledger.setBack(to: time)
        lateness.setBack(to: time)
        marks.ledger.setBack(to: time)
        for question in questions { reopen(question) }
        ledger.sortPending()
        setProvisionalBack(reopened: questions)
        amendments.append(amendment, at: offset)
        return .noted
    }

    private mutating func reopen(_ question: PastQuestion) {
        guard let index = ledger.index(of: question.id) else {
            return open(ledger.append(entry(question)), question)
        }
        let known = ledger.entry(index)
        switch known.status {
        case .waiting:
            var labelled = entry(question)
            (labelled.label, labelled.labelOffset) = (known.label, known.labelOffset)
            (labelled.status, labelled.time) = (.labelled, ledger.time)
            ledger.replace(index, with: labelled)
        case .expired where known.offset == question.offset && known.label != 0:
            ledger.move(index, to: .labelled, at: ledger.time)
            ledger.counts.lateLabels.takeOne()
        case .expired where known.offset == question.offset:
            ledger.move(index, to: .pending, at: question.time)
            return open(index, question)
        case .pending, .labelled, .expired, .free: return
        }
        takeBackExpiry()
        ledger.counts.labels += 1
    }

    private func entry(_ question: PastQuestion) -> Ledger.Entry {
        Ledger.Entry(
            id: question.id, offset: Int64(question.offset), time: question.time, content: question.content, label: 0,
            status: .pending)
    }

    /// Counts a question as open, with what was answered to it; what the other models said, the log does not say.
    private mutating func open(_ index: Int, _ question: PastQuestion) {
        var answers = [Double](repeating: .nan, count: ledger.answerWidth)
        if question.offset > version {
            // Since then nothing was adopted: who serves has answered.
            let place = learned.roles.champion
            for (slot, value) in question.answer.prefix(voiceWidth).enumerated() {
                answers[place * voiceWidth + slot] = value
            }
            ledger.setPlace(place, of: index)
        } else {
            ledger.setGiven(answerGiven(to: question), of: index)
        }
        ledger.setAnswers(answers, of: index)
        takeBackExpiry()
    }

    private mutating func takeBackExpiry() {
        ledger.counts.expiredPredictions.takeOne()
        // With a provisional label the end of the horizon was a label, and what that added cannot be taken back.
        if keepsLateness, provisionalMicroseconds == nil { lateness.takeBackExpiry(after: horizonMicroseconds) }
    }

    /// What was answered before the last adoption, by the slots of ``served``. Of open classes it is known only of the
    /// lineage that serves: another may have met them in another order, and the log does not say in which.
    private func answerGiven(to question: PastQuestion) -> [Double] {
        let isKnown = !contract.target.hasOpenClasses || learned.lineage.contains(question.offset)
        var answer = isKnown ? served.arranged(question.answer) : []
        while answer.count < voiceWidth { answer.append(.nan) }
        return answer
    }

    /// The questions that this state has lost and another has not, in which log time never ran ahead.
    public func questionsLost(butIn other: borrowing ApplicationState) -> OffsetRanges {
        var offsets: [Int] = []
        for index in other.ledger.entries(where: { $0.status == .pending || $0.status == .labelled }) {
            let entry = other.ledger.entry(index)
            let known = ledger.index(of: entry.id).map { ledger.entry($0) }
            let isLost =
                switch (entry.status, known?.status) {
                case (.pending, nil): true
                case (.labelled, .waiting): true
                case (_, .expired): known?.offset == entry.offset && (known?.label != 0) == (entry.status == .labelled)
                default: false
                }
            if isLost { offsets.append(Int(entry.offset)) }
        }
        return OffsetRanges(offsets)
    }
}

extension Ledger {
    /// Log time goes back: what came later came then. Complexity: O(ledger).
    fileprivate mutating func setBack(to time: Timestamp) {
        for queue in [Status.pending, .waiting, .labelled] {
            var (late, next) = ([Int](), oldest(queue))
            while let index = next {
                if entry(index).time > time { late.append(index) }
                next = self.next(after: index)
            }
            // They are the last of the queue, and stay so.
            for index in late { move(index, to: entry(index).status, at: time) }
        }
        findOldestFresh()
        self.time = time
    }

    /// Puts the open questions in the order of their times. Complexity: O(n log n).
    fileprivate mutating func sortPending() {
        let pending = entries(where: { $0.status == .pending }).map { (index: $0, entry: entry($0)) }
        let sorted = pending.sorted { ($0.entry.time, $0.entry.offset) < ($1.entry.time, $1.entry.offset) }
        for (index, entry) in sorted { move(index, to: .pending, at: entry.time) }
        findOldestFresh()
    }
}

extension UInt64 {
    /// One less, but never below 0: a question that is open again may have left for want of room.
    fileprivate mutating func takeOne() {
        if self > 0 { self -= 1 }
    }
}

extension Refusal {
    static let clockIsRight = Refusal(.wrongTime, "log time is not ahead of the time that it is to be set to")

    static let noRoomForNames = Refusal(
        .tooLarge, "an application keeps \(VersionNames.countMax) names of 1 to \(Naming.nameBytesMax) bytes",
        hint: "give a name that there is to another version: it moves")

    static func unknownVersion(_ offset: Int, end: Int) -> Refusal {
        Refusal(.impossibleRestore, "@\(offset) is in the future: the log ends at @\(end)")
    }
}
