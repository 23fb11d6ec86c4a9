#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The bytes of a file or of standard input, gunzipped where they are gzipped.
///
/// Whether to gunzip is decided by the first two bytes, not by the name, so that a pipe into
/// `headrace feed --data -` takes both.
/// Several gzip members one after another are one stream (RFC 1952, §2.2), and zeros after the last one are padding.
///
/// A read takes what is there: on a pipe, a complete record is never kept waiting for the next one. Plain bytes go
/// from the kernel to the caller's buffer without a copy. Not thread-safe.
package final class ByteSource {
    /// Bytes asked of the kernel at a time; also the size of the buffer for compressed bytes.
    package static let chunkBytesDefault = 256 * 1024

    /// The name the source was opened by; `-` for standard input.
    package let path: String
    /// Bytes of the file as stored, for progress; `nil` where the length is unknown (a pipe).
    package let storedBytes: Int?
    /// Bytes of the file as stored that were consumed so far.
    package private(set) var storedOffset = 0

    private let descriptor: Int32
    private let gunzip: Gunzip?
    /// Bytes read from the kernel and not yet consumed: those that were looked at to detect gzip, then compressed ones.
    private let input: UnsafeMutableRawBufferPointer
    private var inputStart = 0
    private var inputEnd = 0
    /// Decoded bytes that were looked at and must be read again.
    private var pushedBack: [UInt8] = []

    /// Opens `path`, `-` being standard input, and reads enough to know whether it is gzipped.
    ///
    /// - Throws: `cannotOpen`, `readFailed`.
    package init(path: String, chunkBytes: Int = ByteSource.chunkBytesDefault) throws(DataFileError) {
        precondition(chunkBytes >= 2, "the gzip magic has two bytes")
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: Self.lastSystemError()) }
        var status = stat()
        let known = fstat(descriptor, &status) == 0
        guard !known || status.st_mode & S_IFMT != S_IFDIR else {
            close(descriptor)
            throw .cannotOpen(path: path, reason: "it is a directory")
        }
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 16)
        var end = 0
        do throws(DataFileError) {
            while end < 2 {
                let free = UnsafeMutableRawBufferPointer(rebasing: input[end...])
                let count = try Self.readOnce(descriptor, into: free, path: path, offset: end)
                if count == 0 { break }
                end += count
            }
        } catch {
            input.deallocate()
            if descriptor != 0 { close(descriptor) }
            throw error
        }
        self.path = path
        self.storedBytes = known && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
        self.descriptor = descriptor
        self.input = input
        self.inputEnd = end
        self.gunzip = end >= 2 && input[0] == 0x1f && input[1] == 0x8b ? Gunzip() : nil
    }

    deinit {
        input.deallocate()
        if descriptor != 0 { close(descriptor) }
    }

    /// How much of the file was consumed, 0 to 1; `nil` where its length is unknown.
    package var fraction: Double? {
        storedBytes.map { $0 == 0 ? 1 : min(1, Double(storedOffset) / Double($0)) }
    }

    package var isGzipped: Bool { gunzip != nil }

    /// Reads at least one byte and at most `target.count` into `target`; 0 means the end.
    ///
    /// - Throws: `readFailed`, `gzipDamaged` (also for a gzip file that ends too early).
    package func read(into target: UnsafeMutableRawBufferPointer) throws(DataFileError) -> Int {
        precondition(!target.isEmpty, "reading into nothing would look like the end")
        if !pushedBack.isEmpty {
            let count = min(target.count, pushedBack.count)
            pushedBack.withUnsafeBytes { target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            pushedBack.removeFirst(count)
            return count
        }
        return try decode(into: target)
    }

    /// The next bytes without consuming them: at least `count`, or all there are up to the end.
    ///
    /// Asks for no more than that, so that a live pipe is not waited for longer than needed.
    package func peek(atLeast count: Int) throws(DataFileError) -> [UInt8] {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)
        defer { piece.deallocate() }
        while pushedBack.count < count {
            let got = try decode(into: piece)
            if got == 0 { break }
            pushedBack.append(contentsOf: piece[..<got])
        }
        return pushedBack
    }

    private func decode(into target: UnsafeMutableRawBufferPointer) throws(DataFileError) -> Int {
        guard let gunzip else {
            guard inputStart < inputEnd else {
                let count = try Self.readOnce(descriptor, into: target, path: path, offset: storedOffset)
                storedOffset += count
                return count
            }
            let count = min(target.count, inputEnd - inputStart)
            target.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[inputStart..<inputStart + count]))
            inputStart += count
            storedOffset += count
            return count
        }
        while true {
            if inputStart == inputEnd { try refillInput() }
            let available = UnsafeMutableRawBufferPointer(rebasing: input[inputStart..<inputEnd])
            let step = gunzip.step(from: available, into: target)
            inputStart += step.consumed
            storedOffset += step.consumed
            if step.produced > 0 { return step.produced }
            switch step.outcome {
            case .more: continue
            case .end: return 0
            case .damaged(let reason): throw .gzipDamaged(path: path, offset: storedOffset, reason: reason)
            }
        }
    }

    private func refillInput() throws(DataFileError) {
        inputStart = 0
        inputEnd = 0
        inputEnd = try Self.readOnce(descriptor, into: input, path: path, offset: storedOffset)
    }

    private static func readOnce(
        _ descriptor: Int32, into target: UnsafeMutableRawBufferPointer, path: String, offset: Int
    ) throws(DataFileError) -> Int {
        while true {
            // `self.read` would shadow the system call.
            let count = systemRead(descriptor, target.baseAddress, target.count)
            if count >= 0 { return count }
            if errno != EINTR { throw .readFailed(path: path, offset: offset, reason: lastSystemError()) }
        }
    }

    private static func lastSystemError() -> String {
        String(cString: strerror(errno))
    }
}

private func systemRead(_ descriptor: Int32, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    read(descriptor, target, count)
}
