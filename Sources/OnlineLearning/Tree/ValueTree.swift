import Determinism

/// Every value of a number that was seen, in a binary search tree, with the weights of the classes at or below it and
/// above it: what an exhaustive search for the best threshold needs.
///
/// Time: O(depth) per number, O(values) where they come in order. Memory: 16 bytes and 16 a class, per value.
///
/// Source: P. Domingos and G. Hulten, *Mining high-speed data streams*, KDD 2000; River's `ExhaustiveSplitter`.
struct ValueTree: Sendable, Equatable {
    private(set) var values: [Double] = []
    /// The left and the right child of each value; 0 where there is none, for nothing is above the first.
    private(set) var children: [Int32] = []
    /// For each value `width` weights at or below it, among what came this way, and `width` above.
    private(set) var weights: [Double] = []
    private(set) var width = 0

    var byteCount: Int { 48 + values.count * 16 + weights.count * 8 }

    /// Adds a value. - Returns: whether there is a value more.
    mutating func add(_ value: Double, position: Int, weight: Double) -> Bool {
        var grew = false
        if position >= width {
            widen(position + 1)
            grew = true
        }
        guard !values.isEmpty else {
            append(value, position, weight)
            return true
        }
        var node = 0
        while true {
            let isAbove = value > values[node]
            weights[(2 * node + (isAbove ? 1 : 0)) * width + position] += weight
            if value == values[node] { return grew }
            let link = 2 * node + (isAbove ? 1 : 0)
            if children[link] == 0 {
                children[link] = Int32(truncatingIfNeeded: values.count)
                append(value, position, weight)
                return true
            }
            node = Int(children[link])
        }
    }

    private mutating func append(_ value: Double, _ position: Int, _ weight: Double) {
        values.append(value)
        children.append(0)
        children.append(0)
        weights.append(contentsOf: repeatElement(0, count: 2 * width))
        weights[2 * (values.count - 1) * width + position] = weight
    }

    private mutating func widen(_ newWidth: Int) {
        var new = [Double](repeating: 0, count: 2 * values.count * newWidth)
        for row in 0..<2 * values.count { for i in 0..<width { new[row * newWidth + i] = weights[row * width + i] } }
        (weights, width) = (new, newWidth)
    }

    /// Calls `body` with each value and the weights at or below and above it, in the order of River's search.
    ///
    /// River takes what is below a value from what is below the value above it. It subtracts with Python's `Counter`,
    /// which drops what becomes 0, and then updates a dictionary, which keeps what the counter dropped: so a class all
    /// of whose weight is moved to the other side stays on both. The textbook would have it go; here it is River's.
    func search(classCount: Int, _ body: (Double, UnsafePointer<Double>) -> Void) {
        guard !values.isEmpty else { return }
        // A value, its parent or −1, and where the parent's two distributions are in `found`.
        var rest: [(node: Int, parent: Int, isLeft: Bool, depth: Int)] = [(0, -1, false, 0)]
        // The distributions on the way down, one pair a depth.
        var found: [Double] = []
        let stride = 2 * classCount
        while let (node, parent, isLeft, depth) = rest.popLast() {
            found.removeLast(max(0, found.count - depth * stride))
            for side in 0..<2 {
                for k in 0..<classCount {
                    found.append(
                        parent < 0
                            ? own(node, side, k)
                            : moved(node, parent, isLeft, side, k, found, (depth - 1) * stride, classCount))
                }
            }
            found.withUnsafeBufferPointer { found in
                if let base = found.baseAddress { body(values[node], base + depth * stride) }
            }
            let (left, right) = (Int(children[2 * node]), Int(children[2 * node + 1]))
            if right != 0 { rest.append((right, node, false, depth + 1)) }
            if left != 0 { rest.append((left, node, true, depth + 1)) }
        }
    }

    /// The weight of a class at or below (side 0) or above (side 1) a value, among what came its way.
    private func own(_ node: Int, _ side: Int, _ k: Int) -> Double {
        k < width ? weights[(2 * node + side) * width + k] : 0
    }

    /// `a − b`, or `a` where nothing would be left.
    private func less(_ a: Double, _ b: Double) -> Double { a - b > 0 ? a - b : a }

    private func moved(
        _ node: Int, _ parent: Int, _ isLeft: Bool, _ side: Int, _ k: Int, _ found: [Double], _ above: Int,
        _ classCount: Int
    ) -> Double {
        let given = found[above + side * classCount + k]
        let (low, high) = (own(node, 0, k), own(node, 1, k))
        guard isLeft else { return side == 0 ? given + low : less(given, low) }
        let exact = less(less(own(parent, 0, k), low), high)
        return side == 0 ? less(less(given, high), exact) : given + high + exact
    }
}

extension ValueTree {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(values)
        encoder.count(width)
        for child in children { encoder.uint(UInt64(child)) }
        encoder.doubles(weights)
    }

    init(from decoder: inout CanonicalDecoder, classCount: Int) throws(CanonicalDecodingError) {
        values = try decoder.doubles()
        let width = try decoder.uint()
        guard width <= UInt64(classCount), values.allSatisfy(\.isFinite), width > 0 || values.isEmpty else {
            throw decoder.damage("values of classes that there are not")
        }
        self.width = Int(width)
        var isTaken = [Bool](repeating: false, count: values.count)
        for node in values.indices {
            for _ in 0..<2 {
                let child = try decoder.uint()
                // A child is younger than its parent and has only one.
                guard child == 0 || (child > UInt64(node) && child < UInt64(values.count) && !isTaken[Int(child)])
                else {
                    throw decoder.damage("a value that hangs nowhere")
                }
                if child != 0 { isTaken[Int(child)] = true }
                children.append(Int32(child))
            }
        }
        weights = try decoder.doubles()
        guard isTaken.dropFirst().allSatisfy({ $0 }), weights.count == 2 * values.count * self.width,
            weights.allSatisfy({ $0 >= 0 && $0.isFinite })
        else { throw decoder.damage("values that do not fit") }
    }
}

extension ClassLeaf {
    mutating func observeValues(_ input: TreeInput, _ position: Int, _ weight: Double) -> Bool {
        var grew = false
        for feature in 0..<min(width, input.numberCount) where !input.numbers[feature].isNaN {
            let grewHere = searchTrees[feature].add(input.numbers[feature], position: position, weight: weight)
            grew = grewHere || grew
        }
        return grew
    }
}
