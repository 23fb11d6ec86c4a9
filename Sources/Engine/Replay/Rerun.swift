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
    /// A row where ``source`` has it, to be laid out anew.
    private var sourceRow: FeatureRow
    private let readsFeatures: Bool
    /// What the last step gave.
    private var outcome = Outcome()

    /// - Parameters:
    ///   - amendments: to fold under.
    ///   - recentRows: how many rows of features are kept in memory; nil for all that may still be asked for.
    init(
        _ spec: Spec, log: StoreAccess.Store, from offset: Int, under amendments: Amendments,
        recentRows: Int? = LogPast.recentCapacity
    ) {
        self.init(
            ApplicationState(candidate: spec, from: offset), log: log, under: amendments, recentRows: recentRows)
    }

    /// - Parameter readsFeatures: false where nothing of the state looks at any.
    init(
        _ state: ApplicationState, log: StoreAccess.Store, under amendments: Amendments,
        recentRows: Int? = LogPast.recentCapacity, readsFeatures: Bool = true
    ) {
        (self.state, self.log, self.readsFeatures) = (state, log, readsFeatures)
        let layout = state.contract.layout
        past = LogPast(log, layout: layout, capacity: recentRows)
        self.amendments = AmendmentIndex(amendments)
        (mapping, source) = (RowMapping(from: layout, to: layout), layout)
        event = Event(readsFeatures ? layout : FeatureLayout([]))
        sourceRow = FeatureRow(layout)
    }

    var offset: Int { state.offset }

    /// Folds events up to an offset, or to the log's end.
    mutating func run(to end: Int = .max) throws {
        var (pieces, reader) = (LogPieces(log, offset..<max(offset, end)), LogReader(log))
        let events = EventBatches(state.contract)
        while let piece = try pieces.piece() {
            events.removeAll()
            try piece.read(&reader, into: events)
            for batch in events.batches { try fold(batch) }
        }
    }

    /// Folds the events of a batch, which begins where this stands.
    /// - Parameter after: is told of each by its index in the batch.
    @inline(__always)
    mutating func fold(
        _ batch: borrowing EventBatch,
        after: (Int, borrowing Event, borrowing ApplicationState, borrowing Outcome) throws -> Void = { _, _, _, _ in }
    ) throws {
        try begin(batch)
        let stop = StopFlag.current
        // Locals: what is part of the same value as the state would be copied to be handed to it.
        var (event, outcome) = (Event(FeatureLayout([])), Outcome())
        swap(&event, &self.event)
        swap(&outcome, &self.outcome)
        defer {
            swap(&event, &self.event)
            swap(&outcome, &self.outcome)
        }
        var row = 0
        for index in 0..<batch.count {
            try stop?.check()
            take(batch, index, &row, into: &event)
            try state.rerun(event, under: &amendments, past: &past, into: &outcome)
            try after(index, event, state, outcome)
            if case .predicted = outcome.decision { past.recent.take(over: &event.features, at: offset - 1) }
        }
    }

    private mutating func begin(_ batch: borrowing EventBatch) throws {
        precondition(batch.isEmpty || batch.firstOffset == offset, "a batch of @\(batch.firstOffset) at @\(offset)")
        let layout = batch.contract.layout
        guard layout != source else { return }
        (mapping, source) = (RowMapping(from: layout, to: state.contract.layout), layout)
        sourceRow = FeatureRow(layout)
    }

    /// - Parameter row: how many rows were taken from the batch so far.
    @inline(__always)
    private mutating func take(
        _ batch: borrowing EventBatch, _ index: Int, _ row: inout Int, into event: inout Event
    ) {
        (event.payload, event.time) = (batch.payloads[index], batch.times[index])
        event.id.set(batch.ids[index])
        guard event.kind.isQuestion else { return }
        defer { row += 1 }
        guard readsFeatures else { return }
        if mapping.isIdentity {
            batch.rows.copy(row, into: &event.features)
        } else {
            batch.rows.copy(row, into: &sourceRow)
            mapping.lay(sourceRow, into: &event.features)
        }
    }
}
