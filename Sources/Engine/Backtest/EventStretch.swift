import EventLog
import ModelLifecycle
import Synchronization

/// What is read between two meetings of the threads that fold it: consecutive events in parts, so that several threads
/// can read at a time.
final class EventStretch: Sendable {
    static let partCount = 4

    let parts: [EventBatches]

    init(_ contract: Contract) {
        parts = (0..<Self.partCount).map { _ in EventBatches(contract) }
    }

    var batches: some Sequence<EventBatch> { parts.lazy.flatMap(\.batches) }
    var eventCount: Int { parts.reduce(0) { $0 + $1.eventCount } }
    var isEmpty: Bool { parts.allSatisfy(\.batches.isEmpty) }
    var firstOffset: Int { batches.first { _ in true }?.firstOffset ?? 0 }

    func removeAll() {
        for part in parts { part.removeAll() }
    }
}

/// Reads a log stretch by stretch.
final class StretchReader: Sendable {
    /// Of one thread at a time.
    private final class PartReader: @unchecked Sendable {
        var reader: LogReader

        init(_ reader: LogReader) {
            self.reader = reader
        }
    }

    private let next: Mutex<(pieces: LogPieces, part: Int)>
    private let readers: [PartReader]

    init(_ log: StoreAccess.Store, _ range: Range<Int>) {
        next = Mutex((LogPieces(log, range), 0))
        readers = (0..<EventStretch.partCount).map { _ in PartReader(LogReader(log)) }
    }

    /// Empties a stretch. As many calls of ``fill(_:)`` as it has parts then fill it, on any threads.
    func begin(_ stretch: EventStretch) {
        stretch.removeAll()
        next.withLock { $0.part = 0 }
    }

    /// Reads what comes next into the next part of a stretch; nothing at the end.
    func fill(_ stretch: EventStretch) throws {
        let (part, piece) = try next.withLock { next in
            defer { next.part += 1 }
            return (next.part, try next.pieces.piece())
        }
        try piece?.read(&readers[part].reader, into: stretch.parts[part])
    }
}
