import Determinism
import OnlineLearning

/// Seeks the separating line with nearly the largest margin: it moves the weights by an example whose margin is below a
/// bound that falls with the number of moves, by steps that fall likewise, and keeps their norm at most 1.
///
/// - `alpha`: how near to the largest margin, above 0 to 1 (default 0.9; 1 is the perceptron's margin, none).
/// - `B`, `C`: scale the bound and the steps, above 0 (defaults 1 / 0.9 and √2).
///
/// Time and memory: O(columns) per example that moves the weights, else O(features present); 8 bytes a column.
///
/// After learning that x = 1 is positive, the answer to x = 1 is 0.7310585786300049: the weight is 1.
///
/// Source: C. Gentile, *A new approximate maximal margin classification algorithm*, JMLR 2, 2001, figure 1 with p = 2;
/// River's `linear_model.ALMAClassifier`.
public struct ALMAClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "alma_classifier", .classifier,
        parameters: [
            ParameterDeclaration("alpha", .number(1e-6...1), default: .number(0.9), "how near to the largest margin"),
            ParameterDeclaration("B", .number(1e-6...1e6), default: .number(1 / 0.9), "scales the bound of margins"),
            ParameterDeclaration("C", .number(1e-6...1e6), default: .number(2.0.squareRoot()), "scales the steps"),
        ])
    public static let tasks = [Task.binary]

    private let alpha: Double
    private let b: Double
    private let c: Double
    /// By column.
    private var weights: [Double] = []
    /// 1 and the moves so far.
    private var moves = 1.0

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        (alpha, b, c) = (arguments.number("alpha"), arguments.number("B"), arguments.number("C"))
        weights = [Double](repeating: 0, count: inputs.numberCount)
    }

    /// The weighted sum of the features present.
    private func dot(_ x: borrowing FeatureVector) -> Double {
        var sum = 0.0
        for i in 0..<x.numbers.count where !x.numbers[i].isNaN { sum += weights[i] * x.numbers[i] }
        // A column may be newer than the last example learned.
        for i in 0..<x.columns.count where Int(x.columns[i]) < weights.count {
            sum += weights[Int(x.columns[i])] * x.values[i]
        }
        return sum
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(Elementary.sigmoid(dot(x)))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        let (sign, margin) = (slot == 1 ? 1.0 : -1.0, dot(x))
        guard margin.isFinite else { return false }
        guard weight > 0, sign * margin < (1 - alpha) * b / moves.squareRoot() else { return true }
        let before = weights
        if weights.count < x.columnCount {
            weights.append(contentsOf: repeatElement(0, count: x.columnCount - weights.count))
        }
        let step = sign * c / moves.squareRoot()
        for i in 0..<x.numbers.count where !x.numbers[i].isNaN { weights[i] += step * x.numbers[i] }
        for i in 0..<x.columns.count { weights[Int(x.columns[i])] += step * x.values[i] }
        let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
        guard norm.isFinite else {
            weights = before
            return false
        }
        // As River does: only the weights of features present are brought back.
        for i in 0..<x.numbers.count where !x.numbers[i].isNaN { weights[i] /= max(1, norm) }
        for i in 0..<x.columns.count { weights[Int(x.columns[i])] /= max(1, norm) }
        moves += 1
        return true
    }

    public var byteCount: Int { weights.count * 8 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(weights)
        encoder.double(moves)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let numberCount = weights.count
        (weights, moves) = (try decoder.doubles(), try decoder.double())
        guard weights.count >= numberCount, moves >= 1 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "weights of another model")
        }
    }
}
