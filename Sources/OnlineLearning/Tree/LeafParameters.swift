/// What a leaf of a classification tree is told with every example: the few of ``HoeffdingTreeParameters`` that are
/// asked for that often, so that not all are copied.
struct LeafParameters: Sendable, Equatable {
    /// How a leaf answers.
    enum LeafPrediction: Sendable, Equatable {
        /// By the frequencies of its classes.
        case majority
        /// By naive Bayes over its observers.
        case bayes
        /// By whichever of the two has been right more often in this leaf.
        case adaptive
        /// By a mixture of the two, each trusted as well as it foretold this leaf's examples.
        case mixed

        /// Whether a leaf notes how right the two ways to answer are.
        @inline(__always) var isJudged: Bool { self == .adaptive || self == .mixed }
    }

    /// How a leaf observes a number.
    enum NumberObserver: Sendable, Equatable {
        case gaussian(splits: Int)
        case histogram(bins: Int, splits: Int)
        case exhaustive

        @inline(__always) var isGaussian: Bool {
            if case .gaussian = self { true } else { false }
        }
    }

    var bayesThreshold = 0.0
    /// `Int.max` where there is no limit.
    var maxValues = Int.max
    var observer = NumberObserver.gaussian(splits: 10)
    var leafPrediction = LeafPrediction.adaptive
}
