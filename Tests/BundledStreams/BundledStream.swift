import Engine
import Foundation
import ModelLifecycle
import OnlineLearning

/// A real stream of `Tests/Data`, as `streams.json` there describes it.
public struct BundledStream: Sendable, CustomStringConvertible {
    /// Its name.
    public let description: String
    public let task: OnlineLearning.Task
    let target: String
    let features: [(key: String, value: JSONValue)]
    public let path: String
    /// Whether it asks another question of a file that another stream is made of.
    private let isDerived: Bool

    /// The folder of the repository.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Those of a file each, in the order of `streams.json`; flights have two.
    public static let all = described.filter { !$0.isDerived }
    /// Those that ask for other classes of the same files.
    public static let derived = described.filter(\.isDerived)

    private static let described: [BundledStream] = {
        guard let data = try? Data(contentsOf: root.appending(path: "Tests/Data/streams.json")),
            case .object(let streams)? = try? JSONValue(parsing: Array(data))
        else { return [] }
        return streams.compactMap { BundledStream($0.key, $0.value) }
    }()

    public static func named(_ name: String) -> BundledStream? {
        described.first { $0.description == name }
    }

    private init?(_ name: String, _ json: JSONValue) {
        guard let file = json["file"]?.string, let task = OnlineLearning.Task(name: json["task"]?.string ?? ""),
            let target = json["target"]?.string, case .object(let features)? = json["features"]
        else { return nil }
        (description, self.task, self.target, self.features) = (name, task, target, features)
        if case .boolean(true)? = json["derived"] { isDerived = true } else { isDerived = false }
        path = Self.root.appending(path: "Tests/Data/\(file).csv.gz").path
    }

    /// The names of the features of a kind, in the order of the columns.
    public func features(of kind: FeatureKind) -> [String] {
        features.filter { $0.value.string == kind.name }.map(\.key)
    }

    /// The spec of an application over this stream, checked as every other.
    /// - Parameters:
    ///   - model: in the form of a spec, a list.
    ///   - metrics: the same; nil for the usual ones.
    public func spec(model: JSONValue, metrics: JSONValue? = nil) throws -> Spec {
        let optional = features.map { feature in
            (key: feature.key, value: JSONValue.object([("type", feature.value), ("optional", .boolean(true))]))
        }
        let tree = JSONValue.object([
            ("application", .string("stream")), ("features", .object(optional)),
            ("target", .object([("name", .string(target)), ("type", .string(task.name))])), ("model", model),
        ] + (metrics.map { [("metrics", $0)] } ?? []))
        return try SpecChecker.check(SpecNode(tree)).spec
    }

    /// The rows with their true values, classes as slots in the order in which they come.
    public func rows(limit: Int = .max) throws -> StreamRows {
        let baseline: JSONValue =
            switch task {
            case .regression: .string("linear_regression")
            case .binary: .string("logistic_regression")
            case .multiclass: .string("softmax_regression")
            }
        let spec = try spec(model: .array([baseline]))
        var source = try RowSource(path: path, contract: spec.contract, data: spec.data)
        var row = source.makeRow()
        var rows = StreamRows(layout: spec.contract.layout, task: task)
        var classes = CategoryTable()
        while rows.count < limit {
            switch try source.next(into: &row) {
            case .end: return rows
            case .refused(let refusal): throw refusal
            case .row:
                guard let label = row.label else { continue }
                rows.append(row.features, Self.target(label, &classes))
            }
        }
        return rows
    }

    private static func target(_ label: Label, _ classes: inout CategoryTable) -> Target {
        switch label {
        case .number(let value): .value(value)
        case .listed(let slot): .label(slot)
        case .named(let name):
            name.withUnsafeBytes { name in
                let hash = CategoryTable.hash(name)
                return .label(classes.slot(of: name, hash: hash) ?? classes.append(name, hash: hash))
            }
        }
    }
}

/// A stream in memory.
public struct StreamRows: Sendable {
    public let layout: FeatureLayout
    public let task: OnlineLearning.Task
    public private(set) var features: [FeatureRow] = []
    public private(set) var targets: [Target] = []

    init(layout: FeatureLayout, task: OnlineLearning.Task) {
        (self.layout, self.task) = (layout, task)
    }

    public var count: Int { targets.count }

    mutating func append(_ row: FeatureRow, _ target: Target) {
        features.append(row)
        targets.append(target)
    }

    /// The first rows.
    public func prefix(_ count: Int) -> StreamRows {
        var rows = StreamRows(layout: layout, task: task)
        (rows.features, rows.targets) = (Array(features.prefix(count)), Array(targets.prefix(count)))
        return rows
    }
}
