/// What every learner owes to whoever trains it, law by law.
///
/// A law is checked by ``violations(of:)``, which returns what it found; ``LearnerChecks`` checks them all. The idea is
/// River's (`river/checks`): whoever adds a learner is told by name what it breaks.
public enum LearnerLaw: String, Sendable, CaseIterable {
    /// The declaration is complete: defaults in their ranges, a name in snake case, at least one task.
    case declarationIsSound
    /// Predicting changes no bit of the state, and the same question has the same answer.
    case predictionIsPure
    /// An answer in the task's form before anything is learned.
    case answersBeforeLearning
    /// Learning and answering without a single feature.
    case worksWithoutFeatures
    /// Features that were never there may appear.
    case featuresMayAppear
    /// Features may vanish, nearly all of them too.
    case featuresMayVanish
    /// The order in which features are declared does not matter.
    case orderOfFeaturesIsIrrelevant
    /// Numbers in other units have the same answers; only of learners whose theory says so.
    case unitsAreIrrelevant
    /// Two models of the same declaration that learn the same are the same, to the bit.
    case sameStreamSameModel
    /// How many cores work, and in which order members are asked, changes no bit.
    case workersDoNotMatter
    /// What a copy learns, the original does not know.
    case aCopyIsIndependent
    /// Memory stops growing although novelty does not.
    case memoryIsBounded
    /// After whatever was learned or refused, answers to usual examples are finite.
    case nothingStaysNotFinite
    /// Any weight from 0 is taken.
    case weightsAreTaken
    /// An example of weight 0 changes nothing: not a bit of the state, and no random number is drawn.
    case weightZeroChangesNothing
    /// A weight of 2 is the same as learning twice; only of learners whose theory says so
    /// (``LearnerSubject/weightIsRepetition``; of others ``KnownLearners`` has the reason).
    case weightTwoIsTwice
    /// Encode, decode, continue is the same as never having stopped.
    case continuesFromItsEncoding
    /// An update that returns false has changed not one bit.
    case aFailedUpdateChangesNothing
    /// Damaged bytes are refused or make a state that can be worked with.
    case damagedBytesAreHarmless
    /// Probabilities are from 0 to 1, and of several classes they sum to 1.
    case probabilitiesAreProbabilities
    /// A class between others that was never learned has no probability.
    case aSkippedClassHasNoProbability
    /// Hostile streams end with a loss of at most twice the baseline's.
    case hostileStreamsAreSurvived

    /// What breaks this law; nothing where the learner is excepted from it.
    public func violations(of subject: LearnerSubject) -> [Violation] {
        guard subject.exceptions[self] == nil else { return [] }
        switch self {
        case .declarationIsSound: return Self.declarationIsSound(subject)
        case .predictionIsPure: return Self.predictionIsPure(subject)
        case .answersBeforeLearning: return Self.answersBeforeLearning(subject)
        case .worksWithoutFeatures: return Self.worksWithoutFeatures(subject)
        case .featuresMayAppear: return Self.featuresMayAppear(subject)
        case .featuresMayVanish: return Self.featuresMayVanish(subject)
        case .orderOfFeaturesIsIrrelevant: return Self.orderOfFeaturesIsIrrelevant(subject)
        case .unitsAreIrrelevant: return Self.unitsAreIrrelevant(subject)
        case .sameStreamSameModel: return Self.sameStreamSameModel(subject)
        case .workersDoNotMatter: return Self.workersDoNotMatter(subject)
        case .aCopyIsIndependent: return Self.aCopyIsIndependent(subject)
        case .memoryIsBounded: return Self.memoryIsBounded(subject)
        case .nothingStaysNotFinite: return Self.nothingStaysNotFinite(subject)
        case .weightsAreTaken: return Self.weightsAreTaken(subject)
        case .weightZeroChangesNothing: return Self.weightZeroChangesNothing(subject)
        case .weightTwoIsTwice: return Self.weightTwoIsTwice(subject)
        case .continuesFromItsEncoding: return Self.continuesFromItsEncoding(subject)
        case .aFailedUpdateChangesNothing: return Self.aFailedUpdateChangesNothing(subject)
        case .damagedBytesAreHarmless: return Self.damagedBytesAreHarmless(subject)
        case .probabilitiesAreProbabilities: return Self.probabilitiesAreProbabilities(subject)
        case .aSkippedClassHasNoProbability: return Self.aSkippedClassHasNoProbability(subject)
        case .hostileStreamsAreSurvived: return Self.hostileStreamsAreSurvived(subject)
        }
    }
}
