import Determinism

/// The hash tables of a regression tree, all in one array: true values by a whole number, such as the interval of a
/// number or the slot of a category.
///
/// A table is named by a ``Table``, which says where its entries lie. It doubles when it would be more than three
/// quarters full; the room it leaves is used again by tables of that size. Nothing depends on the order in which
/// entries lie: ``sortedEntries(_:)`` goes by key.
///
/// Time: O(1) expected per example. Memory: 40 bytes for each of 4/3 to 8/3 times as many entries as there are keys.
struct KeyedTables: Sendable {
    struct Table: Sendable, Equatable {
        var offset: Int32 = -1
        var count: Int32 = 0
        /// The binary logarithm of how many entries there is room for.
        var sizeClass: Int8 = -1
    }

    /// Empty where the weight is 0.
    struct Entry: Sendable {
        var key: Int
        /// The mean of the numbers seen, or whatever the table's owner keeps.
        var value: Double
        var statistics: TargetStatistics
    }

    private static var smallestClass: Int8 { 2 }

    private var entries: [Entry] = []
    /// The first free room of each class, whose first key is the next one's offset.
    private var firstFree = [Int32](repeating: -1, count: 32)
    /// Entries of all tables, the empty ones included.
    private(set) var room = 0

    /// The number kept with a key.
    @inline(__always)
    func value(_ key: Int, in table: Table) -> Double? {
        guard table.count > 0 else { return nil }
        let index = find(key, table)
        return entries[index].statistics.count > 0 ? entries[index].value : nil
    }

    /// Learns a true value seen with `value` under `key`. A table of `countMax` keys gets no more.
    @inline(__always)
    mutating func add(
        _ key: Int, to table: inout Table, countMax: Int32, _ value: Double, _ y: Double, _ weight: Double
    ) {
        guard table.sizeClass >= 0 else {
            insert(key, &table, countMax, value, y, weight)
            return
        }
        let index = find(key, table)
        let isKnown = entries.withUnsafeMutableBufferPointer { entries in
            guard entries[index].statistics.count > 0 else { return false }
            entries[index].statistics.add(y, weight)
            entries[index].value += (weight / entries[index].statistics.count) * (value - entries[index].value)
            return true
        }
        if !isKnown { insert(key, &table, countMax, value, y, weight) }
    }

    @inline(never)
    private mutating func insert(
        _ key: Int, _ table: inout Table, _ countMax: Int32, _ value: Double, _ y: Double, _ weight: Double
    ) {
        guard table.count < countMax else { return }
        var statistics = TargetStatistics()
        statistics.add(y, weight)
        insert(Entry(key: key, value: value, statistics: statistics), into: &table)
    }

    /// - Precondition: the table has no such key, and the entry is not empty.
    mutating func insert(_ entry: Entry, into table: inout Table) {
        if table.sizeClass < 0 {
            table.sizeClass = Self.smallestClass
            table.offset = allocate(table.sizeClass)
        } else if (Int(table.count) + 1) * 4 > 3 << Int(table.sizeClass) {
            grow(&table)
        }
        entries[find(entry.key, table)] = entry
        table.count += 1
    }

    /// Where a key is or would be. - Precondition: the table has room.
    @inline(__always)
    private func find(_ key: Int, _ table: Table) -> Int {
        let mask = (1 << Int(table.sizeClass)) - 1
        // Fibonacci hashing: consecutive keys are spread evenly.
        let hash = UInt64(bitPattern: Int64(key)) &* 0x9e37_79b9_7f4a_7c15
        var slot = Int(truncatingIfNeeded: hash &>> UInt64(64 - Int(table.sizeClass)))
        return entries.withUnsafeBufferPointer { entries in
            while true {
                let index = Int(table.offset) + slot
                if entries[index].key == key || entries[index].statistics.count == 0 { return index }
                slot = (slot + 1) & mask
            }
        }
    }

    private mutating func grow(_ table: inout Table) {
        let old = table
        table.sizeClass += 1
        table.offset = allocate(table.sizeClass)
        for index in Int(old.offset)..<Int(old.offset) + 1 << Int(old.sizeClass)
        where entries[index].statistics.count > 0 {
            let entry = entries[index]
            entries[find(entry.key, table)] = entry
        }
        free(old)
    }

    private mutating func allocate(_ sizeClass: Int8) -> Int32 {
        let size = 1 << Int(sizeClass)
        let empty = Entry(key: 0, value: 0, statistics: TargetStatistics())
        room += size
        let offset = firstFree[Int(sizeClass)]
        guard offset >= 0 else {
            entries.append(contentsOf: repeatElement(empty, count: size))
            return Int32(truncatingIfNeeded: entries.count - size)
        }
        firstFree[Int(sizeClass)] = Int32(truncatingIfNeeded: entries[Int(offset)].key)
        for index in Int(offset)..<Int(offset) + size { entries[index] = empty }
        return offset
    }

    private mutating func free(_ table: Table) {
        room -= 1 << Int(table.sizeClass)
        entries[Int(table.offset)].key = Int(firstFree[Int(table.sizeClass)])
        firstFree[Int(table.sizeClass)] = table.offset
    }

    mutating func removeAll(_ table: inout Table) {
        if table.sizeClass >= 0 { free(table) }
        table = Table()
    }

    /// The entries in the order of their keys. Complexity: O(n log n).
    func sortedEntries(_ table: Table) -> [Entry] {
        guard table.count > 0 else { return [] }
        var found: [Entry] = []
        found.reserveCapacity(Int(table.count))
        for index in Int(table.offset)..<Int(table.offset) + 1 << Int(table.sizeClass)
        where entries[index].statistics.count > 0 {
            found.append(entries[index])
        }
        found.sort { $0.key < $1.key }
        return found
    }

    /// Adds a copy of a table of others.
    mutating func adopt(_ table: Table, of others: KeyedTables) -> Table {
        var copy = Table()
        for entry in others.sortedEntries(table) { insert(entry, into: &copy) }
        return copy
    }

    /// Bytes of memory; free room counts.
    var byteCount: Int { entries.count * MemoryLayout<Entry>.stride }

    // MARK: Encoding

    func encode(_ table: Table, to encoder: inout CanonicalEncoder) {
        encoder.count(Int(table.count))
        for entry in sortedEntries(table) {
            encoder.int(Int64(entry.key))
            encoder.double(entry.value)
            entry.statistics.encode(to: &encoder)
        }
    }

    /// Adds an encoded table.
    mutating func restore(
        from decoder: inout CanonicalDecoder, countMax: Int32
    ) throws(CanonicalDecodingError) -> Table {
        let count = try decoder.count(elementBytes: 33)
        guard count <= Int(countMax) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a table has too many keys")
        }
        var table = Table()
        var last: Int?
        for _ in 0..<count {
            let key = Int(try decoder.int())
            let value = try decoder.double()
            let statistics = try TargetStatistics(from: &decoder)
            guard statistics.count > 0, last.map({ $0 < key }) ?? true else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a table's keys do not rise")
            }
            insert(Entry(key: key, value: value, statistics: statistics), into: &table)
            last = key
        }
        return table
    }
}
