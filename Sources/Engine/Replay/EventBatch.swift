import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Consecutive events of a log, decoded once for everybody who folds them: all under one contract and one version,
/// column by column in memory that is used again and again.
///
/// Of what was asked and answered it has all that another model's fold looks at: ids by their fingerprints, and nothing
/// of adoptions and amendments but that they were there.
struct EventBatch: Sendable {
    /// How many events there is room for.
    static let eventsMax = 2_048

    private(set) var kinds: [Event.Kind] = []
    private(set) var times: [Timestamp] = []
    private(set) var ids: [Fingerprint] = []
    private(set) var labels: [Label?] = []
    /// The features of the questions and examples among them.
    private(set) var rows: FeatureRows
    private var answerValues: [Double] = []
    private var answerEnds = [0]

    private(set) var firstOffset = 0
    private(set) var contract: Contract
    private(set) var contractDigest = Digest(hashing: [])
    /// The offset of the adoption that served.
    private(set) var version = 0
    /// What the next event is written over.
    private var event: Event
    private var answer = StoredAnswer(.predicted)

    init(_ contract: Contract) {
        self.contract = contract
        (rows, event) = (FeatureRows(contract.layout), Event(contract.layout))
    }

    var count: Int { kinds.count }
    var isEmpty: Bool { kinds.isEmpty }
    var isFull: Bool { kinds.count >= Self.eventsMax }
    var endOffset: Int { firstOffset + count }

    /// What was answered to a question then.
    func answer(_ index: Int) -> ArraySlice<Double> { answerValues[answerEnds[index]..<answerEnds[index + 1]] }

    mutating func begin(_ contract: Contract, _ digest: Digest, version: Int, at offset: Int) {
        if contract.layout != self.contract.layout {
            (rows, event) = (FeatureRows(contract.layout), Event(contract.layout))
        }
        (self.contract, contractDigest, self.version, firstOffset) = (contract, digest, version, offset)
        kinds.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        labels.removeAll(keepingCapacity: true)
        rows.removeAll()
        answerValues.removeAll(keepingCapacity: true)
        answerEnds.removeSubrange(1...)
    }

    /// Adds an event, which a closure writes over an earlier one.
    /// - Parameter write: returns false where there was none to write.
    @inline(__always)
    mutating func append(_ write: (inout Event, inout StoredAnswer) throws -> Bool) rethrows {
        guard try write(&event, &answer) else { return }
        kinds.append(event.kind)
        times.append(event.time)
        ids.append(event.id.fingerprint)
        labels.append(event.label)
        if event.kind.isQuestion { rows.append(event.features) }
        answerValues.append(contentsOf: answer.values)
        answerEnds.append(answerValues.count)
    }
}

extension Event.Kind {
    /// Whether it has features.
    var isQuestion: Bool { self == .prediction || self == .example }
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
    mutating func fill(_ batch: inout EventBatch) throws {
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
