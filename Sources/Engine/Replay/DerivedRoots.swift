import Determinism
import EventLog
import Foundation
import ModelLifecycle

/// The states right after adoptions whose snapshots are not there, derived once and kept while one piece of work lasts.
///
/// Deriving an adoption may need the state after an earlier one, and that a still earlier one. Every fold of the log as
/// it was lived through keeps what it passes here, so no part of the log is folded twice for it, however many adoptions
/// go back behind one another. States are kept as bytes: some in memory, more in a file that has no name.
final class DerivedRoots {
    /// Bytes that are kept in memory.
    static let memoryBytesMax = 64 << 20

    private enum Place {
        case memory([UInt8])
        case file(offset: UInt64, count: Int)
    }

    private var places: [Int: Place] = [:]
    private var memoryBytes = 0
    private var file: (handle: FileHandle, end: UInt64)?
    /// The offsets of the snapshots that there were when it was first asked.
    private var stored: Set<Int>?

    /// Whether a snapshot at an offset was stored when this was first asked; one that comes or goes meanwhile costs
    /// time only.
    func isStored(_ offset: Int, in log: any SnapshotStore) throws(LogFailure) -> Bool {
        if let stored { return stored.contains(offset) }
        let offsets = Set(try log.snapshots().map(\.offset))
        stored = offsets
        return offsets.contains(offset)
    }

    /// Keeps the state after an adoption.
    func keep(_ state: borrowing ApplicationState) throws {
        guard places[state.offset] == nil else { return }
        var encoder = CanonicalEncoder()
        encoder.byte(ApplicationState.snapshotFormat)
        state.encode(to: &encoder)
        let bytes = encoder.bytes
        guard memoryBytes + bytes.count > Self.memoryBytesMax else {
            memoryBytes += bytes.count
            places[state.offset] = .memory(bytes)
            return
        }
        var (handle, end) = try file ?? (Self.namelessFile(), 0)
        try handle.seek(toOffset: end)
        try handle.write(contentsOf: Data(bytes))
        places[state.offset] = .file(offset: end, count: bytes.count)
        end += UInt64(bytes.count)
        file = (handle, end)
    }

    /// The newest state that is kept and lies after one offset and not after another.
    func newest(after bound: Int, upTo last: Int) throws -> ApplicationState? {
        guard let offset = places.keys.filter({ $0 > bound && $0 <= last }).max() else { return nil }
        return try state(at: offset)
    }

    /// The state at an offset, where it is kept.
    func state(at offset: Int) throws -> ApplicationState? {
        switch places[offset] {
        case .memory(let bytes)?: return try decoded(bytes, offset)
        case .file(let start, let count)?:
            guard let handle = file?.handle else { return nil }
            try handle.seek(toOffset: start)
            return try decoded([UInt8](handle.read(upToCount: count) ?? Data()), offset)
        case nil: return nil
        }
    }

    private func decoded(_ bytes: [UInt8], _ offset: Int) throws -> ApplicationState {
        let digest = Digest(hashing: [])
        return try ApplicationState(
            snapshot: Snapshot(
                offset: offset, reason: .adoption, stateDigest: digest, ledgerDigest: digest,
                time: Timestamp(microseconds: 0), payload: bytes))
    }

    /// A file that is gone when this is.
    private static func namelessFile() throws -> FileHandle {
        let path = NSTemporaryDirectory() + "headrace-derived-\(UUID().uuidString)"
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let handle = FileHandle(forUpdatingAtPath: path)
        else { throw LogFailure(.unavailable, "cannot write \(path)", hint: "`TMPDIR` says where files may lie") }
        try FileManager.default.removeItem(atPath: path)
        return handle
    }
}
