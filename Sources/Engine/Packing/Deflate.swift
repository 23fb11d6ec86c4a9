import CZlib

/// Whole buffers through zlib (RFC 1950), which checks what comes out with an Adler-32 sum.
enum Deflate {
    /// - Parameter level: 1 to 9.
    static func compress(_ bytes: [UInt8], level: Int32) -> [UInt8] {
        var size = compressBound(uLong(bytes.count))
        return [UInt8](unsafeUninitializedCapacity: Int(size)) { target, count in
            let status = compress2(target.baseAddress, &size, bytes, uLong(bytes.count), level)
            precondition(status == Z_OK, "zlib has no memory")
            count = Int(size)
        }
    }

    /// The bytes that were compressed; nil where they are damaged or not so many.
    static func expand(_ compressed: [UInt8], to byteCount: Int) -> [UInt8]? {
        var isWhole = false
        let bytes = [UInt8](unsafeUninitializedCapacity: max(1, byteCount)) { target, count in
            var size = uLong(byteCount)
            isWhole = uncompress(target.baseAddress, &size, compressed, uLong(compressed.count)) == Z_OK
                && size == uLong(byteCount)
            count = isWhole ? byteCount : 0
        }
        return isWhole ? bytes : nil
    }
}
