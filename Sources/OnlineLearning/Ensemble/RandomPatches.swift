import Determinism

/// The parameters that ``SRPClassifier`` and ``SRPRegressor`` share.
enum SRPParameters {
    static func declarations(_ model: ParameterDeclaration, isWeightDisabled: Bool) -> [ParameterDeclaration] {
        [
            model, EnsembleParameters.modelCount,
            ParameterDeclaration(
                "subspace_size", .number(0.001...1e6), default: .number(0.6),
                "how many features a member sees: a part of them, or their number from 2"),
            ParameterDeclaration(
                "training_method", .choice(["patches", "subspaces", "resampling"]), default: .choice("patches"),
                "whether members differ in features and examples, features or examples"),
            ParameterDeclaration(
                "lam", .number(1e-3...PoissonDistribution.rateMax), default: .number(6),
                "the mean number of times that a member sees an example"),
            EnsembleParameters.detector("drift_detector", delta: 1e-5, "what replaces a member"),
            EnsembleParameters.detector("warning_detector", delta: 1e-4, "what begins to train a member's successor"),
            ParameterDeclaration(
                "disable_detector", .choice(["off", "drift", "warning"]), default: .choice("off"),
                "which detectors are left out"),
            ParameterDeclaration(
                "disable_weighted_vote", .boolean, default: .boolean(isWeightDisabled),
                "whether all members count alike"),
            EnsembleParameters.seed,
        ]
    }
}

/// The members of streaming random patches: learners that each see a part of the features, with what watches them.
struct RandomPatches<M: Learner>: Sendable {
    private struct Patch: Sendable {
        var member: Members<M>.Member
        var subspace: Subspace
        /// Its successor, since the last warning.
        var successor: Members<M>.Member?
        var successorSubspace: Subspace
        /// The mean of its scores, taken before each example is learned.
        var score = Mean()
        var drift: AnyDriftDetector?
        var warning: AnyDriftDetector?
        // What the last example brought; nothing between examples.
        var newScore = Double.nan
        var watched = 0.0
        var view = FeatureVector()

        init(_ member: Members<M>.Member, _ subspace: Subspace) {
            (self.member, self.subspace, successorSubspace) = (member, subspace, subspace)
        }
    }

    private let distribution: PoissonDistribution
    /// Whether members learn a random number of times; otherwise once.
    private let isResampling: Bool
    /// How many features a member sees; nil where all.
    private let subspaceSize: Int?
    private let everything: Subspace
    /// A detector that has seen nothing, where there is one.
    private let drift: AnyDriftDetector?
    private let warning: AnyDriftDetector?
    private var source: Members<M>
    private var patches: [Patch] = []
    private var generator: SeededGenerator

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        let method = arguments.choice("training_method")
        distribution = PoissonDistribution(rate: arguments.number("lam"))
        isResampling = method != "subspaces"
        let featureCount = inputs.numberCount + inputs.categoryCount
        let size = arguments.number("subspace_size")
        let share = size < 2 ? min(size, 1) : min(size / Double(max(featureCount, 1)), 1)
        subspaceSize = method == "resampling" || share == 1 ? nil : Self.size(size, featureCount)
        everything = Subspace(inputs, columnShare: share)
        let disabled = arguments.choice("disable_detector")
        drift = disabled == "drift" ? nil : arguments.component("drift_detector").map { AnyDriftDetector($0) }
        warning = disabled != "off" ? nil : arguments.component("warning_detector").map { AnyDriftDetector($0) }
        source = Members(arguments.member, count: 0, inputs: inputs)
        generator = SeededGenerator(seed: arguments.seed)
        for _ in 0..<arguments.integer("n_models") {
            var patch = Patch(source.makeMember(), drawSubspace())
            (patch.drift, patch.warning) = (drift, warning)
            patches.append(patch)
        }
    }

    /// River's rounding, to even where halfway, and at least two features of more than two.
    private static func size(_ size: Double, _ featureCount: Int) -> Int {
        let count = size < 2 ? Int((Double(featureCount) * min(size, 1)).rounded(.toNearestOrEven)) : Int(size)
        return min(count < 2 ? min(count + 1, 2) : count, featureCount)
    }

    private mutating func drawSubspace() -> Subspace {
        var subspace = everything
        if let subspaceSize { subspace.draw(subspaceSize, &generator) }
        return subspace
    }

    /// The mean score of each member.
    var scores: [Double] { patches.map(\.score.value) }

    /// Has each member that has learned write its answer at the end of `answer`, and calls `body` with its score. The
    /// answers are left standing.
    @inline(__always)
    func predict(_ x: borrowing FeatureVector, into answer: inout [Double], _ body: (Double, inout [Double]) -> Void) {
        var view = FeatureVector()
        patches.withUnsafeBufferPointer { patches in
            for index in patches.indices where patches[index].member.hasLearned {
                if subspaceSize == nil {
                    patches[index].member.model.predict(x, into: &answer)
                } else {
                    patches[index].subspace.show(x, in: &view)
                    patches[index].member.model.predict(view, into: &answer)
                }
                body(patches[index].score.value, &answer)
            }
        }
    }

    /// - Parameters:
    ///   - score: how well a member does before it learns.
    ///   - watched: what its detectors are to watch after it learned.
    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, workers: (any Workers)?,
        score: @Sendable (inout Members<M>.Member, borrowing FeatureVector) -> Double,
        watched: @Sendable (inout Members<M>.Member, borrowing FeatureVector) -> Double
    ) -> Bool {
        guard weight > 0 else { return true }
        let before = generator
        for index in patches.indices {
            patches[index].member.count = isResampling ? distribution.draw(&generator) : 1
        }
        let watches = drift != nil
        sideBySide(&patches, x, workers: workers) { patch, x in
            patch.subspace.show(x, in: &patch.view)
            let times = patch.member.count
            patch.newScore = patch.member.hasLearned ? score(&patch.member, patch.view) : .nan
            patch.member.learn(patch.view, target, weight: weight, times: times)
            guard times > 0 else { return }
            if watches { patch.watched = watched(&patch.member, patch.view) }
            guard patch.successor != nil else { return }
            patch.successorSubspace.show(x, in: &patch.view)
            patch.successor?.learn(patch.view, target, weight: weight, times: times)
        }
        guard !haveRefused else {
            generator = before
            return false
        }
        for index in patches.indices {
            if patches[index].newScore.isFinite { patches[index].score.update(patches[index].newScore) }
            if watches, patches[index].member.count > 0 { watch(index) }
        }
        return true
    }

    /// Whether no member learned the example and one refused it.
    private var haveRefused: Bool {
        var isRefused = false
        for patch in patches {
            if patch.member.hasLearnedNow || patch.successor?.hasLearnedNow ?? false { return false }
            isRefused = isRefused || patch.member.hasRefused
        }
        return isRefused
    }

    private mutating func watch(_ index: Int) {
        let watched = patches[index].watched
        if patches[index].warning?.update(watched) ?? false {
            patches[index].successor = source.makeMember()
            patches[index].successorSubspace = drawSubspace()
            patches[index].warning = warning
        }
        guard patches[index].drift?.update(watched) ?? false else { return }
        if let successor = patches[index].successor {
            patches[index].member = successor
            patches[index].subspace = patches[index].successorSubspace
            patches[index].warning = warning
        } else {
            patches[index].member = source.makeMember()
            patches[index].subspace = drawSubspace()
        }
        patches[index].successor = nil
        patches[index].drift = drift
        patches[index].score = Mean()
    }

    var byteCount: Int {
        patches.reduce(0) { sum, patch in
            sum + MemoryLayout<Patch>.stride + patch.member.model.byteCount + (patch.successor?.model.byteCount ?? 0)
                + (patch.drift?.byteCount ?? 0) + (patch.warning?.byteCount ?? 0) + 2 * patch.subspace.byteCount
        }
    }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        source.encode(to: &encoder)
        for patch in patches {
            Members<M>.encode(patch.member, to: &encoder)
            patch.subspace.encode(to: &encoder)
            patch.score.encode(to: &encoder)
            patch.drift?.encode(to: &encoder)
            patch.warning?.encode(to: &encoder)
            encoder.optional(patch.successor) { encoder, successor in
                Members<M>.encode(successor, to: &encoder)
                patch.successorSubspace.encode(to: &encoder)
            }
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        try source.restore(from: &decoder)
        for index in patches.indices {
            var patch = Patch(try source.member(from: &decoder), everything)
            try patch.subspace.restore(from: &decoder)
            patch.score = try Mean(from: &decoder)
            (patch.drift, patch.warning) = (drift, warning)
            try patch.drift?.restore(from: &decoder)
            try patch.warning?.restore(from: &decoder)
            if try decoder.bool() {
                patch.successor = try source.member(from: &decoder)
                try patch.successorSubspace.restore(from: &decoder)
            }
            guard patch.subspace.isEverything == (subspaceSize == nil),
                patch.successor == nil || patch.successorSubspace.isEverything == (subspaceSize == nil)
            else { throw CanonicalDecodingError(offset: decoder.offset, reason: "a patch of another kind") }
            patches[index] = patch
        }
    }
}
