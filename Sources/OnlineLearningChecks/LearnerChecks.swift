import Determinism
import OnlineLearning

/// All laws, for a component, a type, or everything in the catalogue.
///
///     #expect(LearnerChecks.violations(of: MyLearner.self) == [])
///     #expect(LearnerChecks.violations(of: component, task: .binary) == [])
public enum LearnerChecks {
    /// What a component of the catalogue breaks, in every task that it can do.
    public static func violations(of component: Component) -> [Violation] {
        Catalogue.tasks(ofLearner: component.name).flatMap { violations(of: component, task: $0) }
    }

    public static func violations(of component: Component, task: Task) -> [Violation] {
        violations(of: LearnerSubject(component, task: task))
    }

    /// What a learner of your own breaks at its default parameters, in every task that it can do.
    public static func violations<L: Learner>(of type: L.Type) -> [Violation] {
        L.tasks.flatMap { violations(of: LearnerSubject(type, task: $0)) }
    }

    public static func violations(of subject: LearnerSubject) -> [Violation] {
        LearnerLaw.allCases.flatMap { $0.violations(of: subject) }
    }

    /// A learner's digest: of its answers over a stream of its own and of the state after. Another digest is another
    /// behaviour, and wants another ``ComponentDeclaration/revision``.
    public static func digest(of subject: LearnerSubject) -> Digest {
        var model = subject.model()
        var encoder = CanonicalEncoder()
        for example in ExampleStream.examples(400, seed: 21) {
            encoder.doubles(model.predict(example))
            model.learn(example)
        }
        encoder.blob(model.bytes)
        return Digest(hashing: encoder.bytes)
    }

    /// Every learner of the catalogue at its defaults, once for each of its tasks; those made of others with members
    /// that fit.
    public static var subjects: [LearnerSubject] {
        var subjects: [LearnerSubject] = []
        for declaration in Catalogue.learnerDeclarations {
            for task in Catalogue.tasks(ofLearner: declaration.name) {
                subjects += Members.components(declaration, task: task).map { LearnerSubject($0, task: task) }
            }
        }
        return subjects
    }
}
