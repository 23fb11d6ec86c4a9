extension Catalogue {
    static let treeClassifiers: [any Learner.Type] = [
        HoeffdingTreeClassifier.self, HoeffdingAdaptiveTreeClassifier.self,
        ExtremelyFastDecisionTreeClassifier.self,
    ]

    static let treeClassifierDeclarations: [ComponentDeclaration] = Splitters.declarations
}
