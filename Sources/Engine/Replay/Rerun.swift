import EventLog
import ModelLifecycle
import OnlineLearning

/// Feeds the questions and labels of a log to the models of another spec, from an offset on, as they came: what a
/// candidate would be had it been there.
struct Rerun {
    private(set) var state: ApplicationState
    private let log: StoreAccess.Store
    private var past: LogPast
    private var amendments: AmendmentIndex
    private var mapping: RowMapping
    /// The layout that ``mapping`` is from.
    private var source: FeatureLayout
    /// The event being folded, its features where the candidate's contract has them: a copy of one's own, because
    /// threads that share a value's storage wait for one another whenever they count who holds it.
    private var event: Event
    private let readsFeatures: Bool

    /// - Parameters:
    ///   - amendments: to fold under.
    ///   - recentRows: how many rows of features are kept in memory; nil for all that may still be asked for.
    init(
        _ spec: Spec, log: StoreAccess.Store, from offset: Int, under amendments: Amendments,
        recentRows: Int? = LogPast.recentCapacity
    ) {
        self.init(ApplicationState(candidate: spec, from: offset), log, amendments, recentRows, readsFeatures: true)
    }

    /// - Parameters:
    ///   - witness: a state that scores what the log holds instead of what a model answers.
    ///   - readsFeatures: whether its metrics are sliced by features; nothing else of it looks at any.
    init(
        witness state: ApplicationState, log: StoreAccess.Store, under amendments: Amendments,
        recentRows: Int? = LogPast.recentCapacity, readsFeatures: Bool
    ) {
        self.init(state, log, amendments, recentRows, readsFeatures: readsFeatures)
    }

    private init(
        _ state: ApplicationState, _ log: StoreAccess.Store, _ amendments: Amendments, _ recentRows: Int?,
        readsFeatures: Bool
    ) {
        (self.state, self.log) = (state, log)
        let layout = state.contract.layout
        past = LogPast(log, layout: layout, capacity: recentRows)
        self.amendments = AmendmentIndex(amendments)
        (mapping, source) = (RowMapping(from: layout, to: layout), layout)
        event = Event(readsFeatures ? layout : FeatureLayout([]))
        self.readsFeatures = readsFeatures
    }

    var offset: Int { state.offset }

    /// Folds events up to an offset, or to the log's end.
    mutating func run(to end: Int = .max) throws {
        var batches = LogBatches(LogReader(log), from: offset, to: end)
        let batch = EventBatch(state.contract)
        repeat {
            try batches.fill(batch)
            try fold(batch)
        } while !batch.isEmpty
    }

    /// Folds the events of a batch, which begins where this stands.
    /// - Parameter after: is told of each by its index in the batch.
    @inline(__always)
    mutating func fold(
        _ batch: EventBatch, after: (Int, borrowing ApplicationState, Decision) -> Void = { _, _, _ in }
    ) throws {
        try begin(batch)
        try batch.events.withUnsafeBufferPointer { events in
            for index in 0..<batch.count {
                take(events, index)
                let decision = try state.rerun(event, under: &amendments, past: &past)
                remember(decision)
                after(index, state, decision)
            }
        }
    }

    /// Lets a witness fold the events of a batch.
    /// - Parameter slots: for each place of a stored answer, where the witness has it; nil where they are the same.
    @inline(__always)
    mutating func bear(
        _ batch: EventBatch, slots: [Int]?, after: (Int, borrowing ApplicationState, Decision) -> Void
    ) throws {
        try begin(batch)
        var values: [Double] = []
        try batch.events.withUnsafeBufferPointer { events in
            for index in 0..<batch.count {
                take(events, index)
                Self.arrange(batch.answers[index].values, slots, into: &values)
                let decision = try state.bear(event, answered: values, under: &amendments, past: &past)
                remember(decision)
                after(index, state, decision)
            }
        }
    }

    private static func arrange(_ answer: [Double], _ slots: [Int]?, into values: inout [Double]) {
        values.removeAll(keepingCapacity: true)
        guard let slots else { return values.append(contentsOf: answer) }
        for (place, value) in answer.enumerated() where place < slots.count {
            while values.count <= slots[place] { values.append(.nan) }
            values[slots[place]] = value
        }
    }

    private mutating func begin(_ batch: EventBatch) throws {
        precondition(batch.isEmpty || batch.firstOffset == offset, "a batch of @\(batch.firstOffset) at @\(offset)")
        let layout = batch.contract.layout
        guard layout != source else { return }
        (mapping, source) = (RowMapping(from: layout, to: state.contract.layout), layout)
    }

    @inline(__always)
    private mutating func take(_ events: UnsafeBufferPointer<Event>, _ index: Int) {
        (event.kind, event.time, event.label) = (events[index].kind, events[index].time, events[index].label)
        event.id.set(events[index].id.fingerprint)
        guard readsFeatures, event.kind == .prediction || event.kind == .example else { return }
        if mapping.isIdentity {
            event.features.assign(events[index].features)
        } else {
            mapping.lay(events[index].features, into: &event.features)
        }
    }

    /// Keeps the features of a question until its label comes; the row is handed over, not copied.
    @inline(__always)
    private mutating func remember(_ decision: Decision) {
        if decision == .predicted { past.recent.take(over: &event.features, at: offset - 1) }
    }
}
