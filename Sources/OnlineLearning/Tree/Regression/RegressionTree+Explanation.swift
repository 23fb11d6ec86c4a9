/// Path contributions (A. Saabas, *Interpreting random forests*, 2014): at every branch on an example's way, the change
/// from its mean to the child's is credited to the feature asked for. A branch's mean is that of the leaves below it.
/// Where the leaf answers with a linear model, the model's terms are its features', and the step from the leaf's mean
/// to the model's intercept is the leaf's own.
extension RegressionTree {
    /// The contributions to this tree's answer. Complexity: O(nodes).
    func explain(_ x: borrowing FeatureVector) -> ColumnContributions {
        var answers: [Double] = []
        predict(x, into: &answers)
        guard exampleCount > 0 else { return ColumnContributions(.value, bias: 0, named: "root of the tree") }
        var path = [Self.root]
        while nodes[path[path.count - 1]].kind != .leaf {
            let node = path[path.count - 1]
            let child = child(of: node, x)
            path.append(child >= 0 ? Int(child) : heaviestChild(of: node))
        }
        let means = means(path)
        var result = ColumnContributions(.value, bias: means[0], named: "root of the tree")
        for step in 1..<max(1, path.count) {
            let feature = Int(nodes[path[step - 1]].feature)
            let change = means[step] - means[step - 1]
            if isCategory(feature) {
                result.add(category: feature - inputs.numberCount, change)
            } else {
                result.add(column: feature < inputs.numberCount ? feature : feature - inputs.categoryCount, change)
            }
        }
        let leaf = Int(nodes[path[path.count - 1]].content)
        var rest = answers[0] - means[path.count - 1]
        if !isAdaptive, let model = modelContributions(leaf, x, answer: answers[0]) {
            rest = model.bias - means[path.count - 1]
            result.addFeatures(of: model, times: 1)
        }
        // What is less is rounding.
        let scale = max(answers[0].magnitude, means[0].magnitude)
        if rest.magnitude > 1e-10 * scale { result.add(part: TreeClassifierCore.leafPart, rest) }
        return result
    }

    /// The terms of a leaf's linear model, scaled where its answer is held within the true values seen; nil where the
    /// leaf answers otherwise.
    private func modelContributions(
        _ leaf: Int, _ x: borrowing FeatureVector, answer: Double
    ) -> ColumnContributions? {
        switch parameters.leafPrediction {
        case .mean: return nil
        case .adaptive where leaves[leaf].meanError < leaves[leaf].modelError: return nil
        default: break
        }
        guard let model = models.explain(leaf, x) else { return nil }
        let total = model.total
        let factor = total == answer ? 1 : (answer - model.bias) / (total - model.bias)
        guard factor >= 0, factor <= 1.000_000_1 else { return nil }
        var scaled = ColumnContributions(.value, bias: model.bias, named: model.biasName)
        scaled.addFeatures(of: model, times: factor)
        return scaled
    }

    /// The mean of the true values below each node of a path. A node that has seen none has its parent's.
    private func means(_ path: [Int]) -> [Double] {
        var sums = [(weight: Double, mean: Double)](repeating: (0, 0), count: path.count)
        var below: (weight: Double, mean: Double) = (0, 0)
        for step in path.indices.reversed() {
            let next = step + 1 < path.count ? path[step + 1] : -1
            for leaf in leaves(below: path[step], without: next) { add(leaf, &below) }
            sums[step] = below
        }
        var means: [Double] = []
        for sum in sums { means.append(sum.weight > 0 ? sum.mean : means.last ?? 0) }
        return means
    }

    private func add(_ leaf: Int, _ sum: inout (weight: Double, mean: Double)) {
        let own = leaves[leaf].statistics
        guard own.count > 0 else { return }
        sum.weight += own.count
        sum.mean += (own.mean - sum.mean) * (own.count / sum.weight)
    }

    /// The leaves in a subtree, but for one of its children's.
    private func leaves(below node: Int, without child: Int) -> [Int] {
        var found: [Int] = []
        var rest = [node]
        while let id = rest.popLast() {
            let own = nodes[id]
            switch own.kind {
            case .leaf: found.append(Int(own.content))
            case .atMost, .equals: rest += [Int(own.first), Int(own.second)].filter { $0 != child }
            case .intervals, .categories:
                var next = own.first
                while next >= 0 {
                    if Int(next) != child { rest.append(Int(next)) }
                    next = nodes[Int(next)].next
                }
            }
        }
        return found
    }
}
