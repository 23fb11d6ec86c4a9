import OnlineLearning

/// What is known about learners of the catalogue beyond their declarations: which laws do not hold, and why.
public struct KnownLearners {
    private let names: [String]
    /// Those of the names whose probabilities are made to be true.
    private let adjusted: [String]
    /// Whether it is a tree whose leaves answer by frequencies or means.
    private let hasPlainLeaves: Bool

    /// - Parameter component: counts with all its members.
    init(_ component: Component) {
        let all = [component] + component.parts
        names = all.map(\.name)
        adjusted = all.filter(Self.isAdjusted).map(\.name)
        let parameters = Catalogue.declaration(named: component.name)?.parameters ?? []
        hasPlainLeaves = zip(parameters, component.arguments).contains { parameter, argument in
            parameter.name == "leaf_prediction" && (argument == .choice("mc") || argument == .choice("mean"))
        }
    }

    /// Whether a parameter that adjusts probabilities is on.
    private static func isAdjusted(_ component: Component) -> Bool {
        guard let parameters = Catalogue.declaration(named: component.name)?.parameters else { return false }
        return zip(parameters, component.arguments).contains { parameter, argument in
            parameter.name == "tempering" && argument == .boolean(true)
                || parameter.name == "probability" && (argument == .choice("repeats") || argument == .choice("coupled"))
        }
    }

    /// Every name that anything is said about here.
    public static var names: [String] {
        exceptions.map(\.learner) + countingLearners + asTheirMembers + notRepeating.flatMap(\.learners)
            + uncalibratedLearners + scaleFreeLearners + unitFreeLearners + unitFreeTrees + commonUnitLearners
    }

    private func has(_ list: [String]) -> Bool { names.contains { list.contains($0) } }

    /// Laws that the theory of a learner, or of a member, does not grant.
    static let exceptions: [(learner: String, law: LearnerLaw, reason: String)] =
        drawingFeatures.map { ($0, .orderOfFeaturesIsIrrelevant, "it draws features by their number") }
        + [
            (
                "random_sampler", .hostileStreamsAreSurvived,
                "an outlier that is drawn several times makes a leaf of a tree too sure of itself"
            )
        ]

    /// Learners that draw features, or what stands for one, at random: in another order they draw others.
    private static let drawingFeatures = [
        "adaptive_fm_classifier", "adaptive_fm_regressor", "amf_classifier", "amf_regressor", "arf_classifier",
        "arf_regressor", "auto", "ffm_classifier", "ffm_regressor", "fm_classifier", "fm_regressor", "hofm_classifier",
        "hofm_regressor", "srp_classifier", "srp_regressor",
    ]

    var exceptionsByLaw: [LearnerLaw: String] {
        var found: [LearnerLaw: String] = [:]
        for entry in Self.exceptions where names.contains(entry.learner) { found[entry.law] = entry.reason }
        return found
    }

    /// Learners of sums and counts: to them an example is what it weighs. So it is to those that keep the last example
    /// alone. Tempered ones also learn how good their answer was, which after the first of two is another.
    static let countingLearners = [
        "bayesian_linear_regression", "bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb",
        "no_change_classifier", "no_change_regressor", "prior_classifier", "statistic_regressor",
    ]

    /// Learners to which a weight is what it is to their members.
    static let asTheirMembers = [
        "one_vs_one_classifier", "one_vs_rest_classifier", "output_code_classifier", "voting_classifier",
    ]

    /// To these a weight of 2 is about two examples, not exactly: the reason for each.
    public static let notRepeating: [(learners: [String], reason: String)] = [
        (
            [
                "adaptive_fm_classifier", "adaptive_fm_regressor", "ffm_classifier", "ffm_regressor", "fm_classifier",
                "fm_regressor", "hofm_classifier", "hofm_regressor", "linear_regression", "logistic_regression",
                "pa_classifier", "pa_regressor", "perceptron", "softmax_regression",
            ], "one step, twice as long, against the gradient at one point; a second step begins where the first ended"
        ),
        (
            [
                "extremely_fast_decision_tree_classifier", "hoeffding_adaptive_tree_classifier",
                "hoeffding_adaptive_tree_regressor", "hoeffding_tree_classifier", "hoeffding_tree_regressor",
            ],
            "leaves look for a split after each example, and choose how to answer by answers given before"
        ),
        (["amf_classifier", "amf_regressor"], "weighs its nodes by answers given before"),
        (
            [
                "ada_boost_classifier", "adwin_bagging_classifier", "arf_classifier", "arf_regressor",
                "bagging_classifier", "bagging_regressor", "bole_classifier", "leveraging_bagging_classifier",
                "random_over_sampler", "random_sampler", "random_under_sampler", "srp_classifier", "srp_regressor",
            ], "draws once for each example"
        ),
        (["auto"], "weighs its experts by answers given before"),
        (["class_weighted"], "balances by what was counted before the second of two"),
        (["knn_classifier", "knn_regressor"], "a window holds examples"),
        (["adaptive_conformal", "regression_jackknife"], "a window holds errors of answers given before"),
    ]

    var weightIsRepetition: Bool {
        guard adjusted.isEmpty else { return false }
        let members = Self.asTheirMembers.contains(names[0]) ? names.dropFirst() : names.prefix(1)
        return members.allSatisfy { Self.countingLearners.contains($0) }
    }

    /// The learners of which it is said whether a weight is repetition, each as often as it is said.
    public static var weighed: [String] { countingLearners + asTheirMembers + notRepeating.flatMap(\.learners) }

    /// Learners that vote, or multiply what is not independent: their probabilities are often 0 or 1 and wrong, where
    /// no parameter adjusts them.
    static let uncalibratedLearners = [
        "bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb", "no_change_classifier",
        "one_vs_one_classifier", "output_code_classifier", "pa_classifier", "perceptron", "voting_classifier",
    ]

    var isCalibrated: Bool { !names.contains { Self.uncalibratedLearners.contains($0) && !adjusted.contains($0) } }

    /// Learners that compare numbers with numbers, or not at all: scales mean nothing to them. All others are used
    /// behind `standard_scaler`.
    static let scaleFreeLearners = [
        "amf_classifier", "amf_regressor", "arf_classifier", "arf_regressor", "auto", "bernoulli_nb", "complement_nb",
        "extremely_fast_decision_tree_classifier", "gaussian_nb", "hoeffding_adaptive_tree_classifier",
        "hoeffding_adaptive_tree_regressor", "hoeffding_tree_classifier", "hoeffding_tree_regressor", "multinomial_nb",
        "no_change_classifier", "no_change_regressor", "prior_classifier", "statistic_regressor",
    ]

    /// Learners to which a number is above or below another, or nothing at all.
    static let unitFreeLearners = [
        "bernoulli_nb", "no_change_classifier", "no_change_regressor", "prior_classifier", "statistic_regressor",
    ]

    /// Trees that are so where their leaves answer by frequencies or means: a leaf's naive Bayes leaves out densities
    /// that it does not know, and a leaf's linear model wants numbers of one scale.
    static let unitFreeTrees = [
        "arf_classifier", "arf_regressor", "extremely_fast_decision_tree_classifier",
        "hoeffding_adaptive_tree_classifier", "hoeffding_adaptive_tree_regressor", "hoeffding_tree_classifier",
        "hoeffding_tree_regressor",
    ]

    /// Learners that compare distances.
    static let commonUnitLearners = ["amf_classifier", "amf_regressor", "knn_classifier", "knn_regressor"]

    var scaleFreedom: ScaleFreedom {
        if Self.unitFreeLearners.contains(names[0]) || (Self.unitFreeTrees.contains(names[0]) && hasPlainLeaves) {
            return .each
        }
        return Self.commonUnitLearners.contains(names[0]) ? .common : .none
    }

    /// A learner made of others is as they are; one with linear models in its leaves is a tree.
    var needsScaling: Bool { !has(Self.scaleFreeLearners) }
}
