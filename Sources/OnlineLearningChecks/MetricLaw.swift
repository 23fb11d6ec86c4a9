import OnlineLearning

/// What every metric owes to whoever is judged by it, law by law. ``MetricChecks`` checks them all.
public enum MetricLaw: String, Sendable, CaseIterable {
    /// Defaults are in their ranges, the name is in snake case, there is a task.
    case declarationIsSound
    /// A number before any answer.
    case definedBeforeAnyAnswer
    /// Whatever is answered, the value is a finite number.
    case staysFinite
    /// A number or probability that is missing or not finite is not scored: no bit changes.
    case noAnswerIsNotScored
    /// What a copy scores, the original does not know.
    case aCopyIsIndependent
    /// Encode, decode, continue is the same as never having stopped.
    case continuesFromItsEncoding
    /// Damaged bytes are refused or make a state that can be worked with.
    case damagedBytesAreHarmless
    /// Memory stops growing although classes and slices do not.
    case memoryIsBounded
    /// Over a window it is what it would be had only those answers been given.
    case aWindowIsItsAnswersAlone
    /// Of a slice it is what it would be had only those answers been given, in whatever order slices alternate.
    case aSliceIsItsAnswersAlone
    /// Beside other metrics it is what it is alone.
    case companyChangesNothing

    public func violations(of subject: MetricSubject) -> [Violation] {
        switch self {
        case .declarationIsSound: Self.declarationIsSound(subject)
        case .definedBeforeAnyAnswer: Self.definedBeforeAnyAnswer(subject)
        case .staysFinite: Self.staysFinite(subject)
        case .noAnswerIsNotScored: Self.noAnswerIsNotScored(subject)
        case .aCopyIsIndependent: Self.aCopyIsIndependent(subject)
        case .continuesFromItsEncoding: Self.continuesFromItsEncoding(subject)
        case .damagedBytesAreHarmless: Self.damagedBytesAreHarmless(subject)
        case .memoryIsBounded: Self.memoryIsBounded(subject)
        case .aWindowIsItsAnswersAlone: Self.aWindowIsItsAnswersAlone(subject)
        case .aSliceIsItsAnswersAlone: Self.aSliceIsItsAnswersAlone(subject)
        case .companyChangesNothing: Self.companyChangesNothing(subject)
        }
    }

    private static func declarationIsSound(_ subject: MetricSubject) -> [Violation] {
        let declaration = subject.declaration
        var violations: [Violation] = []
        if declaration.family != .metric || declaration.revision < 1 {
            violations.append(
                subject.violation(.declarationIsSound, "a metric of a revision from 1", declaration.family))
        }
        for parameter in declaration.parameters where parameter.name != "metric" {
            if parameter.summary.isEmpty || !parameter.accepts(parameter.defaultValue) {
                violations.append(
                    subject.violation(.declarationIsSound, "a summary and a default in range", parameter.name))
            }
        }
        if !Catalogue.tasks(ofMetric: declaration.name).contains(subject.task) {
            violations.append(subject.violation(.declarationIsSound, "one of its tasks", subject.task))
        }
        return violations
    }

    private static func companyChangesNothing(_ subject: MetricSubject) -> [Violation] {
        let examples = ScoredStream.examples(150, subject.task, seed: 6)
        let others = Catalogue.metrics.filter { $0.tasks.contains(subject.task) }.map { $0.declaration.withDefaults }
        let alone = subject.scored(examples).readings[0].reading
        let together = subject.scored(examples, by: others + [subject.component]).readings[others.count].reading
        return alone == together ? [] : [subject.violation(.companyChangesNothing, "\(alone)", together)]
    }
}

extension Scorecard.Reading {
    /// All its numbers.
    var numbers: [Double] {
        switch self {
        case .value(let value): [value]
        case .slices(let slices): slices.map(\.value)
        }
    }
}
