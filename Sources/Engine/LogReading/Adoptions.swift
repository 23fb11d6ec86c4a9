import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning
import Synchronization

/// The adoptions of a log, found by going back from version to version: the log alone says which there are, whatever
/// snapshots are kept.
struct Adoptions {
    struct Entry: Sendable {
        /// Of the `adopted` event.
        let offset: Int
        let adoption: Adoption
        let time: Timestamp
    }

    /// Those whose events lie in a range, ascending.
    /// - Complexity: O(adoptions) readings of a block.
    static func list(in log: any AppendOnlyLog, _ range: Range<Int>) throws -> [Entry] {
        var (found, next) = ([Entry](), min(range.upperBound, try log.endOffset) - 1)
        while next >= range.lowerBound, let block = try log.block(containing: next) {
            try StopFlag.current?.check()
            let version = try reader(block).version
            // The amendments that an adoption was derived under lie in its block, before it.
            guard version <= next else {
                next = block.firstOffset - 1
                continue
            }
            guard version >= range.lowerBound, let adopting = try log.block(containing: version) else { break }
            if let entry = try entry(version, adopting) { found.append(entry) }
            next = adopting.firstOffset - 1
        }
        return found.reversed()
    }

    private static func reader(_ block: Block) throws -> BlockReader {
        do { return try BlockReader(block.payload) } catch {
            throw LogFailure(
                undecodable: "the block that begins at event \(block.firstOffset)", error, hint: LogReader.hint)
        }
    }

    /// No layout is needed to read an adoption.
    private static func entry(_ offset: Int, _ block: Block) throws -> Entry? {
        let contract = Contract.withoutFeatures
        var event = Event(contract.layout)
        do {
            _ = try reader(block).read(offset - block.firstOffset, contract: contract, into: &event)
        } catch let error as CanonicalDecodingError {
            throw LogFailure(undecodable: "event \(offset)", error, hint: LogReader.hint)
        }
        return event.adoption.map { Entry(offset: offset, adoption: $0, time: event.time) }
    }
}

extension Adoption.Recipe {
    /// Whether what it gives is folded from elsewhere than the events before it: no later state is folded through it
    /// under other amendments than its own while it holds.
    var isRoot: Bool {
        switch self {
        case .restore, .candidate: true
        case .spec, .upgrade: false
        }
    }
}

extension Revision {
    /// Whether this program folds to the same bits.
    var isOwn: Bool {
        fold == Self.fold
            && components.allSatisfy { Catalogue.declaration(named: $0.name)?.revision == $0.revision }
    }
}

/// The adoptions of a log that grows, so that they are looked for once.
final class KnownAdoptions: Sendable {
    private let known = Mutex<(end: Int, entries: [Adoptions.Entry])>((0, []))

    /// All that the log holds now, ascending. Complexity: O(new adoptions) readings of a block.
    func list(in log: any AppendOnlyLog) throws -> [Adoptions.Entry] {
        let (end, known) = (try log.endOffset, known.withLock { $0 })
        // What was never on the disk may be gone after a failure.
        let entries = end < known.end
            ? try Adoptions.list(in: log, 0..<end)
            : known.entries + (try Adoptions.list(in: log, known.end..<end))
        self.known.withLock { $0 = (end, entries) }
        return entries
    }
}
