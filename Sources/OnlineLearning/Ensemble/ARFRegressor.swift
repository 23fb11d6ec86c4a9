import Determinism

/// Adaptive random forest for regression: Hoeffding tree regressors whose leaves look at a few random features each,
/// and which learn each example with a random weight. Each tree's errors are watched: at a warning a successor begins
/// to grow beside it, and at a drift takes its place.
///
/// - `n_models`, `max_features`, `max_features_fraction`, `lambda_value`, `drift_detector`, `warning_detector`, `seed`:
///   as in ``ARFClassifier``.
/// - `aggregation_method`: `median` (default) or `mean` of the trees' predictions.
/// - `disable_weighted_vote`: default true; otherwise the mean is weighted by how much less a tree's mean squared error
///   is than the sum of all trees'.
/// - The parameters of ``HoeffdingTreeRegressor``, with the defaults `grace_period` 50, `delta` 0.01 and
///   `memory_estimate_period` 2,000,000.
///
/// What is watched is a tree's error, shifted and scaled so that three standard deviations of its errors to either side
/// are 0 and 1. Time: that of `n_models` trees, which answer once more per example. Memory: that of the trees, twice
/// while they are being replaced. They can grow at the same time.
///
/// Source: H. M. Gomes, J. P. Barddal, L. E. B. Ferreira and A. Bifet, *Adaptive random forests for data stream
/// regression*, ESANN 2018; River's `forest.ARFRegressor`. River's weighted mean comes out `n_models` times too small,
/// for it divides by the sum of the weights and then by their count; here it does not. Trees that have not learned yet
/// do not count, unless none has.
public struct ARFRegressor: Learner {
    public static let declaration = ComponentDeclaration(
        "arf_regressor", .ensemble, parameters: declarations,
        conflict: { RegressionTreeParameters.conflict(declarations, $0) })
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    /// A larger error is watched as if it were none.
    static let errorMax = 1e150

    private static let declarations =
        ForestParameters.declarations(
            ForestParameters.with(
                RegressionTreeParameters.declarations(gracePeriod: 50, delta: 0.01),
                [("memory_estimate_period", .integer(2_000_000))]), isWeightDisabled: true) + [
            ParameterDeclaration(
                "aggregation_method", .choice(["mean", "median"]), default: .choice("median"),
                "what is made of the predictions")
        ]

    /// A tree with what watches it.
    private struct Member: Sendable {
        var tree: RegressionTree
        /// Its successor, since the last warning.
        var successor: RegressionTree?
        var hasLearned = false
        var squaredError = Mean()
        /// Of all errors in this place, those of the trees before included.
        var errors = Variance()
        var drift: AnyDriftDetector
        var warning: AnyDriftDetector
        // Of the last example; nothing between examples.
        var times = 0
        var error = 0.0
        var hasRefused = false
        var isWarned = false
        var isDrifted = false
        var journal = Journal()
        var answer: [Double] = []

        @inline(__always)
        mutating func learn(_ x: borrowing FeatureVector, _ y: Double, _ weight: Double) {
            answer.removeAll(keepingCapacity: true)
            tree.predict(x, into: &answer)
            error = y - answer[0]
            (isWarned, isDrifted, hasRefused) = (false, false, false)
            guard times > 0 else { return }
            journal.removeAll()
            hasRefused = !tree.learn(x, y, weight: weight * Double(times), journal: &journal)
            guard !hasRefused else { return }
            hasLearned = true
            _ = successor?.learn(x, y, weight: weight * Double(times), journal: &journal)
            let watched = watched(error)
            isWarned = warning.update(watched)
            isDrifted = drift.update(watched)
        }

        /// An error in the scale of all before; ½ where there is none.
        @inline(__always)
        private mutating func watched(_ error: Double) -> Double {
            guard error.magnitude <= ARFRegressor.errorMax else { return 0.5 }
            errors.update(error)
            let deviation = errors.value.squareRoot()
            return deviation > 0 ? (error + 3 * deviation) / (6 * deviation) : 0.5
        }
    }

    private let inputs: LearnerInputs
    private let parameters: RegressionTreeParameters
    private let model: Component?
    private let distribution: PoissonDistribution
    private let isMedian: Bool
    private let isWeighted: Bool
    /// Detectors that have seen nothing.
    private let drift: AnyDriftDetector
    private let warning: AnyDriftDetector
    private var generator: SeededGenerator
    private var members: [Member] = []

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        self.inputs = inputs
        var parameters = RegressionTreeParameters(arguments)
        parameters.maxFeatures = ForestParameters.maxFeatures(arguments, inputs: inputs)
        self.parameters = parameters
        model = arguments.component("leaf_model")
        distribution = PoissonDistribution(rate: arguments.number("lambda_value"))
        isMedian = arguments.choice("aggregation_method") == "median"
        isWeighted = !arguments.boolean("disable_weighted_vote") && !isMedian
        drift = arguments.detector("drift_detector")
        warning = arguments.detector("warning_detector")
        generator = SeededGenerator(seed: arguments.seed)
        for _ in 0..<arguments.integer("n_models") {
            members.append(Member(tree: makeTree(), drift: drift, warning: warning))
        }
    }

    private mutating func makeTree() -> RegressionTree {
        RegressionTree(
            parameters, model: model, inputs: inputs, generator: SeededGenerator(seed: generator.next()))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        let errorSum = isWeighted ? members.reduce(0) { $0 + ($1.hasLearned ? $1.squaredError.value : 0) } : 0
        var (sum, weights) = (0.0, 0.0)
        for index in members.indices where members[index].hasLearned {
            members[index].tree.predict(x, into: &answer)
            guard isWeighted else { continue }
            let weight = errorSum - members[index].squaredError.value
            sum += weight * answer[answer.count - 1]
            weights += weight
        }
        let value =
            weights > 0
            ? sum / weights
            : isMedian ? Aggregation.median(&answer, from: start) : Aggregation.mean(answer, from: start)
        answer.removeLast(answer.count - start)
        answer.append(value)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns numbers") }
        guard weight == 0 || RegressionTree.accepts(x, y, weight: weight * 300) else { return false }
        // A leaf draws its features from those present, so an example without any teaches the trees nothing.
        guard weight > 0, Self.hasFeature(x) else { return true }
        let before = generator
        for index in members.indices { members[index].times = distribution.draw(&generator) }
        sideBySide(&members, x, workers: journal.workers) { member, x in member.learn(x, y, weight) }
        if members.contains(where: \.hasRefused), !members.contains(where: { $0.times > 0 && !$0.hasRefused }) {
            generator = before
            return false
        }
        for index in members.indices {
            let square = members[index].error * members[index].error
            if !members[index].hasRefused, square.isFinite { members[index].squaredError.update(square) }
            if members[index].isWarned { warn(index) }
            if members[index].isDrifted { replace(index) }
        }
        return true
    }

    private static func hasFeature(_ x: borrowing FeatureVector) -> Bool {
        for number in x.numbers where !number.isNaN { return true }
        for category in x.categories where category >= 0 { return true }
        return !x.columns.isEmpty
    }

    /// Begins to grow a successor.
    private mutating func warn(_ index: Int) {
        members[index].successor = makeTree()
        members[index].warning = warning
    }

    /// Puts a tree's successor, or a new tree, in its place.
    private mutating func replace(_ index: Int) {
        if let successor = members[index].successor {
            members[index].tree = successor
            members[index].successor = nil
            members[index].warning = warning
        } else {
            members[index].tree = makeTree()
            members[index].hasLearned = false
        }
        members[index].drift = drift
        members[index].squaredError = Mean()
    }

    public var byteCount: Int {
        members.reduce(MemoryLayout<Self>.size) { sum, member in
            sum + MemoryLayout<Member>.stride + member.tree.byteCount + (member.successor?.byteCount ?? 0)
                + member.drift.byteCount + member.warning.byteCount
        }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        for member in members {
            encoder.bool(member.hasLearned)
            member.squaredError.encode(to: &encoder)
            member.errors.encode(to: &encoder)
            member.tree.encode(to: &encoder)
            encoder.optional(member.successor) { encoder, tree in tree.encode(to: &encoder) }
            member.drift.encode(to: &encoder)
            member.warning.encode(to: &encoder)
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let newGenerator = try SeededGenerator(from: &decoder)
        for index in members.indices {
            var member = Member(tree: makeTree(), drift: drift, warning: warning)
            member.hasLearned = try decoder.bool()
            member.squaredError = try Mean(from: &decoder)
            member.errors = try Variance(from: &decoder)
            try member.tree.restore(from: &decoder)
            if try decoder.bool() {
                var successor = makeTree()
                try successor.restore(from: &decoder)
                member.successor = successor
            }
            try member.drift.restore(from: &decoder)
            try member.warning.restore(from: &decoder)
            members[index] = member
        }
        generator = newGenerator
    }
}

extension ARFRegressor: ExplainingLearner {
    /// The trees' path contributions: their mean, weighted as the trees are, or, of a median, those of the tree in the
    /// middle or of the two.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let learned = members.filter(\.hasLearned)
        guard !learned.isEmpty else { throw Unexplained("no tree has learned anything yet") }
        var weights = [Double](repeating: 1, count: learned.count)
        if isMedian {
            var answers: [Double] = []
            for member in learned { member.tree.predict(x, into: &answers) }
            let order = answers.indices.sorted { (answers[$0], $0) < (answers[$1], $1) }
            let middle = [order[(order.count - 1) / 2], order[order.count / 2]]
            weights = weights.indices.map { index in Double(middle.count { $0 == index }) }
        } else if isWeighted {
            let errorSum = learned.reduce(0) { $0 + $1.squaredError.value }
            let own = learned.map { errorSum - $0.squaredError.value }
            if own.reduce(0, +) > 0 { weights = own }
        }
        let total = weights.reduce(0, +)
        var mean = ColumnContributions(.value, bias: 0, named: "roots of the trees")
        for (member, weight) in zip(learned, weights) where weight > 0 {
            mean.add(member.tree.explain(x), times: weight / total)
        }
        return mean
    }
}
