import Determinism
import EventLog
import Foundation
import SQLiteStore
import Testing

/// Large snapshots lie in pieces of 1 MiB, and nobody who reads one notices.
@Suite struct SnapshotPieceTests {
    private static let piece = 1 << 20

    private static func snapshot(_ offset: Int, _ reason: Snapshot.Reason = .recovery, bytes: Int) -> Snapshot {
        var generator = SeededGenerator(seed: UInt64(bytes + offset))
        let payload = (0..<bytes).map { _ in UInt8(generator.below(256)) }
        return Snapshot(
            offset: offset, reason: reason, restoredOffset: nil, stateDigest: Digest(hashing: [1]),
            ledgerDigest: Digest(hashing: [2]), time: Timestamp(microseconds: 5), payload: payload)
    }

    @Test(arguments: [0, 1, piece - 1, piece, piece + 1, 2 * piece, 3 * piece + 17])
    func comesBackAsItWas(_ bytes: Int) throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let snapshot = Self.snapshot(7, bytes: bytes)
        try store.save(snapshot, dropping: [])
        #expect(try store.snapshot(atOrBefore: 9) == snapshot)
        try store.close()
        let again = try fixture.open(readOnly: true)
        #expect(try again.snapshot(atOrBefore: 7) == snapshot)
        #expect(try again.inspection().snapshotBytes == bytes)
        try again.close()
        #expect(try fixture.query("SELECT max(length(payload)) FROM snapshots") == min(bytes, Self.piece))
    }

    @Test func oneThatGivesWayTakesItsPiecesWithIt() throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let all = [7, 8, 9].map { Self.snapshot($0, bytes: 9 * Self.piece) }
        var dropped: [Int] = []
        for snapshot in all {
            try store.save(snapshot, dropping: dropped)
            dropped = [snapshot.offset]
        }
        #expect(try store.snapshots().map(\.offset) == [9])
        #expect(try store.snapshot(atOrBefore: 9) == all[2])
        #expect(try store.inspection().snapshotBytes == 9 * Self.piece)
        // In the place of another of the same offset.
        let other = Self.snapshot(9, bytes: 4 * Self.piece)
        try store.save(other, dropping: [])
        #expect(try store.snapshot(atOrBefore: 9) == other)
        #expect(try store.inspection().snapshotBytes == 4 * Self.piece)
        try store.dropSnapshots(at: [9])
        #expect(try store.inspection().snapshotBytes == 0)
        try store.close()
        #expect(try fixture.query("PRAGMA freelist_count") == 0, "the pages were given back to the disk")
    }

    @Test func piecesOfEqualPayloadsAreShared() throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let one = Self.snapshot(7, bytes: 2 * Self.piece)
        let other = Snapshot(
            offset: 8, reason: .stop, restoredOffset: nil, stateDigest: one.stateDigest,
            ledgerDigest: one.ledgerDigest, time: one.time, payload: one.payload)
        try store.save(one, dropping: [])
        try store.save(other, dropping: [7])
        #expect(try store.snapshot(atOrBefore: 8) == other)
        try store.close()
    }

    /// A process dies while it stores one: what is there of it is no snapshot, and goes with the next opening.
    @Test func halfASnapshotIsNone() throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        let snapshot = Self.snapshot(7, bytes: 3 * Self.piece)
        try store.save(snapshot, dropping: [])
        try store.close()
        try fixture.execute("DELETE FROM snapshots")
        #expect(try fixture.query("SELECT count(*) FROM pieces") == 2)
        let again = try fixture.open()
        #expect(try again.snapshots().isEmpty && again.inspection().snapshotBytes == 0)
        try again.save(snapshot, dropping: [])
        #expect(try again.snapshot(atOrBefore: 7) == snapshot)
        try again.close()
    }

    @Test(arguments: [
        "DELETE FROM pieces WHERE number = 2", "UPDATE pieces SET payload = zeroblob(1048576) WHERE number = 1",
        "UPDATE pieces SET number = number + 7 WHERE number = 1", "UPDATE pieces SET payload = 5", "DROP TABLE pieces",
    ])
    func aPieceThatIsNotWhatWasWrittenIsDamage(_ damage: String) throws {
        let fixture = try StoreFixture()
        let store = try fixture.open()
        try store.save(Self.snapshot(7, bytes: 3 * Self.piece), dropping: [])
        try store.close()
        try fixture.execute(damage)
        let again = try fixture.open(readOnly: true)
        let failure = #expect(throws: LogFailure.self) { try again.snapshot(atOrBefore: 7) }
        #expect(failure?.kind == .damaged)
        try again.close()
    }
}
