import OnlineLearning
import OnlineLearningChecks
import Testing

/// Every learner of the catalogue keeps every law, in every task that it can do. Adding a learner to the catalogue is
/// all it takes to have it checked.
@Suite struct CatalogueLawTests {
    @Test(arguments: LearnerChecks.subjects + Variants.all)
    func keepsEveryLaw(_ subject: LearnerSubject) {
        for violation in LearnerChecks.violations(of: subject) { Issue.record("\(violation)") }
    }

    @Test func everyLearnerIsCheckedInEveryTask() {
        for declaration in Catalogue.learnerDeclarations {
            for task in Catalogue.tasks(ofLearner: declaration.name) {
                #expect(
                    LearnerChecks.subjects.contains { $0.declaration.name == declaration.name && $0.task == task },
                    "nobody checks \(declaration.name) in \(task.name)")
            }
        }
    }

    @Test func ofEveryLearnerItIsSaidWhetherAWeightIsRepetition() {
        #expect(KnownLearners.weighed.sorted() == Catalogue.learnerDeclarations.map(\.name).sorted())
    }

    @Test func whatIsSaidAboutLearnersIsAboutLearnersOfTheCatalogue() {
        let names = Catalogue.declarations.map(\.name)
        for name in KnownLearners.names { #expect(names.contains(name), "there is no \(name)") }
    }
}
