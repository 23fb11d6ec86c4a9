extension Catalogue {
    /// What makes a classifier of rare classes.
    static let imbalanceWrappers: [any LearnerWrapper.Type] = [
        RandomUnderSampler.self, RandomOverSampler.self, RandomSampler.self, ClassWeighted.self,
    ]
}
