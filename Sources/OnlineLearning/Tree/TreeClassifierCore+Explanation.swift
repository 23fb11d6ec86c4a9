import Determinism

/// Path contributions (A. Saabas, *Interpreting random forests*, 2014): at every test on an example's way, the change
/// from its node's share of a class to the child's is credited to the feature tested. A node's shares are those of the
/// leaves below it. What the leaf's naive Bayes then makes of its shares is credited to the features it looks at, by
/// the rescale rule; what is left is the leaf's own.
extension TreeClassifierCore {
    /// What a leaf answers beyond its shares and its features' terms: its prior, mixture and roundings.
    static var leafPart: String { "the leaf's own" }

    /// The contributions to a probability that this tree gives to a class.
    /// - Parameter answer: that probability.
    /// - Complexity: O(nodes), and in a leaf with naive Bayes O(features²).
    func explain(_ x: borrowing FeatureVector, slot: Int, answer: Double) -> ColumnContributions {
        TreeInput.with(x) { input in
            let path = path(input)
            let shares = shares(of: Int32(truncatingIfNeeded: slot), path)
            var result = ColumnContributions(.probability, bias: shares[0], named: "root of the tree")
            for step in 1..<max(1, path.count) {
                let test = nodes.nodes[path[step - 1]]
                let change = shares[step] - shares[step - 1]
                if test.kind == .number {
                    result.add(column: Int(test.feature), change)
                } else {
                    result.add(category: Int(test.feature), change)
                }
            }
            var rest = answer - shares[path.count - 1]
            for term in bayesTerms(input, nodes.payload(path[path.count - 1]), Int32(truncatingIfNeeded: slot)) {
                rest -= term.value
                if term.isCategory { result.add(category: term.feature, term.value) } else {
                    result.add(column: term.feature, term.value)
                }
            }
            // What is less is rounding.
            if rest.magnitude > 1e-10 { result.add(part: Self.leafPart, rest) }
            return result
        }
    }

    /// The nodes on an example's way, the root first.
    private func path(_ input: TreeInput) -> [Int] {
        var path = [0]
        while !nodes.isLeaf(path[path.count - 1]) {
            let node = path[path.count - 1]
            let child = nodes.child(node, input)
            path.append(child >= 0 ? child : nodes.heaviestChild(node))
        }
        return path
    }

    /// The share of a class in the leaves below each node of a path. A node without any weight has its parent's.
    private func shares(of slot: Int32, _ path: [Int]) -> [Double] {
        var weights = [(own: Double, total: Double)](repeating: (0, 0), count: path.count)
        var below: (own: Double, total: Double) = (0, 0)
        for step in path.indices.reversed() {
            let next = step + 1 < path.count ? path[step + 1] : -1
            for child in nodes.children(path[step]) where child != next {
                for leaf in nodes.leaves(from: child) { add(leaf, slot, &below) }
            }
            if next < 0 { add(path[step], slot, &below) }
            weights[step] = below
        }
        let even = 1 / Double(max(knownCount, 1))
        var shares: [Double] = []
        for weight in weights { shares.append(weight.total > 0 ? weight.own / weight.total : shares.last ?? even) }
        return shares
    }

    private func add(_ leaf: Int, _ slot: Int32, _ sum: inout (own: Double, total: Double)) {
        withLeaf(nodes.payload(leaf)) { leaf in
            for position in leaf.classes.indices {
                sum.total += leaf.weights[position]
                if leaf.classes[position] == slot { sum.own += leaf.weights[position] }
            }
        }
    }

    private typealias Term = (feature: Int, isCategory: Bool, value: Double)

    /// What each feature adds to the probability that a leaf's naive Bayes gives to a class, as far as the leaf answers
    /// by it; nothing where it does not.
    private func bayesTerms(_ input: TreeInput, _ payload: Int, _ slot: Int32) -> [Term] {
        let (parameters, total) = (parameters.leaf, leaves[payload].totalWeight)
        return withLeaf(payload) { leaf in
            guard total > 0, leaf.usesBayes(parameters), let position = leaf.classes.firstIndex(of: slot) else {
                return []
            }
            let share = parameters.leafPrediction == .mixed ? leaf.bayesShare : 1
            let bases = leaf.votes(input, only: nil, total, parameters)
            var features: [(feature: Int, isCategory: Bool, terms: [Double])] = []
            for feature in 0..<input.numberCount + input.categoryCount where input.isPresent(feature) {
                let votes = leaf.votes(input, only: feature, total, parameters)
                let terms = SoftmaxMixture.centered(votes.indices.map { votes[$0] - bases[$0] })
                guard terms.contains(where: { $0 != 0 }) else { continue }
                let isCategory = feature >= input.numberCount
                features.append((isCategory ? feature - input.numberCount : feature, isCategory, terms))
            }
            let deltas = bases.indices.map { k in features.reduce(0) { $0 + $1.terms[k] } }
            let mixture = SoftmaxMixture(
                components: [SoftmaxMixture.Component(weight: share, bases: bases, deltas: deltas)])
            var asked = ExplainedAnswer(.binary).inProbability
            asked.slot = position
            let factors = mixture.factors(asked).factors[0]
            let values = features.map { feature in
                factors.indices.reduce(0) { $0 + factors[$1] * feature.terms[$1] }
            }
            // A class without weight is infinitely improbable to some leaves; then nothing can be shared out.
            guard values.allSatisfy(\.isFinite) else { return [] }
            return zip(features, values).map { ($0.feature, $0.isCategory, $1) }
        }
    }
}

extension TreeInput {
    /// Whether a feature is there: a number, or the count of numbers plus the position of a category.
    fileprivate func isPresent(_ feature: Int) -> Bool {
        feature < numberCount ? !numbers[feature].isNaN : categories[feature - numberCount] >= 0
    }
}

extension ClassLeaf {
    /// What naive Bayes makes of an example in which nothing is there but one feature, or nothing at all; by position.
    fileprivate mutating func votes(
        _ input: TreeInput, only feature: Int?, _ total: Double, _ parameters: LeafParameters
    ) -> [Double] {
        var numbers = [Double](repeating: .nan, count: input.numberCount)
        var categories = [Int32](repeating: FeatureVector.missing, count: input.categoryCount)
        if let feature, feature < numbers.count {
            numbers[feature] = input.numbers[feature]
        } else if let feature {
            categories[feature - numbers.count] = input.categories[feature - numbers.count]
        }
        var votes = [Double](repeating: 0, count: classes.count)
        numbers.withUnsafeBufferPointer { numbers in
            categories.withUnsafeBufferPointer { categories in
                votes.withUnsafeMutableBufferPointer { votes in
                    let alone = TreeInput(numbers, categories)
                    if subset.isWhole {
                        bayesVotes(alone, total, parameters, into: votes)
                    } else {
                        withSubset(alone) { $0.bayesVotes($1, total, parameters, into: votes) }
                    }
                }
            }
        }
        return votes
    }
}
