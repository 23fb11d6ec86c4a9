import Determinism

/// What a split of a leaf's classes is worth.
///
/// A distribution is the weights of the classes side by side; 0 where a class is absent.
enum SplitCriterion: Sendable, Equatable {
    case gini
    case informationGain
    /// D. A. Cieslak et al., *Hellinger distance decision trees are robust and skew-insensitive*, DMKD 24(1), 2012: for
    /// two classes and two branches. River gives 0 for more classes; here the information gain stands in.
    case hellinger

    init(named name: String) {
        switch name {
        case "gini": self = .gini
        case "hellinger": self = .hellinger
        default: self = .informationGain
        }
    }

    /// The range of the merit over so many classes.
    func range(classCount: Int) -> Double {
        self == .gini ? 1 : Elementary.log2(Double(max(2, classCount)))
    }

    /// The merit of a split into `count` distributions of `width` weights each, laid end to end.
    /// - Parameters:
    ///   - before: ``impurity(_:)`` of all.
    ///   - isPair: whether the first two weights are those of two classes, both known to each of two branches.
    ///   - least: a merit not above it need not be computed: it may come out as −∞.
    /// - Returns: −∞ where fewer than two branches have more than `minFraction` of the weight.
    @inline(__always)
    func merit(
        _ branches: UnsafePointer<Double>, count: Int, width: Int, before: Double, minFraction: Double, isPair: Bool,
        least: Double = -.infinity
    ) -> Double {
        if count == 2 && self == .informationGain {
            return gain(branches, width, before: before, minFraction: minFraction, least: least)
        }
        var total = 0.0
        for branch in 0..<count { total += Self.sum(branches + branch * width, width) }
        guard total > 0 else { return -.infinity }
        var large = 0
        for branch in 0..<count where Self.sum(branches + branch * width, width) / total > minFraction { large += 1 }
        guard large >= 2 else { return -.infinity }
        if self == .hellinger && width <= 2 { return isPair ? Self.distance(branches) : 0 }
        var mean = 0.0
        for branch in 0..<count {
            let weight = Self.sum(branches + branch * width, width)
            if self == .gini {
                mean += weight / total * Self.gini(branches + branch * width, width, weight)
            } else {
                mean += weight * Self.entropy(branches + branch * width, width)
            }
        }
        return self == .gini ? 1 - mean : before - mean / total
    }

    /// The information gain of a split into two, or −∞ where it is sure to be at most `least`: the entropy of two
    /// classes with shares p and 1 − p is at least 4 p (1 − p).
    @inline(__always)
    private func gain(
        _ branches: UnsafePointer<Double>, _ width: Int, before: Double, minFraction: Double, least: Double
    ) -> Double {
        let (low, high) = (Self.sum(branches, width), Self.sum(branches + width, width))
        let total = low + high
        guard total > 0, low / total > minFraction, high / total > minFraction else { return -.infinity }
        if width == 2 {
            let bound = branches[0] * branches[1] / low + branches[2] * branches[3] / high
            if before - 4 * bound / total < least - 1e-9 { return -.infinity }
        }
        let mean = low * Self.entropy(branches, width) + high * Self.entropy(branches + width, width)
        return before - mean / total
    }

    /// The entropy before a split, in bits; the Gini index does not need one.
    func impurity(_ weights: UnsafeBufferPointer<Double>) -> Double {
        guard let base = weights.baseAddress, self != .gini else { return 0 }
        return Self.entropy(base, weights.count)
    }

    @inline(__always)
    static func sum(_ weights: UnsafePointer<Double>, _ width: Int) -> Double {
        var sum = 0.0
        for index in 0..<width { sum += weights[index] }
        return sum
    }

    @inline(__always)
    private static func entropy(_ weights: UnsafePointer<Double>, _ width: Int) -> Double {
        var (entropy, sum) = (0.0, 0.0)
        for index in 0..<width where weights[index] > 0 {
            entropy -= weights[index] * Elementary.log2(weights[index])
            sum += weights[index]
        }
        return sum > 0 ? (entropy + sum * Elementary.log2(sum)) / sum : 0
    }

    @inline(__always)
    private static func gini(_ weights: UnsafePointer<Double>, _ width: Int, _ sum: Double) -> Double {
        guard sum != 0 else { return 1 }
        var gini = 1.0
        for index in 0..<width {
            let share = weights[index] / sum
            gini -= share * share
        }
        return gini
    }

    /// Of two branches of two weights each.
    private static func distance(_ branches: UnsafePointer<Double>) -> Double {
        let (first, second) = (branches[0] + branches[2], branches[1] + branches[3])
        guard first > 0 && second > 0 else { return 0 }
        let left = (branches[0] / first).squareRoot() - (branches[1] / second).squareRoot()
        let right = (branches[2] / first).squareRoot() - (branches[3] / second).squareRoot()
        return (left * left + right * right).squareRoot()
    }
}
