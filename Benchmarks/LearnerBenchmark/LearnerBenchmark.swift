import Determinism
import Engine
import Foundation
import OnlineLearning

/// How fast the library learns, bare of everything around it. Prints one line of JSON.
///
///     LearnerBenchmark parsed MODEL FILE.csv    rows read beforehand; CPU seconds of predicting and learning alone
///     LearnerBenchmark text MODEL FILE.csv      to be timed as a whole process
///     LearnerBenchmark sparse FILE.vw           Vowpal Wabbit's text, as a whole process
///     LearnerBenchmark blocks MODEL FILE        blocks as the log has them, as a whole process; written by `pack`
///     LearnerBenchmark pack FILE.csv FILE       writes such blocks
///
/// MODEL is `logistic` (scaler, logistic regression, SGD 0.01), `unscaled` (without the scaler, SGD 0.1), `tree` or `forest` at River's parameters, or
/// `tree_mixed` or `forest_mixed`, whose leaves answer by a mixture; those of the latter look at 60 % of the features,
/// as MOA's do. A CSV's last column is the class, 0 or 1, the others are numbers.
@main
enum LearnerBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("parsed", 3): try Rows.parsed(arguments[2], arguments[3])
        case ("text", 3): try Rows.text(arguments[2], arguments[3])
        case ("sparse", 2): try SparseText.run(arguments[2])
        case ("pack", 3): try Blocks.pack(arguments[2], arguments[3])
        case ("blocks", 3): try Blocks.run(arguments[2], arguments[3])
        default:
            FileHandle.standardError.write(Data("usage: see LearnerBenchmark.swift\n".utf8))
            exit(64)
        }
    }

    /// CPU seconds of this process so far.
    static func cpuSeconds() -> Double {
        Double(clock()) / Double(CLOCKS_PER_SEC)
    }

    static func pipeline(_ model: String, numbers: [String], layout: FeatureLayout) -> Pipeline {
        func component(_ name: String, _ arguments: [String: Argument] = [:]) -> Component {
            guard let declaration = Catalogue.declaration(named: name) else { fatalError("there is no \(name)") }
            return Component(
                name: name, arguments: declaration.parameters.map { arguments[$0.name] ?? $0.defaultValue })
        }
        var steps: [PipelineDeclaration.Step] = []
        let learner: Component
        switch model {
        case "logistic":
            steps = [.init(component("standard_scaler"), features: numbers)]
            learner = component("logistic_regression", ["optimizer": .component(component("sgd"))])
        case "unscaled":
            let sgd = component("sgd", ["lr": .number(0.1)])
            learner = component("logistic_regression", ["optimizer": .component(sgd)])
        case "tree": learner = component("hoeffding_tree_classifier")
        case "tree_mixed": learner = component("hoeffding_tree_classifier", ["leaf_prediction": .choice("mix")])
        case "forest": learner = component("arf_classifier")
        case "forest_mixed":
            learner = component(
                "arf_classifier",
                [
                    "leaf_prediction": .choice("mix"), "max_features": .choice("fraction"),
                    "max_features_fraction": .number(0.6),
                ])
        default: fatalError("MODEL is logistic, unscaled, tree, forest, tree_mixed or forest_mixed")
        }
        return Pipeline(
            PipelineDeclaration(numbers: numbers, transformers: steps, learner: learner), task: .binary, layout: layout)
    }
}

/// What a run is judged by, so that speed is compared at equal quality.
struct Score {
    private(set) var count = 0
    private var surprise = 0.0
    private var hits = 0

    @inline(__always)
    mutating func update(_ isPositive: Bool, _ answer: UnsafeBufferPointer<Double>) {
        count += 1
        surprise -= Elementary.log(max(1e-15, isPositive ? answer[0] : 1 - answer[0]))
        if (answer[0] > 0.5) == isPositive { hits += 1 }
    }

    func report(_ cpuSeconds: Double, bytes: Int) {
        print(
            """
            {"events": \(count), "cpu_seconds": \(cpuSeconds), "log_loss": \(surprise / Double(max(1, count))), \
            "accuracy": \(Double(hits) / Double(max(1, count))), "bytes": \(bytes)}
            """)
    }
}
