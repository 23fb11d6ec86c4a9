import Determinism
import OnlineLearning

/// The state of an application, and the one function that changes it: **read this file first.**
///
///     state(n+1), answer(n) = apply(event(n), state(n))
///
/// `apply` is pure: it looks at no clock, no disk and no random source, so folding the same events from the same state
/// gives the same bits on every machine, every time. Restoring, recovering, verifying and evaluating are all this fold.
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
    /// What versions are called.
    public internal(set) var names = VersionNames()
    /// Which arithmetic folded the learned state since it was adopted.
    public internal(set) var revision: Revision
    /// The offset of the adoption that serves: the model version an answer names.
    public internal(set) var version: Int
    /// The answers to the last question, role by role; see ``answer``.
    var answers: [Double] = []
    /// How many classes there were when it was given; the label that comes with a question may bring another.
    private var answerClassCount = 0
    /// Whether the champion's last answer was not finite, and the baseline's was given instead.
    public private(set) var answerIsBaseline = false
    private var workspace = Pipeline.Workspace()
    /// The answers being scored, copied out of the ledger.
    private(set) var scored: [Double] = []
    /// What they were scored against; nil where the last label found answers that do not score.
    public private(set) var scoredTarget: Target?
    /// The offset of the question that was labelled last.
    public private(set) var labelledQuestion = 0
    /// The features of the question that a label came to last.
    public internal(set) var recalled: FeatureRow
    /// The horizon of ``contract``, where the hot path finds it without a copy of anything.
    private(set) var horizonMicroseconds: Int64

    public var contract: Contract { spec.contract }

    /// The state that the first event finds, which must adopt a spec.
    public init(beginning spec: Spec) {
        offset = 0
        version = 0
        self.spec = spec
        learned = LearnedState(spec.settings, contract: spec.contract, offset: 0)
        revision = Revision(of: spec.settings)
        ledger = Ledger(answerWidth: learned.answerWidth(spec.contract))
        recalled = FeatureRow(spec.contract.layout)
        horizonMicroseconds = spec.contract.target.horizon.microseconds
    }

    /// The state of a spec's untrained models, before the event at an offset of a log that others wrote.
    public init(candidate spec: Spec, from offset: Int) {
        self.init(beginning: spec)
        (self.offset, version) = (offset, offset)
        learned.lineage = Lineage(from: offset)
    }

    /// Brings what is derived from the contract in line with it.
    mutating func contractChanged() {
        recalled = FeatureRow(spec.contract.layout)
        horizonMicroseconds = spec.contract.target.horizon.microseconds
    }

    /// Applies the next event.
    ///
    /// - Parameters:
    ///   - event: checked against ``contract``.
    ///   - past: where the events lie that this one refers to.
    ///   - derived: with an adoption that is not of a spec, the learned state of its recipe.
    /// - Throws: where a past event cannot be read; the state is then as it was.
    public mutating func apply(
        _ event: borrowing Event, past: inout some PastEvents, derived: LearnedState? = nil
    ) throws(PastEventMissing) -> Decision {
        guard case .adopted(let adoption) = event.payload else { return try take(event, &past, nil) }
        let decision = adopt(adoption, derived)
        if decision.isLogged {
            offset += 1
            keepWithinBudget(&past)
        }
        return decision
    }

    /// Applies an event that adopts nothing, and so needs no learned state handed about.
    /// - Parameter correctedLabel: with a prediction whose label waits, what the label should have been, where it was
    ///   another.
    mutating func take(
        _ event: borrowing Event, _ past: inout some PastEvents, _ correctedLabel: Label?
    ) throws(PastEventMissing) -> Decision {
        let time = max(ledger.time, event.time)
        let decision: Decision
        switch event.payload {
        case .prediction: decision = try predict(event, at: time, &past, correctedLabel)
        case .label(let label): decision = try self.label(event.id, label, at: time, &past)
        case .example(let label): decision = try example(event, label, at: time, &past)
        case .corrected(let label): decision = try correct(event.id, label, at: time, &past)
        case .amended(let amendment): decision = amend(amendment, &past)
        case .tick:
            try pass(to: time, &past)
            decision = .noted
        case .named(let naming): decision = name(naming)
        case .clock(let correction): decision = try setClock(correction, to: event.time, &past)
        case .measured: decision = .noted
        // There is nothing yet that a person could direct.
        case .directed, .adopted, .forgotten: decision = .void
        }
        if decision.isLogged {
            offset += 1
            keepWithinBudget(&past)
        }
        return decision
    }

    // MARK: The label protocol

    private mutating func predict(
        _ event: borrowing Event, at time: Timestamp, _ past: inout some PastEvents, _ correctedLabel: Label?
    ) throws(PastEventMissing) -> Decision {
        let content = event.features.contentHash
        let known = find(event.id, at: time)
        var waitingLabel: Label?
        if let known {
            guard known.status == .waiting else {
                return known.entry.content == content ? .repeated(offset: Int(known.entry.offset)) : .refused(.asked)
            }
            if let correctedLabel {
                waitingLabel = correctedLabel
            } else {
                waitingLabel = try past.label(at: Int(known.entry.offset))
            }
        }
        try pass(to: time, &past)
        ledger.counts.predictions += 1
        answerAll(event.features, at: time)
        let entry = Ledger.Entry(
            id: event.id.fingerprint, offset: Int64(offset), time: time, content: content,
            label: known?.entry.label ?? 0, labelOffset: known?.entry.labelOffset ?? -1, status: .pending)
        guard let known, let waitingLabel else {
            let index = ledger.append(entry)
            ledger.setAnswers(answers, of: index)
            return .predicted
        }
        ledger.replace(known.index, with: entry)
        ledger.setAnswers(answers, of: known.index)
        learn(event.features, waitingLabel, scoring: known.index, at: time)
        return .predictedAndLearned
    }

    private mutating func label(
        _ id: borrowing EventID, _ label: Label, at time: Timestamp, _ past: inout some PastEvents
    ) throws(PastEventMissing) -> Decision {
        let hash = label.contentHash(contract.target)
        guard let known = findLabelled(id, at: time) else {
            try pass(to: time, &past)
            ledger.append(
                Ledger.Entry(
                    id: id.fingerprint, offset: Int64(offset), time: time, content: 0, label: hash,
                    labelOffset: Int64(offset), status: .waiting))
            return .waiting
        }
        switch known.status {
        case .pending:
            try past.takeFeatures(at: Int(known.entry.offset), into: &recalled)
            try pass(to: time, &past)
            ledger.setLabel(hash, at: offset, of: known.index)
            // Taken out of the state while it teaches, because reading it there would copy it.
            var row = FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)
            swap(&row, &recalled)
            learn(row, label, scoring: known.index, at: time)
            swap(&row, &recalled)
            return .learned
        case .expired where known.entry.label == 0:
            try pass(to: time, keeping: known.index, &past)
            ledger.counts.lateLabels += 1
            ledger.setLabel(hash, at: offset, of: known.index)
            ledger.move(known.index, to: .expired, at: time)
            return .late
        case .waiting, .labelled, .expired, .free:
            return offset(saying: hash, known).map { .repeated(offset: $0) } ?? .refused(.labelled)
        }
    }

    /// The event that gave an id this label: the first label, whatever corrected it since, or the last correction.
    private func offset(saying hash: UInt64, _ known: KnownID) -> Int? {
        if known.entry.label == hash { return firstLabelOffset(known) }
        guard let correction = ledger.correction(of: known.index), correction.label == hash else { return nil }
        return Int(correction.offset)
    }

    /// Of a label that a snapshot of format 2 told of, only the question is known.
    private func firstLabelOffset(_ known: KnownID) -> Int {
        Int(known.entry.labelOffset < 0 ? known.entry.offset : known.entry.labelOffset)
    }

    private mutating func example(
        _ event: borrowing Event, _ label: Label, at time: Timestamp, _ past: inout some PastEvents
    ) throws(PastEventMissing) -> Decision {
        let hash = label.contentHash(contract.target)
        let content = event.features.contentHash
        let known = find(event.id, at: time)
        if let known {
            let isSame = known.entry.label == hash || ledger.label(of: known.index) == hash
            guard isSame, known.entry.content == content || known.status == .waiting else {
                return .refused(known.entry.content == content ? .labelled : .asked)
            }
            guard known.status == .waiting else { return .repeated(offset: Int(known.entry.offset)) }
        }
        try pass(to: time, &past)
        ledger.counts.examples += 1
        answerAll(event.features, at: time)
        let entry = Ledger.Entry(
            id: event.id.fingerprint, offset: Int64(offset), time: time, content: content, label: hash,
            labelOffset: known?.entry.labelOffset ?? Int64(offset), status: .pending)
        let index = known?.index ?? ledger.append(entry)
        if known != nil { ledger.replace(index, with: entry) }
        ledger.setAnswers(answers, of: index)
        learn(event.features, label, scoring: index, at: time, isExample: true)
        return .predictedAndLearned
    }

    /// Records a correction, of which the models learn when they are derived anew. An id without a label is given its
    /// first one.
    private mutating func correct(
        _ id: borrowing EventID, _ label: Label, at time: Timestamp, _ past: inout some PastEvents
    ) throws(PastEventMissing) -> Decision {
        let hash = label.contentHash(contract.target)
        guard let known = find(id, at: ledger.time), known.entry.label != 0 else {
            return try self.label(id, label, at: time, &past)
        }
        guard ledger.label(of: known.index) != hash else {
            let correction = ledger.correction(of: known.index)
            return .repeated(offset: correction.map { Int($0.offset) } ?? firstLabelOffset(known))
        }
        guard known.status != .waiting else { return .refused(.labelWaits) }
        let amendment = Amendment.corrections([.init(question: Int(known.entry.offset), label: label)])
        guard amendments.hasRoom(for: amendment) else { return .refused(.tooManyAmendments) }
        ledger.correct(known.index, to: hash, at: offset)
        ledger.counts.corrections += 1
        amendments.append(amendment, at: offset)
        return .corrected
    }

    /// What the ledger knows of an id: the entry, and its status at a time.
    typealias KnownID = (index: Int, entry: Ledger.Entry, status: Ledger.Status)

    /// Finds the id of a label. Of a question that has expired it is known for as long as the ledger holds it, which is
    /// two horizons and then until log time passes: in a quiet application a label may be late by any time.
    func findLabelled(_ id: borrowing EventID, at time: Timestamp) -> KnownID? {
        if let known = find(id, at: time) { return known }
        guard let index = ledger.index(of: id.fingerprint) else { return nil }
        let entry = ledger.entry(index)
        guard entry.status != .waiting else { return nil }
        return (index, entry, entry.status == .pending ? .expired : entry.status)
    }

    /// Finds an id as it will be known at `time`: entries that will have expired by then count as expired, though the
    /// ledger still holds them, because a refused event must not change anything.
    func find(_ id: borrowing EventID, at time: Timestamp) -> KnownID? {
        guard let index = ledger.index(of: id.fingerprint) else { return nil }
        let entry = ledger.entry(index)
        var (status, since) = (entry.status, entry.time)
        if status == .pending, hasPassed(since, time) { (status, since) = (.expired, expiry(since)) }
        if status != .pending, hasPassed(since, time) { return nil }
        return (index, entry, status)
    }

    // MARK: Answering and learning

    /// The champion's answer to the last question: a value, with the bounds of its interval where the champion gives
    /// one; the probability of the positive class; or one probability for each of ``classNames`` that it knows. Empty
    /// where it says nothing, because no class has been learned yet.
    public var answer: ArraySlice<Double> {
        let width = answers.count / (learned.models.count + 1)
        switch contract.target.task {
        case .multiclass:
            let known = answers[0..<min(width, answerClassCount)]
            return known.saysAnything ? known : []
        case .regression where width == 3 && !answers[1].isNaN && !answers[2].isNaN: return answers[0..<3]
        case .regression, .binary: return answers[0..<1]
        }
    }

    /// Writes what was decided of the last event, with its answer, over an older one. Mutating, though it changes
    /// nothing, so that no caller copies a state to ask it, which would cost as much as the fold.
    public mutating func record(_ decision: Decision, in stored: inout StoredAnswer) {
        stored.decision = decision
        stored.isBaseline = decision.hasAnswer && answerIsBaseline
        let values = decision.hasAnswer ? answer : []
        guard stored.values.count == values.count else { return stored.values = Array(values) }
        for (index, value) in values.enumerated() { stored.values[index] = value }
    }

    /// Answers a question with every model; the baseline stands in where an answer is not finite.
    mutating func answerAll(_ row: borrowing FeatureRow, at time: Timestamp) {
        workspace.time = time.microseconds
        let width = ledger.answerWidth / (learned.models.count + 1)
        answers.removeAll(keepingCapacity: true)
        learned.predict(row, width: width, into: &answers, workspace: &workspace)
        let baselineStart = learned.models.count * width
        answerIsBaseline = false
        answerClassCount = classCount
        for model in learned.models.indices where !isFinite(answer: model * width, baseline: baselineStart, width) {
            for i in 0..<width { answers[model * width + i] = answers[baselineStart + i] }
            ledger.counts.replacedAnswers += 1
            if model == 0 { answerIsBaseline = true }
        }
    }

    /// Whether an answer is usable: it has a finite number wherever the baseline has one, or, of open classes, at least
    /// for one class.
    @inline(__always)
    private func isFinite(answer start: Int, baseline: Int, _ width: Int) -> Bool {
        if width == 1 { return answers[start].isFinite }
        guard contract.target.task == .multiclass else {
            let (lower, upper) = (answers[start + 1], answers[start + 2])
            return answers[start].isFinite && !lower.isInfinite && !upper.isInfinite
        }
        var hasAny = false
        for i in 0..<width where !answers[start + i].isNaN {
            guard answers[start + i].isFinite else { return false }
            hasAny = true
        }
        return hasAny || answers[baseline].isNaN
    }

    /// Scores the answers once given, then lets every model learn, and moves the entry to the known ones.
    private mutating func learn(
        _ row: borrowing FeatureRow, _ label: Label, scoring index: Int, at time: Timestamp, isExample: Bool = false
    ) {
        let entry = ledger.entry(index)
        if !isExample {
            let lag = max(0, time.microseconds - entry.time.microseconds)
            ledger.counts.labels += 1
            ledger.counts.labelLag.update(Double(lag))
            ledger.counts.labelLagMaxMicroseconds = max(ledger.counts.labelLagMaxMicroseconds, lag)
        }
        let target = target(learning: label)
        labelledQuestion = Int(entry.offset)
        scoredTarget = learned.lineage.contains(Int(entry.offset)) ? target : nil
        if scoredTarget != nil { score(target, index, row, at: time) }
        train(row, target, at: time)
        ledger.move(index, to: .labelled, at: time)
    }

    private mutating func score(_ target: Target, _ index: Int, _ row: borrowing FeatureRow, at time: Timestamp) {
        let width = ledger.answerWidth / (learned.models.count + 1)
        ledger.copyAnswers(of: index, to: &scored)
        scored.withUnsafeBufferPointer { answers in
            for model in learned.models.indices {
                let answer = UnsafeBufferPointer(rebasing: answers[model * width..<(model + 1) * width])
                learned.models[model].metrics.score(answer, target, row, at: time)
            }
            let answer = UnsafeBufferPointer(rebasing: answers[learned.models.count * width..<answers.count])
            learned.baselineMetrics.score(answer, target, row, at: time)
        }
    }

    mutating func train(_ row: borrowing FeatureRow, _ target: Target, at time: Timestamp) {
        workspace.time = time.microseconds
        for index in learned.models.indices {
            if !learned.models[index].pipeline.learn(row, target, workspace: &workspace) {
                learned.models[index].failedUpdates += 1
            }
        }
        learned.baseline.learn(target)
    }
}
