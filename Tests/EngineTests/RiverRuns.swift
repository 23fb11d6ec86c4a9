import BundledStreams
import Foundation
import ModelLifecycle
import OnlineLearning

/// One run of a file of `Tests/RiverNumbers`: a model in the form of a spec over a bundled stream, and what River made
/// of it.
struct RiverRun: Sendable, CustomStringConvertible {
    let file: String
    let stream: BundledStream
    let model: JSONValue
    /// How many rows of the stream; all where the run does not say.
    let rows: Int?
    /// Ten points of a deterministic learner.
    let checkpoints: [JSONValue]
    /// The last metrics of ten seeds of one that draws at random.
    let seeds: [JSONValue]

    var description: String { "\(file): \(Self.text(model)) on \(stream)" }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .object(let members): members.map { "\($0.key): \(text($0.value))" }.joined(separator: ", ")
        case .array(let elements): "[\(elements.map(text).joined(separator: ", "))]"
        case .string(let text): text
        case .number(let number): "\(number)"
        case .boolean(let value): "\(value)"
        case .null: "null"
        }
    }

    /// How many runs each file has. A run that cannot be read, or that is on no stream, would else go unnoticed.
    static let counts = [
        "conformal.json": 10, "drift.json": 0, "ensembles.json": 58, "factorization.json": 23, "linear.json": 435,
        "metrics.json": 0, "mondrian.json": 29, "others.json": 163, "transformers.json": 249,
        "tree_classifiers.json": 46, "tree_regressors.json": 50,
    ]

    /// Every run of every file that has runs, in the order of the names.
    static let all: [RiverRun] = counts.keys.sorted().flatMap { name -> [RiverRun] in
        let file = BundledStream.root.appending(path: "Tests/RiverNumbers").appending(path: name)
        guard let data = try? Data(contentsOf: file), let json = try? JSONValue(parsing: Array(data)),
            let runs = json["runs"]?.array
        else { return [] }
        return runs.compactMap { run($0, in: name) }
    }

    private static func run(_ json: JSONValue, in file: String) -> RiverRun? {
        guard let stream = BundledStream.named(json["stream"]?.string ?? ""), let model = json["model"] else {
            return nil
        }
        return RiverRun(
            file: file, stream: stream, model: model, rows: json["rows"]?.integer,
            checkpoints: json["checkpoints"]?.array ?? [], seeds: json["seeds"]?.array ?? [])
    }

    /// The model with another seed at its learner, where that has one.
    func model(seed: Int) -> JSONValue {
        guard case .array(var steps) = model, let last = steps.popLast() else { return model }
        let (name, parameters): (String, [(key: String, value: JSONValue)]) =
            switch last {
            case .object(let members): (members.first?.key ?? "", members.first?.value.members ?? [])
            default: (last.string ?? "", [])
            }
        let hasSeed = Catalogue.declaration(named: name)?.parameters.contains { $0.name == "seed" } ?? false
        let seeded = parameters.filter { !hasSeed || $0.key != "seed" }
        let seedMember: [(key: String, value: JSONValue)] = hasSeed ? [("seed", .number(Double(seed)))] : []
        return .array(steps + [.object([(name, .object(seeded + seedMember))])])
    }
}

extension JSONValue {
    /// The members of an object; none of anything else.
    var members: [(key: String, value: JSONValue)] {
        if case .object(let members) = self { members } else { [] }
    }
}
