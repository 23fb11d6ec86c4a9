import Determinism

/// The last examples learned, searched one after the other for those nearest to a question: exact, and fast for being
/// simple. A window of `window_size` examples; the oldest makes room for the newest.
///
/// - `window_size`: from 1 to 100,000 examples (default 50).
/// - `min_distance_keep`: an example enters the window only if it is farther than this from all in it, from 0 (default
///   0: all enter). River documents it so, but its learners never ask for it.
///
/// The distance is Euclidean. A number that is missing counts as 0, as in River, where it is an absent key. A category
/// that reaches the learner as it is adds 1 to the square where it differs, missing and present differing too; River
/// has no distance for it. Of equally distant examples the oldest come first.
///
/// Time: O(window · features) per search, some 0.5 ns for each number. Memory: 8 bytes a number and a category, 16 an
/// example, and 12 for as many sparse columns as an example had at most.
///
/// Source: River's `neighbors.LazySearch`; for categories the heterogeneous Euclidean-overlap metric of D. R. Wilson
/// and T. R. Martinez, *Improved heterogeneous distance functions*, JAIR 6, 1997, section 2.3, whose numbers are
/// divided by their ranges: scale them first.
struct LazySearch: Sendable {
    static let declaration = ComponentDeclaration(
        "lazy_search", .searchEngine,
        parameters: [
            ParameterDeclaration("window_size", .integer(1...100_000), default: .integer(50), "examples to search"),
            ParameterDeclaration(
                "min_distance_keep", .number(.nonNegative), default: .number(0),
                "an example as near as this to another is not kept"),
        ])

    /// Examples are compared eight at a time.
    private typealias Lane = SIMD8<Double>
    private static let width = 8

    /// An example found: the square of its distance, and its place in the window.
    struct Neighbor {
        var square: Double
        var slot: Int
    }

    private let windowSize: Int
    private let minDistanceKeep: Double
    private let numberCount: Int
    private let categoryCount: Int

    private(set) var count = 0
    /// Where the oldest example is once the window is full, and the next one goes.
    private var next = 0
    /// Eight examples after another, of each eight the first number, then the second, ...; missing ones are 0.
    private var numbers: [Lane] = []
    /// The same of categories, which as doubles are compared as fast.
    private var categories: [Lane] = []
    /// What was true, and how much it counts.
    private(set) var targets: [Double] = []
    private(set) var weights: [Double] = []
    private var sparse = SparseRows()

    init(_ engine: Component, inputs: LearnerInputs) {
        let arguments = Arguments(engine, declaration: Self.declaration)
        windowSize = arguments.integer("window_size")
        minDistanceKeep = arguments.number("min_distance_keep")
        (numberCount, categoryCount) = (inputs.numberCount, inputs.categoryCount)
    }

    // MARK: Learning

    /// Takes an example into the window, unless it is too near to another.
    mutating func learn(_ x: borrowing FeatureVector, _ target: Double, weight: Double) {
        if minDistanceKeep > 0, count > 0 {
            let isTooNear = withNearest(x, 1) { $0.count == 1 && $0[0].square.squareRoot() <= minDistanceKeep }
            if isTooNear { return }
        }
        let slot = place()
        for column in 0..<numberCount {
            let value = x.numbers[column]
            numbers[slot / Self.width * numberCount + column][slot % Self.width] = value == value ? value : 0
        }
        for index in 0..<categoryCount {
            categories[slot / Self.width * categoryCount + index][slot % Self.width] = Double(x.categories[index])
        }
        (targets[slot], weights[slot]) = (target, weight)
        sparse.set(slot, x)
    }

    /// Makes room for one more, at the cost of the oldest in a full window. - Returns: its slot.
    private mutating func place() -> Int {
        if count == windowSize {
            let slot = next
            next = next + 1 == windowSize ? 0 : next + 1
            return slot
        }
        if count % Self.width == 0 {
            numbers.append(contentsOf: repeatElement(Lane(repeating: 0), count: numberCount))
            categories.append(contentsOf: repeatElement(Lane(repeating: 0), count: categoryCount))
        }
        targets.append(0)
        weights.append(0)
        sparse.append()
        count += 1
        return count - 1
    }

    // MARK: Searching

    /// Calls `body` with at most `limit` examples, the nearest first.
    @inline(__always)
    func withNearest<R>(
        _ x: borrowing FeatureVector, _ limit: Int, _ body: (UnsafeBufferPointer<Neighbor>) -> R
    ) -> R {
        withUnsafeTemporaryAllocation(of: Neighbor.self, capacity: limit) { found in
            guard let start = found.baseAddress else { preconditionFailure("no neighbor was asked for") }
            let foundCount = search(x, limit, start)
            return body(UnsafeBufferPointer(start: start, count: foundCount))
        }
    }

    private func search(
        _ x: borrowing FeatureVector, _ limit: Int, _ found: UnsafeMutablePointer<Neighbor>
    ) -> Int {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, numberCount)) { question in
            for column in 0..<numberCount {
                let value = x.numbers[column]
                question[column] = value == value ? value : 0
            }
            let hasSparse = sparse.hasEntries || !x.columns.isEmpty
            return sparse.withSorted(x) { row in
                var (foundCount, worst) = (0, Double.infinity)
                for block in 0..<(count + Self.width - 1) / Self.width {
                    var squares = squares(question, x, block)
                    let slots = block * Self.width..<min(count, (block + 1) * Self.width)
                    if hasSparse {
                        for slot in slots { squares[slot % Self.width] += sparse.square(slot, row) }
                    }
                    guard any(squares .<= Lane(repeating: worst)) else { continue }
                    for slot in slots where squares[slot % Self.width] <= worst {
                        insert(Neighbor(square: squares[slot % Self.width], slot: slot), found, &foundCount, limit)
                        if foundCount == limit { worst = found[limit - 1].square }
                    }
                }
                return foundCount
            }
        }
    }

    /// The squared distances of a block of examples, without their sparse columns, each in the order of the columns.
    @inline(__always)
    private func squares(
        _ question: UnsafeMutableBufferPointer<Double>, _ x: borrowing FeatureVector, _ block: Int
    ) -> SIMD8<Double> {
        var sum = Lane(repeating: 0)
        numbers.withUnsafeBufferPointer { numbers in
            let start = block &* numberCount
            for column in 0..<numberCount {
                let difference = Lane(repeating: question[column]) - numbers[start &+ column]
                sum += difference * difference
            }
        }
        for index in 0..<categoryCount {
            let differs = categories[block &* categoryCount &+ index] .!= Lane(repeating: Double(x.categories[index]))
            sum += Lane(repeating: 0).replacing(with: 1, where: differs)
        }
        return sum
    }

    /// Inserts into what was found, which is in order, and forgets what is beyond the limit.
    @inline(__always)
    private func insert(
        _ new: Neighbor, _ found: UnsafeMutablePointer<Neighbor>, _ foundCount: inout Int, _ limit: Int
    ) {
        if foundCount == limit {
            guard isBefore(new, found[limit - 1]) else { return }
        } else {
            foundCount += 1
        }
        var index = foundCount - 1
        while index > 0, isBefore(new, found[index - 1]) {
            found[index] = found[index - 1]
            index -= 1
        }
        found[index] = new
    }

    @inline(__always)
    private func isBefore(_ a: Neighbor, _ b: Neighbor) -> Bool {
        a.square < b.square || a.square == b.square && age(a.slot) < age(b.slot)
    }

    /// Where an example is among those of the window: 0 is the oldest.
    @inline(__always)
    private func age(_ slot: Int) -> Int {
        slot >= next ? slot - next : slot - next + windowSize
    }

    // MARK: State

    var byteCount: Int {
        (numbers.count + categories.count) * 64 + targets.count * 16 + sparse.byteCount
    }

    /// Writes the examples from the oldest to the newest: where they lie is of no matter.
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(count)
        for age in 0..<count {
            let slot = (next + age) % windowSize
            for column in 0..<numberCount {
                encoder.double(numbers[slot / Self.width * numberCount + column][slot % Self.width])
            }
            for index in 0..<categoryCount {
                encoder.int(Int64(categories[slot / Self.width * categoryCount + index][slot % Self.width]))
            }
            encoder.double(targets[slot])
            encoder.double(weights[slot])
            sparse.encode(slot, to: &encoder)
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let newCount = try decoder.count()
        guard newCount <= windowSize else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more examples than the window holds")
        }
        (count, next, numbers, categories, targets, weights) = (0, 0, [], [], [], [])
        sparse = SparseRows()
        for _ in 0..<newCount {
            let slot = place()
            for column in 0..<numberCount {
                numbers[slot / Self.width * numberCount + column][slot % Self.width] = try decoder.double()
            }
            for index in 0..<categoryCount {
                let category = Int32(truncatingIfNeeded: try decoder.int())
                categories[slot / Self.width * categoryCount + index][slot % Self.width] = Double(category)
            }
            targets[slot] = try decoder.double()
            weights[slot] = try decoder.double()
            try sparse.restore(slot, from: &decoder)
        }
    }
}
