import Determinism

/// Classifiers in a bag: what ``BaggingClassifier``, ``ADWINBaggingClassifier`` and ``LeveragingBaggingClassifier``
/// make of a learner.
struct BaggedClassifiers<M: Learner, Kind: BaggingKind>: Learner {
    static var declaration: ComponentDeclaration { Kind.declaration }
    static var tasks: [Task] { Kind.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let task: Task
    private let sampling: BaggingSampling
    private var members: Members<M>
    private var known = KnownClasses()
    private var generator: SeededGenerator
    /// One a member, or none.
    private var detectors: [ADWIN]

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        sampling = Kind.sampling(arguments)
        members = Members(arguments.member, count: arguments.integer("n_models"), inputs: inputs)
        generator = SeededGenerator(seed: arguments.seed)
        detectors = Kind.detector(arguments).map { [ADWIN](repeating: $0, count: arguments.integer("n_models")) } ?? []
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let votes = Votes(task, classCount: known.slotCount, &answer)
        members.predict(x, into: &answer) { _, answer in votes.add(weight: 1, &answer) }
        votes.finish(known, &answer)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let before = generator
        draw(x, slot)
        let (task, isWatched) = (task, !detectors.isEmpty)
        members.forEach(x, workers: journal.workers) { member, x in
            member.learn(x, target, weight: weight, times: member.count)
            if isWatched {
                let choice = member.choice(x, task)
                (member.hasChosen, member.isWrong) = (choice != nil, choice != slot)
            }
        }
        guard !members.haveRefused else {
            generator = before
            return false
        }
        known.insert(slot)
        if isWatched { watch() }
        return true
    }

    /// Draws how often each member learns the example.
    private mutating func draw(_ x: borrowing FeatureVector, _ slot: Int) {
        guard case .mistakes = sampling else {
            for index in 0..<members.count { members[index].count = sampling.draw(&generator) }
            return
        }
        for index in 0..<members.count {
            let error = detectors[index].estimation
            let isWrong = members[index].choice(x, task) != slot
            // Drawn in any case, so that a member's luck does not depend on the others' answers.
            let isDrawn = generator.uniform() * (1 - error) < error
            members[index].count = isWrong || isDrawn && error < 1 ? 1 : 0
        }
    }

    /// Lets the detectors know who was wrong; where one finds that its member has become worse, the worst of all
    /// members starts anew.
    ///
    /// A member that was passed over from its start on counts too, as long as it names a class. For detectors look at
    /// their windows from time to time only: those that begin together look together, and what they all see costs one
    /// member, where out of step each would cost another.
    private mutating func watch() {
        var hasChanged = false
        for index in detectors.indices where members[index].hasChosen {
            let before = detectors[index].estimation
            if detectors[index].update(members[index].isWrong ? 1 : 0), detectors[index].estimation > before {
                hasChanged = true
            }
        }
        guard hasChanged else { return }
        var worst = 0
        for index in detectors.indices where detectors[index].estimation > detectors[worst].estimation { worst = index }
        members[worst] = members.makeMember()
        detectors[worst].reset()
    }

    var byteCount: Int { members.byteCount + detectors.reduce(0) { $0 + $1.byteCount } }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        known.encode(to: &encoder)
        members.encode(to: &encoder)
        for detector in detectors { detector.encode(to: &encoder) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        known = try KnownClasses(from: &decoder)
        try members.restore(from: &decoder)
        for index in detectors.indices { try detectors[index].restore(from: &decoder) }
    }
}

extension BaggedClassifiers: ExplainingLearner {
    /// The mean of the members' explanations, in probability.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try members.explain(x, asked.inProbability)
    }
}
