import OnlineLearning
import OnlineLearningChecks
import Testing

/// The checks themselves: a right learner breaks nothing, and each law catches what breaks it.
@Suite struct LawTests {
    /// For each law somebody who breaks it, and in which task.
    static let culprits: [(law: LearnerLaw, fault: FaultyLearner.Fault, task: Task)] = [
        (.predictionIsPure, .impure, .regression), (.answersBeforeLearning, .firstAnswer, .regression),
        (.answersBeforeLearning, .sum, .binary), (.worksWithoutFeatures, .needsFeatures, .multiclass),
        (.featuresMayAppear, .missingIsANumber, .regression), (.featuresMayVanish, .vanishing, .regression),
        (.orderOfFeaturesIsIrrelevant, .order, .regression), (.unitsAreIrrelevant, .units, .regression),
        (.sameStreamSameModel, .global, .regression),
        (.workersDoNotMatter, .workers, .binary), (.aCopyIsIndependent, .shared, .regression),
        (.memoryIsBounded, .growing, .multiclass), (.nothingStaysNotFinite, .overflowing, .regression),
        (.weightsAreTaken, .weightRefused, .binary), (.weightZeroChangesNothing, .zeroCounted, .regression),
        (.weightTwoIsTwice, .weightIgnored, .regression),
        (.continuesFromItsEncoding, .forgetful, .regression),
        (.aFailedUpdateChangesNothing, .halfLearned, .regression),
        (.damagedBytesAreHarmless, .damaged, .regression), (.probabilitiesAreProbabilities, .sum, .binary),
        (.probabilitiesAreProbabilities, .sum, .multiclass), (.aSkippedClassHasNoProbability, .skipped, .multiclass),
        (.hostileStreamsAreSurvived, .diverging, .regression), (.hostileStreamsAreSurvived, .diverging, .binary),
        (.hostileStreamsAreSurvived, .diverging, .multiclass),
    ]

    static func subject(_ fault: FaultyLearner.Fault, _ task: Task) -> LearnerSubject {
        let component = Component(name: "faulty_learner", arguments: [.choice(fault.rawValue)])
        var subject = LearnerSubject(FaultyLearner.self, component: component, task: task)
        subject.weightIsRepetition = true
        // Its distances are not relative to anything.
        if fault == .units { subject.scaleFreedom = .each }
        return subject
    }

    @Test(arguments: Task.allCases) func aRightLearnerBreaksNoLaw(_ task: Task) {
        #expect(LearnerChecks.violations(of: Self.subject(.none, task)) == [])
    }

    @Test(arguments: culprits)
    func isCaught(_ law: LearnerLaw, _ fault: FaultyLearner.Fault, _ task: Task) throws {
        let violations = law.violations(of: Self.subject(fault, task))
        let first = try #require(violations.first, "\(law) does not see \(fault)")
        #expect(violations.allSatisfy { $0.law == law.rawValue })
        #expect(first.description.hasPrefix("faulty_learner (\(task.name)) breaks \(law.rawValue)"))
    }

    @Test func everyLawHasItsCulprit() {
        let caught = Self.culprits.map(\.law) + [.declarationIsSound]
        for law in LearnerLaw.allCases { #expect(caught.contains(law), "nobody breaks \(law)") }
    }

    @Test func aWrongDeclarationIsCaught() {
        let subject = LearnerSubject(MisdeclaredLearner.self, task: .binary)
        let found = LearnerLaw.declarationIsSound.violations(of: subject).map(\.expected)
        #expect(found == ["a name in snake case", "rate: a number from 0 to 1"])
    }

    @Test func anExceptionIsGrantedByName() {
        var subject = Self.subject(.order, .regression)
        #expect(!LearnerLaw.orderOfFeaturesIsIrrelevant.violations(of: subject).isEmpty)
        subject.exceptions[.orderOfFeaturesIsIrrelevant] = "it looks at the first number only"
        #expect(LearnerLaw.orderOfFeaturesIsIrrelevant.violations(of: subject).isEmpty)
    }

    @Test func aDigestSeesAnswersAndState() {
        let right = LearnerChecks.digest(of: Self.subject(.none, .regression))
        #expect(LearnerChecks.digest(of: Self.subject(.none, .regression)) == right)
        for fault in [FaultyLearner.Fault.order, .growing] {
            #expect(LearnerChecks.digest(of: Self.subject(fault, .regression)) != right)
        }
    }

    @Test func theSameSeedIsTheSameStream() {
        #expect(ExampleStream.examples(50, seed: 4).map(\.value) == ExampleStream.examples(50, seed: 4).map(\.value))
        #expect(ExampleStream.examples(50, seed: 4).map(\.value) != ExampleStream.examples(50, seed: 5).map(\.value))
        let labels = ExampleStream.examples(3000).map(\.label)
        for label in 0...2 { #expect(labels.count { $0 == label } > 600) }
    }
}
