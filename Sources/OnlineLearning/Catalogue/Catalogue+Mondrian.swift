extension Catalogue {
    /// Aggregated Mondrian forests.
    static let mondrianLearners: [any Learner.Type] = [AMFClassifier.self, AMFRegressor.self]
}
