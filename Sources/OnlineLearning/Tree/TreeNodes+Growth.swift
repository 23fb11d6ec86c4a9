extension TreeNodes {
    /// Turns a leaf into a test of a number; the payloads are those of the new leaves, the weights what they start
    /// with.
    mutating func splitNumber(
        _ node: Int, feature: Int, threshold: Double, payloads: (Int, Int), weights: (Double, Double)
    ) {
        split(node, .number, payloads, weights)
        nodes[node].feature = Int32(truncatingIfNeeded: feature)
        nodes[node].threshold = threshold
    }

    /// Turns a leaf into a test of one category against the rest.
    mutating func splitCategory(
        _ node: Int, feature: Int, equals value: Int32, payloads: (Int, Int), weights: (Double, Double)
    ) {
        split(node, .category, payloads, weights)
        nodes[node].feature = Int32(truncatingIfNeeded: feature)
        nodes[node].value = value
    }

    private mutating func split(_ node: Int, _ kind: Kind, _ payloads: (Int, Int), _ weights: (Double, Double)) {
        let left = makeLeaf(payloads.0, below: node, weight: weights.0)
        let right = makeLeaf(payloads.1, below: node, weight: weights.1)
        nodes[node].kind = kind
        nodes[node].left = Int32(truncatingIfNeeded: left)
        nodes[node].right = Int32(truncatingIfNeeded: right)
        if addsUp { addWeight(weights.0 + weights.1 - nodes[node].weight, from: node) }
    }

    /// Turns a leaf into a test with a child for each of the values.
    mutating func splitCategories(
        _ node: Int, feature: Int, values: [Int32], payloads: [Int], weights: [Double]
    ) {
        var fan = Fan()
        for index in values.indices.sorted(by: { values[$0] < values[$1] }) {
            fan.values.append(values[index])
            let child = makeLeaf(payloads[index], below: node, weight: weights[index])
            fan.children.append(Int32(truncatingIfNeeded: child))
        }
        fanCount += values.count
        nodes[node].kind = .categories
        nodes[node].feature = Int32(truncatingIfNeeded: feature)
        if let free = freeFans.popLast() {
            fans[Int(free)] = fan
            nodes[node].left = free
        } else {
            nodes[node].left = Int32(truncatingIfNeeded: fans.count)
            fans.append(fan)
        }
        if addsUp { addWeight(weights.reduce(0, +) - nodes[node].weight, from: node) }
    }

    /// Gives a test of categories a leaf for one more value. - Returns: the leaf's node, of weight 0.
    mutating func addBranch(_ node: Int, value: Int32, payload: Int) -> Int {
        let child = makeLeaf(payload, below: node, weight: 0)
        let fan = Int(nodes[node].left)
        let place = fans[fan].place(of: value)
        fans[fan].values.insert(value, at: place)
        fans[fan].children.insert(Int32(truncatingIfNeeded: child), at: place)
        fanCount += 1
        return child
    }

    private mutating func makeLeaf(_ payload: Int, below parent: Int, weight: Double) -> Int {
        take(
            Node(
                weight: weight, left: Int32(truncatingIfNeeded: payload), parent: Int32(truncatingIfNeeded: parent),
                depth: nodes[parent].depth + 1))
    }

    /// A leaf that is a root of its own, at a given depth.
    mutating func makeRoot(payload: Int, depth: Int) -> Int {
        take(Node(left: Int32(truncatingIfNeeded: payload), depth: Int16(truncatingIfNeeded: depth)))
    }

    private mutating func take(_ node: Node) -> Int {
        if let free = freeNodes.popLast() {
            nodes[Int(free)] = node
            return Int(free)
        }
        nodes.append(node)
        return nodes.count - 1
    }

    /// Everything below a node goes, and the node becomes a leaf. - Returns: the payloads that went.
    mutating func collapse(_ node: Int, payload: Int) -> [Int] {
        let gone = removeChildren(node)
        nodes[node].kind = .leaf
        nodes[node].left = Int32(truncatingIfNeeded: payload)
        return gone
    }

    /// Frees everything below a node. - Returns: the payloads of its leaves.
    mutating func removeChildren(_ node: Int) -> [Int] {
        var payloads: [Int] = []
        var rest = children(node)
        if nodes[node].kind == .categories { freeFan(Int(nodes[node].left)) }
        while let id = rest.popLast() {
            rest.append(contentsOf: children(id))
            if nodes[id].kind == .leaf { payloads.append(payload(id)) }
            if nodes[id].kind == .categories { freeFan(Int(nodes[id].left)) }
            nodes[id] = Node()
            freeNodes.append(Int32(truncatingIfNeeded: id))
        }
        return payloads
    }

    /// Frees a node that is a root of its own and everything below. - Returns: the payloads of its leaves.
    mutating func removeTree(_ root: Int) -> [Int] {
        var payloads = removeChildren(root)
        if nodes[root].kind == .leaf { payloads.append(payload(root)) }
        nodes[root] = Node()
        freeNodes.append(Int32(truncatingIfNeeded: root))
        return payloads
    }

    /// A root of its own takes the place of a node and of all below it, which must be removed already.
    mutating func move(_ root: Int, to node: Int) {
        let (parent, depth, difference) = (
            nodes[node].parent, nodes[node].depth, nodes[root].weight - nodes[node].weight
        )
        nodes[node] = nodes[root]
        (nodes[node].parent, nodes[node].depth) = (parent, depth)
        for child in children(node) { nodes[child].parent = Int32(truncatingIfNeeded: node) }
        nodes[root] = Node()
        freeNodes.append(Int32(truncatingIfNeeded: root))
        if addsUp && parent >= 0 { addWeight(difference, from: Int(parent)) }
    }

    private mutating func freeFan(_ fan: Int) {
        fanCount -= fans[fan].values.count
        fans[fan] = Fan()
        freeFans.append(Int32(truncatingIfNeeded: fan))
    }

    /// The children of a node, the first of them last.
    func children(_ id: Int) -> [Int] {
        switch nodes[id].kind {
        case .leaf: []
        case .number, .category: [Int(nodes[id].right), Int(nodes[id].left)]
        case .categories: fans[Int(nodes[id].left)].children.reversed().map { Int($0) }
        }
    }

    /// The nodes from a root down, each before what is below it, children from left to right.
    func preorder(from root: Int = 0) -> [Int] {
        var order: [Int] = []
        var rest = [root]
        while let id = rest.popLast() {
            order.append(id)
            rest.append(contentsOf: children(id))
        }
        return order
    }

    /// The leaves from left to right.
    func leaves(from root: Int = 0) -> [Int] {
        preorder(from: root).filter { nodes[$0].kind == .leaf }
    }
}
