import Synchronization

/// Whoever waits for a piece of work: told once, by whoever is first, and no matter whether waiting has begun.
final class Asker<T: Sendable>: Sendable {
    private enum State {
        case nobody
        case waiting(CheckedContinuation<T, any Error>)
        case told(Result<T, any Error>)
    }

    private let state = Mutex(State.nobody)

    /// Begins to wait.
    func wait(_ continuation: CheckedContinuation<T, any Error>) {
        let early: Result<T, any Error>? = state.withLock { state in
            if case .told(let result) = state { return result }
            state = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    /// Tells the result; nothing happens where one was told before.
    func tell(_ result: Result<T, any Error>) {
        let waiting: CheckedContinuation<T, any Error>? = state.withLock { state in
            switch state {
            case .told: return nil
            case .nobody:
                state = .told(result)
                return nil
            case .waiting(let continuation):
                state = .told(result)
                return continuation
            }
        }
        waiting?.resume(with: result)
    }
}
