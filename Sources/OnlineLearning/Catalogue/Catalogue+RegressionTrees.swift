extension Catalogue {
    static let regressionTreeLearners: [any Learner.Type] = [
        HoeffdingAdaptiveTreeRegressor.self, HoeffdingTreeRegressor.self,
    ]
    static let regressionTreeDeclarations: [ComponentDeclaration] = RegressionSplitter.declarations
}
