extension Catalogue {
    static let ensembleLearners: [any Learner.Type] = [ARFClassifier.self, ARFRegressor.self, VotingClassifier.self]
    static let ensembleWrappers: [any LearnerWrapper.Type] = [
        ADWINBaggingClassifier.self, AdaBoostClassifier.self, BOLEClassifier.self, BaggingClassifier.self,
        BaggingRegressor.self, LeveragingBaggingClassifier.self, SRPClassifier.self, SRPRegressor.self,
    ]
}
