import Determinism

/// Doubles in few bytes: a decimal with up to six digits after the point as a whole number and its scale, any other as
/// its eight bytes. Exact: what comes back has the same bits.
///
/// A varint whose lowest three bits are the number of digits after the point, 0 to 6, and whose rest is the zigzag
/// whole number; or 7, followed by the bits of the double.
enum CompactNumber {
    /// Whole numbers up to here leave room for the three bits, and are exact.
    private static let largest = Double(1 << 52)

    /// 10 to the power of a scale. A switch becomes a constant table, where a static array would be initialized on
    /// first use behind a lock.
    @inline(__always)
    private static func power(_ scale: Int) -> Double {
        switch scale {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        default: 1_000_000
        }
    }

    static func encode(_ value: Double, to encoder: inout CanonicalEncoder) {
        for scale in 0..<7 {
            let scaled = (value * power(scale)).rounded()
            guard scaled.magnitude <= largest else { break }
            // One correctly rounded division gives the double nearest to the decimal: the same that parsing it gives.
            guard scaled / power(scale) == value else { continue }
            let whole = Int64(scaled)
            encoder.uint(UInt64(bitPattern: (whole << 1) ^ (whole >> 63)) << 3 | UInt64(scale))
            return
        }
        encoder.uint(7)
        encoder.fixed64(value.bitPattern)
    }

    @inline(__always)
    static func decode(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Double {
        let code = try decoder.longUint()
        let scale = Int(code & 7)
        guard scale < 7 else { return Double(bitPattern: try decoder.fixed64()) }
        let zigzag = code >> 3
        let whole = Int64(bitPattern: zigzag >> 1) ^ -Int64(bitPattern: zigzag & 1)
        return Double(whole) / power(scale)
    }
}
