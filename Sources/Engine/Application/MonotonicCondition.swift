#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// A lock with a condition whose waits end after a length of time, however the machine's clock is set meanwhile.
final class MonotonicCondition: @unchecked Sendable {
    // Made once and never moved; the system's calls guard what is in them.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        #if !canImport(Darwin)
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        #endif
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func withLock<T>(_ body: () throws -> T) rethrows -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }

    /// Wakes who waits. With the lock held.
    func signal() {
        pthread_cond_broadcast(condition)
    }

    /// Waits to be woken. With the lock held, which is open meanwhile.
    /// - Parameter nanoseconds: how long at most; nil waits without end.
    /// - Returns: false where the time has passed.
    func wait(nanoseconds: Int64?) -> Bool {
        guard let nanoseconds else {
            pthread_cond_wait(condition, mutex)
            return true
        }
        guard nanoseconds > 0 else { return false }
        var time = timespec()
        #if canImport(Darwin)
            time.tv_sec = Int(nanoseconds / 1_000_000_000)
            time.tv_nsec = Int(nanoseconds % 1_000_000_000)
            return pthread_cond_timedwait_relative_np(condition, mutex, &time) == 0
        #else
            clock_gettime(CLOCK_MONOTONIC, &time)
            let end = Int64(time.tv_nsec) + nanoseconds
            time.tv_sec += Int(end / 1_000_000_000)
            time.tv_nsec = Int(end % 1_000_000_000)
            return pthread_cond_timedwait(condition, mutex, &time) == 0
        #endif
    }
}
