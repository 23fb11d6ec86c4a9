import Determinism
import ModelLifecycle

/// Adjacent batches in memory that is used again and again. One thread at a time writes; when it is done, any number of
/// threads read.
final class EventBatches: @unchecked Sendable {
    private var pool: [EventBatch] = []
    private var usedCount = 0
    private let contract: Contract

    /// - Parameter contract: that of most of what will be read.
    init(_ contract: Contract) {
        self.contract = contract
    }

    var batches: ArraySlice<EventBatch> { pool[..<usedCount] }
    var eventCount: Int { batches.reduce(0) { $0 + $1.count } }

    func removeAll() {
        usedCount = 0
    }

    /// Adds a batch; none where it stays empty.
    func add(_ write: (inout EventBatch) throws -> Void) rethrows {
        if usedCount == pool.count { pool.append(EventBatch(contract)) }
        try write(&pool[usedCount])
        if !pool[usedCount].isEmpty { usedCount += 1 }
    }

    /// Adds to the last batch where it is of the same contract and version, otherwise to a new one.
    func extend(
        _ contract: Contract, _ digest: Digest, version: Int, at offset: Int,
        _ write: (inout EventBatch) throws -> Void
    ) rethrows {
        if let last = batches.last, last.contractDigest == digest, last.version == version {
            return try write(&pool[usedCount - 1])
        }
        try add { batch in
            batch.begin(contract, digest, version: version, at: offset)
            try write(&batch)
        }
    }
}
