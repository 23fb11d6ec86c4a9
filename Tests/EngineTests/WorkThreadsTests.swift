import Engine
import Foundation
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// How much is done at once, what is refused, and what ends work before its end.
@Suite struct WorkThreadsTests {
    /// Holds work up until told to let it go on.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        private let counts = Mutex((now: 0, most: 0))

        var most: Int { counts.withLock { $0.most } }

        func pass() {
            counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
            semaphore.wait()
            counts.withLock { $0.now -= 1 }
        }

        func open(_ count: Int) { for _ in 0..<count { semaphore.signal() } }
    }

    private static func wait(_ threads: WorkThreads, _ running: Int, _ waiting: Int) async throws {
        while threads.load != (running, waiting) { try await Swift.Task.sleep(for: .milliseconds(2)) }
    }

    @Test func soManyAreDoneAtOnceSoManyWaitAndTheNextIsRefused() async throws {
        let (threads, gate) = (WorkThreads("test", count: 2, waitingMax: 3, priority: .normal), Gate())
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<5 {
                group.addTask {
                    try await threads.run {
                        gate.pass()
                        return number
                    }
                }
            }
            try await Self.wait(threads, 2, 3)
            do {
                _ = try await threads.run { Issue.record("one too many was done") }
                Issue.record("one too many was taken")
            } catch Unavailable.tooMuchWork(let seconds) {
                #expect(seconds == 5)
            }
            gate.open(1)
            try await Self.wait(threads, 2, 2)
            gate.open(5)
            try await threads.run { gate.pass() }
            #expect(try await group.reduce(into: Set()) { $0.insert($1) } == Set(0..<5))
        }
        #expect(gate.most == 2)
        try await Self.wait(threads, 0, 0)
    }

    @Test func whoeverGoesFreesHisPlaceAndStopsWhatIsDone() async throws {
        let (threads, gate) = (WorkThreads("test", count: 1, waitingMax: 1, priority: .low), Gate())
        let endless = Swift.Task {
            try await threads.run { while true { try StopFlag.current?.check() } }
        }
        try await Self.wait(threads, 1, 0)
        let waiting = Swift.Task { try await threads.run { gate.pass() } }
        try await Self.wait(threads, 1, 1)
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        try await Self.wait(threads, 1, 0)
        endless.cancel()
        await #expect(throws: CancellationError.self) { try await endless.value }
        try await Self.wait(threads, 0, 0)
        #expect(try await threads.run { 7 } == 7)
    }

    @Test func whoeverHasGoneBeforeIsNotServed() async throws {
        let threads = WorkThreads("test", count: 1, waitingMax: 1, priority: .normal)
        let gone = Swift.Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await threads.run { Issue.record("it was done") }
        }
        await #expect(throws: CancellationError.self) { try await gone.value }
    }

    @Test func aStopEndsAllAndTakesNothingMore() async throws {
        let threads = WorkThreads("test", count: 1, waitingMax: 1, priority: .low)
        let tasks = (0..<2).map { _ in
            Swift.Task { try await threads.run { while true { try StopFlag.current?.check() } } }
        }
        try await Self.wait(threads, 1, 1)
        threads.stop()
        for task in tasks { await #expect(throws: Unavailable.self) { try await task.value } }
        await #expect(throws: Unavailable.self) { try await threads.run {} }
    }

    #if canImport(Glibc)
        @Test func longFoldsGiveWay() async throws {
            let nice = { @Sendable in getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) }
            #expect(try await WorkThreads.folds.run(nice) == 19)
            let threads = WorkThreads("test", count: 1, waitingMax: 1, priority: .normal)
            #expect(try await threads.run(nice) == nice())
            #expect(WorkThreads.foldPlaces == max(1, ProcessInfo.processInfo.activeProcessorCount - 1))
        }
    #endif
}
