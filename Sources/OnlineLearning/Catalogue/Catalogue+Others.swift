extension Catalogue {
    static let otherLearners: [any Learner.Type] = [
        BayesianLinearRegression.self, PAClassifier.self, PARegressor.self,
        NoChangeClassifier.self, NoChangeRegressor.self, PriorClassifier.self, StatisticRegressor.self,
        KNNClassifier.self, KNNRegressor.self,
        BernoulliNB.self, ComplementNB.self, GaussianNB.self, MultinomialNB.self,
    ]
    static let otherWrappers: [any LearnerWrapper.Type] = [
        OneVsOneClassifier.self, OneVsRestClassifier.self, OutputCodeClassifier.self,
    ]
    static let otherDeclarations: [ComponentDeclaration] = [LazySearch.declaration]
}
