import Determinism

extension TreeClassifierCore {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isKnown.count)
        for isKnown in isKnown { encoder.bool(isKnown) }
        encoder.double(seenWeight)
        encoder.bool(mayGrow)
        if maxFeatures != nil { generator.encode(to: &encoder) }
        nodes.encode(to: &encoder) { encoder, node in
            if nodes.isLeaf(node) { leaves[nodes.payload(node)].encode(to: &encoder) }
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var restored = self
        try restored.restoreClasses(from: &decoder)
        if maxFeatures != nil { restored.generator = try SeededGenerator(from: &decoder) }
        let count = restored.isKnown.count
        let (inputs, parameters) = (inputs, parameters)
        restored.nodes = try TreeNodes(
            from: &decoder, numberCount: TreeInput.maxNumbers, categoryCount: inputs.categoryCount
        ) { decoder, _, isLeaf throws(CanonicalDecodingError) in
            guard isLeaf else { return 0 }
            let leaf = try ClassLeaf(from: &decoder, slotCount: count, inputs: inputs, parameters)
            guard leaf.classes.allSatisfy({ restored.isKnown[Int($0)] }) else {
                throw decoder.damage("a leaf knows a class that was never learned")
            }
            if !leaf.isAwake { restored.sleeperCount += 1 }
            return restored.addLeaf(leaf)
        }
        self = restored
    }

    /// Reads what a tree knows besides its nodes, and forgets its leaves.
    mutating func restoreClasses(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let more = moreBytesPerNode
        self = TreeClassifierCore(parameters, inputs: inputs, maxFeatures: maxFeatures, generator: generator)
        moreBytesPerNode = more
        let count = try decoder.count()
        guard inputs.task != .binary || count == 2 else {
            throw decoder.damage("a binary tree of other than two classes")
        }
        isKnown = []
        for _ in 0..<count { isKnown.append(try decoder.bool()) }
        countKnown()
        seenWeight = try ClassLeaf.weight(&decoder)
        mayGrow = try decoder.bool()
        (leaves, leafBytes) = ([], 0)
    }
}
