extension Catalogue {
    /// Linear models, factorization machines and what they are made of.
    static let linearLearners: [any Learner.Type] = [
        LinearRegression.self, LogisticRegression.self, Perceptron.self, SoftmaxRegression.self,
        AdaptiveFMClassifier.self, AdaptiveFMRegressor.self, FFMClassifier.self, FFMRegressor.self, FMClassifier.self,
        FMRegressor.self, HOFMClassifier.self, HOFMRegressor.self,
    ]
    static let linearDeclarations: [ComponentDeclaration] =
        Optimizer.declarations + Schedule.declarations + BinaryLoss.declarations + RegressionLoss.declarations
}
