import ModelLifecycle

/// What is read between two meetings of the threads that fold it: consecutive events in parts, so that several threads
/// can read at a time.
final class EventStretch: @unchecked Sendable {
    /// A part is filled by one thread; when all are, any number of threads read them.
    final class Part: @unchecked Sendable {
        private var pool: [EventBatch] = []
        private var usedCount = 0
        private let contract: Contract

        init(_ contract: Contract) {
            self.contract = contract
        }

        var batches: ArraySlice<EventBatch> { pool[..<usedCount] }
        var eventCount: Int { batches.reduce(0) { $0 + $1.count } }

        /// Takes batch after batch up to an empty one, or to so many events.
        func fill(upTo eventsMax: Int = .max, _ write: (inout EventBatch) throws -> Void) rethrows {
            usedCount = 0
            while eventCount < eventsMax {
                if usedCount == pool.count { pool.append(EventBatch(contract)) }
                try write(&pool[usedCount])
                guard !pool[usedCount].isEmpty else { return }
                usedCount += 1
            }
        }
    }

    static let partCount = 4
    static let eventsMax = partCount * EventBatch.eventsMax

    let parts: [Part]

    init(_ contract: Contract) {
        parts = (0..<Self.partCount).map { _ in Part(contract) }
    }

    var batches: some Sequence<EventBatch> { parts.lazy.flatMap(\.batches) }
    var eventCount: Int { parts.reduce(0) { $0 + $1.eventCount } }
    var isEmpty: Bool { eventCount == 0 }
    var firstOffset: Int { batches.first { _ in true }?.firstOffset ?? 0 }
}

/// Reads a log stretch by stretch.
final class StretchReader: @unchecked Sendable {
    /// One for each part: whoever reads a part has a reader of its own.
    private final class PartReader {
        var batches: LogBatches

        init(_ batches: LogBatches) {
            self.batches = batches
        }
    }

    private let readers: [PartReader]
    private let end: Int
    private var next: Int

    init(_ log: StoreAccess.Store, _ range: Range<Int>) {
        readers = (0..<EventStretch.partCount).map { _ in
            PartReader(LogBatches(LogReader(log), from: range.lowerBound, to: range.lowerBound))
        }
        (next, end) = (range.lowerBound, range.upperBound)
    }

    /// Reads one part of the stretch that comes next; empty at the end.
    func fill(_ part: Int, of stretch: EventStretch) throws {
        let start = min(next + part * EventBatch.eventsMax, end)
        let reader = readers[part]
        reader.batches.move(to: start..<min(start + EventBatch.eventsMax, end))
        try stretch.parts[part].fill { try reader.batches.fill(&$0) }
    }

    /// Goes on to the stretch after the one whose parts were read.
    func advance() {
        next = min(next + EventStretch.eventsMax, end)
    }
}
