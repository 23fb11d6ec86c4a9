#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// For those who wait for what nobody tells them of.
enum Pause {
    /// Two milliseconds.
    static func short() { usleep(2_000) }
}
