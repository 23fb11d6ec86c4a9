import Command
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// The spec in force as YAML: what is written is read back as the same spec, without a mistake.
@Suite struct WrittenSpecTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func spec(_ yaml: String, _ path: String) throws -> Spec {
        try SpecFile.check(Array(yaml.utf8), path: path).spec
    }

    private func expectSame(_ spec: Spec, _ path: String) throws {
        let text = SpecNode(describing: spec).yaml
        let again = try self.spec(text, "\(path), written again")
        #expect(again == spec, "\(path):\n\(text)")
        #expect(SpecNode(describing: again).yaml == text, "\(path)")
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 } || text.contains("\\"), "\(text)")
    }

    @Test func everySpecOfTheDocumentationAndTheExamplesIsWrittenAsItIsRead() throws {
        var count = 0
        for page in ["docs/cookbook.md", "docs/spec.md"] {
            let text = try String(contentsOf: Self.root.appending(path: page), encoding: .utf8)
            for block in text.components(separatedBy: "```yaml\n").dropFirst() {
                let yaml = block.components(separatedBy: "```")[0]
                guard let spec = try? spec(yaml, page) else { continue }
                try expectSame(spec, page)
                count += 1
            }
        }
        let example = Self.root.appending(path: "Examples/flights/flights.yaml")
        let flights = try String(contentsOf: example, encoding: .utf8)
        try expectSame(spec(flights, "flights.yaml"), "flights.yaml")
        #expect(count >= 14, "the cookbook alone has fourteen recipes")
    }

    /// Every learner, transformer and metric that can be named, in whatever place it can stand.
    @Test func everyComponentIsWrittenAsItIsRead() throws {
        var count = 0
        let tasks = [("regression", ""), ("binary", ", classes: [no, yes]"), ("multiclass", ", classes: [a, b, c]")]
        for (task, classes) in tasks {
            func text(_ model: String, _ metric: String = "") -> String {
                """
                application: a
                features: {x: number, z: {type: number, optional: true}, c: category, d: category, \
                f: boolean, t: text, w: timestamp}
                target: {name: y, type: \(task)\(classes)}
                model: \(model)
                \(metric)

                """
            }
            for declaration in Catalogue.declarations {
                for model in ["[\(declaration.name)]", "[one_hot, \(declaration.name)]"] {
                    guard let spec = try? spec(text(model), "") else { continue }
                    try expectSame(spec, declaration.name)
                    count += 1
                }
                for model in [
                    "[{\(declaration.name): [x, z]}, auto]", "[{\(declaration.name): [c]}, auto]",
                    "[{\(declaration.name): {on: x, by: [c, d]}}, auto]", "[{\(declaration.name): {by: c}}, auto]",
                    "[\(declaration.name), auto]", "[{discard: [z, c]}, \(declaration.name), auto]",
                    "[{agg: {on: x, by: d}}, {discard: [d]}, \(declaration.name), auto]",
                ] {
                    guard let spec = try? spec(text(model), "") else { continue }
                    try expectSame(spec, "\(model)")
                    count += 1
                }
                for metric in ["[\(declaration.name)]", "[accuracy, {\(declaration.name): {by: c, max_slices: 3}}]"] {
                    guard let spec = try? spec(text("auto", "metrics: \(metric)"), "") else { continue }
                    try expectSame(spec, metric)
                    count += 1
                }
            }
        }
        #expect(count > 200, "only \(count) specs were written")
    }

    @Test(arguments: [
        "[{select: [x, c]}, auto]", "[{rename: {x: length}}, {standard_scaler: [length]}, linear_regression]",
        "[{union: [[{standard_scaler: [x]}], [{min_max_scaler: [x]}]]}, linear_regression]",
        "[{sample_weight: [z]}, standard_scaler, linear_regression]", "[{select: [x, c, f, w, t, z]}, auto]",
        "[{linear_regression: {optimizer: {sgd: {lr: {inverse_scaling: {}}}}, l2: 0.5, loss: huber}}]",
        "[{discard: [f]}, {union: [[standard_scaler], [{select: [x]}]]}, linear_regression]",
        "[{bagging_regressor: {model: {hoeffding_tree_regressor: {grace_period: 77}}, n_models: 3}}]",
        "[{one_hot: {features: [c], categories: {c: [\"null\", 'a, b', \"#\", 'x: y', yes, ' ']}}}, linear_regression]",
    ])
    func stepsThatNameFeaturesAreWrittenAsTheyWork(_ model: String) throws {
        let text = """
            application: a
            features: {x: number, z: {type: number, optional: true, min: -0.1}, c: category, f: boolean, \
            t: text, w: timestamp}
            target: {name: "true", type: regression, horizon: 90m, unlabelled: {label: -1e-7}}
            clock: claimed
            durability: relaxed
            limits: {ids: 1MiB, queue: 7}
            data: {id: "no", time: "2013-01-01", label_time: "a: b"}
            model: \(model)
            challengers: {other: auto, third: [one_hot, linear_regression]}
            metrics: [rmse, {rolling: {metric: mae, window_size: 9}}, {time_rolling: {metric: mae, period: 3h}}]

            """
        try expectSame(spec(text, "text"), model)
    }
}
