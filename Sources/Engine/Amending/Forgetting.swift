import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Takes the payloads of events out of a log, in one transaction: the blocks without them, without the snapshots that
/// knew them, and with the adoption of the models rebuilt without them.
struct Forgetting {
    /// The events to be forgotten.
    let offsets: OffsetRanges

    /// What is left of a forgotten event is its offset, its log time, and that there was one.
    /// - Returns: the head of the chain before and after; nil where there was nothing to forget.
    func run(on log: StoreAccess.Store, appending block: Block, _ snapshot: Snapshot) throws(LogFailure) -> Heads? {
        guard let first = offsets.first else {
            try log.append(block, snapshot: snapshot)
            return nil
        }
        // A state from after the first of them may hold what it learned from it.
        let dropped = try log.snapshots().map(\.offset).filter { $0 > first }
        var reader = LogReader(log)
        return try log.rewrite(
            Rewriting(firstOffset: first, droppedSnapshots: dropped, appended: block, snapshot: snapshot)
        ) { block in
            try payload(of: block, &reader)
        }
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
        for index in events.indices(of: .amended) {
            try events.read(index, contract: contract, into: &event, answer: &answer)
            if let amendment = event.amendment, amendment != amendment.forgetting(offsets) {
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
                if let amendment = event.amendment { event.payload = .amended(amendment.forgetting(offsets)) }
                builder.append(
                    event, time: event.time, decision: answer.decision, values: answer.values[...],
                    isBaseline: answer.isBaseline, notices: answer.notices ?? [])
            }
        }
        return builder.payload()
    }
}
