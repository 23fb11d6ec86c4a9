import Determinism
import OnlineLearning

/// The contract and the data mapping as JSON: what the server tells its clients, so that they read files as it would.
///
///     {"clock": "claimed",
///      "features": [{"name": "distance", "type": "number", "optional": false, "min": 0}],
///      "target": {"name": "arr_delay", "type": "regression", "horizon": "1d", "unlabelled": "drop"},
///      "data": {"id": "flight_id"}}
///
/// What is not set is left out.
extension Spec {
    public func writeContract(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("clock", contract.clock == .claimed ? "claimed" : "server")
            writer.key("features")
            writer.array { writer in
                for feature in contract.features { feature.write(to: &writer) }
            }
            writer.key("target")
            contract.target.write(to: &writer)
            writer.key("data")
            writer.object { writer in
                if let id = data.id { writer.member("id", id) }
                if let time = data.time { writer.member("time", time) }
                if let labelTime = data.labelTime { writer.member("label_time", labelTime) }
            }
        }
    }

    /// Reads what ``writeContract(to:)`` wrote, checked as strictly as a spec, because it comes from elsewhere.
    /// - Throws: every mistake, without line and column.
    public static func readContract(
        _ json: JSONValue
    ) throws(SpecMistakes) -> (contract: Contract, data: DataMapping) {
        try SpecChecker.checkContract(SpecNode(contract: json))
    }
}

extension SpecChecker {
    /// Checks the part of a spec that ``Spec/writeContract(to:)`` writes; other keys are passed over.
    static func checkContract(_ node: SpecNode) throws(SpecMistakes) -> (contract: Contract, data: DataMapping) {
        var checker = SpecChecker()
        guard let result = checker.contract(SpecPlace(node, path: "")), checker.isClean else {
            throw SpecMistakes(checker.mistakes)
        }
        return result
    }

    private mutating func contract(_ root: SpecPlace) -> (contract: Contract, data: DataMapping)? {
        guard let members = members(root, expected: "an object of clock, features, target and data") else { return nil }
        let record = SpecRecord(members: members)
        func place(_ name: String) -> SpecPlace {
            record[name] ?? root.member(name, SpecNode(.scalar("", isQuoted: false), line: 0, column: 0))
        }
        let clock = choice(place("clock"), ["claimed", "server"])
        checkFeatures(place("features"))
        let target = target(place("target"))
        let data = record["data"].map { self.data($0) } ?? DataMapping()
        guard let target, isClean else { return nil }
        let contract = Contract(
            features: features.compactMap(\.declaration), target: target,
            clock: clock == "claimed" ? .claimed : .server)
        return (contract, data)
    }
}

extension SpecNode {
    /// As in a spec, features are a map by name: in JSON they are a list, to keep their order.
    init(contract json: JSONValue) {
        guard case .object(let members) = json else {
            self.init(json)
            return
        }
        let entries = members.map { member in
            var value = SpecNode(member.value)
            if member.key == "features", case .array(let features) = member.value {
                value = SpecNode(.map(features.map(Self.feature)), line: 0, column: 0)
            }
            return Entry(key: SpecNode(.string(member.key)), value: value)
        }
        self.init(.map(entries), line: 0, column: 0)
    }

    private static func feature(_ json: JSONValue) -> Entry {
        let members = (json.members ?? []).filter { $0.key != "name" }
        return Entry(key: SpecNode(json["name"] ?? .string("")), value: SpecNode(.object(members)))
    }
}

extension FeatureDeclaration {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("type", kind.name)
            writer.member("optional", isOptional)
            if let minimum { writer.member("min", minimum) }
            if let maximum { writer.member("max", maximum) }
            if let categories {
                writer.key("values")
                writer.array { writer in
                    for category in categories { writer.string(category) }
                }
            }
        }
    }
}

extension TargetDeclaration {
    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("name", name)
            writer.member("type", task.name)
            if let minimum { writer.member("min", minimum) }
            if let maximum { writer.member("max", maximum) }
            if outliers != .setAside { writer.member("outliers", outliers.name) }
            writer.member("horizon", horizon.description)
            if let classes {
                writer.key("classes")
                writer.array { writer in
                    for name in classes { writer.string(name) }
                }
            } else if task == .multiclass {
                writer.member("max_classes", maxClasses)
            }
            guard case .label(let label) = unlabelled else { return writer.member("unlabelled", "drop") }
            writer.key("unlabelled")
            writer.object { writer in
                switch label {
                case .number(let value): writer.member("label", value)
                case .listed(let slot): writer.member("label", (classes ?? [])[slot])
                case .named(let bytes): writer.member("label", String(decoding: bytes, as: UTF8.self))
                }
                if let provisionalAfter { writer.member("provisional_after", provisionalAfter.description) }
            }
        }
    }
}
