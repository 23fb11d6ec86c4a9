import Determinism

/// A forest of Mondrian trees, each of which answers, at every moment, as the best of its prunings would in hindsight:
/// for an example it mixes the class frequencies of all nodes on the way to a leaf, by weights that follow from how
/// well each node predicted so far. The answers of the trees are averaged.
///
/// - `n_estimators`: trees, 1 to 1000 (default 10).
/// - `step`: what the logarithmic loss is multiplied by in the weights, from 0 (default 1, the best by theory).
/// - `use_aggregation`: whether nodes are mixed (default true); otherwise the leaf answers alone.
/// - `dirichlet`: what each class is counted more than it was seen, from 10⁻⁹ (default 0.5).
/// - `split_pure`: whether a node with one class only is split by an example of the same class (default false).
/// - `max_nodes`: a tree that has as many nodes, 1 to 10⁷ (default 30,000), splits no more and goes on counting; with
///   an even limit the last split may make one node more.
/// - `seed`: from 0 (default 1).
///
/// The distance from a node's box is summed over the features, so they should be on one scale. It works on numbers;
/// of sparse columns, such as one-hot ones, the absent are 0, in examples before they first appeared too, and a tree
/// watches the spans of at most 16 · `max_nodes` of them over all nodes. A missing number cuts nothing off, and a
/// split on it sends the example to the side with more examples. River sends it to the child whose summed logarithmic
/// likelihood is larger, which is as a rule the emptier one; the paper knows no missing values.
///
/// In binary tasks both classes are known from the start, where River knows a class only once it was seen. A weight
/// counts an example as often, and is the power of its likelihood; 0 changes nothing.
///
/// Time: O(trees · depth · (numbers + classes)) per example, the depth being some 2 ln(nodes). Memory: 16 bytes a
/// number, 8 a class and 48 more for each node of each tree.
///
/// With the defaults, after x = 0 of class 0 and x = 1 of class 1, the answer to x = 1 is 5/7: every tree has split,
/// its new leaf says 3/4 and its root 1/2, and as the root gave the second example the likelihood 1/6 and the leaf,
/// which it made, gave it 1, the odds between them are 1 to 6.
///
/// Source: J. Mourtada, S. Gaïffas and E. Scornet, *AMF: aggregated Mondrian forests for online learning*, J. Royal
/// Stat. Soc. B 83(3), 2021: the exact aggregation of all prunings by context-tree weighting; River's
/// `forest.AMFClassifier`, whose logarithms of weights are odds here.
public struct AMFClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "amf_classifier", .classifier,
        parameters: [
            MondrianForest.estimators, MondrianForest.stepSize, MondrianForest.aggregation,
            ParameterDeclaration(
                "dirichlet", .number(1e-9...1e9), default: .number(0.5), "examples that each class has from the start"),
            ParameterDeclaration(
                "split_pure", .boolean, default: .boolean(false), "whether nodes with a single class are split"),
            MondrianForest.nodes, MondrianForest.seed,
        ])
    public static let tasks = [Task.binary, Task.multiclass]

    private let step: Double
    private let dirichlet: Double
    private let usesAggregation: Bool
    private let splitsPure: Bool
    private let isBinary: Bool
    private var forest: MondrianForest
    /// Of each slot, whether the class was learned.
    private var isKnown: [Bool]
    private var knownCount: Int

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        step = arguments.number("step")
        dirichlet = arguments.number("dirichlet")
        usesAggregation = arguments.boolean("use_aggregation")
        splitsPure = arguments.boolean("split_pure")
        isBinary = inputs.task == .binary
        isKnown = isBinary ? [true, true] : []
        knownCount = isKnown.count
        forest = MondrianForest(arguments, inputs: inputs, valueCount: 2)
    }

    private var prior: Double { dirichlet * Double(knownCount) }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        MondrianInput.with(x) { x in
            guard !isBinary else {
                answer.append(probability(x))
                return
            }
            let start = answer.count
            for isKnown in isKnown { answer.append(isKnown ? 0 : .nan) }
            let end = answer.count
            answer.withUnsafeMutableBufferPointer {
                if end > start { add(x, to: UnsafeMutableBufferPointer(rebasing: $0[start..<end])) }
            }
        }
    }

    /// The probability of the positive of two classes.
    private func probability(_ x: MondrianInput) -> Double {
        guard forest.trees[0].total > 0 else { return 0.5 }
        var sum = 0.0
        descend(x) { share, total, values in sum += share * ((values[1] + dirichlet) / (total + prior)) }
        return min(max(sum / Double(forest.trees.count), 0), 1)
    }

    /// Adds the probabilities of the known classes; those of the others are NaN and remain it.
    private func add(_ x: MondrianInput, to scores: UnsafeMutableBufferPointer<Double>) {
        descend(x) { share, total, values in
            let scale = share / (total + prior)
            for slot in 0..<scores.count { scores[slot] += scale * (values[slot] + dirichlet) }
        }
        var sum = 0.0
        for score in scores where !score.isNaN { sum += score }
        for slot in scores.indices { scores[slot] /= sum }
    }

    /// Calls `body` with the nodes that answer, each with its share: together 1 a tree.
    @inline(__always)
    private func descend(_ x: MondrianInput, _ body: (Double, Double, UnsafePointer<Double>) -> Void) {
        forest.descend(x) { node, rest in
            guard !node.isLeaf else {
                body(rest, node.total, node.values)
                return false
            }
            guard usesAggregation, node.scale >= 0 else { return true }
            guard node.scale == 0 else {
                body(rest, node.total, node.values)
                return false
            }
            rest /= 1 + node.odds
            body(rest * node.odds, node.total, node.values)
            // What is below cannot be seen in the answer any more.
            return rest > 0x1p-80
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        return MondrianInput.with(x) { x in
            guard x.isWithinBound, weight <= MondrianInput.bound,
                forest.trees[0].total + weight <= MondrianInput.bound
            else { return false }
            guard weight > 0 else { return true }
            know(slot)
            let rule = MondrianClassRule(
                slot: slot, weight: weight, power: step * weight, dirichlet: dirichlet, prior: prior,
                usesAggregation: usesAggregation, splitsPure: splitsPure)
            forest.learn(x, rule, journal.workers)
            return true
        }
    }

    /// Makes room for a class.
    private mutating func know(_ slot: Int) {
        guard slot >= isKnown.count || !isKnown[slot] else { return }
        if slot >= isKnown.count { isKnown.append(contentsOf: repeatElement(false, count: slot + 1 - isKnown.count)) }
        isKnown[slot] = true
        knownCount += 1
        let room = forest.trees[0].nodes.valueCount
        if isKnown.count > room { forest.widen(to: max(isKnown.count, 2 * room)) }
    }

    public var byteCount: Int { forest.byteCount + isKnown.count }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isKnown.count)
        for isKnown in isKnown { encoder.bool(isKnown) }
        forest.encode(to: &encoder, valueCount: isKnown.count)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var known: [Bool] = []
        for _ in 0..<(try decoder.count()) { known.append(try decoder.bool()) }
        guard isBinary ? known == [true, true] : known.last != false else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no classifier knows these classes")
        }
        let count = known.count
        (isKnown, knownCount) = (known, known.count { $0 })
        forest.widen(to: max(count, forest.trees[0].nodes.valueCount))
        try forest.restore(from: &decoder, valueCount: count) { node in
            var sum = 0.0
            for slot in 0..<count {
                guard node.values[slot] >= 0 else { return false }
                sum += node.values[slot]
            }
            let isBranchPossible = node.isLeaf || node.odds >= 0x1p-256 && node.odds <= 0x1p256
            return isBranchPossible && (sum - node.total).magnitude <= 1e-6 * node.total
        }
    }
}

extension AMFClassifier: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        guard forest.trees[0].total > 0 else { throw Unexplained("no tree knows anything yet") }
        let (usesAggregation, dirichlet, prior, slot) = (usesAggregation, dirichlet, prior, asked.slot)
        func share(_ node: MondrianNode) -> Double {
            guard usesAggregation, node.scale >= 0 else { return 0 }
            return node.scale == 0 ? node.odds / (1 + node.odds) : 1
        }
        let result = MondrianInput.with(x) { x in
            forest.explain(
                x, .probability, share: share,
                answer: { ($0.values[slot] + dirichlet) / ($0.total + prior) })
        }
        guard result.total.isFinite else { throw Unexplained("a tree's leaf has no examples") }
        return result
    }
}
