import EventLog
import ModelLifecycle
import OnlineLearning

/// The past as a log has it: recent features from memory, everything else read back.
struct LogPast: FoldPast {
    /// How many rows of features are kept in memory.
    static let recentCapacity = 4_096

    /// So that a label that comes soon needs no reading of the log.
    private var recent: RecentRows<FeatureRow>
    var reader: LogReader
    /// The layout that rows are wanted in: that of the present contract.
    private var layout: FeatureLayout

    /// - Parameters:
    ///   - contract: the present one.
    ///   - capacity: how many rows of features are kept in memory; nil keeps all that are still asked for.
    init(_ log: any AppendOnlyLog & SnapshotStore, under contract: Contract, capacity: Int? = recentCapacity) {
        recent = RecentRows(capacity: capacity)
        reader = LogReader(log)
        layout = contract.layout
        reader.know(contract)
    }

    mutating func keep(_ row: inout FeatureRow, ofPredictionAt offset: Int) {
        recent.take(over: &row, at: offset)
    }

    /// It is in the log.
    mutating func keep(_ label: Label?, waitingSince offset: Int) {}

    mutating func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        if recent.take(offset, into: &row) { return }
        try readFeatures(at: offset, into: &row)
    }

    mutating func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        if recent.read(offset, { row.copy($0) }) { return }
        try readFeatures(at: offset, into: &row)
    }

    private mutating func readFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        do {
            guard let found = try reader.read(offset) else {
                throw LogFailure(.damaged, "the log ends before it")
            }
            guard found.event.kind.isQuestion else { throw LogFailure(.damaged, "what it asked is gone") }
            row = found.event.features.rearranged(from: found.contract.layout, to: layout)
        } catch {
            throw PastEventMissing(offset: offset, reason: "\(error)")
        }
    }

    /// An event with its answer. A block that cannot be read concerns only those who ask for it.
    mutating func event(
        at offset: Int
    ) throws(PastEventMissing) -> (event: Event, answer: StoredAnswer, contract: Contract, version: Int) {
        do {
            if let found = try reader.read(offset) { return found }
        } catch {
            throw PastEventMissing(offset: offset, reason: "\(error)")
        }
        throw PastEventMissing(offset: offset, reason: "the log ends before it")
    }

    mutating func label(at offset: Int) throws(PastEventMissing) -> Label {
        do {
            guard let label = try reader.read(offset)?.event.label else {
                throw LogFailure(.damaged, "there is no label")
            }
            return label
        } catch {
            throw PastEventMissing(offset: offset, reason: "\(error)")
        }
    }

    mutating func question(at offset: Int) throws(PastEventMissing) -> PastQuestion {
        let (event, answer, _, _) = try event(at: offset)
        guard event.kind.isQuestion else { throw PastEventMissing(offset: offset, reason: "it is no question") }
        return PastQuestion(event, at: offset, answer: answer.values)
    }

    mutating func forgetFeatures(at offset: Int) {
        recent.forget(offset)
    }

    /// Another contract holds: rows kept in the old layout are of no use.
    mutating func adopt(_ contract: Contract) {
        reader.know(contract)
        guard contract.layout != layout else { return }
        layout = contract.layout
        recent.removeAll()
    }
}
