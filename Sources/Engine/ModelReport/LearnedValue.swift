import Determinism
import ModelLifecycle
import OnlineLearning

/// Writes what a component has learned, field by field under the fields' names, found by reflection; weights and trees
/// by the names of what they stand for.
struct LearnedValue {
    let names: ColumnNames
    /// Of a transformer: the features that it works on.
    var features: [String] = []

    /// Deeper than any component is.
    private static let depthMax = 64
    /// What repeats the parameters, or is scratch.
    private static let skipped = ["inputs", "parameters", "settings", "declared", "scratch", "storage"]

    func write(_ value: Any, to json: inout JSONWriter) {
        write(value, 0, &json)
    }

    private func write(_ value: Any, _ depth: Int, _ json: inout JSONWriter) {
        guard depth < Self.depthMax else { return json.null() }
        switch value {
        case let value as Bool: json.boolean(value)
        case let value as Double: json.number(value)
        case let value as SIMD2<Double>: json.array { json in for index in 0..<2 { json.number(value[index]) } }
        case let value as SIMD3<Double>: json.array { json in for index in 0..<3 { json.number(value[index]) } }
        case let value as SIMD4<Double>: json.array { json in for index in 0..<4 { json.number(value[index]) } }
        case let value as String: json.string(value)
        case let value as CategoryTable: json.array { json in for name in value.names { json.string(name) } }
        case let value as Component: json.string(value.name)
        case let value as any BinaryInteger: Self.integer(value, &json)
        default: reflect(value, depth, &json)
        }
    }

    private static func integer(_ value: some BinaryInteger, _ json: inout JSONWriter) { json.integer(value) }

    private func reflect(_ value: Any, _ depth: Int, _ json: inout JSONWriter) {
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            if let some = mirror.children.first { write(some.value, depth + 1, &json) } else { json.null() }
        case .collection:
            json.array { json in for child in mirror.children { write(child.value, depth + 1, &json) } }
        case .enum:
            guard let child = mirror.children.first else { return json.string("\(value)".snakeCased) }
            json.object { json in
                json.key((child.label ?? "value").snakeCased)
                write(child.value, depth + 1, &json)
            }
        case .struct, .class, .tuple:
            if let tree = LearnedTree(mirror, names) {
                tree.write(to: &json) { write($0, depth + 1, &$1) }
            } else if let scaler = ScaledFeatures(value, features) {
                scaler.write(to: &json)
            } else {
                json.object { writeMembers(mirror, value, depth, &$0) }
            }
        default: json.string(String(describing: type(of: value)))
        }
    }

    private func writeMembers(_ mirror: Mirror, _ value: Any, _ depth: Int, _ json: inout JSONWriter) {
        for (index, child) in mirror.children.enumerated() {
            let label = child.label ?? "\(index)"
            guard !Self.skipped.contains(label) else { continue }
            if label == "weights" || label == "columns", let weights = Self.weights(child.value, of: value, names) {
                json.member("weights", object: { json in
                    for (name, weight) in weights {
                        json.key(name)
                        write(weight, depth + 1, &json)
                    }
                })
                continue
            }
            json.key((label.hasPrefix(".") ? String(label.dropFirst()) : label).snakeCased)
            write(child.value, depth + 1, &json)
        }
    }

    /// The weights of a linear model with their columns' names: one each, or, of `ladder` and `twin_ada_grad`, that of
    /// each rung and copy, the slowest first; the intercept's first.
    private static func weights(_ value: Any, of model: Any, _ names: ColumnNames) -> [(String, Any)]? {
        let isLinear = ["LinearPredictor", "PassiveAggressive", "OptimizedPredictor", "Perceptron", "LinearDescent"]
        let type = String(describing: Swift.type(of: model))
        if let twins = value as? [SIMD2<Double>] {
            return twins.enumerated().map { ($0 == 0 ? ColumnNames.intercept : names.column($0 - 1), $1) }
        }
        if let rungs = value as? [SIMD4<Double>] {
            // Lane 0 is the sum of squared gradients.
            return rungs.enumerated().map {
                ($0 == 0 ? ColumnNames.intercept : names.column($0 - 1), SIMD3($1[1], $1[2], $1[3]))
            }
        }
        guard let weights = value as? [Double], isLinear.contains(where: { type.hasPrefix($0) }) else { return nil }
        return weights.enumerated().map { (names.column($0), $1) }
    }
}

/// The statistics of a standard scaler, by feature.
private struct ScaledFeatures {
    private let features: [String]
    private let values: ArraySlice<Double>

    init?(_ value: Any, _ features: [String]) {
        guard value is StandardScaler, !features.isEmpty else { return nil }
        let mirror = Mirror(reflecting: value)
        guard let halves = mirror.child("halves") as? [Double], let start = mirror.child("start") as? Int,
            halves.count == 8 * features.count, start + 4 * features.count <= halves.count
        else { return nil }
        (self.features, values) = (features, halves[start..<start + 4 * features.count])
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            for (index, name) in features.enumerated() {
                json.member(name, object: { json in
                    for (row, label) in ["count", "mean", "variance"].enumerated() {
                        json.member(label, values[values.startIndex + row * features.count + index])
                    }
                })
            }
        }
    }
}

extension String {
    /// `learningRate` as `learning_rate`.
    fileprivate var snakeCased: String {
        var text = ""
        for character in self {
            if character.isUppercase, !text.isEmpty, text.last != "_" { text.append("_") }
            text.append(contentsOf: character.lowercased())
        }
        return text
    }
}
