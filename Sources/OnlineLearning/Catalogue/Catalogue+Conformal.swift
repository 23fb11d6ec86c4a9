extension Catalogue {
    /// Regressors with prediction intervals.
    static let conformalWrappers: [any LearnerWrapper.Type] = [RegressionJackknife.self, AdaptiveConformal.self]
}
