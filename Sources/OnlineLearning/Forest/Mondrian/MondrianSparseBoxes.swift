/// The boxes of the nodes of a Mondrian tree in the sparse columns: a node lists the columns that were not 0 in some
/// example of its own, every other one spans [0, 0].
///
/// The entries of a node are a linked list, and a hash table of all entries finds one by node and column. Nothing is
/// ever removed. Beyond ``maxEntries`` a column that is new to a node is not watched there: it cuts nothing off.
struct MondrianSparseBoxes: Sendable {
    struct Entry: Sendable {
        var lower: Double
        var upper: Double
        let node: Int32
        let column: Int32
        /// The entry of the same node that came before, or -1.
        let next: Int32

        /// Whether the column was 0 in no example of the node.
        var isOffZero: Bool { lower > 0 || upper < 0 }
    }

    /// How many entries a tree may have for each node that it may have.
    static var entriesPerNode: Int { 16 }

    let maxEntries: Int
    private(set) var entries: [Entry] = []
    /// For each node its newest entry, or -1; nodes beyond the end have none.
    private var heads: [Int32] = []
    /// How many entries of each node are off zero: these count where an example does not list the column.
    private var offZeroCounts: [Int32] = []
    /// Indices of entries by hash, -1 where free; its size is a power of two and at least twice the entries.
    private var table: [Int32] = []

    init(maxEntries: Int) {
        self.maxEntries = maxEntries
    }

    var isEmpty: Bool { entries.isEmpty }

    var byteCount: Int { entries.count * MemoryLayout<Entry>.stride + (heads.count * 2 + table.count) * 4 }

    /// The span of a column in a node.
    func range(_ node: Int, _ column: Int32) -> (lower: Double, upper: Double) {
        let index = find(node, column)
        return index < 0 ? (0, 0) : (entries[index].lower, entries[index].upper)
    }

    /// The newest entry of a node, or -1.
    func head(_ node: Int) -> Int { node < heads.count ? Int(heads[node]) : -1 }

    /// Calls `body` with the columns in which the example is outside the box of a node and by how much, until it
    /// returns false: first the columns that it lists, then those that it lacks.
    func forEachDistance(_ node: Int, _ x: MondrianInput, _ body: (Int32, Double) -> Bool) {
        var lacking = node < offZeroCounts.count ? offZeroCounts[node] : 0
        let isFull = entries.count >= maxEntries
        for i in 0..<x.columns.count {
            let index = find(node, x.columns[i])
            if index < 0, isFull { continue }
            let (lower, upper) = index < 0 ? (0, 0) : (entries[index].lower, entries[index].upper)
            if index >= 0, entries[index].isOffZero { lacking -= 1 }
            let value = x.values[i]
            if value < lower {
                if !body(x.columns[i], lower - value) { return }
            } else if value > upper {
                if !body(x.columns[i], value - upper) { return }
            }
        }
        guard lacking > 0 else { return }
        forEachLacking(node, x) { index in
            let entry = entries[index]
            return body(entry.column, entry.lower > 0 ? entry.lower : -entry.upper)
        }
    }

    /// Whether the example is within the box of a node in all sparse columns.
    func contains(_ node: Int, _ x: MondrianInput) -> Bool {
        var isInside = true
        forEachDistance(node, x) { _, _ in
            isInside = false
            return false
        }
        return isInside
    }

    /// How far the example is outside the box of a node, over all sparse columns.
    func distance(_ node: Int, _ x: MondrianInput) -> Double {
        var sum = 0.0
        forEachDistance(node, x) {
            sum += $1
            return true
        }
        return sum
    }

    /// Calls `body` with the entries that are off zero and that the example does not list, until it returns false.
    private func forEachLacking(_ node: Int, _ x: MondrianInput, _ body: (Int) -> Bool) {
        var index = head(node)
        while index >= 0 {
            let entry = entries[index]
            if entry.isOffZero, !x.columns.contains(entry.column), !body(index) { return }
            index = Int(entry.next)
        }
    }

    /// Makes the node reach to the example.
    mutating func extend(_ node: Int, _ x: MondrianInput) {
        for i in 0..<x.columns.count {
            let value = x.values[i]
            let index = find(node, x.columns[i])
            if index < 0 { insert(node, x.columns[i], min(value, 0), max(value, 0)) } else { reach(index, value) }
        }
        guard node < offZeroCounts.count, offZeroCounts[node] > 0 else { return }
        var index = head(node)
        while index >= 0 {
            if entries[index].isOffZero, !x.columns.contains(entries[index].column) { reach(index, 0) }
            index = Int(entries[index].next)
        }
    }

    private mutating func reach(_ index: Int, _ value: Double) {
        let wasOffZero = entries[index].isOffZero
        entries[index].lower = min(entries[index].lower, value)
        entries[index].upper = max(entries[index].upper, value)
        if wasOffZero, !entries[index].isOffZero { offZeroCounts[Int(entries[index].node)] -= 1 }
    }

    /// Lists the columns of the only example of a node.
    mutating func begin(_ node: Int, _ x: MondrianInput) {
        for i in 0..<x.columns.count { insert(node, x.columns[i], x.values[i], x.values[i]) }
    }

    /// Gives a node without entries those of another, in their order.
    mutating func copy(_ node: Int, to other: Int) {
        guard head(node) >= 0 else { return }
        var indices: [Int] = []
        var index = head(node)
        while index >= 0 {
            indices.append(index)
            index = Int(entries[index].next)
        }
        for index in indices.reversed() {
            insert(other, entries[index].column, entries[index].lower, entries[index].upper)
        }
    }

    /// Adds an entry unless there are enough. - Precondition: the node has none for this column.
    mutating func insert(_ node: Int, _ column: Int32, _ lower: Double, _ upper: Double) {
        guard entries.count < maxEntries else { return }
        if node >= heads.count {
            let missing = 2 * node + 16 - heads.count
            heads.append(contentsOf: repeatElement(-1, count: missing))
            offZeroCounts.append(contentsOf: repeatElement(0, count: missing))
        }
        let entry = Entry(
            lower: lower, upper: upper, node: Int32(truncatingIfNeeded: node), column: column, next: heads[node])
        let index = entries.count
        entries.append(entry)
        heads[node] = Int32(truncatingIfNeeded: index)
        if entry.isOffZero { offZeroCounts[node] += 1 }
        if 2 * entries.count > table.count { rehash() } else { enter(index) }
    }

    private mutating func rehash() {
        table = [Int32](repeating: -1, count: max(64, 2 * table.count))
        for index in entries.indices { enter(index) }
    }

    private mutating func enter(_ index: Int) {
        var place = slot(Int(entries[index].node), entries[index].column)
        while table[place] >= 0 { place = (place + 1) & (table.count - 1) }
        table[place] = Int32(truncatingIfNeeded: index)
    }

    /// The entry of a column in a node, or -1.
    func find(_ node: Int, _ column: Int32) -> Int {
        guard !table.isEmpty else { return -1 }
        var place = slot(node, column)
        while table[place] >= 0 {
            let index = Int(table[place])
            if entries[index].column == column, Int(entries[index].node) == node { return index }
            place = (place + 1) & (table.count - 1)
        }
        return -1
    }

    @inline(__always)
    private func slot(_ node: Int, _ column: Int32) -> Int {
        let key = UInt64(truncatingIfNeeded: node) &<< 32 | UInt64(UInt32(bitPattern: column))
        let mixed = (key ^ key &>> 29) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed &>> 32) & (table.count - 1)
    }
}
