import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Reads a range of a log event by event into storage that is reused, so that a long reading allocates nothing per
/// event.
struct LogScan {
    private var reader: LogReader

    init(_ log: any AppendOnlyLog & SnapshotStore) {
        reader = LogReader(log)
    }

    /// Hands out the events of a range in order, as far as the log goes.
    /// - Returns: the offset after the last one.
    mutating func run(
        _ range: Range<Int>,
        _ body: (_ offset: Int, _ event: borrowing Event, _ answer: StoredAnswer, _ block: ScannedBlock) throws -> Void
    ) throws -> Int {
        let stop = StopFlag.current
        var next = range.lowerBound
        while next < range.upperBound, let (block, contract) = try reader.block(containing: next) {
            var (event, answer) = (Event(contract.layout), StoredAnswer(.predicted))
            let scanned = ScannedBlock(contract: contract, digest: block.contractDigest, version: block.version)
            let end = min(range.upperBound, block.firstOffset + block.count)
            while next < end {
                try stop?.check()
                do {
                    try block.read(next - block.firstOffset, contract: contract, into: &event, answer: &answer)
                } catch {
                    throw LogFailure(undecodable: "event \(next)", error, hint: LogReader.hint)
                }
                try body(next, event, answer, scanned)
                next += 1
            }
        }
        return next
    }
}

/// What the events of a block have in common.
struct ScannedBlock {
    let contract: Contract
    /// Of the contract.
    let digest: Digest
    /// The offset of the adoption that served.
    let version: Int
}
