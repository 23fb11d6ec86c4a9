import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How the system ranks a thread against the others.
public enum ThreadPriority: Sendable {
    case normal
    /// Gives way to every other thread that wants to run, and uses what is left: for work that nobody's answer waits
    /// for. It must hold no lock that an answer waits for, and write to no log.
    case low

    /// Ranks the calling thread. A thread that has become low stays so.
    func apply() {
        guard self == .low else { return }
        #if canImport(Glibc)
            // On Linux a process's number means one thread, and 0 the calling one.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
        #else
            _ = setpriority(PRIO_DARWIN_THREAD, 0, PRIO_DARWIN_BG)
        #endif
    }

    /// The processor time that the calling thread has used, in seconds.
    public static func threadSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
