import OnlineLearning

/// The declaration is complete.
extension LearnerLaw {
    static func declarationIsSound(_ subject: LearnerSubject) -> [Violation] {
        let declaration = subject.declaration
        func broken(_ expected: String, _ found: Any) -> Violation {
            subject.violation(.declarationIsSound, expected, found)
        }
        var violations: [Violation] = []
        if declaration.revision < 1 { violations.append(broken("a revision from 1", declaration.revision)) }
        if !isSnakeCase(declaration.name) { violations.append(broken("a name in snake case", declaration.name)) }
        // River has parameters of one capital letter.
        for name in declaration.parameters.map(\.name) where !isSnakeCase(name) && name.count > 1 {
            violations.append(broken("a name in snake case", name))
        }
        for (index, parameter) in declaration.parameters.enumerated() {
            if parameter.summary.isEmpty { violations.append(broken("a summary of \(parameter.name)", "none")) }
            if declaration.parameters.prefix(index).contains(where: { $0.name == parameter.name }) {
                violations.append(broken("each parameter once", parameter.name))
            }
            if !isWithin(parameter) {
                violations.append(
                    broken("\(parameter.name): \(parameter.kind.expectation)", parameter.defaultValue))
            }
            if parameter.name == "seed", parameter.defaultValue != .integer(1) {
                violations.append(broken("a seed of 1 by default", parameter.defaultValue))
            }
        }
        if let conflict = declaration.conflict(declaration.parameters.map(\.defaultValue)) {
            violations.append(broken("defaults that go together", conflict))
        }
        return violations
    }

    private static func isSnakeCase(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
            }
    }

    /// A learner to wrap, or a list of them, may be left open.
    private static func isWithin(_ parameter: ParameterDeclaration) -> Bool {
        switch (parameter.kind, parameter.defaultValue) {
        case (.learner, .none), (.learners, .none), (.learners, .components([])), (.categories, .none): true
        default: parameter.accepts(parameter.defaultValue)
        }
    }
}
