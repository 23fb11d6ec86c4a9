import Determinism

/// A Hoeffding tree that forgets what has ceased to be true: each node watches its errors with a drift detector. Where
/// they become more, a leaf begins to learn beside the test, and takes its place.
///
/// - All parameters of ``HoeffdingTreeClassifier``.
/// - `bootstrap_sampling`: leaves weigh examples by the Poisson distribution of mean 1, 0 counting as 1 (default true);
///   `seed`: from 0 (default 1).
/// - `drift_detector`: default `adwin`. `drift_window_threshold`: examples before a test and what is beside it are
///   compared, from 0 (default 300). `switch_significance`: above 0 up to 1 (default 0.05).
///
/// - `tempering`: believe the probabilities only as far as they proved true, for a leaf that one outlier has misled is
///   certain of what is wrong (``Tempering``; default true). Not in River, whose answers come with false.
///
/// Time: as ``HoeffdingTreeClassifier``, and the detectors on the way; with tempering one answer more per example
/// learned. Memory: likewise, and a detector a node, counted
/// as 1 KiB.
///
/// The class is x for 2,000 examples with x 0 and 1 by turns, then 1 − x. After 300 of these a Hoeffding tree still
/// answers 0.8695652173913043 to x = 1, this one 0 (without tempering).
///
/// Source: A. Bifet and R. Gavaldà, *Adaptive learning from evolving data streams*, IDA 2009, figure 1 (HAT-ADWIN). As
/// River's `tree.HoeffdingAdaptiveTreeClassifier`, whose leaf beside a test takes its place also when it splits, better
/// or not; in the paper a whole tree grows beside the test until it is better. With `bootstrap_sampling: false` it
/// gives River's numbers, and with true if River is given the numbers that are drawn here.
public struct HoeffdingAdaptiveTreeClassifier: Learner {
    private static let own: [ParameterDeclaration] = [
        ParameterDeclaration(
            "bootstrap_sampling", .boolean, default: .boolean(true), "whether leaves weigh examples at random"),
        ParameterDeclaration(
            "drift_window_threshold", .integer(0...1_000_000_000), default: .integer(300),
            "examples that a test and what may replace it see before they are compared"),
        ParameterDeclaration(
            "drift_detector", .component(.driftDetector), default: .component(ADWIN.declaration.withDefaults),
            "what watches the errors of a node"),
        ParameterDeclaration(
            "switch_significance", .number(1e-300...1), default: .number(0.05),
            "the significance of the difference at which a test is replaced"),
        ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "where the drawing begins"),
        Tempering.parameter,
    ]

    public static let declaration = ComponentDeclaration(
        "hoeffding_adaptive_tree_classifier", .classifier, parameters: HoeffdingTreeParameters.declarations + own
    ) { Splitters.conflict(HoeffdingTreeParameters.declarations, $0) }
    public static let tasks = [Task.binary, .multiclass]
    public static let takesCategories = true

    private var core: AdaptiveTreeCore
    /// The shares of the classes, and how far the tree is believed; learns nothing without tempering.
    private var classes: ClassWeights
    private let isTempered: Bool

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        let detector = arguments.component("drift_detector") ?? ADWIN.declaration.withDefaults
        let settings = AdaptiveTreeCore.Settings(
            detector: AnyDriftDetector(detector), drawsWeights: arguments.boolean("bootstrap_sampling"),
            windowThreshold: Double(arguments.integer("drift_window_threshold")),
            logSignificance: Elementary.log(2 / arguments.number("switch_significance")))
        core = AdaptiveTreeCore(
            HoeffdingTreeParameters(arguments), settings, inputs: inputs, seed: UInt64(arguments.integer("seed")))
        isTempered = arguments.boolean("tempering")
        classes = ClassWeights(isTempered: isTempered)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        if isTempered {
            classes.answer(core.tree.inputs.task, into: &answer) { fill($0, x) }
        } else {
            predictAsRiver(x, into: &answer)
        }
    }

    /// Writes the logarithm of the probability that the tree gives to each class.
    private func fill(_ logarithms: UnsafeMutablePointer<Double>, _ x: borrowing FeatureVector) {
        let (known, count) = (classes.count, core.tree.classCount)
        TreeInput.with(x) { input in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { room in
                room.initialize(repeating: 0)
                core.votes(input, into: room)
                var sum = 0.0
                for slot in 0..<count { sum += room[slot] }
                let isKnowing = sum > 0 && sum < .infinity
                for slot in 0..<known {
                    logarithms[slot] =
                        !isKnowing || slot >= count ? classes.logShare(slot) : Elementary.log(room[slot] / sum)
                }
            }
        }
    }

    private func predictAsRiver(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let isBinary = core.tree.inputs.task == .binary
        let count = core.tree.classCount
        TreeInput.with(x) { input in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { room in
                room.initialize(repeating: 0)
                core.votes(input, into: room)
                var sum = 0.0
                for slot in 0..<count { sum += room[slot] }
                // Not divided by the sum: River's steps.
                if sum > 0 && sum < .infinity { for slot in 0..<count { room[slot] *= 1 / sum } }
                let known = core.tree.isKnown
                if isBinary {
                    answer.append(sum > 0 && sum < .infinity ? room[1] / (room[0] + room[1]) : 0.5)
                } else {
                    let isKnowing = sum > 0 && sum < .infinity
                    let number = Double(known.reduce(0) { $0 + ($1 ? 1 : 0) })
                    for slot in 0..<count {
                        answer.append(!known[slot] ? .nan : isKnowing ? room[slot] : 1 / number)
                    }
                }
            }
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard TreeInput.accepts(x, weight: weight) else { return false }
        guard weight > 0 else { return true }
        if isTempered {
            temper(x, slot, weight)
            classes.learn(slot, weight: weight)
        }
        core.tree.noteClass(slot)
        TreeInput.with(x) { core.learn($0, Int32(truncatingIfNeeded: slot), weight: weight) }
        core.tree.noteWeight(weight)
        return true
    }

    private mutating func temper(_ x: borrowing FeatureVector, _ slot: Int, _ weight: Double) {
        var own = classes
        own.temper(slot, weight: weight) { fill($0, x) }
        classes = own
    }

    public var byteCount: Int { core.byteCount + classes.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) {
        core.encode(to: &encoder)
        if isTempered { classes.encode(to: &encoder) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try core.restore(from: &decoder)
        if isTempered { try classes.restore(from: &decoder) }
    }
}

extension HoeffdingAdaptiveTreeClassifier: ExplainingLearner {
    /// Path contributions; what the leaves beside the way and tempering make of the leaf's answer is the leaf's own.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        var answer: [Double] = []
        predict(x, into: &answer)
        return core.tree.explain(x, slot: asked.slot, answer: asked.number(answer, in: .probability))
    }
}
