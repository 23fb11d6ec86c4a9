/// The question that a branch of a regression tree asks.
enum SplitTest: Sendable, Equatable {
    /// Nothing is worth asking.
    case none
    /// Is the number at most this? Two children, yes and no.
    case atMost(Double)
    /// In which interval of this length is the number? A child for each of these intervals, then for others as they
    /// come.
    case intervals(length: Double, keys: [Int])
    /// Is it this category? Two children, yes and no.
    case equals(Int)
    /// Which category is it? A child for each of these, then for others as they come.
    case categories([Int])
}

/// A split that an observer proposes for its feature.
struct SplitCandidate: Sendable {
    /// The reduction of variance; −∞ where there is nothing to propose.
    var merit = -Double.infinity
    var test = SplitTest.none
    /// The true values on either side of a test with two outcomes.
    var yes = TargetStatistics()
    var no = TargetStatistics()
    /// Those in each child of a test with many.
    var parts: [TargetStatistics] = []

    var children: [TargetStatistics] { parts.isEmpty ? [yes, no] : parts }
}

/// How much a split reduces the variance of the true values.
///
/// Source: E. Ikonomovska, J. Gama and S. Džeroski, *Learning model trees from evolving data streams*, DMKD 23(1),
/// 2011, section 4.2 (there of standard deviations); River's `VarianceReductionSplitCriterion`.
struct VarianceReduction: Sendable {
    /// What every child must weigh; a split with a lighter one has no merit.
    let childWeightMin: Double

    @inline(__always)
    func callAsFunction(_ whole: TargetStatistics, _ yes: TargetStatistics, _ no: TargetStatistics) -> Double {
        guard yes.count >= childWeightMin, no.count >= childWeightMin else { return 0 }
        return whole.variance - yes.count / whole.count * yes.variance - no.count / whole.count * no.variance
    }

    func callAsFunction(_ whole: TargetStatistics, _ parts: [TargetStatistics]) -> Double {
        guard parts.allSatisfy({ $0.count >= childWeightMin }) else { return 0 }
        var merit = whole.variance
        for part in parts { merit -= part.count / whole.count * part.variance }
        return merit
    }
}
