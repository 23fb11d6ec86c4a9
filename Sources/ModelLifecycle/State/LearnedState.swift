import Determinism
import OnlineLearning

/// What restoring and adopting replace: the settings, the models with all they learned, their metrics, the classes met.
///
/// `state_digest` is the digest of its canonical encoding. Beside it lie the roles, and the lineage, because that
/// speaks of offsets, which the digest does not cover.
public struct LearnedState: Sendable {
    public private(set) var settings: Settings
    /// In their places: that of `model:`, then the challengers in the order of the spec.
    public internal(set) var models: [Model]
    /// Who of them serves.
    public internal(set) var roles: Roles
    public internal(set) var baseline: Baseline
    public internal(set) var baselineMetrics: Scorecard
    /// The classes of an open target in the order in which they were first learned; empty where they are listed.
    public internal(set) var classes = CategoryTable()
    public internal(set) var lineage: Lineage
    /// Which events' provisional learning it holds, of all models that are as old.
    var taught: Lineage
    /// The range of the labels learned, and those that are set aside for it.
    var outliers = OutlierLabels()
    /// What the models answer: one state cannot take the place of another where this differs.
    let target: Target

    struct Target: Sendable, Equatable {
        let task: Task
        let classes: [String]?
        let maxClasses: Int
        /// How many classes of several are listed; 0 where they are open, and for other tasks.
        let listedCount: Int

        init(_ target: TargetDeclaration) {
            (task, classes, maxClasses) = (target.task, target.classes, target.maxClasses)
            listedCount = task == .multiclass ? classes?.count ?? 0 : 0
        }
    }

    /// A model, whatever its role.
    public struct Model: Sendable {
        /// Its name in the spec, which it keeps for life.
        public let name: String
        public internal(set) var pipeline: Pipeline
        public internal(set) var metrics: Scorecard
        /// Updates that would have made a number infinite or NaN and were left out.
        public internal(set) var failedUpdates: UInt64 = 0
        /// The event that brought it: what was learned provisionally before, it has not learned.
        var since = 0
    }

    /// Fresh models of a spec, that have learned nothing.
    /// - Precondition: the settings miss no feature in the layout.
    init(_ settings: Settings, contract: Contract, offset: Int) {
        self.settings = settings
        models = settings.models.map { model in
            Model(
                name: model.name,
                pipeline: Pipeline(model.pipeline, task: contract.target.task, layout: contract.layout),
                metrics: Scorecard(settings, contract), since: offset)
        }
        roles = Roles(modelCount: models.count)
        baseline = Baseline(contract.target.task)
        baselineMetrics = Scorecard(settings, contract)
        (lineage, taught) = (Lineage(from: offset), Lineage(from: offset))
        target = Target(contract.target)
    }

    /// The model that serves.
    public var champion: Model { models[roles.champion] }

    /// What figures of the model in a place are shown under: `champion` for the one that serves, else its name.
    public func label(ofPlace place: Int) -> String {
        place == roles.champion ? Roles.Role.champion.name : models[place].name
    }

    /// The state in which a changed spec takes over: models that it declares as before, under the same name, go on with
    /// their metrics; the others begin untrained. Other metrics than before begin anew, for all roles alike.
    func adopting(_ newSettings: Settings, contract: Contract, at offset: Int) -> LearnedState {
        let newRoles = roles.continued(from: models.map(\.name), to: newSettings.models.map(\.name))
        guard target == Target(contract.target), settings.missingFeatures(in: contract.layout).isEmpty else {
            var fresh = LearnedState(newSettings, contract: contract, offset: offset)
            fresh.roles = newRoles
            return fresh
        }
        var adopted = rebound(to: contract)
        let before = settings.models
        (adopted.settings, adopted.roles) = (newSettings, newRoles)
        adopted.models = newSettings.models.map { declared in
            if let index = before.firstIndex(of: declared) {
                var model = adopted.models[index]
                if newSettings.metrics != settings.metrics { model.metrics = Scorecard(newSettings, contract) }
                return model
            }
            return Model(
                name: declared.name,
                pipeline: Pipeline(declared.pipeline, task: contract.target.task, layout: contract.layout),
                metrics: Scorecard(newSettings, contract), since: offset)
        }
        if newSettings.metrics != settings.metrics { adopted.baselineMetrics = Scorecard(newSettings, contract) }
        adopted.outliers.rearrange(newSettings.models.map { before.firstIndex(of: $0) }, from: before.count)
        // Where the rule is off, the range would be that of once.
        if !contract.target.setsOutliersAside { adopted.outliers.range = LabelRange() }
        return adopted
    }

    /// The same state with its models reading rows of another contract's layout.
    func rebound(to contract: Contract) -> LearnedState {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        do {
            var state = try LearnedState(from: &decoder, contract: contract)
            (state.lineage, state.roles, state.taught, state.outliers) = (lineage, roles, taught, outliers)
            for index in models.indices { state.models[index].since = models[index].since }
            return state
        } catch {
            preconditionFailure("what was just encoded does not decode: \(error)")
        }
    }

    /// Appends every model's answer and the baseline's, each as wide as the widest. Of listed classes each is as
    /// probable as the others where a role has learned nothing.
    /// - Parameters:
    ///   - voices: takes what the models said that the answers were made of, by the layout.
    @inline(__always)
    mutating func predict(
        _ row: FeatureRow, width: Int, into answers: inout [Double], voices: inout [Double],
        _ layout: borrowing VoiceLayout, workspace: inout Pipeline.Workspace
    ) {
        for index in models.indices {
            models[index].pipeline.predictInPlace(row, into: &answers, workspace: &workspace)
            if layout.stride > 0 {
                workspace.voices.withUnsafeBufferPointer { layout.put($0, of: index, in: &voices) }
            }
            while answers.count < (index + 1) * width { answers.append(.nan) }
            fillPrior(index * width, &answers)
        }
        baseline.predict(into: &answers)
        while answers.count < (models.count + 1) * width { answers.append(.nan) }
        fillPrior(models.count * width, &answers)
    }

    @inline(__always)
    private func fillPrior(_ start: Int, _ answers: inout [Double]) {
        let count = target.listedCount
        guard count > 0, !answers[start..<start + count].saysAnything else { return }
        for place in start..<start + count { answers[place] = 1 / Double(count) }
    }

    /// The metrics that have no slices: the champion's, the baseline's, then each challenger's.
    public var plainMetrics: [[(name: String, value: Double)]] {
        let others = models.indices.filter { $0 != roles.champion }.map { models[$0].metrics }
        return ([champion.metrics, baselineMetrics] + others).map(\.values)
    }

    /// What the ``plainMetrics`` are of.
    public var plainLabels: [String] {
        [Roles.Role.champion.name, ApplicationState.baselineRole]
            + models.indices.filter { $0 != roles.champion }.map { models[$0].name }
    }

    /// Who serves is part of it where that is not what the spec itself says, and the range of labels where there is
    /// one, so that states of before have the digests that they always had.
    public var digest: Digest {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        if !roles.areUsual { roles.encode(to: &encoder) }
        if !outliers.isEmpty { outliers.encode(to: &encoder, withOffsets: false) }
        return Digest(hashing: encoder.bytes)
    }
}

extension LearnedState {
    public func encode(to encoder: inout CanonicalEncoder) {
        settings.encode(to: &encoder)
        encoder.byte(target.task.rawValue)
        encoder.optional(target.classes) { $0.strings($1) }
        encoder.count(target.maxClasses)
        classes.encode(to: &encoder)
        for model in models {
            model.pipeline.encode(to: &encoder)
            model.metrics.encode(to: &encoder)
            encoder.uint(model.failedUpdates)
        }
        baseline.encode(to: &encoder)
        baselineMetrics.encode(to: &encoder)
    }

    /// - Throws: where the bytes are no learned state, or need a feature that the contract lacks.
    public init(from decoder: inout CanonicalDecoder, contract: Contract) throws(CanonicalDecodingError) {
        let settings = try Settings(from: &decoder)
        let missing = settings.missingFeatures(in: contract.layout)
        guard missing.isEmpty else {
            throw CanonicalDecodingError(
                offset: decoder.offset, reason: "the models need the features \(missing.joined(separator: ", "))")
        }
        guard settings.metrics.allSatisfy({ ScoredMetric.tasks(of: $0).contains(contract.target.task) }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "metrics of another task")
        }
        self.init(settings, contract: contract, offset: 0)
        let task = try decoder.enumeration(Task.init(rawValue:))
        let listed = try decoder.bool() ? try decoder.strings() : nil
        let maxClasses = try decoder.natural()
        guard task == target.task, listed == target.classes, maxClasses == target.maxClasses else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a learned state of another target")
        }
        classes = try CategoryTable(from: &decoder)
        for index in models.indices {
            try models[index].pipeline.restore(from: &decoder)
            try models[index].metrics.restore(from: &decoder)
            models[index].failedUpdates = try decoder.uint()
        }
        try baseline.restore(from: &decoder)
        try baselineMetrics.restore(from: &decoder)
    }
}

/// The ranges of the log that a learned state was folded from, and the amendments it was folded under. An answer scores
/// only if it was given in one of the ranges.
public struct Lineage: Sendable, Equatable {
    /// Ascending, disjoint; each begins with an adoption, the last is open.
    private(set) var starts: [Int]
    private(set) var ends: [Int]
    /// How many of the application's amendments it was folded under: the first so many.
    public internal(set) var amendmentCount: Int

    init(from offset: Int, amendmentCount: Int = 0) {
        starts = [offset]
        ends = []
        self.amendmentCount = amendmentCount
    }

    /// Of some ranges, and of all from an offset on.
    init(of ranges: OffsetRanges, from offset: Int, amendmentCount: Int) {
        self.init(from: offset, amendmentCount: amendmentCount)
        for range in ranges.ranges.reversed() where range.lowerBound < offset {
            if range.upperBound >= starts[0] {
                starts[0] = range.lowerBound
            } else {
                starts.insert(range.lowerBound, at: 0)
                ends.insert(range.upperBound, at: 0)
            }
        }
    }

    func contains(_ offset: Int) -> Bool {
        var index = starts.count - 1
        while index > 0, starts[index] > offset { index -= 1 }
        return starts[index] <= offset && (index >= ends.count || offset < ends[index])
    }

    /// Whether the last of its ranges begins with an offset.
    func begins(at offset: Int) -> Bool { starts.last == offset }

    /// The lineage of a state that is adopted at `offset` as it was before event `end`.
    func adopted(at offset: Int, endingBefore end: Int) -> Lineage {
        var lineage = self
        lineage.ends.append(end)
        lineage.starts.append(offset)
        // Adopting the present state ends a range where the next begins: they are one.
        if lineage.ends.last == offset {
            lineage.ends.removeLast()
            lineage.starts.removeLast()
        }
        return lineage
    }
}

extension Lineage {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(starts.count)
        for start in starts { encoder.count(start) }
        for end in ends { encoder.count(end) }
        encoder.count(amendmentCount)
    }

    /// - Parameter hasAmendments: false in snapshots of format 1, which knew none.
    init(from decoder: inout CanonicalDecoder, hasAmendments: Bool) throws(CanonicalDecodingError) {
        (starts, ends, amendmentCount) = ([], [], 0)
        let count = try decoder.count()
        guard count > 0 else { throw CanonicalDecodingError(offset: decoder.offset, reason: "an empty lineage") }
        for _ in 0..<count { starts.append(try decoder.natural()) }
        for _ in 1..<count { ends.append(try decoder.natural()) }
        if hasAmendments { amendmentCount = try decoder.natural() }
    }
}

extension Scorecard {
    /// The metrics of one role.
    init(_ settings: Settings, _ contract: Contract) {
        self.init(settings.metrics, contract)
    }

    /// Metrics of answers under a contract.
    public init(_ metrics: [Component], _ contract: Contract) {
        let target = contract.target
        self.init(
            metrics, task: target.task, classesMax: target.classes?.count ?? target.maxClasses + 1,
            layout: contract.layout)
    }
}
