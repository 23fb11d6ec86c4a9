import Determinism

/// An open set of keys in the order in which they were first learned, each by its 128-bit ``Fingerprint``: key to slot.
///
/// An open-addressing table. Two keys share a slot with probability n² / 2¹²⁹, and the names are not kept: where they
/// must be, there is ``CategoryTable``. Complexity: O(1) to look up or insert, amortized.
struct FingerprintTable: Sendable {
    private(set) var keys: [Fingerprint] = []
    /// Slot + 1, or 0 for free; the count is a power of two, at most half of it taken.
    private var buckets: [Int32] = []

    var count: Int { keys.count }

    /// Bytes of memory, roughly.
    var byteCount: Int { keys.count * 16 + buckets.count * 4 }

    @inline(__always)
    func slot(of key: Fingerprint) -> Int? {
        guard !buckets.isEmpty else { return nil }
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: key.low) & mask
        while true {
            let entry = Int(buckets[bucket])
            if entry == 0 { return nil }
            if keys[entry - 1] == key { return entry - 1 }
            bucket = (bucket + 1) & mask
        }
    }

    /// Gives a key that is not in the table the next slot.
    @discardableResult
    mutating func append(_ key: Fingerprint) -> Int {
        keys.append(key)
        if keys.count * 2 > buckets.count { rehash(max(16, buckets.count * 2)) } else { place(keys.count - 1) }
        return keys.count - 1
    }

    /// Takes back the newest keys. Complexity: O(count), and rare.
    mutating func removeLast(_ removed: Int) {
        guard removed > 0 else { return }
        keys.removeLast(removed)
        rehash(buckets.count)
    }

    /// Forgets all keys and keeps the room. Complexity: O(count).
    mutating func removeAll() {
        guard !keys.isEmpty else { return }
        if keys.count * 8 > buckets.count {
            for bucket in buckets.indices { buckets[bucket] = 0 }
        } else {
            for key in keys { clear(key) }
        }
        keys.removeAll(keepingCapacity: true)
    }

    /// Frees the run of buckets in which a key lies; whatever else lies there goes, too.
    private mutating func clear(_ key: Fingerprint) {
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: key.low) & mask
        while buckets[bucket] != 0 {
            buckets[bucket] = 0
            bucket = (bucket + 1) & mask
        }
    }

    private mutating func place(_ slot: Int) {
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: keys[slot].low) & mask
        while buckets[bucket] != 0 { bucket = (bucket + 1) & mask }
        buckets[bucket] = Int32(slot + 1)
    }

    private mutating func rehash(_ bucketCount: Int) {
        if buckets.count == bucketCount {
            for bucket in buckets.indices { buckets[bucket] = 0 }
        } else {
            buckets = [Int32](repeating: 0, count: bucketCount)
        }
        for slot in keys.indices { place(slot) }
    }
}

extension FingerprintTable {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(keys.count)
        for key in keys {
            encoder.fixed64(key.high)
            encoder.fixed64(key.low)
        }
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        for _ in 0..<(try decoder.count()) {
            let high = try decoder.fixed64()
            append(Fingerprint(high: high, low: try decoder.fixed64()))
        }
    }
}
