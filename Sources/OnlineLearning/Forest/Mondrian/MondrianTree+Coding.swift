import Determinism

extension MondrianTree {
    /// Writes the nodes from the root, each before its left and its right subtree, so that where they lie in memory
    /// leaves no trace.
    /// - Parameter valueCount: how many of a node's values belong to the state.
    func encode(to encoder: inout CanonicalEncoder, _ valueCount: Int) {
        generator.encode(to: &encoder)
        nodes.read { nodes in
            var waiting = [0]
            while let index = waiting.popLast() {
                let node = nodes[index]
                encoder.bool(!node.isLeaf)
                encoder.double(node.total)
                for i in 0..<valueCount { encoder.double(node.values[i]) }
                let box = nodes.box(index)
                for i in 0..<2 * box.count { encoder.double(box.lower[i]) }
                sparseBoxes.encode(index, to: &encoder)
                guard !node.isLeaf else { continue }
                encoder.count(Int(node.feature))
                encoder.double(node.threshold)
                encoder.double(nodes[node.child].time)
                encoder.double(node.odds)
                encoder.int(Int64(node.scale))
                waiting.append(node.child + 1)
                waiting.append(node.child)
            }
        }
    }

    /// Takes over an encoded state; for `finish` see ``MondrianForest/restore(from:valueCount:finish:)``.
    mutating func restore(
        from decoder: inout CanonicalDecoder, _ valueCount: Int, finish: (MondrianNode) -> Bool
    ) throws(CanonicalDecodingError) {
        var tree = MondrianTree(
            numberCount: nodes.numberCount, maxNodes: maxNodes, valueCount: nodes.valueCount, seed: 0)
        tree.generator = try SeededGenerator(from: &decoder)
        var waiting = [0]
        while let index = waiting.popLast() {
            let isBranch = try decoder.bool()
            try tree.restore(index, from: &decoder, valueCount)
            if isBranch {
                let left = try tree.restore(branch: index, from: &decoder)
                waiting.append(left + 1)
                waiting.append(left)
            }
            let isPossible = tree.nodes.with { nodes in
                nodes[index].total >= 0 && nodes[index].total <= MondrianInput.bound && finish(nodes[index])
            }
            guard isPossible else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "no node of a Mondrian tree is like this")
            }
        }
        self = tree
    }

    private mutating func restore(
        _ index: Int, from decoder: inout CanonicalDecoder, _ valueCount: Int
    ) throws(CanonicalDecodingError) {
        var numbers: [Double] = []
        for _ in 0..<1 + valueCount + 2 * nodes.numberCount { numbers.append(try decoder.double()) }
        nodes.with { nodes in
            let (node, box) = (nodes[index], nodes.box(index))
            node.total = numbers[0]
            for i in 0..<valueCount { node.values[i] = numbers[1 + i] }
            for i in 0..<2 * box.count { box.lower[i] = numbers[1 + valueCount + i] }
        }
        try sparseBoxes.restore(index, from: &decoder, numberCount: nodes.numberCount)
    }

    /// - Returns: the left of its new children.
    private mutating func restore(
        branch index: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> Int {
        let feature = try decoder.uint()
        let (threshold, time) = (try decoder.double(), try decoder.double())
        let (odds, scale) = (try decoder.double(), try decoder.int())
        guard nodes.count < maxNodes, feature <= UInt64(Int32.max), threshold.isFinite, time.isFinite,
            odds.isFinite, scale.magnitude <= UInt64(MondrianClassRule.maxScale)
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no branch of a tree is like this") }
        let left = nodes.appendPair(time: time, parent: index)
        nodes.with { nodes in
            let node = nodes[index]
            (node.feature, node.threshold, node.child) = (Int32(feature), threshold, left)
            (node.odds, node.scale) = (odds, Int32(scale))
        }
        return left
    }
}

extension MondrianSparseBoxes {
    /// Writes the columns of a node, the oldest first.
    func encode(_ node: Int, to encoder: inout CanonicalEncoder) {
        var indices: [Int] = []
        var index = head(node)
        while index >= 0 {
            indices.append(index)
            index = Int(entries[index].next)
        }
        encoder.count(indices.count)
        for index in indices.reversed() {
            encoder.count(Int(entries[index].column))
            encoder.double(entries[index].lower)
            encoder.double(entries[index].upper)
        }
    }

    mutating func restore(
        _ node: Int, from decoder: inout CanonicalDecoder, numberCount: Int
    ) throws(CanonicalDecodingError) {
        for _ in 0..<(try decoder.count(elementBytes: 17)) {
            let column = try decoder.uint()
            let (lower, upper) = (try decoder.double(), try decoder.double())
            guard column >= UInt64(numberCount), column <= UInt64(Int32.max), lower <= upper,
                entries.count < maxEntries, find(node, Int32(column)) < 0
            else { throw CanonicalDecodingError(offset: decoder.offset, reason: "a box has a side that none has") }
            insert(node, Int32(column), lower, upper)
        }
    }
}
