/// A linear predictor taken apart: the intercept and, for each column that is there, weight times value.
struct LinearTerms: Sendable {
    var intercept = 0.0
    var terms: [(column: Int, value: Double)] = []

    /// The contributions to an answer that is some function of the sum; where that is not the sum itself, the terms are
    /// scaled by the secant between the intercept and the sum (the rescale rule).
    func contributions(
        _ answer: (Double) -> Double = { $0 }
    ) throws(Unexplained) -> ColumnContributions {
        let sum = terms.reduce(0) { $0 + $1.value }
        let base = answer(intercept)
        let moved = answer(intercept + sum) - base
        guard moved.isFinite, base.isFinite else { throw Unexplained("the model's own terms are not finite") }
        let factor = sum == 0 ? 1 : moved == sum ? 1 : moved / sum
        var result = ColumnContributions(.value, bias: base, named: "intercept")
        for (column, value) in terms { result.add(column: column, factor * value) }
        return result
    }
}
