/// What a step needs to take its last example back, so that a failed update can be undone to the bit (DESIGN: *a failed
/// update leaves the model's last good state*), and room to compute in. A workspace, emptied after every example.
public struct Journal: Sendable {
    private var counts = ReusedList<Int>()
    private var values = ReusedList<Double>()
    /// Holds nothing between steps.
    private var scratch: [Double] = []
    /// Room to count the terms of a text in.
    var terms = TermCounts()
    /// Who works for a learner of several members; nil where it works alone.
    public var workers: (any Workers)?

    public init() {}

    public mutating func save(_ value: Int) {
        counts.append(value)
    }

    /// Takes back what was saved last.
    public mutating func restoreCount() -> Int { Self.takeLast(&counts) }

    public mutating func save(_ value: Double) {
        values.append(value)
    }

    /// Takes back the double that was saved last.
    public mutating func restoreValue() -> Double { Self.takeLast(&values) }

    public mutating func save(_ saved: [Double]) {
        values.append(contentsOf: saved)
    }

    /// Takes back as many doubles as `saved` has.
    public mutating func restore(_ saved: inout [Double]) {
        let start = values.count - saved.count
        for index in saved.indices { saved[index] = values[start + index] }
        values.removeLast(saved.count)
    }

    private static func takeLast<Value>(_ saved: inout ReusedList<Value>) -> Value {
        let last = saved[saved.count - 1]
        saved.removeLast(1)
        return last
    }

    public mutating func removeAll() {
        counts.removeAll()
        values.removeAll()
    }

    /// Hands out room for `count` doubles of no particular value. Complexity: O(1) once it has grown.
    @inline(__always)
    mutating func withScratch<R>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> R) -> R {
        if scratch.count < count { scratch.append(contentsOf: repeatElement(0, count: 2 * count - scratch.count)) }
        return scratch.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("no room was asked for") }
            return body(start)
        }
    }
}
