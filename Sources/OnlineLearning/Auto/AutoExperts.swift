/// Which experts the model `auto` is made of, and what they cost.
///
/// An expert's operations are those of one example, answered and learned, in the order of magnitude of multiplications
/// and additions, from the number of features d alone, in which the columns that encoders add count as 16:
///
/// | expert | what | operations |
/// |---|---|---|
/// | `baseline` | the mean, or the frequencies of the classes | 10 |
/// | `last_label` | the label learned last | 10 |
/// | `linear` | the default linear model | 60 d |
/// | `linear_absolute` | the same of the absolute loss, for numbers | 60 d |
/// | `passive_aggressive` | a linear model that always goes as far as the last example asks | 20 d |
/// | `factors` | a factorization machine: which categories go together | 100 d |
/// | `tree` | a Hoeffding tree | 40 d |
/// | `neighbors` | the nearest of the last w examples | 4 w d |
/// | `forest` | an adaptive random forest of n trees | 400 n √d |
/// | `mondrian_forest` | an aggregated Mondrian forest of n trees | 200 n √d |
struct AutoExperts {
    /// What of an example an expert gets.
    enum Input {
        case asItIs
        /// Categories as columns.
        case columns
        /// The same with scaled numbers.
        case scaled
    }

    struct Expert {
        let name: String
        let component: Component
        let input: Input
    }

    let all: [Expert]
    /// Of all of them together.
    let operations: Int

    /// The experts for a task, as large as the budget allows, though never below 50 neighbors and 2 trees.
    /// - Parameters:
    ///   - budget: operations per example.
    ///   - isAsked: whether experts are judged by what they said when asked; else linear models are those of before.
    init(_ inputs: LearnerInputs, budget: Int, seed: Int, isAsked: Bool) {
        let sparse = inputs.hasSparseColumns ? Self.sparseFeatures : 0
        let d = max(1, inputs.numberCount + inputs.categoryCount + sparse)
        let root = max(1, Int(Double(d).squareRoot().rounded()))
        let window = max(50, min(1_000, budget / 4 / (4 * d)))
        let trees = max(2, min(10, budget / 2 / (600 * root)))
        let isRegression = inputs.task == .regression
        let suffix = isRegression ? "regressor" : "classifier"
        var all = [
            Expert(name: "baseline", isRegression ? "statistic_regressor" : "prior_classifier"),
            Expert(name: "last_label", "no_change_\(suffix)"),
            Expert(name: "linear", Self.linear(inputs.task), input: .scaled),
        ]
        if isRegression, isAsked {
            // Experts are weighed by absolute errors, and what is best by squared ones may not be by these.
            let loss: [String: Argument] = ["loss": .component(Self.component("absolute"))]
            all.append(Expert(name: "linear_absolute", "linear_regression", loss, input: .scaled))
        }
        if inputs.task != .multiclass {
            all += [
                Expert(name: "passive_aggressive", "pa_\(suffix)", input: .scaled),
                Expert(
                    name: "factors", "adaptive_fm_\(suffix)", ["seed": .integer(seed)], input: .scaled),
            ]
        }
        let engine = Self.component("lazy_search", ["window_size": .integer(window)])
        let mondrian: [String: Argument] = [
            "seed": .integer(seed), "n_estimators": .integer((trees + 1) / 2),
            "max_nodes": .integer(Self.mondrianNodes),
        ]
        all += [
            Expert(name: "tree", "hoeffding_tree_\(suffix)"),
            Expert(name: "neighbors", "knn_\(suffix)", ["engine": .component(engine)], input: .scaled),
            Expert(name: "forest", "arf_\(suffix)", ["seed": .integer(seed), "n_models": .integer(trees)]),
            Expert(name: "mondrian_forest", "amf_\(suffix)", mondrian, input: .columns),
            Expert(name: "scaled_mondrian_forest", "amf_\(suffix)", mondrian, input: .scaled),
        ]
        self.all =
            isAsked
            ? all : all.map { Expert(name: $0.name, component: $0.component.beforeLadder, input: $0.input) }
        operations = 20 + (isRegression ? 280 : 220) * d + 4 * window * d + 600 * trees * root
    }

    /// Words of a short text, and whatever else encoders make columns of, count as so many features.
    private static let sparseFeatures = 16
    /// Nodes of a Mondrian tree at most: one of them takes some hundred bytes and 16 a feature.
    private static let mondrianNodes = 5_000

    private static func linear(_ task: Task) -> String {
        switch task {
        case .regression: "linear_regression"
        case .binary: "logistic_regression"
        case .multiclass: "softmax_regression"
        }
    }

    /// A component with some arguments other than its defaults.
    static func component(_ name: String, _ arguments: [String: Argument] = [:]) -> Component {
        guard let declaration = Catalogue.declaration(named: name) else { preconditionFailure("there is no \(name)") }
        return declaration.component(declaration.parameters.map { arguments[$0.name] ?? $0.defaultValue })
    }
}

extension AutoExperts.Expert {
    fileprivate init(
        name: String, _ learner: String, _ arguments: [String: Argument] = [:],
        input: AutoExperts.Input = .asItIs
    ) {
        self.init(
            name: name, component: AutoExperts.component(learner, arguments), input: input)
    }
}
