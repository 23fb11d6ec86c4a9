import EventLog
import ModelLifecycle
import OnlineLearning

/// Feeds the questions and labels of a log to the models of another spec, from an offset on, as they came: what a
/// candidate would be had it been there.
struct Rerun {
    private(set) var state: ApplicationState
    private let log: StoreAccess.Store
    private var past: LogPast
    private var index: AmendmentIndex
    private var mapping: RowMapping
    /// The layout that ``mapping`` is from.
    private var source: FeatureLayout
    /// An event with its features where the candidate's contract has them.
    private var laidOut: Event

    /// - Parameters:
    ///   - amendments: to fold under.
    ///   - recentRows: how many rows of features are kept in memory; nil for all that may still be asked for.
    init(
        _ spec: Spec, log: StoreAccess.Store, from offset: Int, under amendments: Amendments,
        recentRows: Int? = LogPast.recentCapacity
    ) {
        self.init(ApplicationState(candidate: spec, from: offset), log, amendments, recentRows)
    }

    /// Scores what the log holds instead of what a model answers; see ``ApplicationState/init(witness:metrics:classes:from:)``.
    init(
        witness state: ApplicationState, log: StoreAccess.Store, under amendments: Amendments,
        recentRows: Int? = LogPast.recentCapacity
    ) {
        self.init(state, log, amendments, recentRows)
    }

    private init(
        _ state: ApplicationState, _ log: StoreAccess.Store, _ amendments: Amendments, _ recentRows: Int?
    ) {
        (self.state, self.log) = (state, log)
        let layout = state.contract.layout
        past = LogPast(log, layout: layout, capacity: recentRows)
        index = AmendmentIndex(amendments)
        (mapping, source) = (RowMapping(from: layout, to: layout), layout)
        laidOut = Event(layout)
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
                after(index, state, try fold(events[index], answered: nil))
            }
        }
    }

    /// Lets a witness fold the events of a batch.
    /// - Parameter slots: for each place of a stored answer, where the witness has it; nil where they are the same.
    mutating func bear(
        _ batch: EventBatch, slots: [Int]?, after: (Int, borrowing ApplicationState, Decision) -> Void
    ) throws {
        try begin(batch)
        var values: [Double] = []
        try batch.events.withUnsafeBufferPointer { events in
            for index in 0..<batch.count {
                Self.arrange(batch.answers[index].values, slots, into: &values)
                after(index, state, try fold(events[index], answered: values))
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

    private mutating func fold(_ event: borrowing Event, answered: [Double]?) throws -> Decision {
        guard !mapping.isIdentity, event.kind == .prediction || event.kind == .example else {
            return try apply(event, answered)
        }
        (laidOut.kind, laidOut.time, laidOut.label) = (event.kind, event.time, event.label)
        laidOut.id.assign(event.id)
        mapping.lay(event.features, into: &laidOut.features)
        var row = Event(FeatureLayout([]))
        swap(&row, &laidOut)
        defer { swap(&row, &laidOut) }
        return try apply(row, answered)
    }

    private mutating func apply(_ event: borrowing Event, _ answered: [Double]?) throws -> Decision {
        let offset = offset
        let decision: Decision
        if let answered {
            decision = try state.bear(event, answered: answered, under: &index, past: &past)
        } else {
            decision = try state.rerun(event, under: &index, past: &past)
        }
        if decision == .predicted { past.recent.remember(event.features, at: offset) }
        return decision
    }
}
