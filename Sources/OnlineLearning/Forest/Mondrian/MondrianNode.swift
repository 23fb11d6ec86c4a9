/// A node of a Mondrian tree, where it lies: one record of doubles, as what is used together is fetched together.
///
/// | doubles | |
/// |---|---|
/// | 0 | what is at most this goes left |
/// | 1 | the odds of the node itself against its subtrees; the rule says what they mean |
/// | 2 | the weight of its examples |
/// | 3 | when it came to be: the split time of its parent |
/// | 4 | as two integers: the column that a branch tests, its left child |
/// | 5 | as two integers: the parent, the scale of the odds |
/// | 6 … | what the rule keeps |
/// | then | the least of each number, then the greatest of each; NaN where none has been seen |
struct MondrianNode {
    static var headerCount: Int { 6 }

    private let record: UnsafeMutablePointer<Double>

    @inline(__always)
    init(_ record: UnsafeMutablePointer<Double>) { self.record = record }

    @inline(__always)
    var threshold: Double {
        get { record[0] }
        nonmutating set { record[0] = newValue }
    }

    @inline(__always)
    var odds: Double {
        get { record[1] }
        nonmutating set { record[1] = newValue }
    }

    @inline(__always)
    var total: Double {
        get { record[2] }
        nonmutating set { record[2] = newValue }
    }

    @inline(__always)
    var time: Double {
        get { record[3] }
        nonmutating set { record[3] = newValue }
    }

    @inline(__always)
    var feature: Int32 {
        get { low(4) }
        nonmutating set { set(4, low: newValue, high: high(4)) }
    }

    /// The left child; the right one is the next. 0 in a leaf: the root is nobody's child.
    @inline(__always)
    var child: Int {
        get { Int(high(4)) }
        nonmutating set { set(4, low: low(4), high: Int32(truncatingIfNeeded: newValue)) }
    }

    /// -1 at the root.
    @inline(__always)
    var parent: Int {
        get { Int(low(5)) }
        nonmutating set { set(5, low: Int32(truncatingIfNeeded: newValue), high: high(5)) }
    }

    @inline(__always)
    var scale: Int32 {
        get { high(5) }
        nonmutating set { set(5, low: low(5), high: newValue) }
    }

    @inline(__always)
    var isLeaf: Bool { child == 0 }

    /// What the rule keeps.
    @inline(__always)
    var values: UnsafeMutablePointer<Double> { record + Self.headerCount }

    /// The node's box; `valueCount` is how many values the rule keeps.
    @inline(__always)
    func box(_ valueCount: Int, _ numberCount: Int) -> MondrianBox {
        MondrianBox(lower: record + (Self.headerCount &+ valueCount), count: numberCount)
    }

    /// Makes the record a leaf without examples.
    func begin(_ count: Int, time: Double, parent: Int) {
        for i in 0..<count { record[i] = 0 }
        self.time = time
        self.parent = parent
    }

    /// Takes over all but time and parent.
    func copy(_ other: MondrianNode, _ count: Int) {
        let (time, parent) = (time, parent)
        for i in 0..<count { record[i] = other.record[i] }
        self.time = time
        self.parent = parent
    }

    @inline(__always)
    private func low(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: record[index].bitPattern) }

    @inline(__always)
    private func high(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: record[index].bitPattern &>> 32) }

    @inline(__always)
    private func set(_ index: Int, low: Int32, high: Int32) {
        let bits = UInt64(UInt32(bitPattern: high)) &<< 32 | UInt64(UInt32(bitPattern: low))
        record[index] = Double(bitPattern: bits)
    }
}
