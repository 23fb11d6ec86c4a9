import Determinism

extension AdaptiveTreeCore {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(tree.isKnown.count)
        for isKnown in tree.isKnown { encoder.bool(isKnown) }
        encoder.double(tree.seenWeight)
        encoder.bool(tree.mayGrow)
        generator.encode(to: &encoder)
        tree.nodes.encode(to: &encoder) { encoder, node in
            watches[node].encode(to: &encoder)
            if tree.nodes.isLeaf(node) {
                tree.leaves[tree.nodes.payload(node)].encode(to: &encoder)
                return
            }
            let alternate = Int(watches[node].alternate)
            encoder.bool(alternate >= 0)
            guard alternate >= 0 else { return }
            encoder.double(tree.nodes.nodes[alternate].weight)
            watches[alternate].encode(to: &encoder)
            tree.leaves[tree.nodes.payload(alternate)].encode(to: &encoder)
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var restored = tree
        try restored.restoreClasses(from: &decoder)
        let newGenerator = try SeededGenerator(from: &decoder)
        let (settings, inputs, parameters) = (settings, tree.inputs, tree.parameters)
        let slotCount = restored.isKnown.count
        var watches: [ErrorWatch] = []
        var alternates: [(node: Int, weight: Double, watch: ErrorWatch, payload: Int)] = []
        func readLeaf(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int {
            let leaf = try ClassLeaf(from: &decoder, slotCount: slotCount, inputs: inputs, parameters)
            if !leaf.isAwake { restored.sleeperCount += 1 }
            return restored.addLeaf(leaf)
        }
        restored.nodes = try TreeNodes(
            from: &decoder, numberCount: TreeInput.maxNumbers, categoryCount: inputs.categoryCount
        ) { decoder, node, isLeaf throws(CanonicalDecodingError) in
            var watch = ErrorWatch(settings.detector)
            try watch.restore(from: &decoder)
            while watches.count <= node { watches.append(ErrorWatch(settings.detector)) }
            watches[node] = watch
            if isLeaf { return try readLeaf(&decoder) }
            guard try decoder.bool() else { return 0 }
            let weight = try ClassLeaf.weight(&decoder)
            try watch.restore(from: &decoder)
            alternates.append((node, weight, watch, try readLeaf(&decoder)))
            return 0
        }
        for alternate in alternates {
            let depth = restored.nodes.depth(alternate.node)
            let root = restored.nodes.makeRoot(payload: alternate.payload, depth: depth)
            restored.nodes.nodes[root].weight = alternate.weight
            while watches.count <= root { watches.append(ErrorWatch(settings.detector)) }
            watches[root] = alternate.watch
            watches[alternate.node].alternate = Int32(truncatingIfNeeded: root)
        }
        (tree, self.watches, generator) = (restored, watches, newGenerator)
        noteSideLeaves()
    }
}
