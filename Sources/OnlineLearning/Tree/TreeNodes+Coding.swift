import Determinism

extension TreeNodes {
    /// Writes the nodes from the root down, each followed by what `body` writes about it.
    func encode(to encoder: inout CanonicalEncoder, from root: Int = 0, _ body: (inout CanonicalEncoder, Int) -> Void) {
        for id in preorder(from: root) {
            let node = nodes[id]
            encoder.byte(node.kind.rawValue)
            encoder.double(node.weight)
            if node.kind != .leaf { encoder.uint(UInt64(node.feature)) }
            switch node.kind {
            case .leaf: break
            case .number: encoder.double(node.threshold)
            case .category: encoder.uint(UInt64(node.value))
            case .categories:
                let values = fans[Int(node.left)].values
                encoder.count(values.count)
                for value in values { encoder.uint(UInt64(value)) }
            }
            body(&encoder, id)
        }
    }

    /// Reads a tree; every child has a larger number than its parent.
    /// - Parameter body: reads what belongs to a node, given whether it is a leaf; returns a leaf's payload.
    init(
        from decoder: inout CanonicalDecoder, addsUp: Bool = true, numberCount: Int, categoryCount: Int,
        _ body: (inout CanonicalDecoder, _ node: Int, _ isLeaf: Bool) throws(CanonicalDecodingError) -> Int
    ) throws(CanonicalDecodingError) {
        self.init(rootPayload: 0)
        self.addsUp = addsUp
        try readTree(into: 0, from: &decoder, numberCount, categoryCount, body)
    }

    /// Reads a tree below a node that is a leaf so far.
    mutating func readTree(
        into root: Int, from decoder: inout CanonicalDecoder, _ numberCount: Int, _ categoryCount: Int,
        _ body: (inout CanonicalDecoder, _ node: Int, _ isLeaf: Bool) throws(CanonicalDecodingError) -> Int
    ) throws(CanonicalDecodingError) {
        var rest = [root]
        while let id = rest.popLast() {
            guard let kind = Kind(rawValue: try decoder.byte()) else { throw decoder.damage("a node of no kind") }
            let weight = try decoder.double()
            guard weight >= -1e300 && weight <= 1e300, depth(id) <= Self.maxDepth else {
                throw decoder.damage("a node that weighs too much or lies too deep")
            }
            if kind != .leaf {
                let feature = try decoder.uint()
                guard feature < UInt64(kind == .number ? numberCount : categoryCount) else {
                    throw decoder.damage("a test of a feature that there is not")
                }
                try readTest(id, kind, Int(feature), &decoder)
            }
            nodes[id].weight = weight
            let payload = try body(&decoder, id, kind == .leaf)
            if kind == .leaf { nodes[id].left = Int32(truncatingIfNeeded: payload) }
            rest.append(contentsOf: children(id))
        }
    }

    private mutating func readTest(
        _ id: Int, _ kind: Kind, _ feature: Int, _ decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) {
        switch kind {
        case .leaf: break
        case .number:
            let threshold = try decoder.double()
            guard threshold.isFinite else { throw decoder.damage("a threshold that is no number") }
            splitNumber(id, feature: feature, threshold: threshold, payloads: (0, 0), weights: (0, 0))
        case .category:
            let value = try Self.value(&decoder)
            splitCategory(id, feature: feature, equals: value, payloads: (0, 0), weights: (0, 0))
        case .categories:
            var values: [Int32] = []
            for _ in 0..<(try decoder.count()) {
                let value = try Self.value(&decoder)
                guard values.last.map({ $0 < value }) ?? true else { throw decoder.damage("values that do not ascend") }
                values.append(value)
            }
            guard !values.isEmpty else { throw decoder.damage("a test without a branch") }
            let none = [Int](repeating: 0, count: values.count)
            splitCategories(
                id, feature: feature, values: values, payloads: none, weights: none.map { Double($0) })
        }
    }

    private static func value(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int32 {
        let value = try decoder.uint()
        guard value < UInt64(Int32.max) else { throw decoder.damage("a value that no category has") }
        return Int32(value)
    }
}
