/// What each feature of a row contributed to a model's answer: together with what the model would have said without any
/// of them, the ``bias``, the contributions add up to the answer.
///
/// They are given in the ``Scale`` in which the model adds: a linear model's own predictor, the log-odds of a class,
/// the probabilities of a tree. What is a feature of the contract bears its name; a column that a step made of several
/// bears theirs, `carrier × origin`, and a number that a step added its own, `amount_mean_by_customer`. A part of an
/// answer that belongs to no feature, such as a tree's leaf, is named as what it is.
///
/// Exact, that is with the sum equal to the answer up to rounding and each contribution what the model itself adds, for
/// linear models and naive Bayes; where their parts are mixed by weights (``TwinAdaGrad``, tempering) the sum is exact
/// and each part's share follows from the secant, see ``SoftmaxMixture``. For trees they are path contributions: the
/// sum is exact by construction, and each split is credited with the change of its node's prediction.
///
/// Time: that of an answer for each feature present, and for trees O(nodes). It is for single answers, not for streams.
///
/// A linear regression of x with the intercept 1 and the weight 2 explains its answer 7 to x = 3 as 1 + 6.
///
/// Source: A. Saabas, *Interpreting random forests*, 2014 (path contributions); A. Shrikumar, P. Greenside and A.
/// Kundaje, *Learning important features through propagating activation differences*, ICML 2017, section 3.5.1 (the
/// rescale rule).
public struct Explanation: Sendable, Equatable {
    /// In what the contributions are counted.
    public enum Scale: String, Sendable {
        /// The target's own unit.
        case value
        /// The logarithm of the odds of ``Explanation/slot`` against ``Explanation/other``.
        case logOdds = "log_odds"
        /// The probability of ``Explanation/slot``.
        case probability
    }

    public struct Contribution: Sendable, Equatable {
        /// Of a feature, or of what stands for several.
        public let name: String
        public let value: Double
    }

    public let scale: Scale
    /// The class that the contributions are for: the positive one, or of several the most probable; nil for numbers.
    public let slot: Int?
    /// The class that it is compared with, where ``scale`` is ``Scale/logOdds``.
    public let other: Int?
    /// The model's answer, in ``scale``.
    public let answer: Double
    public let bias: Double
    /// What the bias is: the intercept, the root of a tree, the shares of the classes.
    public let biasName: String
    /// Features in the contract's order, then everything else.
    public let contributions: [Contribution]

    /// The bias and all contributions, which is ``answer`` up to rounding.
    public var total: Double { contributions.reduce(bias) { $0 + $1.value } }

    /// The sizes of what is added up: what the rounding of ``total`` is relative to.
    public var magnitude: Double { contributions.reduce(bias.magnitude) { $0 + $1.value.magnitude } }
}

/// Why an answer has no explanation, in words that follow *not explained:*.
public struct Unexplained: Error, Sendable, Equatable, CustomStringConvertible {
    public let reason: String

    public init(_ reason: String) { self.reason = reason }

    public var description: String { "not explained: \(reason)" }
}
