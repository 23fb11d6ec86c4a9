import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Consecutive events of a log, decoded once for everybody who folds them: all under one contract and one version, in
/// storage that is used again and again.
///
/// One thread fills a batch; when it is done, any number of threads read it.
final class EventBatch: @unchecked Sendable {
    /// How many events there are room for.
    static let eventsMax = 2_048

    private(set) var events: [Event] = []
    /// What was answered to each then.
    private(set) var answers: [StoredAnswer] = []
    private(set) var count = 0
    private(set) var firstOffset = 0
    private(set) var contract: Contract
    private(set) var contractDigest = Digest(hashing: [])
    /// The offset of the adoption that served.
    private(set) var version = 0

    init(_ contract: Contract) {
        self.contract = contract
    }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count == Self.eventsMax }
    var endOffset: Int { firstOffset + count }

    func begin(_ contract: Contract, _ digest: Digest, version: Int, at offset: Int) {
        if contract.layout != self.contract.layout { events.removeAll() }
        (self.contract, contractDigest, self.version, firstOffset, count) = (contract, digest, version, offset, 0)
    }

    /// Adds an event, which a closure writes over an earlier one.
    /// - Parameter write: returns false where there was none to write.
    func append(_ write: (inout Event, inout StoredAnswer) throws -> Bool) rethrows {
        if count == events.count { events.append(Event(contract.layout)) }
        if count == answers.count { answers.append(StoredAnswer(.predicted)) }
        if try write(&events[count], &answers[count]) { count += 1 }
    }
}

/// The events of a log from one offset to another, batch by batch.
struct LogBatches {
    private var reader: LogReader
    private(set) var next: Int
    private var end: Int

    init(_ reader: LogReader, from offset: Int, to end: Int) {
        (self.reader, next, self.end) = (reader, offset, end)
    }

    /// Goes on, or back, to another range.
    mutating func move(to range: Range<Int>) {
        (next, end) = (range.lowerBound, range.upperBound)
    }

    /// Fills a batch with the events that come next; leaves it empty at the end.
    mutating func fill(_ batch: EventBatch) throws {
        guard next < end, let (first, contract) = try reader.block(containing: next) else {
            return batch.begin(batch.contract, batch.contractDigest, version: batch.version, at: next)
        }
        batch.begin(contract, first.contractDigest, version: first.version, at: next)
        while next < end, !batch.isFull, let (block, contract) = try reader.block(containing: next),
            block.contractDigest == batch.contractDigest, block.version == batch.version
        {
            let blockEnd = block.firstOffset + block.count
            while next < min(end, blockEnd), !batch.isFull {
                do {
                    try batch.append { event, answer in
                        try block.read(next - block.firstOffset, contract: contract, into: &event, answer: &answer)
                        return true
                    }
                } catch {
                    throw LogFailure(.damaged, "event @\(next) does not decode: \(error)")
                }
                next += 1
            }
        }
    }
}
