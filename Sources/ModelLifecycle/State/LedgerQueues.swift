/// The queues that entries lie in, linked through the entries themselves.
extension Ledger {
    struct Queue: Sendable {
        var head: Int32 = -1
        var tail: Int32 = -1
        var count = 0
    }

    /// The three of them, where no array is looked after.
    struct Queues: Sendable {
        private var pending = Queue()
        private var waiting = Queue()
        private var known = Queue()
        /// The oldest open question that was not learned provisionally; -1 where there is none.
        private(set) var fresh: Int32 = -1

        subscript(_ status: Status) -> Queue {
            @inline(__always) get {
                switch status {
                case .pending: pending
                case .waiting: waiting
                default: known
                }
            }
            @inline(__always) set {
                switch status {
                case .pending: pending = newValue
                case .waiting: waiting = newValue
                default: known = newValue
                }
            }
        }

        /// Adds an entry to the end of its queue.
        @inline(__always)
        mutating func link(_ index: Int, in entries: UnsafeMutableBufferPointer<Entry>) {
            let status = entries[index].status
            var queue = self[status]
            (entries[index].previous, entries[index].next) = (queue.tail, -1)
            if queue.tail < 0 { queue.head = Int32(index) } else { entries[Int(queue.tail)].next = Int32(index) }
            queue.tail = Int32(index)
            queue.count += 1
            self[status] = queue
            if status == .pending, fresh < 0, !entries[index].isProvisional { fresh = Int32(index) }
        }

        /// Adds an entry to its queue behind another one.
        /// - Parameter place: the entry before it in its queue; -1 for its head.
        mutating func link(_ index: Int, after place: Int32, in entries: UnsafeMutableBufferPointer<Entry>) {
            let status = entries[index].status
            var queue = self[status]
            let next = place < 0 ? queue.head : entries[Int(place)].next
            (entries[index].previous, entries[index].next) = (place, next)
            if place < 0 { queue.head = Int32(index) } else { entries[Int(place)].next = Int32(index) }
            if next < 0 { queue.tail = Int32(index) } else { entries[Int(next)].previous = Int32(index) }
            queue.count += 1
            self[status] = queue
        }

        @inline(__always)
        mutating func unlink(_ index: Int, in entries: UnsafeMutableBufferPointer<Entry>) {
            let status = entries[index].status
            let (previous, next) = (entries[index].previous, entries[index].next)
            if fresh == Int32(index) { fresh = Self.fresh(from: next, in: entries) }
            var queue = self[status]
            if previous < 0 { queue.head = next } else { entries[Int(previous)].next = next }
            if next < 0 { queue.tail = previous } else { entries[Int(next)].previous = previous }
            queue.count -= 1
            self[status] = queue
        }

        /// Finds ``fresh`` anew from an entry of the open questions on. Complexity: O(those learned provisionally).
        mutating func findFresh(from first: Int32, in entries: UnsafeMutableBufferPointer<Entry>) {
            fresh = Self.fresh(from: first, in: entries)
        }

        @inline(__always)
        private static func fresh(from first: Int32, in entries: UnsafeMutableBufferPointer<Entry>) -> Int32 {
            var next = first
            while next >= 0, entries[Int(next)].isProvisional { next = entries[Int(next)].next }
            return next
        }
    }
}
