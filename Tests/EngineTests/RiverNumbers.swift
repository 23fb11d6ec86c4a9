import Foundation
import ModelLifecycle

/// What River computed on the streams of `Tests/RiverNumbers`, and the specs that say the same.
struct RiverNumbers: Sendable {
    struct Checkpoint: Sendable {
        let labels: Int
        let metrics: [(name: String, value: Double)]
    }

    struct Stream: Sendable, CustomStringConvertible {
        let description: String
        let json: JSONValue
        /// Pipelines in the order of the file, with their checkpoints.
        let models: [(model: JSONValue, checkpoints: [Checkpoint])]
        let baseline: [Checkpoint]
        let path: String

        var isRegression: Bool { json["type"]?.string == "regression" }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    static let streams: [Stream] = {
        let file = root.appending(path: "Tests/RiverNumbers/river_numbers.json")
        guard let data = try? Data(contentsOf: file), let json = try? JSONValue(parsing: Array(data)),
            case .object(let streams)? = json["streams"]
        else { return [] }
        return streams.map { stream($0.key, $0.value) }
    }()

    private static func stream(_ name: String, _ json: JSONValue) -> Stream {
        let runs = json["runs"]?.array ?? []
        // `evaluate` scores every answer, so of two baselines the one whose first answer counts is the same.
        let baseline = runs.first { $0["baseline"] != nil && $0["first_answer"]?.number != nil }
        return Stream(
            description: name, json: json,
            models: runs.compactMap { run in run["model"].map { ($0, checkpoints(run)) } },
            baseline: baseline.map(checkpoints) ?? [],
            path: root.appending(path: json["file"]?.string ?? "").path)
    }

    private static func checkpoints(_ run: JSONValue) -> [Checkpoint] {
        (run["checkpoints"]?.array ?? []).map { point in
            var metrics: [(name: String, value: Double)] = []
            if case .object(let members)? = point["metrics"] {
                metrics = members.compactMap { member in member.value.number.map { (member.key, $0) } }
            }
            return Checkpoint(labels: point["labels"]?.integer ?? -1, metrics: metrics)
        }
    }
}

extension RiverNumbers.Stream {
    /// A spec with the first pipeline as its champion and the others as challengers.
    func spec() throws -> Spec {
        try SpecChecker.check(SpecNode(tree)).spec
    }

    private var tree: JSONValue {
        var target: [(key: String, value: JSONValue)] = [
            ("name", json["target"] ?? .null), ("type", json["type"] ?? .null),
        ]
        if let horizon = json["horizon"] { target.append(("horizon", horizon)) }
        var members: [(key: String, value: JSONValue)] = [
            ("application", .string("river")), ("features", json["features"] ?? .null), ("target", .object(target)),
            ("model", translated(models[0].model)),
            ("metrics", .array((models[0].checkpoints[0].metrics).map { .string($0.name) })),
        ]
        let challengers = models.indices.dropFirst().map { ("model-\($0)", translated(models[$0].model)) }
        members.append(("challengers", .object(challengers.map { (key: $0.0, value: $0.1) })))
        let data = ["id", "time", "label_time"].compactMap { name in json[name].map { (key: name, value: $0) } }
        if !data.isEmpty { members.append(("data", .object(data))) }
        return .object(members)
    }

    /// River's pipeline in our words: where it names no optimizer, River's default is meant.
    private func translated(_ model: JSONValue) -> JSONValue {
        .array(
            (model.array ?? []).map { step in
                let (name, parameters): (String, JSONValue) =
                    switch step {
                    case .string(let name): (name, .object([]))
                    case .object(let members): (members[0].key, members[0].value)
                    default: ("", .null)
                    }
                guard name.hasSuffix("_regression"), case .object(var members) = parameters else { return step }
                if parameters["optimizer"] == nil {
                    members.append(("optimizer", .object([("sgd", .object([("lr", .number(0.01))]))])))
                }
                return .object([(name, .object(members))])
            })
    }
}
