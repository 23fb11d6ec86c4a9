import Determinism

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What tells one file from another, so that ids made of row numbers never meet those of another file.
package enum FileIdentity {
    /// Of a pipe these first bytes stand for all.
    static let pipeBytesMax = 65_536
    private static let digits = 12

    /// The first digits of the SHA-256 of a file as it is stored; of what cannot be read twice, of its beginning.
    /// - Throws: `cannotOpen`, `readFailed`.
    package static func text(of source: ByteSource) throws(DataFileError) -> String {
        if source.storedBytes != nil { return String(try digest(source.path).description.prefix(digits)) }
        let start = try source.peek(atLeast: pipeBytesMax).prefix(pipeBytesMax)
        return String(Digest(hashing: Array(start)).description.prefix(digits))
    }

    private static func digest(_ path: String) throws(DataFileError) -> Digest {
        let file = try StoredBytes(path)
        var failure: DataFileError?
        let digest = Digest(encoding: { encoder in
            do throws(DataFileError) {
                while let chunk = try file.next() {
                    encoder.raw(chunk)
                    encoder.spill()
                }
            } catch {
                failure = error
            }
        })
        if let failure { throw failure }
        return digest
    }
}

/// The bytes of a file, gzipped or not, chunk by chunk.
private final class StoredBytes {
    private let path: String
    private let descriptor: Int32
    private var offset = 0

    init(_ path: String) throws(DataFileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    func next() throws(DataFileError) -> [UInt8]? {
        var failure: Int32?
        let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 18) { buffer, count in
            let got = read(descriptor, buffer.baseAddress, buffer.count)
            if got < 0 { failure = errno }
            count = max(0, got)
        }
        if let failure { throw .readFailed(path: path, offset: offset, reason: String(cString: strerror(failure))) }
        offset += chunk.count
        return chunk.isEmpty ? nil : chunk
    }
}
