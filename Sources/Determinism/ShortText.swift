/// A few bytes as one word, so that short texts are compared and hashed without a loop.
public enum ShortText {
    /// Up to eight bytes as a little-endian word, the first the lowest, zeros above the last.
    ///
    /// By loads that overlap, all of them within the bytes.
    /// - Precondition: there are at most 8.
    @inlinable
    @inline(__always)
    public static func word(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let count = bytes.count
        if count >= 8 { return UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)) }
        if count >= 4 {
            let low = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
            let high = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: count &- 4, as: UInt32.self))
            return UInt64(low) | UInt64(high) &<< UInt64(truncatingIfNeeded: 8 &* (count &- 4))
        }
        guard count > 0 else { return 0 }
        let middle = UInt64(bytes[count >> 1]) &<< UInt64(truncatingIfNeeded: 8 &* (count >> 1))
        let end = UInt64(bytes[count &- 1]) &<< UInt64(truncatingIfNeeded: 8 &* (count &- 1))
        return UInt64(bytes[0]) | middle | end
    }

    /// The last bytes of a text whose whole words of eight are done with: `count % 8` of them, as ``word(_:)`` gives
    /// them; 0 where there are none.
    @inlinable
    @inline(__always)
    public static func rest(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        let rest = bytes.count & 7
        if rest == 0 { return 0 }
        guard bytes.count > 8 else { return word(bytes) }
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self))
        return word &>> UInt64(truncatingIfNeeded: 64 &- 8 &* rest)
    }
}
