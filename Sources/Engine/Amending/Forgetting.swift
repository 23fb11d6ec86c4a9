import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Takes the payloads of events out of a log, in one transaction: the blocks without them, without the snapshots that
/// knew them, and with the adoption of the models rebuilt without them.
struct Forgetting {
    /// The events to be forgotten.
    let offsets: OffsetRanges

    /// - Throws: a `Refusal` where a log cannot forget.
    static func check(_ log: StoreAccess.Store) throws(Refusal) {
        guard log is any ForgettingLog else {
            throw Refusal(
                .impossibleRestore, "this log cannot forget", hint: "excluding the events does all but remove them")
        }
    }

    /// What is left of a forgotten event is its offset, its log time, and that there was one.
    /// - Parameter tip: where the log ends.
    /// - Returns: the tip after it, and the head of the chain before and after; nil where there was nothing to forget.
    func run(
        on log: StoreAccess.Store, after tip: LogTip, appending blocks: [Block], _ snapshot: Snapshot
    ) throws(LogFailure) -> (LogTip, Heads?) {
        guard let first = offsets.first else { return (try log.append(blocks, with: snapshot, after: tip), nil) }
        guard let forgetting = log as? any ForgettingLog else { throw LogFailure(.refused, "this log cannot forget") }
        // A state from after the first of them may hold what it learned from it.
        let dropped = try log.snapshots().map(\.offset).filter { $0 > first }
        var reader = LogReader(log)
        let (end, heads) = try forgetting.forget(
            Rewriting(firstOffset: first, droppedSnapshots: dropped, appended: blocks, snapshot: snapshot), after: tip
        ) { block in
            try payload(of: block, &reader)
        }
        return (end, heads)
    }

    /// The block's bytes without what is forgotten; nil where nothing of it is.
    private func payload(of block: Block, _ reader: inout LogReader) throws -> [UInt8]? {
        guard offsets.overlaps(block.firstOffset..<block.endOffset) else {
            return try withoutCorrections(block, &reader)
        }
        return try encoded(block, &reader)
    }

    /// Corrections of forgotten questions may stand in any later block.
    private func withoutCorrections(_ block: Block, _ reader: inout LogReader) throws -> [UInt8]? {
        let (events, contract) = try reader.decode(block)
        var (event, answer) = (Event(contract.layout), StoredAnswer(.predicted))
        for index in events.indices(of: .amended) + events.indices(of: .signed) {
            try events.read(index, contract: contract, into: &event, answer: &answer)
            if event.payload != event.payload.forgetting(offsets) {
                return try encoded(block, &reader)
            }
        }
        return nil
    }

    /// - Parameter onlyClients: whether what was done to the application stays.
    func encoded(_ block: Block, _ reader: inout LogReader, onlyClients: Bool = false) throws -> [UInt8] {
        let (events, contract) = try reader.decode(block)
        var builder = BlockBuilder(contract: contract, version: events.version, firstOffset: block.firstOffset)
        var (event, answer) = (Event(contract.layout), StoredAnswer(.predicted))
        for index in 0..<events.count {
            try events.read(index, contract: contract, into: &event, answer: &answer)
            if offsets.contains(block.firstOffset + index), !onlyClients || event.kind.isOfClients {
                let left = Event(.forgotten, time: event.time, features: FeatureRow(contract.layout))
                builder.append(
                    left, time: event.time, decision: .void, values: [], isBaseline: false,
                    notices: answer.notices ?? [])
            } else {
                event.payload = event.payload.forgetting(offsets)
                builder.append(
                    event, time: event.time, decision: answer.decision, values: answer.values[...],
                    isBaseline: answer.isBaseline, notices: answer.notices ?? [])
            }
        }
        return builder.payload()
    }
}
