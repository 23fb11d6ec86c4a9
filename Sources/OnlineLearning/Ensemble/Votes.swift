import Determinism

/// Adds up the answers of an ensemble's members. The sums lie at the end of the answer that is being written, one per
/// class, and a member's answer for a moment behind them, so that nothing is allocated.
struct Votes: Sendable {
    private let base: Int
    private let classCount: Int
    private let task: Task

    /// Begins at the end of `answer`.
    @inline(__always)
    init(_ task: Task, classCount: Int, _ answer: inout [Double]) {
        self.task = task
        self.classCount = task == .binary ? 2 : classCount
        base = answer.count
        for _ in 0..<self.classCount { answer.append(0) }
    }

    /// Adds `weight` times the probabilities that a member has written behind the sums.
    @inline(__always)
    func add(weight: Double, _ answer: inout [Double]) {
        let start = base + classCount
        if task == .binary {
            let probability = answer[start]
            answer[base] += weight * (1 - probability)
            answer[base + 1] += weight * probability
        } else {
            for slot in 0..<min(classCount, answer.count - start) where !answer[start + slot].isNaN {
                answer[base + slot] += weight * answer[start + slot]
            }
        }
    }

    /// Hands out the sums, by slot.
    @inline(__always)
    func withSums(_ answer: inout [Double], _ body: (UnsafeMutableBufferPointer<Double>) -> Void) {
        answer.withUnsafeMutableBufferPointer { body(UnsafeMutableBufferPointer(rebasing: $0[base...])) }
    }

    /// Leaves the shares of the sums: the answer. Where nobody voted, all known classes are as probable.
    @inline(__always)
    func finish(_ known: KnownClasses, _ answer: inout [Double]) {
        var total = 0.0
        for index in base..<base + classCount { total += answer[index] }
        if task == .binary {
            answer[base] = total > 0 ? answer[base + 1] / total : 0.5
            answer.removeLast()
            return
        }
        for slot in 0..<classCount {
            answer[base + slot] =
                known[slot] ? (total > 0 ? answer[base + slot] / total : 1 / Double(known.count)) : .nan
        }
    }

    /// Gives all to the class that the answer from `start` on finds most probable.
    static func choose(_ answer: inout [Double], from start: Int, _ task: Task) {
        guard task == .multiclass else {
            answer[start] = answer[start] > 0.5 ? 1 : 0
            return
        }
        var best = start
        for index in start..<answer.count where !answer[index].isNaN {
            if !(answer[index] <= answer[best]) { best = index }
        }
        for index in start..<answer.count { answer[index] = index == best ? 1 : 0 }
    }

    /// The class that an answer finds most probable, the first of equals; nil where it knows none.
    static func choice(_ answer: [Double], _ task: Task) -> Int? {
        guard task == .multiclass else { return answer[0] > 0.5 ? 1 : 0 }
        var best: Int?
        for slot in answer.indices where !answer[slot].isNaN {
            if best.map({ answer[slot] > answer[$0] }) ?? true { best = slot }
        }
        return best
    }
}

/// The classes that were learned, by their slots.
struct KnownClasses: Sendable {
    private var flags: [Bool] = []
    private(set) var count = 0

    /// One more than the highest slot.
    var slotCount: Int { flags.count }

    subscript(slot: Int) -> Bool { flags[slot] }

    @inline(__always)
    mutating func insert(_ slot: Int) {
        while slot >= flags.count { flags.append(false) }
        if !flags[slot] {
            flags[slot] = true
            count += 1
        }
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(flags.count)
        for flag in flags { encoder.bool(flag) }
    }

    init() {}

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for _ in 0..<(try decoder.count()) { flags.append(try decoder.bool()) }
        for flag in flags where flag { count += 1 }
    }
}
