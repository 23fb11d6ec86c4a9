import Determinism

/// The last answers of a stream: sums over them, exact and in amortized constant time, and what else of each is kept.
///
/// Nothing is ever subtracted from a sum, so an outlier that leaves takes its rounding errors with it. The answers lie
/// in two parts: of the newer ones the sum is kept, of each of the older ones the sum from it to the end of its part.
/// Where the older part is used up, the newer one becomes it, in one pass from its newest answer to its oldest.
///
/// Memory: `8 × (sums + kept)` bytes an answer, 8 more each for its classes and its time. It grows by doubling up to
/// the limit. Source: *two stacks*, see K. Tangwongsan, M. Hirzel and S. Schneider, *Low-latency sliding-window
/// aggregation in worst-case constant time*, DEBS 2017, section 3.
struct AnswerWindow: Sendable {
    struct Shape: Sendable, Equatable {
        let sumCount: Int
        let keptCount: Int
        let hasClasses: Bool
        /// How long an answer stays, in microseconds; nil for as long as there is room.
        let period: Int64?
        /// How many answers there is room for; the oldest leave first.
        let limit: Int

        var width: Int { sumCount + keptCount }
    }

    let shape: Shape
    private(set) var count = 0
    /// How many of the oldest answers have their sums to the end of their part.
    private var olderCount = 0
    private var head = 0
    private var capacity = 0
    /// Rings: the oldest answer is at `head`.
    private var numbers: [Double] = []
    private var classes: [Int64] = []
    private var times: [Int64] = []
    /// The sums over the newer answers.
    private var newer: [Double]

    init(_ shape: Shape) {
        self.shape = shape
        newer = [Double](repeating: 0, count: shape.sumCount)
    }

    var byteCount: Int { 8 * (numbers.count + classes.count + times.count + newer.count) }
    var isFull: Bool { count == shape.limit }

    private func place(_ index: Int) -> Int {
        let place = head + index
        return place < capacity ? place : place - capacity
    }

    /// The sum of a column over the window.
    func sum(_ column: Int) -> Double {
        (olderCount > 0 ? numbers[head * shape.width + column] : 0) + newer[column]
    }

    /// A number kept of an answer, counted from the oldest.
    func kept(_ column: Int, of index: Int) -> Double {
        numbers[place(index) * shape.width + shape.sumCount + column]
    }

    /// Whether the oldest answer is too old at a time.
    @inline(__always)
    func isOutdated(at time: Int64) -> Bool {
        guard let period = shape.period, count > 0 else { return false }
        let (age, overflow) = time.subtractingReportingOverflow(times[head])
        return overflow || age >= period
    }

    /// Appends an answer. - Precondition: the window is not full.
    @inline(__always)
    mutating func append(
        _ x: UnsafeBufferPointer<Double>, sums: [Int], kept: [Int], truth: Int, choice: Int, at time: Int64
    ) {
        if count == capacity { grow() }
        let place = place(count)
        var next = place * shape.width
        for index in sums.indices {
            let number = x[sums[index]]
            numbers[next] = number
            newer[index] += number
            next += 1
        }
        for column in kept {
            numbers[next] = x[column]
            next += 1
        }
        if shape.hasClasses { classes[place] = Int64(truth) << 32 | Int64(choice + 1) }
        if shape.period != nil { times[place] = time }
        count += 1
    }

    /// Drops the oldest answer. - Returns: its classes.
    @inline(__always)
    mutating func removeFirst() -> (truth: Int, choice: Int) {
        if olderCount == 0 { turn() }
        let pair = shape.hasClasses ? classes[head] : 1 << 32
        head = head + 1 < capacity ? head + 1 : 0
        count -= 1
        olderCount -= 1
        return (Int(pair >> 32), Int(pair & 0xFFFF_FFFF) - 1)
    }

    /// Makes the newer part the older one.
    private mutating func turn() {
        let width = shape.width
        for index in stride(from: count - 2, through: 0, by: -1) {
            let (own, next) = (place(index) * width, place(index + 1) * width)
            for column in 0..<shape.sumCount { numbers[own + column] += numbers[next + column] }
        }
        for column in newer.indices { newer[column] = 0 }
        olderCount = count
    }

    private mutating func grow() {
        let larger = min(shape.limit, max(16, capacity * 2))
        numbers = Self.unrolled(numbers, head, width: shape.width, capacity: larger)
        if shape.hasClasses { classes = Self.unrolled(classes, head, width: 1, capacity: larger) }
        if shape.period != nil { times = Self.unrolled(times, head, width: 1, capacity: larger) }
        (head, capacity) = (0, larger)
    }

    private static func unrolled<T: Numeric>(_ ring: [T], _ head: Int, width: Int, capacity: Int) -> [T] {
        var unrolled: [T] = []
        unrolled.reserveCapacity(capacity * width)
        unrolled += ring[(head * width)...]
        unrolled += ring[..<(head * width)]
        unrolled += repeatElement(0, count: capacity * width - ring.count)
        return unrolled
    }

    /// The classes of every answer, oldest first.
    var allClasses: [(truth: Int, choice: Int)] {
        guard shape.hasClasses else { return [] }
        return (0..<count).map { index in
            let pair = classes[place(index)]
            return (Int(pair >> 32), Int(pair & 0xFFFF_FFFF) - 1)
        }
    }
}

extension AnswerWindow {
    /// Writes the answers, the oldest first.
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(count)
        encoder.count(olderCount)
        for index in 0..<count {
            let place = place(index)
            for column in 0..<shape.width { encoder.double(numbers[place * shape.width + column]) }
            if shape.hasClasses { encoder.int(classes[place]) }
            if shape.period != nil { encoder.int(times[place]) }
        }
        for sum in newer { encoder.double(sum) }
    }

    mutating func restore(
        from decoder: inout CanonicalDecoder, classLimit: Int
    ) throws(CanonicalDecodingError) {
        let count = try decoder.counted()
        let olderCount = try decoder.counted()
        guard count <= shape.limit, olderCount <= count else { throw Self.damaged(decoder) }
        self = AnswerWindow(shape)
        for _ in 0..<count {
            if self.count == capacity { grow() }
            let place = place(self.count)
            for column in 0..<shape.width { numbers[place * shape.width + column] = try decoder.finite() }
            if shape.hasClasses {
                classes[place] = try decoder.int()
                let (truth, choice) = (classes[place] >> 32, classes[place] & 0xFFFF_FFFF)
                guard (0..<Int64(classLimit)).contains(truth), choice <= classLimit else {
                    throw Self.damaged(decoder)
                }
            }
            if shape.period != nil {
                times[place] = try decoder.int()
                guard place == 0 || times[place - 1] <= times[place] else { throw Self.damaged(decoder) }
            }
            self.count += 1
        }
        for column in newer.indices { newer[column] = try decoder.finite() }
        self.olderCount = olderCount
    }

    private static func damaged(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: decoder.offset, reason: "no window holds these answers")
    }
}
