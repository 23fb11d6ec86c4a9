/// The distinct values of one column in bounded memory: how many, whether any came twice, and the first fifty with
/// counts.
///
/// Values are told apart by 64-bit hashes. Two of a million values share one with probability 3e-8; then a count is one
/// too low, or an identifier is not proposed as such.
package struct DistinctValues {
    /// A value and how often it occurred.
    package struct Value: Equatable {
        package let text: String
        package fileprivate(set) var count: Int
    }

    package static let valuesMax = 50
    /// Beyond this, the count is "more than".
    package static let countMax = 10_000
    /// Beyond this, uniqueness is no longer checked: 2 million hashes are about 32 MB.
    package static let uniqueMax = 2_000_000
    /// Longer values are kept as their first bytes only.
    package static let textBytesMax = 200

    /// In the order they were first seen, at most `valuesMax`.
    package private(set) var values: [Value] = []
    /// Whether a value of `values` was cut.
    package private(set) var hasCutValues = false
    /// No value was seen twice, as far as it was checked.
    package private(set) var isUnique = true
    /// Values checked for uniqueness; fewer than all where the budget ended.
    package private(set) var uniqueChecked = 0
    /// The number of distinct values; `nil` means more than `countMax`.
    package private(set) var count: Int? = 0

    private var hashes: Set<UInt64> = []
    private var indices: [UInt64: Int] = [:]

    /// - Parameter wantsUniqueness: whether the check for uniqueness is worth memory beyond `countMax`. Once it was
    ///   not, the column counts as not unique.
    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, wantsUniqueness: Bool) {
        let hash = Self.hash(bytes)
        if let index = indices[hash] {
            values[index].count += 1
            isUnique = false
            return
        }
        guard count != nil || (isUnique && uniqueChecked < Self.uniqueMax) else { return }
        guard hashes.insert(hash).inserted else {
            isUnique = false
            if count == nil { hashes = [] }
            return
        }
        if isUnique { uniqueChecked += 1 }
        if values.count < Self.valuesMax { keep(bytes, hash: hash) }
        if hashes.count > Self.countMax {
            count = nil
            if !wantsUniqueness { isUnique = false }
            if !isUnique || uniqueChecked == Self.uniqueMax { hashes = [] }
        } else {
            count = hashes.count
        }
    }

    private mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>, hash: UInt64) {
        if bytes.count > Self.textBytesMax { hasCutValues = true }
        indices[hash] = values.count
        values.append(Value(text: String(decoding: bytes.prefix(Self.textBytesMax), as: UTF8.self), count: 1))
    }

    /// FNV-1a over 64 bits with a final mix (Fowler, Noll and Vo 1991; MurmurHash3's finalizer).
    private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
        return hash ^ hash >> 33
    }
}
