import Determinism
import OnlineLearning

/// A spec written down again: the tree from which ``SpecChecker`` makes an equal one.
///
/// What is at its default is left out, but for the horizon and the metrics, which one wants to see. Models are written
/// as they are folded: what `union`, `select` and `rename` have said stands in the steps themselves.
extension SpecNode {
    public init(describing spec: Spec) {
        let contract = spec.contract
        var members: [(String, SpecNode)] = [("application", .text(spec.application))]
        if contract.clock == .claimed { members.append(("clock", .text("claimed"))) }
        if spec.durability != .durable { members.append(("durability", .text(spec.durability.name))) }
        if spec.recovery != Spec.defaultRecovery { members.append(("recovery", .plain(spec.recovery.description))) }
        if let retention = spec.retention { members.append(("retention", .plain(retention.description))) }
        if spec.limits != Limits() { members.append(("limits", .limits(spec.limits))) }
        members.append(("features", .members(contract.features.map { ($0.name, .feature($0)) })))
        members.append(("target", .target(contract.target)))
        if spec.data != DataMapping() { members.append(("data", .data(spec.data))) }
        let showsAbsoluteError = spec.settings.metrics.first?.name == "mae"
        let context = Context(target: contract.target, showsAbsoluteError: showsAbsoluteError)
        let model = SpecNode.pipeline(spec.settings.model.pipeline, contract, context)
        let named = spec.settings.ownName.map { SpecNode.members([("name", .text($0)), ("model", model)]) }
        members.append(("model", named ?? model))
        if !spec.settings.challengers.isEmpty {
            let challengers = spec.settings.challengers.map {
                ($0.name, SpecNode.pipeline($0.pipeline, contract, context))
            }
            members.append(("challengers", .members(challengers)))
        }
        let metrics = spec.settings.metrics.map { SpecNode.component($0, context) }
        if !metrics.isEmpty { members.append(("metrics", .list(metrics))) }
        self = .members(members)
    }

    private static func limits(_ limits: Limits) -> SpecNode {
        var members: [(String, SpecNode)] = []
        if limits.idBytes != Limits.defaultIDBytes { members.append(("ids", .plain("\(limits.idBytes)"))) }
        if limits.queuedEvents != Limits.defaultQueuedEvents {
            members.append(("queue", .plain("\(limits.queuedEvents)")))
        }
        if let bytes = limits.snapshotBytes { members.append(("snapshots", .plain("\(bytes)"))) }
        if limits.voiceBytes != Limits.defaultVoiceBytes {
            members.append(("voices", .plain("\(limits.voiceBytes)")))
        }
        return .members(members)
    }

    private static func feature(_ feature: FeatureDeclaration) -> SpecNode {
        var members: [(String, SpecNode)] = [("type", .text(feature.kind.name))]
        if feature.isOptional { members.append(("optional", .plain("true"))) }
        if let minimum = feature.minimum { members.append(("min", .number(minimum))) }
        if let maximum = feature.maximum { members.append(("max", .number(maximum))) }
        if let categories = feature.categories { members.append(("values", .texts(categories))) }
        return members.count == 1 ? members[0].1 : .members(members)
    }

    private static func target(_ target: TargetDeclaration) -> SpecNode {
        var members: [(String, SpecNode)] = [
            ("name", .text(target.name)), ("type", .text(target.task.name)),
            ("horizon", .plain(target.horizon.description)),
        ]
        if let minimum = target.minimum { members.append(("min", .number(minimum))) }
        if let maximum = target.maximum { members.append(("max", .number(maximum))) }
        if target.outliers != .setAside { members.append(("outliers", .text(target.outliers.name))) }
        if let classes = target.classes, !target.isBoolean { members.append(("classes", .texts(classes))) }
        if target.task == .multiclass, target.classes == nil, target.maxClasses != TargetDeclaration.defaultMaxClasses {
            members.append(("max_classes", .plain("\(target.maxClasses)")))
        }
        if case .label(let label) = target.unlabelled {
            var unlabelled: [(String, SpecNode)] = [("label", .label(label, target))]
            if let span = target.provisionalAfter { unlabelled.append(("provisional_after", .plain(span.description))) }
            members.append(("unlabelled", .members(unlabelled)))
        }
        return .members(members)
    }

    private static func label(_ label: Label, _ target: TargetDeclaration) -> SpecNode {
        switch label {
        case .number(let value): .number(value)
        case .listed(let slot): .text(target.classes?[slot] ?? "")
        case .named(let bytes): .text(String(decoding: bytes, as: UTF8.self))
        }
    }

    private static func data(_ data: DataMapping) -> SpecNode {
        let names = [("id", data.id), ("time", data.time), ("label_time", data.labelTime)]
        return .members(names.compactMap { key, name in name.map { (key, .text($0)) } })
    }

    // MARK: Making nodes

    static func members(_ members: [(String, SpecNode)]) -> SpecNode {
        SpecNode(.map(members.map { Entry(key: .text($0.0), value: $0.1) }), line: 0, column: 0)
    }

    static func list(_ elements: [SpecNode]) -> SpecNode { SpecNode(.list(elements), line: 0, column: 0) }

    static func texts(_ texts: [String]) -> SpecNode { .list(texts.map { .text($0) }) }

    /// A text that stays one, whatever it looks like.
    static func text(_ text: String) -> SpecNode { SpecNode(.scalar(text, isQuoted: true), line: 0, column: 0) }

    /// A number, true, false or null.
    static func plain(_ text: String) -> SpecNode { SpecNode(.scalar(text, isQuoted: false), line: 0, column: 0) }

    static func number(_ value: Double) -> SpecNode {
        var json = JSONWriter()
        json.number(value)
        return .plain(json.text)
    }
}
