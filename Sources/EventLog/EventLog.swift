import Determinism

/// A committed batch, as the log keeps it: events and answers as bytes that mean nothing here.
public struct Block: Sendable, Equatable {
    /// The offset of its first event.
    public let firstOffset: Int
    /// How many events it holds, at least 1.
    public let count: Int
    /// The log times of its first and last event.
    public let firstTime: Timestamp
    public let lastTime: Timestamp
    public let payload: [UInt8]

    public init(firstOffset: Int, count: Int, firstTime: Timestamp, lastTime: Timestamp, payload: [UInt8]) {
        (self.firstOffset, self.count) = (firstOffset, count)
        (self.firstTime, self.lastTime, self.payload) = (firstTime, lastTime, payload)
    }

    /// The offset after its last event.
    public var endOffset: Int { firstOffset + count }

    /// The same events with other bytes.
    public func replacing(_ payload: [UInt8]) -> Block {
        Block(firstOffset: firstOffset, count: count, firstTime: firstTime, lastTime: lastTime, payload: payload)
    }

    /// The link of the chain that this block is, after the one before it: it covers everything in the block and,
    /// through `previous`, everything before.
    public func chain(after previous: Digest) -> Digest {
        var encoder = CanonicalEncoder(reserving: payload.count + 64)
        encoder.digest(previous)
        encoder.count(firstOffset)
        encoder.count(count)
        encoder.int(firstTime.microseconds)
        encoder.int(lastTime.microseconds)
        encoder.raw(payload)
        return Digest(hashing: encoder.bytes)
    }

    /// What the first block is chained to.
    public static let chainStart = Digest(hashing: Array("headrace".utf8))
}

/// The encoded state at an offset.
public struct Snapshot: Sendable, Equatable {
    /// Why it was taken.
    public enum Reason: Int, Sendable {
        /// The log had grown by enough.
        case growth = 0
        /// A learned state was adopted with the event before it; kept as long as the log.
        case adoption = 1
        /// A clean stop.
        case stop = 2
        /// Folding the events since the one before would have taken long.
        case recovery = 3

        /// Whether it goes when others follow; the others stay as long as the log.
        public var givesWay: Bool { self == .stop || self == .recovery }
    }

    /// The events before this offset are in it.
    public let offset: Int
    public let reason: Reason
    /// Of an adoption that restored: the offset it went back to.
    public let restoredOffset: Int?
    public let stateDigest: Digest
    public let ledgerDigest: Digest
    /// The log time at the offset.
    public let time: Timestamp
    public let payload: [UInt8]

    public init(
        offset: Int, reason: Reason, restoredOffset: Int? = nil, stateDigest: Digest, ledgerDigest: Digest,
        time: Timestamp, payload: [UInt8]
    ) {
        (self.offset, self.reason, self.restoredOffset) = (offset, reason, restoredOffset)
        (self.stateDigest, self.ledgerDigest) = (stateDigest, ledgerDigest)
        (self.time, self.payload) = (time, payload)
    }

    /// The same without its bytes, for lists.
    public var withoutPayload: Snapshot { holding([]) }

    /// The same with these bytes.
    public func holding(_ payload: [UInt8]) -> Snapshot {
        Snapshot(
            offset: offset, reason: reason, restoredOffset: restoredOffset, stateDigest: stateDigest,
            ledgerDigest: ledgerDigest, time: time, payload: payload)
    }
}

/// Names of versions that no user can give.
public enum VersionName {
    /// Stands where a name is not what was written.
    public static let damaged = "(damaged)"
}

/// Where snapshots are kept, and what else a store knows that is no event.
public protocol SnapshotStore: Sendable {
    /// Stores a snapshot and removes those at these offsets, in one transaction; their room is used again.
    func save(_ snapshot: Snapshot, dropping offsets: [Int]) throws(LogFailure)
    /// The newest snapshot at or before an offset.
    func snapshot(atOrBefore offset: Int) throws(LogFailure) -> Snapshot?
    /// All snapshots, oldest first, without their bytes.
    func snapshots() throws(LogFailure) -> [Snapshot]
    /// Removes the snapshots at these offsets.
    func dropSnapshots(at offsets: [Int]) throws(LogFailure)
    /// What blocks and snapshots take.
    func sizes() throws(LogFailure) -> StoreSizes
    /// The names of versions that a store of format 2 kept in a table, by offset, until they have become events.
    func formerNames() throws(LogFailure) -> [(name: String, offset: Int)]
    /// Takes over such names from where the log comes from.
    func keep(formerNames: [(name: String, offset: Int)]) throws(LogFailure)
    /// Appends blocks as ``AppendOnlyLog/append(_:after:)`` does, together with the snapshot of the state after them:
    /// all of it has happened, or nothing. The snapshot's bytes are put first; they count when the blocks are there.
    func append(_ blocks: [Block], with snapshot: Snapshot, after tip: LogTip) throws(LogFailure) -> LogTip
    /// Appends blocks whose events say the former names, which are gone with it, in one transaction; otherwise as
    /// ``AppendOnlyLog/append(_:after:)``.
    func appendNames(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip
    /// The first reading of the server's clock that stamped an event of this log; nil where none has, or nobody knows.
    func firstReading() throws(LogFailure) -> Timestamp?
    /// Keeps the first of the readings that it is told.
    func noteFirstReading(_ time: Timestamp) throws(LogFailure)
}

/// What a store holds, in bytes of payload.
public struct StoreSizes: Sendable, Equatable {
    public let logBytes: Int
    /// By ascending offset.
    public let snapshots: [(offset: Int, bytes: Int)]

    public init(logBytes: Int, snapshots: [(offset: Int, bytes: Int)]) {
        (self.logBytes, self.snapshots) = (logBytes, snapshots)
    }

    public var snapshotBytes: Int { snapshots.reduce(0) { $0 + $1.bytes } }

    public static func == (a: StoreSizes, b: StoreSizes) -> Bool {
        a.logBytes == b.logBytes && a.snapshots.elementsEqual(b.snapshots, by: ==)
    }
}

extension SnapshotStore {
    public func save(_ snapshot: Snapshot) throws(LogFailure) {
        try save(snapshot, dropping: [])
    }
}

/// What went wrong with a log, where, and what to do.
public struct LogFailure: Error, Sendable, Equatable, CustomStringConvertible {
    public enum Kind: Sendable, Equatable {
        /// A commit did not return well: whether its events are on the disk is not known.
        case outcomeUnknown
        /// The bytes are not what was written.
        case damaged
        /// Somebody else has appended, or taken the seat, after the tip that was named: nothing was changed.
        case superseded
        /// What was to be written is surely not in, and will not be.
        case refused
        /// There is no such log. Opening never makes one.
        case missing
        /// Another process writes to it.
        case locked
        /// It was written by a newer version of this program.
        case newerFormat
        /// Anything else that the system refused.
        case unavailable
    }

    public let kind: Kind
    public let message: String
    public let hint: String?

    public init(_ kind: Kind, _ message: String, hint: String? = nil) {
        (self.kind, self.message, self.hint) = (kind, message, hint)
    }

    public var description: String {
        hint.map { "\(message)\n  \($0)" } ?? message
    }
}
