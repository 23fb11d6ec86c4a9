#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import ArgumentParser
import EventLog

/// Standard output in large pieces, for listings that are longer than memory.
struct StandardOutput {
    /// - Throws: an end without a word where nobody reads any more, a `LogFailure` where the disk said no.
    func write(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            var start = 0
            while start < bytes.count {
                #if canImport(Glibc)
                let written = Glibc.write(1, bytes.baseAddress! + start, bytes.count - start)
                #else
                let written = Darwin.write(1, bytes.baseAddress! + start, bytes.count - start)
                #endif
                if written < 0, errno == EINTR { continue }
                guard written >= 0 else {
                    if errno == EPIPE { throw Failure.notDone }
                    let reason = String(cString: strerror(errno))
                    throw LogFailure(.unavailable, "cannot write to standard output: \(reason)")
                }
                start += written
            }
        }
    }
}
