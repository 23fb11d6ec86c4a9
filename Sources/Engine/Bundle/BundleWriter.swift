import Determinism
import EventLog
import Foundation
import ModelLifecycle

/// Writes an application into one file, a section at a time, while it may be serving: what the log holds when it begins
/// is what the bundle holds.
public struct BundleWriter {
    private let path: String
    private let partial: String
    private let file: FileHandle
    private var link = BundleFormat.firstLink(BundleFormat.version)
    private var byteCount = 0

    /// Writes a bundle.
    ///
    /// - Parameters:
    ///   - path: takes the place of a file of this name, if there is one, when the bundle is whole.
    ///   - progress: is told the offset reached and the end, now and then.
    /// - Throws: `LogFailure`; then no file is left behind, and one that was there before is as it was.
    public static func write(
        _ log: StoreAccess.Store, to path: String, progress: (Int, Int) -> Void = { _, _ in }
    ) throws -> BundleSummary {
        var writer = try BundleWriter(path)
        do {
            let summary = try writer.write(log, progress)
            try writer.publish()
            return summary
        } catch {
            writer.discard()
            throw error as? LogFailure ?? LogFailure(.unavailable, "\(path) was not written: \(error)")
        }
    }

    private init(_ path: String) throws(LogFailure) {
        (self.path, partial) = (path, path + ".partial")
        guard FileManager.default.createFile(atPath: partial, contents: nil),
            let file = FileHandle(forWritingAtPath: partial)
        else { throw LogFailure(.unavailable, "cannot write \(path)", hint: "is the directory there, and yours?") }
        self.file = file
    }

    private mutating func write(_ log: StoreAccess.Store, _ progress: (Int, Int) -> Void) throws -> BundleSummary {
        let end = try log.endOffset
        // Taken in this order, so that nothing that comes meanwhile lies beyond the end.
        let snapshots = try log.snapshots().filter { $0.offset <= end }
        let names = try log.formerNames().filter { (0...end).contains($0.offset) }
        var damage: [SnapshotDamage] = []
        var newest = try log.newestState(atOrBefore: end, passingOver: &damage)?.state
        if snapshots.isEmpty, end > 0 {
            // Whoever reads the bundle begins with one.
            var replay = try Replay(log)
            try replay.run(to: end)
            newest = replay.state
        }
        guard let newest else {
            throw damage.isEmpty ? StatusReport.emptyLog : LogFailure(
                .damaged, "no snapshot is whole", hint: "`headrace doctor --repair` derives those that it can")
        }
        let application = newest.spec.application
        try put(BundleFormat.magic + [BundleFormat.version])
        try section(.application) { $0.string(application) }
        let head = try writeBlocks(log, end, progress)
        var written = try writeSnapshots(snapshots, log)
        if snapshots.isEmpty {
            let snapshot = newest.snapshot(.growth)
            try section(.snapshot) { snapshot.encode(to: &$0) }
            written.append(snapshot.withoutPayload)
        }
        try section(.names) { encoder in
            encoder.count(names.count)
            for (name, offset) in names {
                encoder.string(name)
                encoder.count(offset)
            }
        }
        try writeHeads(log, end)
        var summary = BundleSummary(
            application: application, eventCount: end, head: head, snapshotCount: written.count,
            nameCount: try VersionNames(in: log, before: end).count, stateOffset: newest.offset,
            stateDigest: newest.stateDigest)
        if let last = written.last { (summary.stateOffset, summary.stateDigest) = (last.offset, last.stateDigest) }
        summary.damage = damage
        try section(.end) { summary.encode(to: &$0) }
        summary.byteCount = byteCount
        return summary
    }

    /// Snapshots as they should be; one that is damaged and saves only time is left out.
    private mutating func writeSnapshots(_ snapshots: [Snapshot], _ log: StoreAccess.Store) throws -> [Snapshot] {
        var written: [Snapshot] = []
        for snapshot in snapshots {
            guard let mended = try SnapshotRepair.mended(snapshot, in: log) else { continue }
            try section(.snapshot) { mended.encode(to: &$0) }
            written.append(mended.withoutPayload)
        }
        return written
    }

    /// - Returns: the chain's last link.
    private mutating func writeBlocks(
        _ log: StoreAccess.Store, _ end: Int, _ progress: (Int, Int) -> Void
    ) throws -> Digest {
        var reader = LogReader(log)
        var (next, chain) = (0, Block.chainStart)
        let sealedEnd = try log.sealedEnd
        var run: [Block] = []
        _ = try log.read(after: .start) { entry, tip in
            guard let block = entry.block else { return true }
            guard next < end else { return false }
            if let first = run.first, !Compaction.canPack(first, block) || next == sealedEnd
                || block.endOffset - first.firstOffset > Compaction.eventsMax
            {
                try put(run, &reader, sealedAs: next <= sealedEnd ? chain : nil)
                progress(next, end)
                run.removeAll(keepingCapacity: true)
            }
            run.append(block)
            chain = tip.link
            next = block.endOffset
            return next < end
        }
        guard next >= end else { throw LogFailure(.damaged, "event \(next) is not there") }
        try put(run, &reader, sealedAs: next <= sealedEnd ? chain : nil)
        return chain
    }

    /// - Parameter link: of blocks of which something was dropped, the chain's link after them.
    private mutating func put(_ run: [Block], _ reader: inout LogReader, sealedAs link: Digest?) throws {
        guard let first = run.first else { return }
        if let link {
            let payload = PackedBlocks.sealed(run, contract: try reader.decode(first).contract, link: link)
            return try section(.blocks) { $0.raw(payload) }
        }
        let payload = PackedBlocks.pack(run, contract: try reader.decode(first).contract)
            ?? PackedBlocks.packedPlain(run)
        try section(.blocks) { $0.raw(payload) }
    }

    private mutating func writeHeads(_ log: StoreAccess.Store, _ end: Int) throws {
        let heads = try ((log as? any ForgettingLog)?.heads() ?? []).filter { $0.endOffset <= end }
        try section(.heads) { encoder in
            encoder.count(heads.count)
            for heads in heads {
                encoder.count(heads.firstOffset)
                encoder.count(heads.endOffset)
                encoder.digest(heads.oldHead)
                encoder.digest(heads.newHead)
            }
        }
    }

    // MARK: Bytes

    private mutating func section(
        _ section: BundleFormat.Section, _ body: (inout CanonicalEncoder) throws -> Void
    ) throws {
        var payload = CanonicalEncoder()
        try body(&payload)
        link = BundleFormat.link(after: link, section.rawValue, payload.bytes)
        var head = CanonicalEncoder()
        head.byte(section.rawValue)
        head.count(payload.bytes.count)
        try put(head.bytes)
        try put(payload.bytes)
        try put(link.bytes)
    }

    private mutating func put(_ bytes: [UInt8]) throws {
        try file.write(contentsOf: Data(bytes))
        byteCount += bytes.count
    }

    /// The bundle takes its name when every byte of it is on the disk.
    private func publish() throws {
        try file.synchronize()
        try file.close()
        guard rename(partial, path) == 0 else {
            throw LogFailure(.unavailable, "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    private func discard() {
        try? file.close()
        unlink(partial)
    }
}
