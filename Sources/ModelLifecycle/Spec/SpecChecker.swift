import Determinism
import OnlineLearning

/// Turns what somebody wrote into a ``Spec``, or into everything that is wrong with it: it never stops at the first
/// mistake, and what one mistake makes unknown is not complained about again.
///
/// Each of its methods checks one part, reports what it finds, and returns nil where it has reported that a part is
/// unusable. Names are compared as UTF-8 bytes; two that differ only by Unicode normalization are refused, because
/// nobody could tell them apart.
public struct SpecChecker {
    var mistakes: [SpecMistake] = []
    var warnings: [SpecMistake] = []
    /// Whether something was passed over in silence because its reader had refused it.
    var isIncomplete = false
    /// Whether what is not said is what it was in programs before the ladder.
    var hasFormerDefaults = false
    /// Whether linear models that name no loss have the one that they have where another metric is shown first.
    var hasOtherLoss = false

    /// The features whose names are known, even where the rest of them is wrong.
    var features: [CheckedFeature] = []
    var featureIndices: [String: Int] = [:]
    /// What is predicted, once that is known.
    var task: Task?
    /// The target's name and its classes in the order of their slots, once they are known and where they are listed.
    var targetName: String?
    var targetClasses: [String]?
    /// Whether the metrics that it names begin with the mean absolute error.
    var showsAbsoluteError = false

    /// - Throws: every mistake, by position.
    public static func check(_ node: SpecNode) throws(SpecMistakes) -> (spec: Spec, warnings: [SpecMistake]) {
        var checker = SpecChecker()
        guard var spec = checker.spec(SpecPlace(node, path: "")), checker.isClean else {
            throw SpecMistakes(checker.mistakes)
        }
        var (former, otherwise) = (SpecChecker(), SpecChecker())
        (former.hasFormerDefaults, otherwise.hasOtherLoss) = (true, true)
        let others = [former.spec(SpecPlace(node, path: "")), otherwise.spec(SpecPlace(node, path: ""))]
        spec.former = Spec.Former(models: others.flatMap { $0.map { $0 == spec ? [] : $0.settings.models } ?? [] })
        return (spec, SpecMistake.sorted(checker.warnings))
    }

    var isClean: Bool { mistakes.isEmpty && !isIncomplete }

    private mutating func spec(_ root: SpecPlace) -> Spec? {
        guard
            let record = record(
                root,
                keys: [
                    "application", "clock", "durability", "recovery", "retention", "limits", "features", "target",
                    "data", "model", "challengers", "metrics",
                ],
                required: [
                    ("application", "the name of the application"), ("features", "a map from feature to type"),
                    ("target", "a map with the target's name and type"),
                    ("model", "a list of transformers and a learner"),
                ],
                expected: "a map of application, features, target and model")
        else { return nil }
        let application = record["application"].flatMap { identifier($0, of: "an application") }
        let clock = record["clock"].flatMap { choice($0, ["claimed", "server"]) }
        let durability = record["durability"].flatMap { choice($0, Durability.allCases.map(\.name)) }
        let recovery = record["recovery"].flatMap { span($0, Self.recoveryMin...Self.recoveryMax, such: "30s") }
        let limits = record["limits"].map { self.limits($0) } ?? Limits()
        if let place = record["features"] { checkFeatures(place) }
        let target = record["target"].flatMap { self.target($0) }
        (targetName, targetClasses) = (target?.name, target?.classes)
        let retention = record["retention"].flatMap { self.retention($0, horizon: target?.horizon) }
        let data = record["data"].map { self.data($0) } ?? DataMapping()
        let metrics = self.metrics(record["metrics"])
        showsAbsoluteError = (record["metrics"] != nil && metrics.first?.name == "mae") != hasOtherLoss
        let (modelName, model) = record["model"].map { self.model($0) } ?? (nil, nil)
        let challengers = record["challengers"].map { self.challengers($0) } ?? []
        checkNames(modelName, record["challengers"], challengers)
        warnUnusedFeatures(pipelines: [model].compactMap { $0 } + challengers.map(\.pipeline))
        guard let application, let target, let model, isClean else { return nil }
        let contract = Contract(
            features: features.compactMap(\.declaration), target: target,
            clock: clock == "claimed" ? .claimed : .server)
        return Spec(
            application: application, contract: contract, data: data,
            durability: durability == Durability.relaxed.name ? .relaxed : .durable, limits: limits,
            settings: Settings(model: model, named: modelName?.text, challengers: challengers, metrics: metrics),
            recovery: recovery ?? Spec.defaultRecovery, retention: retention)
    }

    /// - Parameter horizon: a question may be open so long; nil where it is not known.
    private mutating func retention(_ place: SpecPlace, horizon: TimeSpan?) -> TimeSpan? {
        guard let span = span(place, Self.retentionMin...Self.retentionMax, such: "400d") else { return nil }
        guard let horizon, span < horizon else { return span }
        report(
            place, expected: "at least the target's horizon, \(horizon)",
            hint: "what an open question asked must not go before its label may come: retention: \(horizon)")
        return nil
    }

    private mutating func limits(_ place: SpecPlace) -> Limits {
        guard
            let record = record(
                place, keys: ["ids", "queue", "snapshots", "voices"],
                expected: "a map of ids, queue, snapshots and voices")
        else { return Limits() }
        let idBytes = record["ids"].flatMap { bytes($0) }
        let queued = record["queue"].flatMap { integer($0, 1...Int.max, expected: "a whole number of events ≥ 1") }
        return Limits(
            idBytes: idBytes ?? Limits.defaultIDBytes, queuedEvents: queued ?? Limits.defaultQueuedEvents,
            snapshotBytes: record["snapshots"].flatMap { bytes($0) },
            voiceBytes: record["voices"].flatMap { bytes($0) } ?? Limits.defaultVoiceBytes)
    }

    mutating func data(_ place: SpecPlace) -> DataMapping {
        guard
            let record = record(
                place, keys: ["id", "time", "label_time"], expected: "a map from id, time and label_time to columns")
        else { return DataMapping() }
        let id = record["id"].flatMap { name($0, expected: "the name of a column") }
        let time = record["time"].flatMap { name($0, expected: "the name of a column") }
        let labelTime = record["label_time"].flatMap { name($0, expected: "the name of a column") }
        if let place = record["label_time"], record["time"] == nil {
            report(place, "label_time needs time: when the prediction is asked for")
        }
        return DataMapping(id: id, time: time, labelTime: labelTime)
    }

    /// A pipeline, or a map of its `name` and the `model`.
    private mutating func model(
        _ place: SpecPlace
    ) -> (name: (text: String, place: SpecPlace)?, pipeline: PipelineDeclaration?) {
        guard case .map(let entries) = place.node.kind,
            entries.contains(where: { ["name", "model"].contains($0.key.text ?? "") })
        else { return (nil, pipeline(place)) }
        let record = record(
            place, keys: ["name", "model"],
            required: [("name", "the name of the model"), ("model", "a list of transformers and a learner")],
            expected: "a map of name and model")
        let name = record?["name"].flatMap { place in roleFree(place, of: "a model").map { ($0, place) } }
        return (name, record?["model"].flatMap { pipeline($0) })
    }

    /// A name of a model, which is no role.
    private mutating func roleFree(_ place: SpecPlace, of what: String) -> String? {
        guard let name = identifier(place, of: what) else { return nil }
        if name == Roles.Role.champion.name || name == ApplicationState.baselineRole {
            report(place, found: place.node.found, expected: "a name that is no role of its own")
        }
        return name
    }

    /// No two models have one name. A challenger that is called as `model:` is where it has no name of its own would
    /// take over its role, too.
    private mutating func checkNames(
        _ model: (text: String, place: SpecPlace)?, _ place: SpecPlace?, _ challengers: [Settings.Model]
    ) {
        if let model {
            guard challengers.contains(where: { $0.name == model.text }) else { return }
            report(model.place, found: model.place.node.found, expected: "a name that no challenger has")
        } else if let place, challengers.contains(where: { $0.name == Settings.plainName }) {
            let usual = Settings.usualName(beside: challengers)
            report(
                place, found: "a challenger named '\(Settings.plainName)', as `model:` is",
                expected: "names of their own",
                hint: "give the model another: `model: {name: \(usual), model: […]}`")
        }
    }

    private mutating func challengers(_ place: SpecPlace) -> [Settings.Model] {
        guard let members = members(place, expected: "a map from name to model") else { return [] }
        if members.count > Self.challengersMax {
            report(place, found: "\(members.count) challengers", expected: "at most \(Self.challengersMax)")
        }
        var challengers: [Settings.Model] = []
        for member in members {
            let name = roleFree(member.key, of: "a challenger")
            if let pipeline = pipeline(member.value), let name {
                challengers.append(Settings.Model(name: name, pipeline: pipeline))
            }
        }
        return challengers
    }

    static let challengersMax = 32
    static let recoveryMin = TimeSpan(microseconds: 1_000_000)
    static let recoveryMax = TimeSpan(microseconds: 86_400 * 1_000_000)
    static let retentionMin = TimeSpan(microseconds: 1_000_000)
    static let retentionMax = TimeSpan(microseconds: 36_500 * 86_400 * 1_000_000)
}
