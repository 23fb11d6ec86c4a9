import Determinism

/// Several classifiers of any kind that all learn every example; their probabilities, or their choices, are averaged.
///
/// - `models`: the learners, 1 to 1,000 (default: none; they must be given).
/// - `use_probabilities`: whether the probabilities are averaged; otherwise each member has one vote (default true).
///
/// Categories reach those members that take them as they are. Time and memory: those of the members, which can work at
/// the same time.
///
/// Two logistic regressions (`sgd`, `lr` 0.01 and 0.1) that were shown that x = 1 is positive answer 0.508123257034615
/// to x = 1: the mean of 0.5024999791668749 and 0.5137465349023551.
///
/// Source: L. I. Kuncheva, *Combining pattern classifiers*, 2nd ed., 2014, section 5.2; River's
/// `ensemble.VotingClassifier`, which answers with a class only: the probabilities are the votes' shares.
public struct VotingClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "voting_classifier", .ensemble, revision: 2,
        parameters: [
            ParameterDeclaration(
                "models", .learners, default: .components([LogisticRegression.declaration.withDefaults]),
                "the learners"),
            ParameterDeclaration(
                "use_probabilities", .boolean, default: .boolean(true),
                "whether probabilities are averaged, else choices"),
        ])
    public static let tasks = [Task.binary, .multiclass]
    public static var takesCategories: Bool { true }

    private struct Member: Sendable {
        var model: any Learner
        var hasLearned = false
        var isRefused = false
        var journal = Journal()
    }

    private let task: Task
    private let usesProbabilities: Bool
    private var members: [Member]
    private var known = KnownClasses()

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        usesProbabilities = arguments.boolean("use_probabilities")
        members = arguments.components("models").map { component in
            let takesCategories = Catalogue.takesCategories(component)
            let inputs = LearnerInputs(
                task: inputs.task, numberCount: inputs.numberCount,
                categoryCount: takesCategories ? inputs.categoryCount : 0,
                hasSparseColumns: inputs.hasSparseColumns)
            return Member(model: Catalogue.makeLearner(component, inputs: inputs))
        }
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let votes = Votes(task, classCount: known.slotCount, &answer)
        let start = answer.count
        for index in members.indices where members[index].hasLearned {
            members[index].model.predict(x, into: &answer)
            if !usesProbabilities { Votes.choose(&answer, from: start, task) }
            votes.add(weight: 1, &answer)
            answer.removeLast(answer.count - start)
        }
        votes.finish(known, &answer)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        sideBySide(&members, x, workers: journal.workers) { member, x in
            member.journal.removeAll()
            member.isRefused = !member.model.learn(x, target, weight: weight, journal: &member.journal)
            if !member.isRefused { member.hasLearned = true }
        }
        guard members.contains(where: { !$0.isRefused }) else { return false }
        known.insert(slot)
        return true
    }

    public var byteCount: Int {
        members.reduce(MemoryLayout<Self>.size) { $0 + MemoryLayout<Member>.stride + $1.model.byteCount }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        known.encode(to: &encoder)
        for member in members {
            encoder.bool(member.hasLearned)
            member.model.encode(to: &encoder)
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        known = try KnownClasses(from: &decoder)
        for index in members.indices {
            members[index].hasLearned = try decoder.bool()
            try members[index].model.restore(from: &decoder)
        }
    }
}
