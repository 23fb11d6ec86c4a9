/// What belongs to recent predictions, by offset.
///
/// Rows are pooled: what is taken out lends its storage to what comes in, and nothing is allocated once the pool has
/// grown. Complexity: O(1), amortized.
struct RecentRows<Row: Sendable>: Sendable {
    /// Nil keeps every row until it is taken or forgotten.
    private let capacity: Int?
    private var pool: [Row] = []
    private var free: [Int32] = []
    /// Pool index + 1 of each offset from ``base``, 0 where there is none; the first ``head`` are done with.
    private var indices: [Int32] = []
    private var base = 0
    private var head = 0
    private(set) var count = 0
    /// The row remembered last, which is the one asked for next where labels come at once, and its offset; -1 where it
    /// is done with.
    private var newest: Row?
    private var newestOffset = -1

    init(capacity: Int?) {
        self.capacity = capacity
    }

    /// Remembers the row of the prediction at an offset above all before, by taking it over; hands another back, with
    /// stale values.
    mutating func take(over row: inout Row, at offset: Int) {
        guard newest != nil else {
            (newest, newestOffset) = (row, offset)
            return
        }
        swap(&newest!, &row)
        let before = newestOffset
        newestOffset = offset
        if before >= 0, let index = place(before, or: row) { swap(&pool[index], &row) }
    }

    /// The pooled row for an offset; nil where the pool was empty and took the given one.
    private mutating func place(_ offset: Int, or row: Row) -> Int? {
        if let capacity, count + 1 >= capacity { forgetOldest() }
        if count == 0 {
            indices.removeAll(keepingCapacity: true)
            (base, head) = (offset, 0)
        }
        while base + indices.count < offset { indices.append(0) }
        count += 1
        guard let index = free.popLast() else {
            pool.append(row)
            indices.append(Int32(pool.count))
            return nil
        }
        indices.append(index + 1)
        return Int(index)
    }

    /// Swaps a row out, if it is here.
    mutating func take(_ offset: Int, into row: inout Row) -> Bool {
        if offset == newestOffset {
            swap(&newest!, &row)
            newestOffset = -1
            return true
        }
        guard let index = remove(offset) else { return false }
        swap(&pool[index], &row)
        return true
    }

    /// Shows a row, if it is here; it stays.
    func read(_ offset: Int, _ body: (borrowing Row) -> Void) -> Bool {
        if offset == newestOffset, let newest {
            body(newest)
            return true
        }
        let position = offset - base
        guard position >= head, position < indices.count, indices[position] != 0 else { return false }
        body(pool[Int(indices[position]) - 1])
        return true
    }

    mutating func forget(_ offset: Int) {
        if offset == newestOffset { newestOffset = -1 } else { _ = remove(offset) }
    }

    mutating func removeAll() {
        self = RecentRows(capacity: capacity)
    }

    private mutating func remove(_ offset: Int) -> Int? {
        let position = offset - base
        guard position >= head, position < indices.count, indices[position] != 0 else { return nil }
        let index = Int(indices[position]) - 1
        indices[position] = 0
        free.append(Int32(index))
        count -= 1
        compact()
        return index
    }

    private mutating func forgetOldest() {
        while head < indices.count, indices[head] == 0 { head += 1 }
        if head < indices.count { _ = remove(base + head) }
    }

    private mutating func compact() {
        while head < indices.count, indices[head] == 0 { head += 1 }
        guard head > 1024, head * 2 > indices.count else { return }
        indices.removeFirst(head)
        base += head
        head = 0
    }
}
