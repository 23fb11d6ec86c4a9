/// The nodes of a Mondrian tree in one array. They are numbered: 0 is the root, and the two children of a branch are
/// neighbours.
struct MondrianNodes: Sendable {
    let numberCount: Int
    /// How many values the rule keeps in a node.
    private(set) var valueCount: Int
    private(set) var count = 1
    private var records: [Double] = []

    /// A root without examples.
    init(numberCount: Int, valueCount: Int) {
        (self.numberCount, self.valueCount) = (numberCount, valueCount)
        records = [Double](repeating: 0, count: MondrianNode.headerCount + valueCount + 2 * numberCount)
        let recordCount = recordCount
        with { $0[0].begin(recordCount, time: 0, parent: -1) }
    }

    /// The doubles of a node.
    private var recordCount: Int { MondrianNode.headerCount + valueCount + 2 * numberCount }

    var byteCount: Int { records.count * 8 }

    /// Nodes where they lie: valid while they are lent out.
    struct Lent {
        fileprivate let base: UnsafeMutablePointer<Double>
        fileprivate let recordCount: Int
        fileprivate let valueCount: Int
        fileprivate let numberCount: Int

        @inline(__always)
        subscript(index: Int) -> MondrianNode { MondrianNode(base + index &* recordCount) }

        @inline(__always)
        func box(_ index: Int) -> MondrianBox { self[index].box(valueCount, numberCount) }

        /// The child that an example falls into. Where the number asked for is missing, the one with more examples.
        @inline(__always)
        func next(_ node: MondrianNode, _ x: MondrianInput) -> Int {
            let left = node.child
            let value = x[node.feature]
            guard value.isNaN else { return value <= node.threshold ? left : left &+ 1 }
            return self[left].total < self[left + 1].total ? left + 1 : left
        }

        /// Makes two nodes leaves without examples.
        func begin(pair left: Int, time: Double, parent: Int) {
            for index in [left, left + 1] { self[index].begin(recordCount, time: time, parent: parent) }
        }

        /// Copies all that a node knows and has below it to a new child of its own.
        func move(_ index: Int, to moved: Int) {
            self[moved].copy(self[index], recordCount)
            let child = self[moved].child
            guard child > 0 else { return }
            self[child].parent = moved
            self[child + 1].parent = moved
        }
    }

    /// Lends the nodes out.
    @inline(__always)
    mutating func with<R>(_ body: (Lent) -> R) -> R {
        let (recordCount, valueCount, numberCount) = (recordCount, valueCount, numberCount)
        return records.withUnsafeMutableBufferPointer { records in
            guard let base = records.baseAddress else { preconditionFailure("a tree has a root") }
            return body(
                Lent(base: base, recordCount: recordCount, valueCount: valueCount, numberCount: numberCount))
        }
    }

    /// Lends the nodes out to be read only.
    @inline(__always)
    func read<R>(_ body: (Lent) -> R) -> R {
        records.withUnsafeBufferPointer { records in
            guard let base = records.baseAddress else { preconditionFailure("a tree has a root") }
            return body(
                Lent(
                    base: UnsafeMutablePointer(mutating: base), recordCount: recordCount, valueCount: valueCount,
                    numberCount: numberCount))
        }
    }

    /// Adds two leaves without examples, the children to be of a node. - Returns: the left one.
    mutating func appendPair(time: Double, parent: Int) -> Int {
        records.append(contentsOf: repeatElement(0, count: 2 * recordCount))
        let left = count
        count += 2
        with { $0.begin(pair: left, time: time, parent: parent) }
        return left
    }

    /// Gives each node room for more values, 0 at first.
    mutating func widen(to newCount: Int) {
        let (head, tail, added) = (MondrianNode.headerCount + valueCount, 2 * numberCount, newCount - valueCount)
        guard added > 0 else { return }
        var wider: [Double] = []
        wider.reserveCapacity((head + added + tail) * count)
        for start in stride(from: 0, to: records.count, by: head + tail) {
            wider.append(contentsOf: records[start..<start + head])
            wider.append(contentsOf: repeatElement(0, count: added))
            wider.append(contentsOf: records[start + head..<start + head + tail])
        }
        (records, valueCount) = (wider, newCount)
    }
}
