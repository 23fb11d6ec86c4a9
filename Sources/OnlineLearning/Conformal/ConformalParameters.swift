/// The parameters that regressors with intervals share.
enum ConformalParameters {
    static let regressor = ParameterDeclaration(
        "regressor", .learner(.regression),
        default: .component(LinearRegression.declaration.withDefaults), "what predicts the values")
    static let confidenceLevel = ParameterDeclaration(
        "confidence_level", .number(0.01...0.9999), default: .number(0.95),
        "the share of the true values that the intervals are to contain")

    /// An error beyond it counts as this, so that the arithmetic of quantiles does not overflow.
    static let errorMax = 1e150

    static func bounded(_ error: Double) -> Double { min(max(error, -errorMax), errorMax) }
}
