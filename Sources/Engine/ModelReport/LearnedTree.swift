import ModelLifecycle
import OnlineLearning

/// A decision tree as nested splits, with the names of what they ask for; found by reflection in whatever holds nodes
/// and leaves, be it a tree, or a tree of a forest.
struct LearnedTree {
    private let nodes: [Mirror]
    private let leaves: [Any]
    private let fans: [Any]
    private let names: ColumnNames
    /// Of a regression tree, whose nodes are laid out otherwise.
    private let isRegression: Bool

    /// Nil where a value is no tree.
    init?(_ mirror: Mirror, _ names: ColumnNames) {
        guard let leaves = mirror.child("leaves"), let nodes = mirror.child("nodes"),
            Mirror(reflecting: leaves).displayStyle == .collection
        else { return nil }
        self.names = names
        self.leaves = Mirror(reflecting: leaves).children.map(\.value)
        let inner = Mirror(reflecting: nodes)
        // A classification tree keeps its nodes in a value of their own, a regression tree in itself.
        isRegression = inner.displayStyle == .collection
        let all = isRegression ? inner : inner.child("nodes").map { Mirror(reflecting: $0) }
        guard let all, all.displayStyle == .collection else { return nil }
        self.nodes = all.children.map { Mirror(reflecting: $0.value) }
        fans = inner.child("fans").map { Mirror(reflecting: $0).children.map(\.value) } ?? []
        guard let first = self.nodes.first, first.child("kind") != nil, first.child("threshold") != nil
        else { return nil }
    }

    /// - Parameter writeLeaf: writes what a leaf has learned.
    func write(to json: inout JSONWriter, writeLeaf: (Any, inout JSONWriter) -> Void) {
        json.object { json in
            json.member("leaf_count", nodes.filter { "\($0.child("kind") ?? "")" == "leaf" }.count)
            json.key("root")
            write(0, 0, &json, writeLeaf)
        }
    }

    private func write(_ node: Int, _ depth: Int, _ json: inout JSONWriter, _ leaf: (Any, inout JSONWriter) -> Void) {
        guard node >= 0, node < nodes.count, depth < 1_000 else { return json.null() }
        let kind = nodes[node].child("kind").map { "\($0)" } ?? ""
        json.object { json in
            json.member("weight", number(node, "weight"))
            guard kind != "leaf" else {
                let payload = integer(node, isRegression ? "content" : "left")
                json.key("leaf")
                if let content = leaves[safe: payload] { leaf(content, &json) } else { json.null() }
                return
            }
            for (question, child) in children(of: node, kind) {
                json.key(question)
                write(child, depth + 1, &json, leaf)
            }
        }
    }

    /// What each branch stands for, and where it leads.
    private func children(of node: Int, _ kind: String) -> [(String, Int)] {
        let feature = integer(node, "feature")
        switch (isRegression, kind) {
        case (false, "number"):
            return two(names.column(feature), "≤", ">", number(node, "threshold").description, node, "left", "right")
        case (false, "category"):
            let value = names.value(integer(node, "value"), ofCategory: feature)
            return two(names.category(feature), "=", "≠", value, node, "left", "right")
        case (false, _):
            guard let fan = fans[safe: integer(node, "left")].map({ Mirror(reflecting: $0) }),
                let values = fan.child("values") as? [Int32], let children = fan.child("children") as? [Int32]
            else { return [] }
            return zip(values, children).map { value, child in
                ("\(names.category(feature)) = \(names.value(Int(value), ofCategory: feature))", Int(child))
            }
        case (true, "atMost"):
            return two(numbered(feature), "≤", ">", number(node, "threshold").description, node, "first", "second")
        case (true, "equals"):
            return two(numbered(feature), "=", "≠", value(integer(node, "key"), feature), node, "first", "second")
        case (true, _):
            var result: [(String, Int)] = []
            var child = integer(node, "first")
            while child >= 0, child < nodes.count, result.count < nodes.count {
                let key = integer(child, "ownKey")
                let width = number(node, "threshold")
                let question = kind == "intervals"
                    ? "\(numbered(feature)) in \(Double(key) * width) to \(Double(key + 1) * width)"
                    : "\(numbered(feature)) = \(value(key, feature))"
                result.append((question, child))
                child = integer(child, "next")
            }
            return result
        }
    }

    private func two(
        _ name: String, _ yes: String, _ no: String, _ value: String, _ node: Int, _ first: String, _ second: String
    ) -> [(String, Int)] {
        [("\(name) \(yes) \(value)", integer(node, first)), ("\(name) \(no) \(value)", integer(node, second))]
    }

    /// A regression tree numbers the numbers, then the categories, then the columns of encoders.
    private func numbered(_ feature: Int) -> String {
        if feature < names.numberCount { return names.column(feature) }
        let category = feature - names.numberCount
        if category < names.categories.count { return names.category(category) }
        return names.column(feature - names.categories.count)
    }

    private func value(_ key: Int, _ feature: Int) -> String {
        names.value(key, ofCategory: feature - names.numberCount)
    }

    private func integer(_ node: Int, _ label: String) -> Int {
        switch nodes[node].child(label) {
        case let value as Int32: Int(value)
        case let value as Int: value
        default: -1
        }
    }

    private func number(_ node: Int, _ label: String) -> Double {
        nodes[node].child(label) as? Double ?? .nan
    }
}
