import Determinism

/// Adaptive random forest: Hoeffding trees whose leaves look at a few random features each, and which learn each
/// example with a random weight. Each tree's errors are watched: at a warning a successor begins to grow beside it, and
/// at a drift takes its place. Votes are weighted by the trees' accuracy.
///
/// - `n_models`: how many trees there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
/// - `max_features`: how many features a leaf looks at: `sqrt` of all (default), `log2`, `all`, or a `fraction`, which
///   `max_features_fraction` gives, 0 to 1 (default 0.5); at least one.
/// - `lambda_value`: the mean weight of an example to a tree, above 0 up to 100 (default 6).
/// - `drift_detector`, `warning_detector`: default `adwin` with `delta` 0.001 and 0.01; `no_drift` for none.
/// - `disable_weighted_vote`: default false.
/// - The parameters of ``HoeffdingTreeClassifier``, with the defaults `grace_period` 50, `delta` 0.01 and
///   `memory_estimate_period` 2,000,000.
///
/// With `leaf_prediction: mix` the log loss is lower on elec (0.355 for 0.364, with 60 % of the features 0.311), late
/// flights, phishing and bananas, and higher on shuttle (0.026 for 0.020) and the image segments: trees that are
/// already right gain nothing by doubt.
///
/// Time: that of `n_models` trees, which answer once more per example. Memory: that of the trees, twice while they are
/// being replaced. They can grow at the same time.
///
/// Source: H. M. Gomes et al., *Adaptive random forests for evolving data stream classification*, Machine Learning 106,
/// 2017, algorithms 1 and 2; River's `forest.ARFClassifier`, whose accuracies take in every example, not only those
/// that a tree did not learn. `max_features` as a number is River's `fraction`.
public struct ARFClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "arf_classifier", .ensemble, parameters: declarations, conflict: { Splitters.conflict(declarations, $0) })
    public static let tasks = [Task.binary, .multiclass]
    public static var takesCategories: Bool { true }

    private static let declarations = ForestParameters.declarations(
        ForestParameters.with(
            HoeffdingTreeParameters.declarations,
            [
                ("grace_period", .integer(50)), ("delta", .number(0.01)),
                ("memory_estimate_period", .integer(2_000_000)),
            ]), isWeightDisabled: false)

    /// A tree with what watches it.
    private struct Member: Sendable {
        var tree: TreeClassifierCore
        /// Its successor, since the last warning.
        var successor: TreeClassifierCore?
        var hitCount = 0.0
        var exampleCount = 0.0
        var drift: AnyDriftDetector
        var warning: AnyDriftDetector
        // Of the last example; nothing between examples.
        var times = 0
        var isWarned = false
        var isDrifted = false

        /// What its vote counts: the accuracy, or 1 before it was ever right.
        var weight: Double { hitCount > 0 ? hitCount / exampleCount : 1 }

        @inline(__always)
        mutating func learn(_ x: borrowing FeatureVector, _ slot: Int, _ weight: Double) {
            (isWarned, isDrifted) = (false, false)
            exampleCount += 1
            guard times > 0 else {
                let choice = TreeInput.with(x) { tree.choice($0) }
                if choice == Int32(slot) { hitCount += 1 }
                return
            }
            let weight = weight * Double(times)
            // Both accept it: the forest has asked.
            let choice = TreeInput.with(x) { input in
                _ = successor?.learnChoosing(input, Int32(slot), weight: weight)
                return tree.learnChoosing(input, Int32(slot), weight: weight)
            }
            let isRight = choice == Int32(slot)
            if isRight { hitCount += 1 }
            isWarned = warning.update(isRight ? 0 : 1)
            isDrifted = drift.update(isRight ? 0 : 1)
        }
    }

    private let inputs: LearnerInputs
    private let parameters: HoeffdingTreeParameters
    private let maxFeatures: Int
    private let distribution: PoissonDistribution
    private let isWeighted: Bool
    /// Detectors that have seen nothing.
    private let drift: AnyDriftDetector
    private let warning: AnyDriftDetector
    private var generator: SeededGenerator
    private var known = KnownClasses()
    private var members: [Member] = []

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        self.inputs = inputs
        parameters = HoeffdingTreeParameters(arguments)
        maxFeatures = ForestParameters.maxFeatures(arguments, inputs: inputs)
        distribution = PoissonDistribution(rate: arguments.number("lambda_value"))
        isWeighted = !arguments.boolean("disable_weighted_vote")
        drift = arguments.detector("drift_detector")
        warning = arguments.detector("warning_detector")
        generator = SeededGenerator(seed: arguments.seed)
        for _ in 0..<arguments.integer("n_models") {
            members.append(Member(tree: makeTree(), drift: drift, warning: warning))
        }
    }

    private mutating func makeTree() -> TreeClassifierCore {
        TreeClassifierCore(
            parameters, inputs: inputs, maxFeatures: maxFeatures, generator: SeededGenerator(seed: generator.next()))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let votes = Votes(inputs.task, classCount: known.slotCount, &answer)
        let isWeighted = isWeighted
        votes.withSums(&answer) { sums in
            TreeInput.with(x) { input in
                members.withUnsafeBufferPointer { members in
                    guard let first = members.baseAddress else { return }
                    for index in 0..<members.count {
                        // Asked where it lies: a tree that is read through a constant address is copied first.
                        let member = UnsafeMutablePointer(mutating: first + index)
                        let scale = isWeighted ? member.pointee.weight : 1
                        member.pointee.tree.addVotesInPlace(input, scale: scale, into: sums)
                    }
                }
            }
        }
        votes.finish(known, &answer)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard TreeInput.accepts(x, weight: weight * 300) else { return false }
        guard weight > 0 else { return true }
        known.insert(slot)
        for index in members.indices { members[index].times = distribution.draw(&generator) }
        sideBySide(&members, x, workers: journal.workers) { member, x in member.learn(x, slot, weight) }
        for index in members.indices {
            if members[index].isWarned { warn(index) }
            if members[index].isDrifted { replace(index) }
        }
        return true
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
        }
        members[index].drift = drift
        (members[index].hitCount, members[index].exampleCount) = (0, 0)
    }

    public var byteCount: Int {
        members.reduce(MemoryLayout<Self>.size) { sum, member in
            sum + MemoryLayout<Member>.stride + member.tree.byteCount + (member.successor?.byteCount ?? 0)
                + member.drift.byteCount + member.warning.byteCount
        }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        known.encode(to: &encoder)
        for member in members {
            encoder.double(member.hitCount)
            encoder.double(member.exampleCount)
            member.tree.encode(to: &encoder)
            encoder.optional(member.successor) { encoder, tree in tree.encode(to: &encoder) }
            member.drift.encode(to: &encoder)
            member.warning.encode(to: &encoder)
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let newGenerator = try SeededGenerator(from: &decoder)
        known = try KnownClasses(from: &decoder)
        for index in members.indices {
            var member = Member(tree: makeTree(), drift: drift, warning: warning)
            member.hitCount = try decoder.double()
            member.exampleCount = try decoder.double()
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

extension ARFClassifier: ExplainingLearner {
    /// The trees' path contributions, weighted as the trees vote.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        var sums = [Double](repeating: 0, count: inputs.task == .binary ? 2 : known.slotCount)
        var (voices, total): ([(scale: Double, answer: Double)], Double) = ([], 0)
        for member in members {
            for slot in sums.indices { sums[slot] = 0 }
            TreeInput.with(x) { input in
                sums.withUnsafeMutableBufferPointer {
                    member.tree.addVotes(input, isRounded: false, scale: 1, into: $0)
                }
            }
            let all = sums.reduce(0, +)
            let scale = all > 0 ? (isWeighted ? member.weight : 1) : 0
            voices.append((scale, asked.slot < sums.count ? sums[asked.slot] : 0))
            total += scale * all
        }
        guard total > 0 else { throw Unexplained("no tree knows anything yet") }
        var mean = ColumnContributions(.probability, bias: 0, named: "roots of the trees")
        for (member, voice) in zip(members, voices) where voice.scale > 0 {
            mean.add(member.tree.explain(x, slot: asked.slot, answer: voice.answer), times: voice.scale / total)
        }
        return mean
    }
}
