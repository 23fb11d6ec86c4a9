import Determinism
import EventLog
import EventLogChecks
import Foundation
import GRDB
import SQLiteStore
import Synchronization
import Testing

/// Every engine's log keeps the laws.
struct LogLawTests {
    @Test(arguments: LogLaw.allCases)
    func inMemory(_ law: LogLaw) {
        for violation in LogChecks.violations(of: .memory(), law) { Issue.record("\(violation)") }
    }

    @Test(arguments: LogLaw.allCases)
    func inMemoryWhereTheChainIsLeft(_ law: LogLaw) {
        for violation in LogChecks.violations(of: .memory(leavesChain: true), law) { Issue.record("\(violation)") }
    }

    @Test(arguments: LogLaw.allCases)
    func inAFile(_ law: LogLaw) throws {
        for violation in LogChecks.violations(of: try .file(), law) { Issue.record("\(violation)") }
    }

    @Test(arguments: LogLaw.allCases, [1, 2, 3, 4])
    func inAFileThatFails(_ law: LogLaw, _ seed: UInt64) throws {
        let faults = FaultyLog.Faults(seed: seed)
        faults.set(percent: 30)
        for violation in LogChecks.violations(of: try .file(faults), law) { Issue.record("\(violation)") }
        #expect(faults.happened > 0)
    }

    /// Two writers go on as long as they can: who lost reads on to where the other is, and tries there.
    @Test func twoWritersRaceOnOneLog() throws {
        let log = MemoryLog()
        let wanted = 400
        let accepted = Mutex<[Block]>([])
        let lost = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 2) { writer in
            var tip = LogTip.start
            while tip.endOffset < wanted {
                let block = Block(
                    firstOffset: tip.endOffset, count: 1, firstTime: Timestamp(microseconds: 0),
                    lastTime: Timestamp(microseconds: 0), payload: [1, UInt8(writer)])
                do throws(LogFailure) {
                    tip = try log.append([block], after: tip)
                    accepted.withLock { $0.append(block) }
                } catch {
                    #expect(error.kind == .superseded)
                    lost.withLock { $0 += 1 }
                    do {
                        let next = try log.read(after: tip) { _, _ in true }
                        #expect(next != tip, "it lost against nobody")
                        tip = next
                    } catch {
                        Issue.record("\(error)")
                        return
                    }
                }
            }
        }
        var read: [Block] = []
        _ = try log.read(after: .start) { entry, _ in
            read += [entry.block].compactMap { $0 }
            return true
        }
        let blocks = accepted.withLock { $0.sorted { $0.firstOffset < $1.firstOffset } }
        #expect(blocks == read, "each place has the block of the one who was accepted there")
        #expect(read.map(\.firstOffset) == Array(0..<log.endOffset))
        #expect(log.endOffset >= wanted && log.endOffset <= wanted + 1)
    }

    /// The file refuses the second of three blocks: none of them is there.
    @Test func aFailureInTheMiddleOfAnAppendLeavesNothing() throws {
        let file = try StoreFile()
        let store = try file.store()
        let blocks = (0..<3).map { index in
            Block(
                firstOffset: 2 * index, count: 2, firstTime: Timestamp(microseconds: 0),
                lastTime: Timestamp(microseconds: 0), payload: [1])
        }
        try file.execute(
            """
            CREATE TRIGGER fault BEFORE INSERT ON blocks WHEN new.first_offset = 2
            BEGIN SELECT RAISE(ABORT, 'no'); END
            """)
        #expect { try store.append(blocks, after: .start) } throws: { ($0 as? LogFailure)?.kind == .outcomeUnknown }
        #expect(try store.lastKnownTip() == .start)
        #expect(try store.block(containing: 0) == nil)
        try file.execute("DROP TRIGGER fault")
        #expect(try store.append(blocks, after: .start).endOffset == 6)
    }

    @Test func openingNeverMakesALog() throws {
        let file = try StoreFile()
        #expect { try file.open() } throws: { ($0 as? LogFailure)?.kind == .missing }
        #expect(!FileManager.default.fileExists(atPath: file.path))
        // What a process left that was killed when it had made the file and nothing in it.
        try Data().write(to: URL(fileURLWithPath: file.path))
        #expect { try file.open() } throws: { ($0 as? LogFailure)?.kind == .missing }
        try SQLiteStore.create(path: file.path).close()
        #expect(try file.open().lastKnownTip() == .start)
        #expect { try SQLiteStore.create(path: file.path) } throws: { ($0 as? LogFailure)?.kind == .unavailable }
    }
}

/// A store in a directory of its own that is gone with the last who holds it.
final class StoreFile: Sendable {
    let directory: String
    var path: String { directory + "/log.headrace" }

    init() throws {
        directory = NSTemporaryDirectory() + "headrace-laws-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func store() throws -> SQLiteStore { try SQLiteStore.create(path: path, unpack: PlainPacking.unpack) }

    func open() throws -> SQLiteStore { try SQLiteStore(path: path, unpack: PlainPacking.unpack) }

    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }
}

extension LogSubject {
    /// Logs in files of their own.
    static func file(_ faults: FaultyLog.Faults? = nil) throws -> LogSubject {
        let present = Mutex<StoreFile>(try StoreFile())
        let name = faults == nil ? "file" : "file that fails"
        let file: @Sendable () -> StoreFile = { present.withLock { $0 } }
        let wrapped: @Sendable (SQLiteStore) -> Log = { store in
            if let faults { FaultyLog(store, faults) } else { store }
        }
        return LogSubject(name) {
            let next = try StoreFile()
            present.withLock { $0 = next }
            return wrapped(try next.store())
        } reopen: { _ in
            wrapped(try file().open())
        } damage: { _, damage in
            switch damage {
            case .missing(let offset):
                try file().execute(
                    "DELETE FROM blocks WHERE first_offset <= \(offset) AND first_offset + event_count > \(offset)")
            case .flippedByte(let offset):
                // A byte in the middle becomes another.
                try file().execute(
                    """
                    UPDATE blocks SET payload = CAST(substr(payload, 1, 20) || CASE substr(payload, 21, 1)
                        WHEN x'05' THEN x'06' ELSE x'05' END || substr(payload, 22) AS BLOB)
                    WHERE first_offset <= \(offset) AND first_offset + event_count > \(offset)
                    """)
            }
            return wrapped(try file().open())
        }
    }
}
