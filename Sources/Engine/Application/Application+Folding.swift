import EventLog

/// Where what reads the log is done: never on the threads that answer.
extension Application {
    /// Reads the log for a moment; it holds everything acknowledged.
    public func withLog<T: Sendable>(
        _ body: @escaping @Sendable (StoreAccess.Store) throws -> T
    ) async throws -> T {
        let log = try await flushedLog()
        return try await WorkThreads.reads.run { try body(log) }
    }

    /// Folds the log for long: at a low priority, in one of few places, and no longer than the calling task is not
    /// cancelled. The log holds everything acknowledged.
    /// - Throws: `Unavailable.tooMuchWork` where all places are taken and too many wait.
    public func folding<T: Sendable>(
        _ body: @escaping @Sendable (StoreAccess.Store) throws -> T
    ) async throws -> T {
        let log = try await flushedLog()
        return try await folds.run {
            do { return try body(log) } catch let gone as PayloadGone { throw gone.refusal }
        }
    }

    /// The log when everything answered so far is on the disk.
    func flushedLog() async throws -> StoreAccess.Store {
        let result: Result<StoreAccess.Store, Unavailable> = await withCheckedContinuation { continuation in
            add(Job(.flush { continuation.resume(returning: $0) }))
        }
        return try result.get()
    }
}
