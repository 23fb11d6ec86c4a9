import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Trees written in Swift, where a literal is a plain scalar. Every node has a line of its own, in the order of
/// writing.
indirect enum SpecTree: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    Sendable
{
    case plain(String)
    case quoted(String)
    case list([SpecTree])
    case map([(String, SpecTree)])

    init(stringLiteral value: String) { self = .plain(value) }
    init(arrayLiteral elements: SpecTree...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, SpecTree)...) { self = .map(elements) }

    var node: SpecNode {
        var line = 0
        return node(&line)
    }

    private func node(_ line: inout Int) -> SpecNode {
        line += 1
        let own = line
        let kind: SpecNode.Kind =
            switch self {
            case .plain(let text): .scalar(text, isQuoted: false)
            case .quoted(let text): .scalar(text, isQuoted: true)
            case .list(let elements): .list(elements.map { $0.node(&line) })
            case .map(let entries):
                .map(
                    entries.map { key, value in
                        line += 1
                        let key = SpecNode(.scalar(key, isQuoted: false), line: line, column: 1)
                        return SpecNode.Entry(key: key, value: value.node(&line))
                    })
            }
        return SpecNode(kind, line: own, column: 1)
    }

    /// This map with other values for some keys; nil takes a key away.
    func with(_ key: String, _ value: SpecTree?) -> SpecTree {
        guard case .map(var entries) = self else { return self }
        let index = entries.firstIndex { $0.0 == key }
        switch (index, value) {
        case (let index?, let value?): entries[index].1 = value
        case (let index?, nil): entries.remove(at: index)
        case (nil, let value?): entries.append((key, value))
        case (nil, nil): break
        }
        return .map(entries)
    }

    /// What the checker says, without positions.
    var complaints: [String] {
        do throws(SpecMistakes) {
            Self.expectToBeWritten(try SpecChecker.check(node).spec)
            return []
        } catch {
            return error.mistakes.map(\.unplaced)
        }
    }

    /// Every spec that any test here makes can be written down again, and is the same when it is read.
    private static func expectToBeWritten(_ spec: Spec) {
        let node = SpecNode(describing: spec)
        do throws(SpecMistakes) {
            #expect(try SpecChecker.check(node).spec == spec, "\(node.yaml)")
            var json = JSONWriter()
            node.write(to: &json)
            guard let value = try? JSONValue(parsing: json.bytes) else {
                Issue.record("\(json.text)")
                return
            }
            #expect(try SpecChecker.check(SpecNode(value)).spec == spec, "\(json.text)")
        } catch {
            Issue.record("\(error)\n\(node.yaml)")
        }
    }

    var spec: Spec {
        get throws {
            let spec = try SpecChecker.check(node).spec
            Self.expectToBeWritten(spec)
            return spec
        }
    }

    var warnings: [String] {
        get throws { try SpecChecker.check(node).warnings.map(\.unplaced) }
    }
}

extension SpecMistake {
    /// The description without line and column.
    var unplaced: String {
        description.split(separator: " ", maxSplits: 1).last.map(String.init) ?? ""
    }
}

/// A spec of every kind of feature, with nothing but what is required.
let plainSpec: SpecTree = [
    "application": "flights",
    "features": ["carrier": "category", "distance": "number", "night": "boolean"],
    "target": ["name": "delay", "type": "regression"],
    "model": [["one_hot": ["carrier"]], "standard_scaler", "linear_regression"],
]

let binarySpec = plainSpec.with("target", ["name": "late", "type": "binary"])
    .with("model", [["one_hot": ["carrier"]], "logistic_regression"])

let multiclassSpec = plainSpec.with("target", ["name": "airport", "type": "multiclass"])
    .with("model", [["one_hot": ["carrier"]], "softmax_regression"])
