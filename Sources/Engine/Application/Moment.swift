#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// An instant of a clock that nobody sets: for intervals and deadlines. It goes on while the machine sleeps; its zero
/// means nothing.
package struct Moment: Comparable, Sendable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func now() -> Moment {
        var time = timespec()
        #if canImport(Darwin)
            clock_gettime(CLOCK_MONOTONIC, &time)
        #else
            clock_gettime(CLOCK_BOOTTIME, &time)
        #endif
        return Moment(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    package static func < (left: Moment, right: Moment) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Nanoseconds from one to the other.
    package static func - (left: Moment, right: Moment) -> Int64 { left.nanoseconds - right.nanoseconds }

    /// So many nanoseconds later.
    package static func + (left: Moment, right: Int64) -> Moment { Moment(nanoseconds: left.nanoseconds + right) }
}
