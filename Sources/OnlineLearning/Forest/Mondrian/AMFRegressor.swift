import Determinism

/// A forest of Mondrian trees, each of which answers, at every moment, as the best of its prunings would in hindsight:
/// for an example it mixes the means of all nodes on the way to a leaf, by weights that follow from how well each node
/// predicted so far. The answers of the trees are averaged.
///
/// - `n_estimators`: trees, 1 to 1000 (default 10).
/// - `step`: what half the squared error is multiplied by in the weights, from 0 (default 1), in one over the square of
///   the target's unit: on a large scale the weights move at once to the nodes that were best so far.
/// - `use_aggregation`: whether nodes are mixed (default true); otherwise the leaf answers alone.
/// - `max_nodes`: a tree that has as many nodes, 1 to 10⁷ (default 30,000), splits no more and goes on counting; with
///   an even limit the last split may make one node more.
/// - `seed`: from 0 (default 1).
///
/// Features, missing numbers and weights are treated as in ``AMFClassifier``.
///
/// Time: O(trees · depth · numbers) per example, the depth being some 2 ln(nodes). Memory: 16 bytes a number and 72
/// more for each node of each tree.
///
/// With the defaults, after x = 0 is 0 and x = 1 is 4, the answer to x = 1 is 3.9993292997390673: the new leaf says 4,
/// the root 2, and the root's odds are e⁻⁸ to 1, as its squared error was 16.
///
/// Source: J. Mourtada, S. Gaïffas and E. Scornet, *AMF: aggregated Mondrian forests for online learning*, J. Royal
/// Stat. Soc. B 83(3), 2021: the exact aggregation of all prunings by context-tree weighting; River's
/// `forest.AMFRegressor`.
public struct AMFRegressor: Learner {
    public static let declaration = ComponentDeclaration(
        "amf_regressor", .regressor,
        parameters: [
            MondrianForest.estimators, MondrianForest.stepSize, MondrianForest.aggregation, MondrianForest.nodes,
            MondrianForest.seed,
        ])
    public static let tasks = [Task.regression]

    private let step: Double
    private let usesAggregation: Bool
    private var forest: MondrianForest

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        step = arguments.number("step")
        usesAggregation = arguments.boolean("use_aggregation")
        forest = MondrianForest(arguments, inputs: inputs, valueCount: MondrianMeanRule.valueCount)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(MondrianInput.with(x) { mean($0) })
    }

    private func mean(_ x: MondrianInput) -> Double {
        var sum = 0.0
        forest.descend(x) { node, rest in
            guard !node.isLeaf else {
                sum += rest * node.values[0]
                return false
            }
            guard usesAggregation else { return true }
            sum += rest * node.values[2] * node.values[0]
            rest *= 1 - node.values[2]
            return rest > 0
        }
        return sum / Double(forest.trees.count)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns numbers") }
        return MondrianInput.with(x) { x in
            guard x.isWithinBound, y.magnitude <= MondrianInput.bound, weight <= MondrianInput.bound,
                forest.trees[0].total + weight <= MondrianInput.bound
            else { return false }
            guard weight > 0 else { return true }
            let rule = MondrianMeanRule(
                y: y, weight: weight, factor: step * weight / 2, usesAggregation: usesAggregation)
            forest.learn(x, rule, journal.workers)
            return true
        }
    }

    public var byteCount: Int { forest.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { forest.encode(to: &encoder, valueCount: 1) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try forest.restore(from: &decoder, valueCount: 1) { node in
            if !node.isLeaf { MondrianMeanRule.set(node, odds: node.odds) }
            return node.scale == 0 && node.values[0].magnitude <= MondrianInput.bound
        }
    }
}

extension AMFRegressor: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let usesAggregation = usesAggregation
        return MondrianInput.with(x) { x in
            forest.explain(x, .value, share: { usesAggregation ? $0.values[2] : 0 }, answer: { $0.values[0] })
        }
    }
}
