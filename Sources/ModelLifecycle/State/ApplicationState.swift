import Determinism
import OnlineLearning

/// The state of an application, and the one function that changes it: **read this file first.**
///
///     state(n+1), answer(n) = apply(event(n), state(n))
///
/// `apply` is pure: it looks at no clock, no disk and no random source, so folding the same events from the same state
/// gives the same bits on every machine, every time. Restoring, recovering, verifying and evaluating are all this fold.
/// The answer, and whatever else a step gives, is its ``Outcome``; the state keeps nothing of it.
///
/// The state has two halves. The ``LearnedState`` is what restoring and adopting replace; the ``Ledger``, the
/// ``Amendments``, the names and the ``Contract`` belong to the present and never go back.
public struct ApplicationState: Sendable {
    /// How many events have been applied: the offset of the next one.
    public internal(set) var offset: Int
    public internal(set) var spec: Spec
    public internal(set) var learned: LearnedState
    public internal(set) var ledger: Ledger
    /// What of the past counts as another than it was, for whatever is derived from here on.
    public internal(set) var amendments = Amendments()
    /// What exclusions have set aside.
    var marks: Marks
    /// What versions are called.
    public internal(set) var names = VersionNames()
    /// Which arithmetic folded the learned state since it was adopted.
    public internal(set) var revision: Revision
    /// The offset of the adoption that serves: the model version an answer names.
    public internal(set) var version: Int
    /// How what was answered proved.
    var served = Served()
    /// How late labels come, and how answers proved by that.
    var lateness: Lateness
    /// How often models failed of late: what is told of it.
    var failureRuns: FailureRuns
    var workspace = Pipeline.Workspace()
    /// The horizon of ``contract``, where the hot path finds it without a copy of anything.
    private(set) var horizonMicroseconds: Int64
    /// How old a question is when it is learned provisionally, likewise; nil where none is.
    private(set) var provisionalMicroseconds: Int64?
    /// What a model says of a question whose label has come.
    var said: [Double] = []
    /// Whether labels far outside the range learned so far are set aside.
    private(set) var watchesLabels = false
    /// Whether the label of the event under way is somebody's correction, which is learned whatever it is.
    private(set) var isLabelConfirmed = false
    /// What became of labels that were set aside.
    public internal(set) var asideLabels = AsideLabels()
    /// How many values a row of the contract has, for the same reason.
    private var rowShape: (numbers: Int, strings: Int, timestamps: Int)

    public var contract: Contract { spec.contract }

    /// The state that the first event finds, which must adopt a spec.
    public init(beginning spec: Spec) {
        (offset, version, self.spec) = (0, 0, spec)
        learned = LearnedState(spec.settings, contract: spec.contract, offset: 0)
        revision = Revision(of: spec.settings)
        ledger = Ledger(answerWidth: learned.answerWidth(spec.contract))
        marks = Marks(answerWidth: ledger.answerWidth)
        failureRuns = FailureRuns(modelCount: learned.models.count)
        lateness = Lateness(spec)
        (horizonMicroseconds, rowShape) = (0, (0, 0, 0))
        contractChanged()
        layOutVoices()
    }

    /// The state of a spec's untrained models, before the event at an offset of a log that others wrote.
    public init(candidate spec: Spec, from offset: Int) {
        self.init(beginning: spec)
        (self.offset, version) = (offset, offset)
        (learned.lineage, learned.taught) = (Lineage(from: offset), Lineage(from: offset))
    }

    /// Brings what is derived from the contract and the revision in line with them.
    mutating func contractChanged() {
        horizonMicroseconds = spec.contract.target.horizon.microseconds
        provisionalMicroseconds = spec.contract.target.provisionalAfter?.microseconds
        watchesLabels = revision.fold >= Revision.outliers && spec.contract.target.setsOutliersAside
        let layout = spec.contract.layout
        rowShape = (layout.numberCount, layout.stringCount, layout.timestampCount)
        ledger.tellOpenTimes(within: horizonMicroseconds)
    }

    /// Applies the next event.
    ///
    /// - Parameters:
    ///   - event: checked against ``contract``.
    ///   - past: where the events lie that this one refers to.
    ///   - derived: with an adoption that is not of a spec, the learned state of its recipe.
    ///   - outcome: takes what the step gives, in the place of that of the step before.
    /// - Throws: where a past event cannot be read; the state is then as it was.
    public mutating func apply(
        _ event: borrowing Event, past: inout some PastEvents, derived: LearnedState? = nil,
        into outcome: inout Outcome
    ) throws(PastEventMissing) {
        guard case .adopted(let adoption) = event.payload else {
            return try applyOther(event, past: &past, into: &outcome)
        }
        outcome.begin(answering: learned.roles.champion)
        let decision = adopt(adoption, derived, &outcome)
        outcome.decision = decision
        if decision.isLogged {
            offset += 1
            keepWithinBudget(&past)
        }
    }

    /// Applies an event that adopts nothing: the same, and no learned state is handed about.
    public mutating func applyOther(
        _ event: borrowing Event, past: inout some PastEvents, into outcome: inout Outcome
    ) throws(PastEventMissing) {
        try take(event, &past, nil, &outcome)
    }

    /// Applies an event that adopts nothing.
    /// - Parameter correctedLabel: with a prediction whose label waits, what the label should have been, where it was
    ///   another.
    mutating func take(
        _ event: borrowing Event, _ past: inout some PastEvents, _ correctedLabel: Label?, _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        outcome.begin(answering: learned.roles.champion)
        isLabelConfirmed = correctedLabel != nil
        let time = max(ledger.time, event.time)
        let marked = marks.ledger.isEmpty ? nil : try self.marked(event, at: time, &past)
        let decision: Decision
        switch event.payload {
        case .prediction: decision = try predict(event, at: time, &past, correctedLabel, &outcome)
        case .label(let label): decision = try self.label(event.id, label, at: time, &past, &outcome)
        case .example(let label): decision = try example(event, label, at: time, &past, &outcome)
        case .corrected(let label): decision = try correct(event.id, label, at: time, &past, &outcome)
        case .amended(let amendment): decision = try amend(amendment, isSigned: false, &past, &outcome)
        case .signed(let signed): decision = try amend(signed.amendment, isSigned: true, &past, &outcome)
        case .tick:
            try pass(to: time, &past, &outcome)
            decision = .noted
        case .named(let naming): decision = name(naming)
        case .clock(let correction): decision = try setClock(correction, to: event.time, &past)
        case .measured: decision = .noted
        // There is nothing yet that a person could direct.
        case .directed, .adopted, .forgotten: decision = .void
        }
        outcome.decision = decision
        if decision.isLogged {
            if !marks.ledger.isEmpty { follow(event, marked, decision) }
            offset += 1
            keepWithinBudget(&past)
        }
    }

    // MARK: The label protocol

    private mutating func predict(
        _ event: borrowing Event, at time: Timestamp, _ past: inout some PastEvents, _ correctedLabel: Label?,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) -> Decision {
        let content = event.features.contentHash
        let known = find(event.id, at: time)
        var (waitingLabel, waiting) = (Label?.none, (label: UInt64(0), offset: Int64(-1)))
        if let known {
            guard known.status == .waiting else {
                guard ledger.entry(known.index).content == content else { return .refused(.asked) }
                return .repeated(offset: Int(ledger.entry(known.index).offset))
            }
            waiting = (ledger.entry(known.index).label, ledger.entry(known.index).labelOffset)
            waitingLabel = correctedLabel
            if waitingLabel == nil { waitingLabel = try past.label(at: Int(ledger.entry(known.index).offset)) }
        }
        try pass(to: time, &past, &outcome)
        ledger.counts.predictions += 1
        if keepsLateness { lateness.ask(at: time) }
        answerAll(event.features, at: time, &outcome)
        let entry = Ledger.Entry(
            id: event.id.fingerprint, offset: Int64(offset), time: time, content: content,
            label: waiting.label, labelOffset: waiting.offset, status: .pending, place: learned.roles.champion)
        guard let known, let waitingLabel else {
            let index = ledger.append(entry)
            ledger.setAnswers(outcome.answers, of: index)
            if ledger.voices.areKept { ledger.keepVoices(&outcome.voices, of: index) }
            return .predicted
        }
        ledger.replace(known.index, with: entry)
        ledger.setAnswers(outcome.answers, of: known.index)
        let hasLearned = learn(
            event.features, waitingLabel, scoring: known.index, at: time, isAskedNow: true, &outcome)
        return hasLearned ? .predictedAndLearned : .predictedAndSetAside
    }

    private mutating func label(
        _ id: borrowing EventID, _ label: Label, at time: Timestamp, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) -> Decision {
        let hash = label.contentHash(contract.target)
        guard let known = findLabelled(id, at: time) else {
            try pass(to: time, &past, &outcome)
            ledger.append(
                Ledger.Entry(
                    id: id.fingerprint, offset: Int64(offset), time: time, content: 0, label: hash,
                    labelOffset: Int64(offset), status: .waiting))
            return .waiting
        }
        switch known.status {
        case .pending:
            // Taken out of the outcome while it teaches, because the outcome changes meanwhile.
            var row = outcome.lendRow()
            layOut(&row)
            try past.takeFeatures(at: Int(ledger.entry(known.index).offset), into: &row)
            try pass(to: time, labelling: known.index, &past, &outcome)
            let hasLearned = learn(row, label, scoring: known.index, at: time, &outcome)
            outcome.giveBack(consume row)
            ledger.setLabel(hash, at: offset, of: known.index)
            return hasLearned ? .learned : .setAside
        case .expired where ledger.entry(known.index).label == 0:
            try pass(to: time, keeping: known.index, &past, &outcome)
            ledger.counts.lateLabels += 1
            ledger.setLabel(hash, at: offset, of: known.index)
            ledger.move(known.index, to: .expired, at: time)
            return .late
        case .waiting, .labelled, .expired, .free:
            return offset(saying: hash, known).map { .repeated(offset: $0) } ?? .refused(.labelled)
        }
    }

    /// Gives a row room for what the contract has, where it has not: the first time, and after another contract.
    @inline(__always)
    func layOut(_ row: inout FeatureRow) {
        if row.numbers.count != rowShape.numbers || row.stringCount != rowShape.strings
            || row.timestamps.count != rowShape.timestamps
        {
            row = FeatureRow(spec.contract.layout)
        }
    }

    private mutating func example(
        _ event: borrowing Event, _ label: Label, at time: Timestamp, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) -> Decision {
        let hash = label.contentHash(contract.target)
        let content = event.features.contentHash
        let known = find(event.id, at: time)
        if let known {
            let isSame = ledger.entry(known.index).label == hash || ledger.label(of: known.index) == hash
            guard isSame, ledger.entry(known.index).content == content || known.status == .waiting else {
                return .refused(ledger.entry(known.index).content == content ? .labelled : .asked)
            }
            guard known.status == .waiting else { return .repeated(offset: Int(ledger.entry(known.index).offset)) }
        }
        try pass(to: time, &past, &outcome)
        ledger.counts.examples += 1
        answerAll(event.features, at: time, &outcome)
        let entry = Ledger.Entry(
            id: event.id.fingerprint, offset: Int64(offset), time: time, content: content, label: hash,
            labelOffset: known.map { ledger.entry($0.index).labelOffset } ?? Int64(offset), status: .pending,
            place: learned.roles.champion)
        let index = known?.index ?? ledger.append(entry)
        if known != nil { ledger.replace(index, with: entry) }
        ledger.setAnswers(outcome.answers, of: index)
        let hasLearned = learn(
            event.features, label, scoring: index, at: time, isAskedNow: true, isExample: true, &outcome)
        return hasLearned ? .predictedAndLearned : .predictedAndSetAside
    }

    /// Records a correction, of which the models learn when they are derived anew. An id without a label is given its
    /// first one.
    private mutating func correct(
        _ id: borrowing EventID, _ label: Label, at time: Timestamp, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) -> Decision {
        let hash = label.contentHash(contract.target)
        guard let known = find(id, at: ledger.time), ledger.entry(known.index).label != 0 else {
            isLabelConfirmed = true
            return try self.label(id, label, at: time, &past, &outcome)
        }
        if learned.outliers.holds(Int(ledger.entry(known.index).offset)) { return confirm(known, label, &outcome) }
        guard ledger.label(of: known.index) != hash else {
            let correction = ledger.correction(of: known.index)
            return .repeated(offset: correction.map { Int($0.offset) } ?? firstLabelOffset(known))
        }
        guard known.status != .waiting else { return .refused(.labelWaits) }
        let amendment = Amendment.corrections([.init(question: Int(ledger.entry(known.index).offset), label: label)])
        guard amendments.hasRoom(for: amendment) else { return .refused(.tooManyAmendments) }
        ledger.correct(known.index, to: hash, at: offset)
        ledger.counts.corrections += 1
        amendments.append(amendment, at: offset)
        return .corrected
    }
}
