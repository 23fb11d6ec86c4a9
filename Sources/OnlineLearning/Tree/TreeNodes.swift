/// The nodes of a decision tree in one array, and the way of an example through them. What a leaf learns lies
/// elsewhere: a leaf knows its *payload*, an index into its owner's array.
///
/// Where the tested feature is missing, or a category is one that the test never saw, the way goes on through the child
/// that has seen the most weight, as in River. Time: O(depth) to find a leaf; O(children) at such a test.
struct TreeNodes: Sendable {
    enum Kind: UInt8, Sendable {
        case leaf = 0
        /// number ≤ threshold: left, else right.
        case number = 1
        /// category = value: left, else right.
        case category = 2
        /// One child for each value of a category.
        case categories = 3
    }

    struct Node: Sendable {
        var threshold = 0.0
        /// The weight of the leaves below.
        var weight = 0.0
        var feature: Int32 = 0
        /// The payload of a leaf, the fan of a test of categories, else the left child.
        var left: Int32 = 0
        var right: Int32 = 0
        /// −1 at a root.
        var parent: Int32 = -1
        var value: Int32 = 0
        var depth: Int16 = 0
        var kind = Kind.leaf
    }

    /// The children of a test of categories: their values, ascending, and their nodes.
    struct Fan: Sendable {
        var values: [Int32] = []
        var children: [Int32] = []
    }

    /// Where an example goes.
    enum Route {
        /// To a leaf; not directly where a tested feature was missing.
        case leaf(Int, isDirect: Bool)
        /// To a test that has no child for its category yet.
        case newCategory(node: Int, value: Int32)
    }

    /// Tests on the way to the deepest leaf, as in River, whose trees end where Python's stack does.
    static var maxDepth: Int { 980 }

    var nodes: [Node]
    var fans: [Fan] = []
    var freeNodes: [Int32] = []
    var freeFans: [Int32] = []
    /// Whether a test weighs what its branches weigh; otherwise it keeps what it weighed as a leaf.
    var addsUp = true
    /// Children of all fans, for the count of bytes.
    var fanCount = 0

    /// A tree of one leaf: node 0.
    init(rootPayload: Int) {
        nodes = [Node(left: Int32(truncatingIfNeeded: rootPayload))]
    }

    /// Nodes in use.
    var count: Int { nodes.count - freeNodes.count }

    /// Bytes of memory: 48 a node, 8 a child of a test of categories.
    var byteCount: Int { count * Self.nodeBytes + fanCount * 8 }

    static var nodeBytes: Int { 48 }

    @inline(__always)
    func payload(_ node: Int) -> Int { Int(nodes[node].left) }

    func depth(_ node: Int) -> Int { Int(nodes[node].depth) }

    func isLeaf(_ node: Int) -> Bool { nodes[node].kind == .leaf }

    // MARK: the way

    /// The leaf that answers for an example, from a root on.
    @inline(__always)
    func leaf(_ input: TreeInput, from root: Int = 0) -> Int {
        nodes.withUnsafeBufferPointer { nodes in
            var id = root
            while nodes[id].kind != .leaf {
                let child = self.child(id, input, nodes)
                id = child >= 0 ? child : heaviestChild(id)
            }
            return id
        }
    }

    /// The child that a test names; −1 where the feature is missing or its category has none.
    @inline(__always)
    func child(_ id: Int, _ input: TreeInput, _ nodes: UnsafeBufferPointer<Node>) -> Int {
        let node = nodes[id]
        if node.kind == .number {
            let value = input.number(Int(node.feature))
            if value <= node.threshold { return Int(node.left) }
            return value > node.threshold ? Int(node.right) : -1
        }
        let value = input.category(Int(node.feature))
        if node.kind == .category {
            if value == FeatureVector.missing { return -1 }
            return Int(value == node.value ? node.left : node.right)
        }
        return child(ofFan: Int(node.left), value)
    }

    /// The child that a test names; −1 where there is none.
    func child(_ id: Int, _ input: TreeInput) -> Int {
        nodes.withUnsafeBufferPointer { child(id, input, $0) }
    }

    private func child(ofFan fan: Int, _ value: Int32) -> Int {
        let place = fans[fan].place(of: value)
        guard place < fans[fan].values.count, fans[fan].values[place] == value else { return -1 }
        return Int(fans[fan].children[place])
    }

    /// The child of the most weight, the first of equals.
    func heaviestChild(_ id: Int) -> Int {
        let node = nodes[id]
        guard node.kind == .categories else {
            return Int(nodes[Int(node.left)].weight < nodes[Int(node.right)].weight ? node.right : node.left)
        }
        let children = fans[Int(node.left)].children
        var best = Int(children[0])
        for child in children where nodes[Int(child)].weight > nodes[best].weight { best = Int(child) }
        return best
    }

    /// Where an example to be learned goes; it adds the example's weight on the way.
    /// - Parameter maxBranches: a test of categories with as many children gets no more.
    @inline(__always)
    mutating func route(
        _ input: TreeInput, weight: Double, maxBranches: Int = .max, from root: Int = 0
    ) -> Route {
        var id = routeByNumbers(input, weight, root)
        var isDirect = true
        while true {
            if nodes[id].kind == .leaf { return .leaf(id, isDirect: isDirect) }
            var child = self.child(id, input)
            if child < 0 {
                if nodes[id].kind == .categories {
                    let value = input.category(Int(nodes[id].feature))
                    let isFull = fans[Int(nodes[id].left)].values.count >= maxBranches
                    if value >= 0 && !isFull { return .newCategory(node: id, value: value) }
                }
                isDirect = false
                child = heaviestChild(id)
            }
            id = child
            nodes[id].weight += weight
        }
    }

    /// Goes as far as tests of numbers lead that are there, and adds the weight to all nodes on the way, the last
    /// included.
    @inline(__always)
    private mutating func routeByNumbers(_ input: TreeInput, _ weight: Double, _ root: Int) -> Int {
        nodes.withUnsafeMutableBufferPointer { nodes in
            var id = root
            while nodes[id].kind == .number {
                let value = input.number(Int(nodes[id].feature))
                if value.isNaN { break }
                nodes[id].weight += weight
                id = Int(value <= nodes[id].threshold ? nodes[id].left : nodes[id].right)
            }
            nodes[id].weight += weight
            return id
        }
    }

    /// Adds weight to a node and to all above.
    mutating func addWeight(_ weight: Double, from node: Int) {
        var id = node
        while id >= 0 {
            nodes[id].weight += weight
            id = Int(nodes[id].parent)
        }
    }
}

extension TreeNodes.Fan {
    /// Where a value is, or would be inserted.
    func place(of value: Int32) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
