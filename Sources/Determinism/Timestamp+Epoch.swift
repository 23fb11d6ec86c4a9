extension Timestamp {
    /// The moment that `bytes` spell as a whole number since 1970-01-01T00:00:00Z, as programs print it: ten digits are
    /// seconds, thirteen milliseconds, sixteen microseconds, so from 2001-09-09 to 2286-11-20. Seconds may have a
    /// fraction of up to six digits. `nil` for any other text. O(n), without allocation.
    public static func parseEpoch(_ bytes: UnsafeBufferPointer<UInt8>) -> Timestamp? {
        let point = bytes.firstIndex(of: UInt8(ascii: "."))
        guard bytes.first != UInt8(ascii: "0"), let whole = digits(bytes[..<(point ?? bytes.endIndex)]) else {
            return nil
        }
        switch (point ?? bytes.count, point) {
        case (10, let point?):
            let fraction = bytes[(point + 1)...]
            guard (1...6).contains(fraction.count), var micros = digits(fraction) else { return nil }
            for _ in fraction.count..<6 { micros *= 10 }
            return Timestamp(microseconds: whole * 1_000_000 + micros)
        case (10, nil): return Timestamp(microseconds: whole * 1_000_000)
        case (13, nil): return Timestamp(microseconds: whole * 1_000)
        case (16, nil): return Timestamp(microseconds: whole)
        default: return nil
        }
    }

    private static func digits(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        guard bytes.count <= 16 else { return nil }
        var value: Int64 = 0
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value * 10 + Int64(digit)
        }
        return value
    }
}
