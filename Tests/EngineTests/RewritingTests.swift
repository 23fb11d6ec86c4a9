import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import SQLiteStore
import Testing

/// Payloads are replaced, and not one byte of what they were remains.
@Suite struct RewritingTests {
    private static let secret = "a-town-3"

    /// Every byte of the town's name becomes another in the same place, so that the blocks still decode.
    private func withoutSecret(_ block: Block) -> [UInt8]? {
        var payload = block.payload
        let secret = Array(Self.secret.utf8)
        var isFound = false
        while let range = payload.firstRange(of: secret) {
            payload.replaceSubrange(range, with: secret.map { _ in UInt8(ascii: "x") })
            isFound = true
        }
        return isFound ? payload : nil
    }

    private func filled(count: Int = 1_500) async throws -> StoreFixture {
        let fixture = try StoreFixture()
        try await fixture.fill("a", count: count, requests: 10)
        return fixture
    }

    private func head(_ blocks: [Block]) -> Digest { blocks.reduce(Block.chainStart) { $1.chain(after: $0) } }

    /// Takes the name out of the plain log as well as the packed one: packing hides bytes from a search.
    private func unpacked(_ fixture: StoreFixture) throws -> StoreFixture {
        let other = try StoreFixture()
        let (store, copy) = (try fixture.open(), try other.open())
        for block in try store.allBlocks() { try copy.append(block, snapshot: nil) }
        if let snapshot = try store.snapshot(atOrBefore: .max) { try copy.save(snapshot) }
        try store.close()
        try copy.close()
        return other
    }

    @Test func whatIsReplacedIsGoneFromTheFileAndTheChainHolds() async throws {
        let packed = try await filled()
        for fixture in [packed, try unpacked(packed)] {
            let store = try fixture.open()
            let before = try store.allBlocks()
            let dropped = try store.snapshots().filter { $0.reason == .stop }.map(\.offset)
            #expect(!dropped.isEmpty)
            let end = try store.endOffset
            let appended = Block(
                firstOffset: end, count: 1, firstTime: StoreFixture.clock(), lastTime: StoreFixture.clock(),
                payload: [1, 2, 3])
            let heads = try store.rewrite(
                Rewriting(firstOffset: 100, droppedSnapshots: dropped, appended: [appended]), withoutSecret)
            #expect(heads.isScrubbed)
            let after = try store.allBlocks()
            #expect(after.count == before.count + 1)
            #expect(after.last == appended)
            #expect(after.dropLast().map(\.firstOffset) == before.map(\.firstOffset))
            #expect(heads.oldHead == head(before) && heads.newHead == head(after.dropLast().map(\.self)))
            #expect(heads.oldHead != heads.newHead && heads.endOffset == end && heads.firstOffset == 100)
            #expect(try store.heads() == [heads])
            #expect(try store.endOffset == end + 1)
            for (old, new) in zip(before, after) {
                let isConcerned = old.endOffset > 100 && withoutSecret(old) != nil
                #expect(new.payload == (isConcerned ? withoutSecret(old) : old.payload))
            }
            #expect(try store.snapshots().filter { dropped.contains($0.offset) }.isEmpty)
            try store.append(
                Block(
                    firstOffset: end + 1, count: 1, firstTime: StoreFixture.clock(), lastTime: StoreFixture.clock(),
                    payload: [4]), snapshot: nil)
            try store.close()
            let reopened = try fixture.open()
            #expect(try reopened.allBlocks().count == after.count + 1)
            try reopened.close()
        }
    }

    @Test func notOneByteIsLeft() async throws {
        let packed = try await filled()
        let fixture = try unpacked(packed)
        #expect(try fixture.bytes().range(of: Data(Self.secret.utf8)) != nil)
        let store = try fixture.open()
        let snapshots = try store.snapshots().map(\.offset)
        _ = try store.rewrite(Rewriting(firstOffset: 0, droppedSnapshots: snapshots), withoutSecret)
        #expect(try fixture.bytes().range(of: Data(Self.secret.utf8)) == nil, "while it is open")
        try store.close()
        #expect(try fixture.bytes().range(of: Data(Self.secret.utf8)) == nil, "when it is closed")
        #expect(try fixture.bytes().range(of: Data("a-town-4".utf8)) != nil, "other towns stay")
    }

    @Test func aCrashBeforeTheCommitChangesNothing() async throws {
        let fixture = try unpacked(try await filled())
        let store = try fixture.open()
        let before = try store.allBlocks()
        var copies: [StoreFixture] = []
        _ = try store.rewrite(Rewriting(firstOffset: 0)) { block in
            if block.firstOffset % 701 == 0 { copies.append(try fixture.crashed()) }
            return withoutSecret(block)
        }
        try store.close()
        #expect(!copies.isEmpty)
        for copy in copies {
            let reopened = try copy.open()
            #expect(try reopened.allBlocks() == before)
            #expect(try reopened.heads().isEmpty)
            try reopened.close()
        }
    }

    @Test func aCrashAfterTheCommitIsScrubbedByTheNextOpening() async throws {
        let fixture = try unpacked(try await filled())
        let store = try fixture.open()
        let snapshots = try store.snapshots().map(\.offset)
        // A reader that stays at what was: nothing can be scrubbed under it.
        let reader = try fixture.reading()
        let heads = try store.rewrite(Rewriting(firstOffset: 0, droppedSnapshots: snapshots), withoutSecret)
        #expect(!heads.isScrubbed)
        #expect(try store.heads().map(\.isScrubbed) == [false])
        let crashed = try fixture.crashed()
        #expect(try crashed.bytes().range(of: Data(Self.secret.utf8)) != nil)
        let after = try store.allBlocks()
        let reopened = try crashed.open()
        #expect(try reopened.heads().map(\.isScrubbed) == [true])
        #expect(try crashed.bytes().range(of: Data(Self.secret.utf8)) == nil)
        #expect(try reopened.allBlocks() == after)
        try reopened.close()
        try reader.end()
        try store.close()
        try fixture.open().close()
        #expect(try fixture.bytes().range(of: Data(Self.secret.utf8)) == nil)
    }

    @Test func aFailureInTheMiddleChangesNothing() async throws {
        struct Stop: Error {}
        let fixture = try await filled()
        let store = try fixture.open()
        let before = try store.allBlocks()
        let snapshots = try store.snapshots()
        #expect(throws: LogFailure.self) {
            try store.rewrite(Rewriting(firstOffset: 0, droppedSnapshots: snapshots.map(\.offset))) { block in
                if block.firstOffset > 700 { throw Stop() }
                return withoutSecret(block)
            }
        }
        #expect(try store.allBlocks() == before)
        #expect(try store.snapshots() == snapshots)
        #expect(try store.heads().isEmpty)
        try store.close()
        try fixture.execute("UPDATE blocks SET chain = zeroblob(32)")
        let damaged = try fixture.open()
        #expect(throws: LogFailure.self) { try damaged.rewrite(Rewriting(firstOffset: 0), withoutSecret) }
        try damaged.close()
    }

    @Test func aLogInMemoryIsRewrittenTheSameWay() async throws {
        let fixture = try await filled(count: 50)
        let store = try fixture.open()
        let memory = MemoryLog()
        for block in try store.allBlocks() { try memory.append(block, snapshot: nil) }
        let expected = try store.rewrite(Rewriting(firstOffset: 20), withoutSecret)
        let heads = try memory.rewrite(Rewriting(firstOffset: 20), withoutSecret)
        #expect(heads == expected)
        #expect(try memory.allBlocks() == store.allBlocks())
        try store.close()
    }
}
