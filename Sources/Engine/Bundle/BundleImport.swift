import Determinism
import EventLog
import Foundation
import ModelLifecycle

/// Puts what a bundle holds into an empty log, and checks all of it on the way: each section's link, the chain, that
/// every event decodes, every snapshot's digests, and that what the end says is what came.
///
/// It writes as it reads; whoever calls it must show the log to nobody before it has returned.
public struct BundleImport {
    private var reader: BundleReader
    private let log: StoreAccess.Store
    private let path: String
    private var tip = LogTip.start
    private var end: Int { tip.endOffset }
    private var application: String?
    private var snapshots: [Snapshot] = []

    /// - Parameter progress: is told the share of the file read.
    /// - Throws: `LogFailure` or `DataFileError`; the log is then to be thrown away.
    public static func read(
        _ path: String, into log: StoreAccess.Store, progress: (Double?) -> Void = { _ in }
    ) throws -> BundleSummary {
        var bundle = try BundleImport(path, log)
        do {
            return try bundle.read(progress)
        } catch let error as CanonicalDecodingError {
            guard !error.isNewer else { throw LogFailure(undecodable: "a section of \(path)", error) }
            throw BundleFormat.damaged(path, "a section does not decode: \(error)")
        }
    }

    /// The name of the application in a bundle, from its first section.
    public static func application(of path: String) throws -> String {
        var reader = try BundleReader(path: path)
        let (section, payload) = try reader.next()
        guard section == .application else { throw BundleFormat.damaged(path, "it does not begin with a name") }
        do {
            return try name(payload)
        } catch {
            throw BundleFormat.damaged(path, "its name does not decode: \(error)")
        }
    }

    private init(_ path: String, _ log: StoreAccess.Store) throws {
        precondition((try? log.endOffset) == 0, "a bundle is read into an empty log")
        (self.path, self.log) = (path, log)
        reader = try BundleReader(path: path)
    }

    private mutating func read(_ progress: (Double?) -> Void) throws -> BundleSummary {
        while true {
            let (section, payload) = try reader.next()
            guard application != nil || section == .application else {
                throw BundleFormat.damaged(path, "it does not begin with a name")
            }
            switch section {
            case .application: application = try Self.name(payload)
            case .blocks: try addBlocks(payload)
            case .snapshot: try addSnapshot(payload)
            case .names: try addNames(payload)
            case .heads: try addHeads(payload)
            case .end: return try finish(payload)
            }
            progress(reader.fraction)
        }
    }

    private static func name(_ payload: [UInt8]) throws -> String {
        var decoder = CanonicalDecoder(payload)
        let name = try decoder.string()
        try decoder.finish()
        return name
    }

    private mutating func addBlocks(_ payload: [UInt8]) throws {
        guard Packing.isPacked(payload) else { throw BundleFormat.damaged(path, "blocks that are not packed") }
        let blocks = try PackedBlocks.unpack(payload)
        var next = end
        for block in blocks {
            guard block.firstOffset == next, block.count > 0, block.lastTime >= block.firstTime else {
                throw BundleFormat.damaged(path, "the block of event \(next) does not follow the one before")
            }
            let head = try BlockReader(block.payload)
            guard head.firstOffset == next, head.count == block.count else {
                throw BundleFormat.damaged(path, "the block of event \(next) is another")
            }
            next = block.endOffset
        }
        if let packing = log as? any PackingLog {
            tip = try packing.append(blocks, packedAs: payload, after: tip)
        } else {
            tip = try log.append(blocks, after: tip)
        }
    }

    private mutating func addSnapshot(_ payload: [UInt8]) throws {
        var decoder = CanonicalDecoder(payload)
        let snapshot = try Snapshot(from: &decoder)
        try decoder.finish()
        let state = try ApplicationState(snapshot: snapshot)
        guard state.offset == snapshot.offset, snapshot.offset <= end, state.stateDigest == snapshot.stateDigest,
            state.ledgerDigest == snapshot.ledgerDigest, snapshots.last.map({ $0.offset < snapshot.offset }) ?? true
        else { throw BundleFormat.damaged(path, "the snapshot at @\(snapshot.offset) has other digests than it says") }
        try log.save(snapshot)
        snapshots.append(snapshot.withoutPayload)
    }

    private mutating func addNames(_ payload: [UInt8]) throws {
        var decoder = CanonicalDecoder(payload)
        var names: [(name: String, offset: Int)] = []
        for _ in 0..<(try decoder.count()) {
            let (name, offset) = (try decoder.string(), try decoder.uint())
            guard offset <= UInt64(end) else { throw BundleFormat.damaged(path, "'\(name)' is beyond the log's end") }
            names.append((name, Int(offset)))
        }
        try decoder.finish()
        try log.keep(formerNames: names)
    }

    private mutating func addHeads(_ payload: [UInt8]) throws {
        var decoder = CanonicalDecoder(payload)
        var heads: [Heads] = []
        for _ in 0..<(try decoder.count()) {
            let (first, last) = (try decoder.uint(), try decoder.uint())
            guard first <= last, last <= UInt64(end) else {
                throw BundleFormat.damaged(path, "a rewriting beyond the log's end")
            }
            heads.append(
                Heads(
                    firstOffset: Int(first), endOffset: Int(last), oldHead: try decoder.digest(),
                    newHead: try decoder.digest(), isScrubbed: true))
        }
        try decoder.finish()
        // A log that cannot forget has nobody to tell of those who have.
        try (log as? any ForgettingLog)?.record(heads)
    }

    private mutating func finish(_ payload: [UInt8]) throws -> BundleSummary {
        var decoder = CanonicalDecoder(payload)
        var summary = try BundleSummary(from: &decoder)
        try decoder.finish()
        try reader.finish()
        guard summary.eventCount == end, summary.head == tip.link, summary.snapshotCount == snapshots.count,
            summary.nameCount == (try VersionNames(in: log).count), summary.application == application,
            let newest = snapshots.last,
            summary.stateOffset == newest.offset, summary.stateDigest == newest.stateDigest,
            try log.lastKnownTip() == tip
        else { throw BundleFormat.damaged(path, "what came is not what the end says") }
        try checkEvents()
        summary.byteCount = reader.byteCount
        return summary
    }

    /// Decodes every event, under the contracts that the snapshots hold.
    private func checkEvents() throws {
        var scan = LogScan(log)
        let next = try scan.run(0..<end) { _, _, _, _ in }
        guard next == end else { throw BundleFormat.damaged(path, "event \(next) is not there") }
    }
}
