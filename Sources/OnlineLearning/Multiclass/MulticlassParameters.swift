/// What the learners that are made of binary classifiers share.
enum MulticlassParameters {
    static let classifier = ParameterDeclaration(
        "classifier", .learner(.binary), default: .component(LogisticRegression.declaration.withDefaults),
        "what learns two classes")

    /// The classifier before its first example.
    static func member<Member: Learner>(_ arguments: Arguments, _ inputs: LearnerInputs) -> Member {
        guard let component = arguments.component("classifier") else { preconditionFailure("no classifier is given") }
        let inputs = LearnerInputs(
            task: .binary, numberCount: inputs.numberCount, categoryCount: inputs.categoryCount,
            hasSparseColumns: inputs.hasSparseColumns)
        return Member(component, inputs: inputs)
    }
}
