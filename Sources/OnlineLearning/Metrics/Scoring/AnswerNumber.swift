import Determinism

/// A number that one answer gives together with the true value, such as its absolute error.
///
/// Every one is finite: a loss beyond ``lossMax`` counts as that much, so that no sum of losses overflows, and a true
/// value beyond ``truthMax`` as that, so that no sum of squares does.
public enum AnswerNumber: Sendable, Equatable {
    // Of numbers.
    case absoluteError, squaredError, squaredLogError, absolutePercentageError, symmetricPercentageError
    case pinball(alpha: Double)
    case hasInterval, isCovered, intervalWidth
    case truth

    // Of classes.
    case logLoss, crossEntropy, brier
    /// Binary: the probability of the positive class, and whether that came.
    case probability, isPositive
    /// The probability of the chosen class, and whether that came.
    case confidence, isHit

    static let lossMax = 1e290
    static let truthMax = 1e140

    @inline(__always)
    func value(of scored: ScoredAnswer) -> Double {
        switch self {
        case .absoluteError: Self.bounded(MAE.loss(scored.y, scored.first))
        case .squaredError: Self.bounded(MSE.loss(scored.y, scored.first))
        case .squaredLogError: Self.bounded(RMSLE.loss(scored.y, scored.first))
        case .absolutePercentageError: Self.bounded(MAPE.loss(scored.y, scored.first))
        case .symmetricPercentageError: Self.bounded(SMAPE.loss(scored.y, scored.first))
        case .pinball(let alpha): Self.bounded(QuantileLoss.loss(scored.y, scored.first, alpha: alpha))
        case .hasInterval: scored.hasInterval ? 1 : 0
        case .isCovered: scored.isCovered ? 1 : 0
        case .intervalWidth: scored.hasInterval ? Self.bounded(scored.upper - scored.lower) : 0
        case .truth: max(-Self.truthMax, min(Self.truthMax, scored.y))
        case .logLoss: LogLoss.loss(scored)
        case .crossEntropy: CrossEntropy.loss(scored)
        case .brier: Self.bounded(Brier.loss(scored))
        case .probability: scored.first
        case .isPositive: scored.slot == 1 ? 1 : 0
        case .confidence: scored.confidence.isFinite ? scored.confidence : 0
        case .isHit: scored.choice == scored.slot ? 1 : 0
        }
    }

    @inline(__always)
    private static func bounded(_ loss: Double) -> Double {
        loss <= lossMax ? loss : lossMax
    }
}

/// One answer beside its true value, taken apart once for all metrics.
struct ScoredAnswer {
    let isBinary: Bool
    /// The true number.
    let y: Double
    /// The slot of the true class.
    let slot: Int
    /// The slot of the class chosen, −1 for none: binary the positive one where its probability is above one half, of
    /// several the most probable, the first of equals.
    let choice: Int
    let answer: UnsafeBufferPointer<Double>

    /// Nil where there is nothing to score: a number, or the probability of the positive class, is missing or not
    /// finite. Of several classes none need have a probability; then none is chosen.
    @inline(__always)
    init?(_ truth: Target, _ answer: UnsafeBufferPointer<Double>, _ task: Task, classLimit: Int) {
        isBinary = task == .binary
        self.answer = answer
        switch truth {
        case .value(let y):
            guard task == .regression, answer.count > 0, answer[0].isFinite, y.isFinite else { return nil }
            (self.y, slot, choice) = (y, 0, -1)
        case .label(let slot):
            guard task != .regression, slot >= 0 else { return nil }
            (y, self.slot) = (0, min(slot, classLimit - 1))
            if task == .binary {
                guard answer.count > 0, answer[0].isFinite else { return nil }
                choice = answer[0] > 0.5 ? 1 : 0
            } else {
                choice = min(answer.choice ?? -1, classLimit - 1)
            }
        }
    }

    @inline(__always) var first: Double { answer[0] }
    @inline(__always) var lower: Double { answer[1] }
    @inline(__always) var upper: Double { answer[2] }

    @inline(__always) var hasInterval: Bool { answer.count == 3 && !lower.isNaN && !upper.isNaN }
    @inline(__always) var isCovered: Bool { hasInterval && lower <= y && y <= upper }

    /// The probability of a class, of several; nil where it has none.
    @inline(__always)
    func probability(_ slot: Int) -> Double? {
        slot < answer.count && answer[slot] == answer[slot] ? answer[slot] : nil
    }

    @inline(__always)
    var confidence: Double {
        if isBinary { return choice == 1 ? first : 1 - first }
        return choice < 0 ? 0 : answer[choice]
    }
}

extension UnsafeBufferPointer<Double> {
    /// The class of the largest probability, the first of equals; nil where no class has one.
    @inline(__always)
    var choice: Int? {
        var best: Int?
        for slot in indices where self[slot] == self[slot] && (best == nil || self[slot] > self[best!]) { best = slot }
        return best
    }
}
