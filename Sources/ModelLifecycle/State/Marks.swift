import Determinism
import OnlineLearning

/// What the ledger holds that does not count, because an exclusion has set it aside, and what a withdrawal needs to let
/// it count again: of the present half, and in no digest, because it decides nothing until then.
///
/// An entry that is set aside goes on as it would in the ledger: its label comes, it expires, its id is forgotten.
struct Marks: Sendable {
    /// A stretch of the log that was lived through by one learned state, up to an amendment.
    struct Life: Sendable, Equatable {
        /// Its lineage, and how many amendments it knew.
        let lineage: Lineage
        /// Where the amendment ended it.
        let end: Int
    }

    /// The entries that are set aside; its time is the log time, and its counts say nothing.
    var ledger: Ledger
    /// Ascending; one for each signed amendment.
    private(set) var lives: [Life] = []

    init(answerWidth: Int) {
        ledger = Ledger(answerWidth: answerWidth)
    }

    /// Whether there is nothing to say of it.
    var isEmpty: Bool { ledger.isEmpty && lives.isEmpty }

    mutating func end(_ lineage: Lineage, at offset: Int) {
        lives.append(Life(lineage: lineage, end: offset))
    }

    /// The entry that a label comes to, and its status at a time: as ``ApplicationState/findLabelled(_:at:)``.
    func place(of id: borrowing EventID) -> Int? { ledger.isEmpty ? nil : ledger.index(of: id.fingerprint) }
}

// MARK: In the state

extension ApplicationState {
    /// The oldest event that may still be asked for: of an id that is known, or set aside; nil where there is none.
    /// Complexity: O(ledger).
    public var oldestOffset: Int? {
        [ledger.oldestOffset, marks.ledger.oldestOffset].compactMap { $0 }.min()
    }

    /// Sets aside what an exclusion names: for whoever asks or labels it was never there.
    mutating func setAside(_ indices: [Int], _ past: inout some PastEvents) {
        if marks.ledger.isEmpty {
            marks.ledger = Ledger(answerWidth: ledger.answerWidth)
            marks.ledger.time = ledger.time
            marks.ledger.voices = Voices(ledger.voices.layout, capacity: ledger.voices.capacity, after: Voices())
        }
        var wholes: [Ledger.Whole] = []
        for index in indices {
            let entry = ledger.entry(index)
            past.forgetFeatures(at: Int(entry.offset))
            // A label whose question never came is no question.
            if entry.status == .waiting { ledger.remove(index) } else { wholes.append(ledger.take(index)) }
        }
        // An id is set aside once: whoever asked again under one that is, is asked last.
        for whole in wholes {
            if let index = marks.ledger.index(of: whole.entry.id) { marks.ledger.remove(index) }
        }
        marks.ledger.insert(wholes)
    }

    /// What is about to come to an entry that is set aside; nothing has changed yet.
    struct MarkedLabel {
        let index: Int
        let status: Ledger.Status
        /// The features of the question, where its answer is going to be scored.
        var row: FeatureRow?
    }

    /// What an event is to an entry that is set aside; nil where it is nothing.
    func marked(
        _ event: borrowing Event, at time: Timestamp, _ past: inout some PastEvents
    ) throws(PastEventMissing) -> MarkedLabel? {
        switch event.payload {
        case .label, .corrected: break
        default: return nil
        }
        guard let index = marks.place(of: event.id) else { return nil }
        let entry = marks.ledger.entry(index)
        let isLate = entry.status == .pending && hasPassed(entry.time, time)
        var label = MarkedLabel(index: index, status: isLate ? .expired : entry.status)
        if label.status == .pending, served.own != nil, keepsServed {
            var row = FeatureRow(contract.layout)
            try past.takeFeatures(at: Int(entry.offset), into: &row)
            label.row = row
        }
        return label
    }

    /// Lets an event be to what is set aside what it would be in the ledger, after it was taken there.
    /// - Parameter decision: what the event was there.
    mutating func follow(_ event: borrowing Event, _ marked: MarkedLabel?, _ decision: Decision) {
        var kept: Int?
        if let marked, marked.status == .expired, marks.ledger.entry(marked.index).label == 0 { kept = marked.index }
        passMarks(to: ledger.time, keeping: kept)
        countLabel(event, marked)
        guard let marked, let label = event.label else { return }
        let (index, entry) = (marked.index, marks.ledger.entry(marked.index))
        let hash = label.contentHash(contract.target)
        switch marked.status {
        case .pending:
            ledger.counts.count(labelAfter: ledger.time.microseconds - entry.time.microseconds)
            if let row = marked.row, !isSetAside(event) { score(index, label, row) }
            if keepsLateness {
                if isSetAside(event) {
                    lateness.label(ofQuestionAt: entry.time, after: ledger.time.microseconds &- entry.time.microseconds)
                } else {
                    noteMarkedLabel(label, of: index, at: ledger.time)
                }
            }
            marks.ledger.setLabel(hash, at: offset, of: index)
            marks.ledger.move(index, to: .labelled, at: ledger.time)
        case .expired where entry.label == 0:
            ledger.counts.lateLabels += 1
            marks.ledger.setLabel(hash, at: offset, of: index)
            marks.ledger.move(index, to: .expired, at: ledger.time)
        case .labelled, .expired:
            // It may have been forgotten with the passing of time.
            guard entry.status != .free, event.kind == .corrected, marks.ledger.label(of: index) != hash else { return }
            marks.ledger.correct(index, to: hash, at: offset)
            ledger.counts.corrections += 1
        case .waiting, .free: return
        }
    }

    /// Lets the count of labels learned be what it would be if nothing were set aside: a question's own label counts.
    /// What is asked again under its id does not, see `train`.
    private mutating func countLabel(_ event: borrowing Event, _ marked: MarkedLabel?) {
        guard ledger.voices.areKept, let marked, marked.status == .pending else { return }
        if !marks.ledger.entry(marked.index).isProvisional, !isSetAside(event) { ledger.voices.count(labels: 1) }
    }

    /// Whether the label of a question that an exclusion has set aside would be set aside as an outlier.
    private func isSetAside(_ event: borrowing Event) -> Bool {
        guard event.kind != .corrected, let label = event.label else { return false }
        return isOutside(label)
    }

    /// The same of what expires, where the spec gives it a label.
    mutating func countLabelsOfMarks(expiringAt time: Timestamp) {
        guard ledger.voices.areKept, case .label = contract.target.unlabelled else { return }
        var next = marks.ledger.oldest(.pending)
        while let index = next, hasPassed(marks.ledger.entry(index).time, time) {
            if !marks.ledger.entry(index).isProvisional { ledger.voices.count(labels: 1) }
            next = marks.ledger.next(after: index)
        }
    }

    /// What was answered was answered: a question that is set aside is scored as served, as it would be.
    private mutating func score(_ index: Int, _ label: Label, _ row: FeatureRow) {
        var answers: [Double] = []
        marks.ledger.copyAnswers(of: index, to: &answers)
        let (place, width) = (marks.ledger.entry(index).place, voiceWidth)
        // The slot of a class is that of what was served, not of the models, which learn nothing of it.
        let target: Target
        switch label {
        case .number(let value): target = .value(value)
        case .listed(let slot): target = .label(slot)
        case .named: target = .label(0)
        }
        served.score(
            marks.ledger.given(of: index), voice: answers[place * width..<(place + 1) * width], label, target,
            learned.classes, maxClasses: spec.contract.target.maxClasses, row, at: ledger.time)
    }

    /// Where questions are learned provisionally, the stated label is final at the end of the horizon.
    private mutating func noteMarkedExpiry(of index: Int, at time: Timestamp) {
        guard provisionalMicroseconds != nil, let label = contract.target.provisionalLabel else {
            return lateness.expire(after: horizonMicroseconds)
        }
        noteMarkedLabel(label, of: index, at: time)
    }

    /// As `pass`, of what is set aside: what expires there teaches nothing.
    private mutating func passMarks(to time: Timestamp, keeping kept: Int?) {
        while let oldest = marks.ledger.oldest(.pending), hasPassed(marks.ledger.entry(oldest).time, time) {
            ledger.counts.expiredPredictions += 1
            let deadline = marks.ledger.entry(oldest).time.microseconds &+ horizonMicroseconds
            let end = max(marks.ledger.time, Timestamp(microseconds: deadline))
            if keepsLateness { noteMarkedExpiry(of: oldest, at: end) }
            marks.ledger.move(oldest, to: .expired, at: end)
        }
        while let oldest = marks.ledger.oldest(.labelled), hasPassed(marks.ledger.entry(oldest).time, time) {
            if oldest == kept {
                marks.ledger.move(oldest, to: .expired, at: time)
            } else {
                marks.ledger.remove(oldest)
            }
        }
        marks.ledger.time = time
    }

    /// Whether the label that an entry waits with is that of a question which is set aside.
    func belongsToMarked(_ waiting: Ledger.Entry) -> Bool {
        guard !marks.ledger.isEmpty, let index = marks.ledger.index(of: waiting.id) else { return false }
        return marks.ledger.entry(index).labelOffset == waiting.offset
    }

    /// How many open questions an amendment would exclude, or a withdrawal let be open again.
    public func openQuestions(touchedBy amendment: Amendment) -> Int {
        switch amendment {
        case .exclusion(let offsets, _):
            return ledger.entries(where: { $0.status == .pending && offsets.contains(Int($0.offset)) }).count
        case .withdrawal(let target):
            return comingBack(with: target).filter { marks.ledger.entry($0).status == .pending }.count
        case .corrections, .clock: return 0
        }
    }

    /// The entries that the withdrawal of an exclusion lets count again.
    private func comingBack(with target: Int) -> [Int] {
        guard case .exclusion(let offsets, _)? = amendments.entries(at: target).first?.amendment else { return [] }
        var withdrawn = amendments
        withdrawn.append(.withdrawal(of: target), at: offset)
        let voids = withdrawn.voids
        return marks.ledger.entries(where: {
            offsets.contains(Int($0.offset)) && !voids.contains(Int($0.offset))
        })
    }

    // MARK: Withdrawing

    /// Lets what an amendment set aside or corrected count as before.
    mutating func withdraw(
        _ target: Int, _ past: inout some PastEvents
    ) throws(PastEventMissing) -> Result<Void, Refusal> {
        let amendment: Amendment
        do throws(Refusal) { amendment = try amendments.withdrawable(target) } catch { return .failure(error) }
        if case .corrections(let corrections) = amendment {
            amendments.append(.withdrawal(of: target), at: offset)
            uncorrect(corrections)
            return .success(())
        }
        let indices = comingBack(with: target)
        let corrections = try correctionsMeanwhile(indices, &past)
        amendments.append(.withdrawal(of: target), at: offset)
        if !corrections.isEmpty { amendments.append(.corrections(corrections), at: offset) }
        let wholes = indices.map { marks.ledger.take($0) }
        for whole in wholes {
            // Whoever asked again under the id has asked what was asked already; a label that waited was that of it.
            guard let index = ledger.index(of: whole.entry.id) else { continue }
            past.forgetFeatures(at: Int(ledger.entry(index).offset))
            ledger.remove(index)
        }
        ledger.insert(wholes)
        return .success(())
    }

    /// The corrections by its id that came to a question while it was set aside.
    private func correctionsMeanwhile(
        _ indices: [Int], _ past: inout some PastEvents
    ) throws(PastEventMissing) -> [Amendment.Correction] {
        var corrections: [Amendment.Correction] = []
        for index in indices {
            guard let correction = marks.ledger.correction(of: index) else { continue }
            let offset = Int(correction.offset)
            guard amendments.entries(at: offset).isEmpty else { continue }
            corrections.append(
                .init(question: Int(marks.ledger.entry(index).offset), label: try past.label(at: offset)))
        }
        return corrections.sorted { $0.question < $1.question }
    }

    /// Finds anew which label counts for questions whose correction was withdrawn.
    private mutating func uncorrect(_ corrections: [Amendment.Correction]) {
        ledger.counts.corrections -= min(ledger.counts.corrections, UInt64(corrections.count))
        let questions = OffsetRanges(corrections.map(\.question))
        let target = contract.target
        var inForce: [Int: [(hash: UInt64, offset: Int)]] = [:]
        for entry in amendments.entries where amendments.withdrawal(of: entry.offset) == nil {
            guard case .corrections(let others) = entry.amendment else { continue }
            for other in others where questions.contains(other.question) {
                inForce[other.question, default: []].append((other.label.contentHash(target), entry.offset))
            }
        }
        ledger.correctAnew(questions, inForce)
        marks.ledger.correctAnew(questions, inForce)
    }
}

extension Ledger {
    /// - Parameter inForce: the corrections of each question, in the order in which they were made.
    fileprivate mutating func correctAnew(
        _ questions: OffsetRanges, _ inForce: [Int: [(hash: UInt64, offset: Int)]]
    ) {
        for index in entries(where: { questions.contains(Int($0.offset)) && $0.label != 0 && $0.status != .waiting }) {
            uncorrect(index)
            for correction in inForce[Int(entry(index).offset)] ?? [] where label(of: index) != correction.hash {
                correct(index, to: correction.hash, at: correction.offset)
            }
        }
    }
}

// MARK: Lineage

extension ApplicationState {
    /// The lineage of a derived state after a withdrawal: of the answers that its own folding would have given, those
    /// that were really given by a state which it is a continuation of.
    /// - Parameter derived: its lineage, adopted here.
    func lineageLived(_ derived: Lineage, endingBefore target: Int) -> Lineage {
        var lived: [Range<Int>] = []
        for life in marks.lives {
            let bound = min(life.end, amendments.firstDifference(from: life.lineage.amendmentCount))
            lived += life.lineage.ranges(before: bound)
        }
        return Lineage(
            of: OffsetRanges(covering: lived).intersection(derived.ranges(before: target)), from: offset,
            amendmentCount: amendments.count)
    }
}

extension Lineage {
    fileprivate func ranges(before end: Int) -> [Range<Int>] {
        starts.indices.compactMap { index in
            let last = min(end, index < ends.count ? ends[index] : Int.max)
            return starts[index] < last ? starts[index]..<last : nil
        }
    }
}

// MARK: Bytes

extension ApplicationState {
    /// For a snapshot.
    func encodeMarks(to encoder: inout CanonicalEncoder) {
        marks.ledger.encode(to: &encoder, withOffsets: true)
        marks.ledger.encodeGiven(to: &encoder)
        encoder.count(marks.lives.count)
        for life in marks.lives {
            life.lineage.encode(to: &encoder)
            encoder.count(life.end)
        }
    }

    /// - Precondition: models and amendments are decoded.
    mutating func decodeMarks(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        marks = Marks(answerWidth: ledger.answerWidth)
        marks.ledger = try Ledger(from: &decoder, format: Self.snapshotFormat)
        try marks.ledger.decodeGiven(from: &decoder, modelCount: learned.models.count)
        for _ in 0..<(try decoder.count()) {
            let lineage = try Lineage(from: &decoder, hasAmendments: true)
            marks.end(lineage, at: try decoder.natural())
        }
        guard !marks.isEmpty, marks.ledger.isEmpty || marks.ledger.answerWidth == ledger.answerWidth else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "marks of other answers, or none")
        }
    }
}
