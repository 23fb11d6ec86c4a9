import Determinism

/// Weights and an intercept that stay as they are where an answer is good enough, and otherwise move as little as makes
/// it so: what passive-aggressive learning of classes and of values share.
///
/// Source: K. Crammer, O. Dekel, J. Keshet, S. Shalev-Shwartz and Y. Singer, *Online passive-aggressive algorithms*,
/// JMLR 7, 2006.
struct PassiveAggressive: Sendable {
    static let parameters = [
        ParameterDeclaration(
            "C", .number(.nonNegative), default: .number(1), "how far one example may move the weights"),
        ParameterDeclaration("mode", .integer(0...2), default: .integer(1), "0: as far as needed; 1, 2: bounded by C"),
        ParameterDeclaration("learn_intercept", .boolean, default: .boolean(true), "whether the intercept moves"),
    ]

    private let aggressiveness: Double
    private let mode: Int
    private let learnsIntercept: Bool
    private var weights: [Double] = []
    private var intercept = 0.0

    init(_ arguments: Arguments) {
        aggressiveness = arguments.number("C")
        mode = arguments.integer("mode")
        learnsIntercept = arguments.boolean("learn_intercept")
    }

    /// The weighted sum of the features present, plus the intercept.
    @inline(__always)
    func dot(_ x: borrowing FeatureVector) -> Double {
        var sum = 0.0
        weights.withUnsafeBufferPointer { w in
            x.forEachListed(below: w.count) { sum += w[$0] * $1 }
        }
        return sum + intercept
    }

    func terms(_ x: borrowing FeatureVector) -> LinearTerms {
        var result = LinearTerms(intercept: intercept)
        x.forEachListed(below: weights.count) { result.terms.append(($0, weights[$0] * $1)) }
        return result
    }

    /// How far to move against a loss: the paper's τ. A weight above 1 stands for as many times the aggressiveness.
    private func rate(_ x: borrowing FeatureVector, _ loss: Double, weight: Double) -> Double {
        var square = 0.0
        x.forEachListed(below: x.columnCount) { square += $1 * $1 }
        switch mode {
        case 0: return square > 0 ? loss / square : 0
        case 1: return square > 0 ? min(weight * aggressiveness, loss / square) : 0
        default: return loss / (square + 0.5 / (weight * aggressiveness))
        }
    }

    /// Moves the weights by τ times `sign` times the features. An example with a feature beyond
    /// ``FeatureVector/largestLearnable`` is not learned, lest a weight make later sums overflow.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    mutating func step(_ x: borrowing FeatureVector, loss: Double, sign: Double, weight: Double) -> Bool {
        guard weight > 0 else { return true }
        guard x.isLearnable(), loss <= FeatureVector.largestLearnable else { return false }
        let step = rate(x, loss, weight: weight) * sign
        guard step.isFinite else { return false }
        var check = (intercept + step) * 0
        x.forEachListed(below: x.columnCount) { column, value in
            check += ((column < weights.count ? weights[column] : 0) + step * value) * 0
        }
        guard check == 0 else { return false }
        if weights.count < x.columnCount {
            weights.append(contentsOf: repeatElement(0, count: x.columnCount - weights.count))
        }
        weights.withUnsafeMutableBufferPointer { w in
            x.forEachListed(below: w.count) { w[$0] += step * $1 }
        }
        if learnsIntercept { intercept += step }
        return true
    }

    var byteCount: Int { weights.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(intercept)
        encoder.doubles(weights)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        intercept = try decoder.double()
        weights = try decoder.doubles()
    }
}
