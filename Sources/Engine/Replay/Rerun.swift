import EventLog
import ModelLifecycle
import OnlineLearning

/// Feeds the questions and labels of a log to the models of another spec, from an offset on, as they came: what a
/// candidate would be had it been there.
struct Rerun {
    private var driver: Fold<LogPast>
    private let log: StoreAccess.Store
    private var rows: BatchRows
    /// The event being folded, its features where the candidate's contract has them: a copy of one's own, because
    /// threads that share a value's storage wait for one another whenever they count who holds it.
    private var event: Event

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
        self.log = log
        let contract = state.contract
        driver = Fold(state, LogPast(log, under: contract, capacity: recentRows), .rerun, under: amendments)
        rows = BatchRows(contract.layout, readsFeatures: readsFeatures)
        event = Event(readsFeatures ? contract.layout : FeatureLayout([]))
    }

    var state: ApplicationState { driver.state }
    var offset: Int { driver.state.offset }

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
        precondition(batch.isEmpty || batch.firstOffset == offset, "a batch of @\(batch.firstOffset) at @\(offset)")
        rows.begin(batch.contract.layout)
        try driver.run(&rows, &event) { rows, event in
            rows.next(of: batch, into: &event)
        } after: { rows, event, state, outcome in
            try after(rows.index, event, state, outcome)
        }
    }
}

/// The events of batches, one after the other, with their features where another contract has them.
private struct BatchRows {
    /// That of the event handed out last.
    private(set) var index = -1
    /// How many rows were taken from the batch so far.
    private var rowCount = 0
    private var mapping: RowMapping
    /// The layout that ``mapping`` is from.
    private var source: FeatureLayout
    private let layout: FeatureLayout
    /// A row where ``source`` has it, to be laid out anew.
    private var sourceRow: FeatureRow
    private let readsFeatures: Bool

    init(_ layout: FeatureLayout, readsFeatures: Bool) {
        (self.layout, self.readsFeatures) = (layout, readsFeatures)
        (mapping, source) = (RowMapping(from: layout, to: layout), layout)
        sourceRow = FeatureRow(layout)
    }

    /// Begins a batch of rows of a layout.
    mutating func begin(_ source: FeatureLayout) {
        (index, rowCount) = (-1, 0)
        guard source != self.source else { return }
        (mapping, self.source) = (RowMapping(from: source, to: layout), source)
        sourceRow = FeatureRow(source)
    }

    /// - Returns: false at the end of the batch.
    @inline(__always)
    mutating func next(of batch: borrowing EventBatch, into event: inout Event) -> Bool {
        guard index + 1 < batch.count else { return false }
        index += 1
        (event.payload, event.time) = (batch.payloads[index], batch.times[index])
        event.id.set(batch.ids[index])
        guard event.kind.isQuestion else { return true }
        defer { rowCount += 1 }
        guard readsFeatures else { return true }
        if mapping.isIdentity {
            batch.rows.copy(rowCount, into: &event.features)
        } else {
            batch.rows.copy(rowCount, into: &sourceRow)
            mapping.lay(sourceRow, into: &event.features)
        }
        return true
    }
}
