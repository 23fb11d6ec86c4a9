import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// The models as a person reads them.
@Suite struct ModelReportTests {
    private func report(_ spec: Spec, _ examples: [(x: Double, c: String, y: Label)]) async throws -> JSONValue {
        let log = MemoryLog()
        let application = try Application(
            name: "report", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        let events = examples.enumerated().map { index, example in
            var row = FeatureRow(spec.contract.layout)
            row.setNumber(example.x, at: 0)
            row.setString(example.c, at: 0)
            return Event(.example(example.y), time: .unclaimed, id: EventID("\(index)"), features: row)
        }
        for reply in try await application.submit(events) {
            guard case .accepted = reply else { Issue.record("\(reply)"); continue }
        }
        let digest = try await application.inspect { $0.stateDigest }
        await application.stop()
        var json = JSONWriter()
        try ModelReport(reading: log).write(to: &json)
        let value = try JSONValue(parsing: json.bytes)
        #expect(value["state_digest"]?.string == digest.description)
        return value
    }

    private func spec(_ task: String, _ model: String, _ challengers: String = "{}") throws -> Spec {
        try SpecText.spec(
            """
            {"application": "report", "features": {"x": "number", "c": "category"},
             "target": {"name": "y", "type": "\(task)"}, "model": \(model), "challengers": \(challengers)}
            """)
    }

    /// What lies at a path of keys and positions.
    private func at(_ value: JSONValue?, _ path: String) -> JSONValue? {
        path.split(separator: "/").reduce(value) { value, key in
            Int(key).flatMap { index in value?.array.flatMap { $0.indices.contains(index) ? $0[index] : nil } }
                ?? value?[String(key)]
        }
    }

    @Test func linearWeightsHaveTheNamesOfTheirColumns() async throws {
        let model = #"[{"one_hot": ["c"]}, {"linear_regression": {"optimizer": {"sgd": {"lr": 0.01}}}}]"#
        let report = try await report(try spec("regression", model), [(1, "red", .number(2))])
        let champion = at(report, "models/0")
        #expect(champion?["name"]?.string == "model" && champion?["role"]?.string == "champion")
        #expect(at(champion, "columns")?.array == [.string("x"), .string("c=red")])
        #expect(at(champion, "steps/0/component")?.string == "one_hot")
        #expect(at(champion, "steps/0/features/0")?.string == "c")
        let learner = at(champion, "steps/1")
        #expect(learner?["component"]?.string == "linear_regression")
        #expect(at(learner, "parameters/optimizer/sgd/lr")?.number == 0.01)
        var weights: [(key: String, value: JSONValue)]?
        find("weights", in: learner?["state"]) { weights = weights ?? $0.members }
        #expect(weights?.map(\.key) == ["x", "c=red"])
        #expect(weights?.map(\.value) == [.number(0.04), .number(0.04)])
    }

    /// Looks for a member at any depth.
    private func find(_ key: String, in value: JSONValue?, _ found: (JSONValue) -> Void) {
        for (name, value) in value?.members ?? [] {
            if name == key { found(value) }
            find(key, in: value, found)
        }
        for value in value?.array ?? [] { find(key, in: value, found) }
    }

    @Test(arguments: ["regression", "binary"]) func treesAreNestedSplitsWithNames(_ task: String) async throws {
        let tree = task == "regression" ? "hoeffding_tree_regressor" : "hoeffding_tree_classifier"
        let examples = (0..<4_000).map { index -> (x: Double, c: String, y: Label) in
            let c = ["red", "green"][index % 2]
            let isHigh = index % 7 > 3
            let y = isHigh != (c == "red" && index % 3 == 0)
            return (Double(index % 7), c, task == "regression" ? .number(y ? 10 : 0) : .listed(y ? 1 : 0))
        }
        let report = try await report(try spec(task, #"["\#(tree)"]"#), examples)
        var roots: [JSONValue] = []
        find("root", in: at(report, "models/0/steps/0/state")) { roots.append($0) }
        let root = try #require(roots.first)
        var questions: [String] = []
        var leaves = 0
        func walk(_ node: JSONValue) {
            for (key, child) in node.members where key != "weight" {
                if key == "leaf" { leaves += 1 } else {
                    questions.append(key)
                    walk(child)
                }
            }
        }
        walk(root)
        #expect(leaves > 1)
        #expect(questions.contains { $0.hasPrefix("x ≤ ") } && questions.contains { $0.hasPrefix("x > ") })
        #expect(questions.allSatisfy { $0.hasPrefix("x ") || $0.hasPrefix("c ") }, "\(questions)")
        var counted: Int?
        find("leaf_count", in: report) { counted = $0.integer }
        #expect(counted == leaves)
    }

    @Test func everyLearnerAndItsBaselineCanBeRead() async throws {
        let names = Catalogue.learnerDeclarations.map(\.name)
            .filter { Catalogue.tasks(ofLearner: $0).contains(.binary) }
        #expect(names.count > 25 && names.contains("auto") && names.contains("voting_classifier"))
        for name in names {
            let spec = try spec("binary", #"["standard_scaler", \#(Self.model(name))]"#)
            let report = try await report(spec, (0..<60).map { (Double($0 % 5), "c\($0 % 3)", .listed($0 % 2)) })
            #expect(at(report, "models/0/steps/1/component")?.string == name)
            #expect(at(report, "models/0/steps/0/state/x/mean")?.number != nil)
            #expect(at(report, "baseline/metrics") != nil)
            // All that it learned is there, not only its name.
            #expect(at(report, "models/0/steps/1/state")?.members.isEmpty == false, "\(name)")
            #expect(at(report, "models/0/failed_updates")?.integer == 0, "\(name)")
            #expect(repeatedKeys(report) == [], "\(name)")
        }
    }

    /// A learner at its defaults, with members where it needs some.
    private static func model(_ name: String) -> String {
        let parameters = Catalogue.declaration(named: name)?.parameters ?? []
        let members = parameters.compactMap { parameter -> String? in
            switch parameter.kind {
            case .learner: #""\#(parameter.name)": "logistic_regression""#
            case .learners: #""\#(parameter.name)": ["logistic_regression", "hoeffding_tree_classifier"]"#
            default: nil
            }
        }
        return members.isEmpty ? #""\#(name)""# : #"{"\#(name)": {\#(members.joined(separator: ", "))}}"#
    }

    /// Keys that one object has twice.
    private func repeatedKeys(_ value: JSONValue?) -> [String] {
        let members = value?.members ?? []
        let keys = members.map(\.key)
        let own = Set(keys.filter { key in keys.count { $0 == key } > 1 }).sorted()
        return own + members.flatMap { repeatedKeys($0.value) } + (value?.array ?? []).flatMap { repeatedKeys($0) }
    }

    /// One feature's name and value may read as another's: columns are then told apart by their numbers.
    @Test func columnsNeverHaveOneNameTwice() async throws {
        let encoder = #"{"one_hot": {"features": ["c"], "max_categories": 2}}"#
        let model = #"[\#(encoder), {"linear_regression": {"optimizer": "sgd"}}]"#
        let examples = ["(other)", "b", "c", "d"].enumerated().map { (Double($0.offset), $0.element, Label.number(1)) }
        let report = try await report(try spec("regression", model), examples)
        let columns = at(report, "models/0/columns")?.array?.compactMap(\.string) ?? []
        #expect(columns.count == 4 && Set(columns).count == 4, "\(columns)")
        #expect(repeatedKeys(report) == [])
    }
}
