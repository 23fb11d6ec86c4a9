import Determinism

/// The sparse columns of an open set of keys: a key gets its column when it is first learned, up to a cap; all later
/// ones share one more, *other*.
struct ColumnTable: Sendable {
    private(set) var keys = FingerprintTable()
    /// The column of each key.
    private var columns: [Int32] = []
    /// The column of all keys beyond the cap, once there is one.
    private(set) var other: Int32?
    private let max: Int

    init(max: Int) { self.max = max }

    /// The column of a key; nil where it was never learned.
    @inline(__always)
    func column(of key: Fingerprint) -> Int32? {
        keys.slot(of: key).map { columns[$0] } ?? other
    }

    /// Gives a key its column. - Returns: 1 for a new one, 0 for one it had, −1 for the shared one where it is new.
    mutating func insert(_ key: Fingerprint, _ columnCount: inout Int) -> Int {
        if keys.slot(of: key) != nil { return 0 }
        if keys.count < max {
            keys.append(key)
            columns.append(Int32(columnCount))
            columnCount += 1
            return 1
        }
        guard other == nil else { return 0 }
        other = Int32(columnCount)
        columnCount += 1
        return -1
    }

    /// Takes back the newest columns, the shared one where `hasOther`.
    mutating func removeLast(_ count: Int, hasOther: Bool) {
        if hasOther { other = nil }
        keys.removeLast(count)
        columns.removeLast(count)
    }

    var all: [Int] { (columns + (other.map { [$0] } ?? [])).map { Int($0) } }

    var byteCount: Int { keys.byteCount + columns.count * 4 }

    func encode(to encoder: inout CanonicalEncoder) {
        keys.encode(to: &encoder)
        for column in columns { encoder.count(Int(column)) }
        encoder.optional(other) { $0.count(Int($1)) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let keys = try FingerprintTable(from: &decoder)
        guard keys.count <= max else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more keys than are told apart")
        }
        var columns: [Int32] = []
        for _ in 0..<keys.count { columns.append(try Self.column(&decoder)) }
        (self.keys, self.columns) = (keys, columns)
        other = try decoder.bool() ? try Self.column(&decoder) : nil
    }

    private static func column(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int32 {
        let value = try decoder.uint()
        guard value < UInt64(Int32.max) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "column \(value) is too large")
        }
        return Int32(value)
    }
}
