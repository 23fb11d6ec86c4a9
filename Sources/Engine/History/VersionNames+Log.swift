import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning
import Synchronization

extension VersionNames {
    /// The names that a log has given before an offset: those in its newest whole snapshot, those that events after it
    /// gave, and those of a store of format 2 that is only read. Complexity: O(snapshot + events after it), nothing of
    /// which is folded.
    package init(in log: StoreAccess.Store, before end: Int = .max) throws {
        let end = try min(end, log.endOffset)
        self.init()
        for (name, offset) in try log.formerNames() where (0...end).contains(offset) { _ = set(name, offset: offset) }
        var next = 0
        if let (names, offset) = try Self.stored(in: log, before: end) {
            for entry in names.byOffset { _ = set(entry.name, offset: entry.offset) }
            next = offset
        }
        guard next < end else { return }
        _ = try log.read(after: log.tip(before: next)) { entry, tip in
            if let block = entry.block { try take(block, before: end) }
            return tip.endOffset < end
        }
    }

    /// Those of the newest whole snapshot, and its offset.
    private static func stored(in log: StoreAccess.Store, before end: Int) throws -> (VersionNames, offset: Int)? {
        // Where not even a list can be read, the log says it all.
        var offsets = ((try? log.snapshots()) ?? []).map(\.offset).filter { $0 <= end }
        while let offset = offsets.popLast() {
            do {
                guard let snapshot = try log.snapshot(atOrBefore: offset), snapshot.offset == offset else { continue }
                return (try VersionNames(inSnapshot: snapshot.payload), offset)
            } catch let failure as LogFailure where failure.kind == .damaged {
                continue
            } catch let error as CanonicalDecodingError {
                guard error.isNewer else { continue }
                throw LogFailure(undecodable: "the snapshot at @\(offset)", error)
            }
        }
        return nil
    }

    private mutating func take(_ block: Block, before end: Int) throws {
        do throws(CanonicalDecodingError) {
            let reader = try BlockReader(block.payload)
            var event = Event(Contract.withoutFeatures.layout)
            for index in reader.indices(of: .named) where reader.firstOffset + index < end {
                _ = try reader.read(index, contract: .withoutFeatures, into: &event)
                guard let naming = event.payload.naming else { continue }
                _ = set(naming.name, offset: naming.offset ?? reader.firstOffset + index)
            }
        } catch {
            throw LogFailure(
                undecodable: "the block that begins at event \(block.firstOffset)", error, hint: LogReader.hint)
        }
    }
}

/// The names as the writer has them, for all who ask without waiting for it.
final class PublishedNames: Sendable {
    private let names = Mutex(VersionNames())

    var present: VersionNames { names.withLock { $0 } }

    func publish(_ names: VersionNames) { self.names.withLock { $0 = names } }
}
