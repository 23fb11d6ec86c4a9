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
        exceptions.map(\.learner) + countingLearners + uncalibratedLearners + scaleFreeLearners + unitFreeLearners
            + unitFreeTrees + commonUnitLearners
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

    /// Learners of sums and counts: to them an example is what it weighs. Tempered ones also learn how good their
    /// answer was, which after the first of two is another.
    static let countingLearners = [
        "bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb", "prior_classifier", "statistic_regressor",
    ]

    var weightIsRepetition: Bool { Self.countingLearners.contains(names[0]) && adjusted.isEmpty }

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
