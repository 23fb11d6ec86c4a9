import Foundation
import OnlineLearning
import Testing

/// The answers that River 0.26.1 gives where numbers and categories are missing, categories come late and examples have
/// weights; see regression_tree_reference.py.
@Suite struct RegressionTreeReferenceTests {
    private static let eager: [String: Argument] = [
        "leaf_prediction": .choice("mean"), "grace_period": .integer(25), "delta": .number(0.05),
        "tau": .number(0.1), "splitter": .component(component("tebst_splitter", ["digits": .integer(1)])),
    ]
    private static let adaptive = eager.merging([
        "bootstrap_sampling": .boolean(false), "drift_window_threshold": .integer(30),
    ]) { $1 }
    private static let intervals: [String: Argument] = [
        "min_samples_split": .integer(2),
        "splitter": .component(
            component(
                "qo_splitter",
                ["radius": .number(1), "allow_multiway_splits": .boolean(true), "sides": .choice("river")])),
    ]
    static let models = [
        RegressionTreeModel("htr", "hoeffding_tree_regressor", eager),
        RegressionTreeModel(
            "htr_ebst", "hoeffding_tree_regressor",
            eager.merging([
                "splitter": .component(component("ebst_splitter")), "remove_poor_attrs": .boolean(true),
            ]) { $1 }),
        RegressionTreeModel("htr_qo", "hoeffding_tree_regressor", eager.merging(intervals) { $1 }),
        RegressionTreeModel("hatr", "hoeffding_adaptive_tree_regressor", adaptive),
        RegressionTreeModel("hatr_qo", "hoeffding_adaptive_tree_regressor", adaptive.merging(intervals) { $1 }),
    ]

    static let lines: [[Substring]] = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("regression_tree_reference.txt")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { $0.split(separator: " ") }
    }()

    @Test(arguments: models) func answersAsRiverDoes(_ model: RegressionTreeModel) throws {
        let expected = try #require(Self.lines.first { $0[0] == model.description }).dropFirst().map { Double($0) }
        var tree = RegressionTreePipeline(model.learner)
        var answers: [Double] = []
        for (index, words) in Self.lines.filter({ $0[0] == "row" }).enumerated() {
            let example = Example(
                numbers: words[1...3].map { Double($0) ?? .nan }, category: words[4] == "-" ? nil : String(words[4]),
                value: try #require(Double(words[5])), label: 0)
            if index % 10 == 9 { answers.append(tree.predict(example)) }
            let isLearned = tree.learn(example, weight: try #require(Double(words[6])))
            #expect(isLearned)
        }
        #expect(answers.count == 100 && expected.count == 100)
        for (index, (answer, expected)) in zip(answers, expected).enumerated() {
            #expect(isClose(answer, try #require(expected)), "row \(10 * index + 9)")
        }
    }
}
