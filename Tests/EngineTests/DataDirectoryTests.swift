import EventLog
import Foundation
import SQLiteStore
import Synchronization
import Testing

/// A directory has one writer, however many want to be it.
@Suite struct DataDirectoryTests {
    @Test("Many lockers at once: never two of them hold the directory")
    func manyLockers() throws {
        let fixture = try StoreFixture()
        let holders = Atomic(0)
        let taken = Atomic(0)
        let overlaps = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<1_000 {
                guard let directory = try? DataDirectory(locking: fixture.directory, owner: "a test") else { continue }
                if holders.add(1, ordering: .sequentiallyConsistent).oldValue > 0 {
                    overlaps.add(1, ordering: .relaxed)
                }
                taken.add(1, ordering: .relaxed)
                sched_yield()
                holders.subtract(1, ordering: .sequentiallyConsistent)
                directory.unlock()
            }
        }
        #expect(overlaps.load(ordering: .relaxed) == 0)
        #expect(taken.load(ordering: .relaxed) > 100)
    }

    @Test("A lock file that its holder has removed, after another had opened it, is none")
    func removedWhileOpened() throws {
        let fixture = try StoreFixture()
        let first = try DataDirectory(locking: fixture.directory, owner: "first")
        var openings = 0
        let second = try DataDirectory(
            locking: fixture.directory, owner: "second",
            whenOpened: {
                openings += 1
                first.unlock()
            })
        #expect(openings == 2, "what it had opened first was no longer there")
        #expect(DataDirectory.holder(of: fixture.directory) == "second")
        #expect(throws: LogFailure.self) { try DataDirectory(locking: fixture.directory, owner: "third") }
        second.unlock()
    }

    @Test("A lock file that another has put in the place of the one opened is that other's")
    func replacedWhileOpened() throws {
        let fixture = try StoreFixture()
        let first = try DataDirectory(locking: fixture.directory, owner: "first")
        var second: DataDirectory?
        let failure = #expect(throws: LogFailure.self) {
            try DataDirectory(
                locking: fixture.directory, owner: "third",
                whenOpened: {
                    guard second == nil else { return }
                    first.unlock()
                    second = try? DataDirectory(locking: fixture.directory, owner: "second")
                })
        }
        #expect(failure?.kind == .locked)
        #expect(DataDirectory.holder(of: fixture.directory) == "second")
        second?.unlock()
    }

    @Test("A lock file that was put in the place of the one held is another's")
    func anotherFile() throws {
        let fixture = try StoreFixture()
        let first = try DataDirectory(locking: fixture.directory, owner: "first")
        #expect(throws: LogFailure.self) { try DataDirectory(locking: fixture.directory, owner: "second") }
        #expect(DataDirectory.holder(of: fixture.directory) == "first")
        first.unlock()
        #expect(DataDirectory.holder(of: fixture.directory) == nil)
        let second = try DataDirectory(locking: fixture.directory, owner: "second")
        second.unlock()
    }
}
