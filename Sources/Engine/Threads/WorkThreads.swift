import Foundation
import Synchronization

/// Threads of their own for work that must not be done where requests are answered: so many at once, over all
/// applications, and a bounded queue before them. What does not fit is refused at once.
///
/// Threads come with the work and go when none waits.
public final class WorkThreads: Sendable {
    /// What folds a log for long, at a low priority: a core is left to answers where there are several.
    public static let folds = folding()

    /// The same for one application alone.
    public static func folding() -> WorkThreads {
        WorkThreads("headrace fold", count: foldPlaces, waitingMax: waitingFoldsMax, priority: .low)
    }

    /// Short readings of a log: pages, versions, status. They never wait for a long fold.
    static let reads = WorkThreads("headrace read", count: readsMax, waitingMax: waitingReadsMax, priority: .normal)

    /// Long folds at once.
    public static let foldPlaces = max(1, ProcessInfo.processInfo.activeProcessorCount - 1)
    /// Long folds that wait for one of these places.
    public static let waitingFoldsMax = 16
    static let readsMax = 2
    static let waitingReadsMax = 1_024
    static let retrySeconds = 5

    private struct Work {
        let stop: StopFlag
        /// Does it, and returns what tells whoever asked.
        let body: @Sendable () -> () -> Void
        /// Tells whoever asked that nothing will come of it.
        let giveUp: @Sendable (any Error) -> Void
    }

    private struct Contents {
        /// In the order in which they came.
        var waiting: [Work] = []
        var underWay: [Work] = []
        var threads = 0
        var isStopping = false
    }

    private let contents = Mutex(Contents())
    private let name: String
    private let count: Int
    private let waitingMax: Int
    private let priority: ThreadPriority

    /// - Parameters:
    ///   - count: pieces of work at once.
    ///   - waitingMax: how many more may wait.
    public init(_ name: String, count: Int, waitingMax: Int, priority: ThreadPriority) {
        (self.name, self.count, self.waitingMax, self.priority) = (name, count, waitingMax, priority)
    }

    /// Does a piece of work on one of the threads, when its turn comes.
    ///
    /// When the calling task is cancelled, it goes on at once: a thread of low priority may need long to notice. Work
    /// that waits is gone then, and work under way ends where it asks its ``StopFlag``; nothing comes of either.
    /// - Throws: `Unavailable` where too much waits or the program ends; `CancellationError`; else what the work
    ///   throws.
    public func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        let (stop, asker) = (StopFlag(), Asker<T>())
        let perform: @Sendable () -> () -> Void = {
            let result = Result {
                try StopFlag.$current.withValue(stop) {
                    try stop.check()
                    return try body()
                }
            }
            return { asker.tell(result) }
        }
        let work = Work(stop: stop, body: perform, giveUp: { asker.tell(.failure($0)) })
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                asker.wait(continuation)
                if let refused = add(work) { asker.tell(.failure(refused)) }
            }
        } onCancel: {
            stop.set(.cancelled)
            removeWaiting { $0 === stop }
            asker.tell(.failure(CancellationError()))
        }
    }

    /// Tells everybody who waits that nothing comes any more, ends the work, and takes no other.
    public func stop() {
        let (underWay, waiting) = contents.withLock { contents in
            contents.isStopping = true
            return (contents.underWay, contents.waiting)
        }
        for work in underWay + waiting { work.stop.set(.stopping) }
        removeWaiting { _ in true }
        for work in underWay { work.giveUp(Unavailable.stopping) }
    }

    /// How many pieces of work are being done, and how many wait.
    public var load: (running: Int, waiting: Int) {
        contents.withLock { ($0.underWay.count, $0.waiting.count) }
    }

    private func add(_ work: Work) -> Unavailable? {
        let (refused, isNew): (Unavailable?, Bool) = contents.withLock { contents in
            if contents.isStopping { return (.stopping, false) }
            guard contents.underWay.count + contents.waiting.count < count + waitingMax else {
                return (.tooMuchWork(retryAfterSeconds: Self.retrySeconds), false)
            }
            let isNew = contents.threads < count
            contents.waiting.append(work)
            if isNew { contents.threads += 1 }
            return (nil, isNew)
        }
        if isNew { startThread() }
        // Whoever asked may have gone before there was anything to remove.
        if work.stop.isSet { removeWaiting { $0 === work.stop } }
        return refused
    }

    /// Lets those that wait end, on the calling thread: they find their flag set.
    private func removeWaiting(where isMeant: (StopFlag) -> Bool) {
        let removed = contents.withLock { contents in
            let removed = contents.waiting.filter { isMeant($0.stop) }
            contents.waiting.removeAll { isMeant($0.stop) }
            return removed
        }
        for work in removed { work.body()() }
    }

    private func startThread() {
        let thread = Thread { [self] in
            priority.apply()
            while let work = next() {
                let tell = work.body()
                contents.withLock { $0.underWay.removeAll { $0.stop === work.stop } }
                tell()
            }
        }
        thread.name = name
        thread.stackSize = 8 << 20
        thread.start()
    }

    private func next() -> Work? {
        contents.withLock { contents in
            guard !contents.waiting.isEmpty else {
                contents.threads -= 1
                return nil
            }
            let work = contents.waiting.removeFirst()
            contents.underWay.append(work)
            return work
        }
    }
}
