import OnlineLearning

/// What is known about learners of the catalogue beyond their declarations: which laws do not hold, and why.
public struct KnownLearners {
    private let names: [String]

    /// - Parameter component: counts with all its members.
    init(_ component: Component) {
        names = ([component] + component.parts).map(\.name)
    }

    /// Every name that anything is said about here.
    public static var names: [String] {
        exceptions.map(\.learner) + countingLearners + uncalibratedLearners + scaleFreeLearners
    }

    private func has(_ list: [String]) -> Bool { names.contains { list.contains($0) } }

    /// Laws that the theory of a learner, or of a member, does not grant.
    static let exceptions: [(learner: String, law: LearnerLaw, reason: String)] =
        drawingFeatures.map { ($0, .orderOfFeaturesIsIrrelevant, "it draws features by their number") }
        + factorizationMachines.filter { $0.hasSuffix("regressor") }.map {
            ($0, .hostileStreamsAreSurvived, "latent vectors begin at a size that is made for labels of ordinary size")
        }
        + factorizationMachines.map {
            ($0, .memoryIsBounded, "a vector for each category: 10,000 a feature, more than that law's stream has")
        }
        + [
            (
                "bayesian_linear_regression", .hostileStreamsAreSurvived,
                "a squared error believes one value of 1e9 until as many others have come"
            ),
            (
                "hoeffding_adaptive_tree_classifier", .hostileStreamsAreSurvived,
                "its alternate trees take an outlier for a change"
            ),
            (
                "random_sampler", .hostileStreamsAreSurvived,
                "an outlier that is drawn several times makes a leaf of a tree too sure of itself"
            ),
        ]

    private static let factorizationMachines = [
        "ffm_classifier", "ffm_regressor", "fm_classifier", "fm_regressor", "hofm_classifier", "hofm_regressor",
    ]

    /// Learners that draw features, or what stands for one, at random: in another order they draw others.
    private static let drawingFeatures = [
        "amf_classifier", "amf_regressor", "arf_classifier", "arf_regressor", "ffm_classifier", "ffm_regressor",
        "fm_classifier", "fm_regressor", "hofm_classifier", "hofm_regressor", "srp_classifier", "srp_regressor",
    ]

    var exceptionsByLaw: [LearnerLaw: String] {
        var found: [LearnerLaw: String] = [:]
        for entry in Self.exceptions where names.contains(entry.learner) { found[entry.law] = entry.reason }
        return found
    }

    /// Learners of sums and counts: to them an example is what it weighs.
    static let countingLearners = [
        "bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb", "prior_classifier", "statistic_regressor",
    ]

    var weightIsRepetition: Bool { Self.countingLearners.contains(names[0]) }

    /// Learners that vote, or multiply what is not independent: their probabilities are often 0 or 1 and wrong.
    static let uncalibratedLearners = [
        "bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb", "no_change_classifier",
        "one_vs_one_classifier", "output_code_classifier", "pa_classifier", "perceptron", "voting_classifier",
    ]

    var isCalibrated: Bool { !has(Self.uncalibratedLearners) }

    /// Learners that compare numbers with numbers, or not at all: scales mean nothing to them. All others are used
    /// behind `standard_scaler`.
    static let scaleFreeLearners = [
        "amf_classifier", "amf_regressor", "arf_classifier", "arf_regressor", "bernoulli_nb", "complement_nb",
        "extremely_fast_decision_tree_classifier", "gaussian_nb", "hoeffding_adaptive_tree_classifier",
        "hoeffding_adaptive_tree_regressor", "hoeffding_tree_classifier", "hoeffding_tree_regressor", "multinomial_nb",
        "no_change_classifier", "no_change_regressor", "prior_classifier", "statistic_regressor",
    ]

    /// A learner made of others is as they are; one with linear models in its leaves is a tree.
    var needsScaling: Bool { !has(Self.scaleFreeLearners) }
}
