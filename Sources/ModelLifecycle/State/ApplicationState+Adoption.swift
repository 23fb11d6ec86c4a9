import Determinism
import OnlineLearning

/// How a learned state goes live.
extension ApplicationState {
    /// Puts a learned state in the place of the present one. The ledger stays: predictions that wait still teach, and
    /// the answers given by the lineage that now serves still score.
    ///
    /// - Parameter isAmended: whether this fold has parted from what the log holds, because of amendments made since:
    ///   then the digest that the adoption names is that of another state.
    mutating func adopt(
        _ adoption: Adoption, _ derived: LearnedState?, isAmended: Bool = false, _ outcome: inout Outcome
    ) -> Decision {
        let old = spec
        var adopted: LearnedState
        if case .spec(let newSpec) = adoption.recipe {
            adopted = successor(under: newSpec)
            guard isAmended || adopted.digest == adoption.stateDigest else {
                return .refused(.derivedOtherwise(adoption, adopted))
            }
            if adopted.target != learned.target { forgetOpenQuestions() }
            spec = newSpec
        } else {
            guard let derived = derived.map({ keepingRoles($0, adoption.recipe) }) else {
                preconditionFailure("a recipe without its derived state")
            }
            guard isAmended || derived.digest == adoption.stateDigest else {
                return .refused(.derivedOtherwise(adoption, derived))
            }
            if let refusal = refusal(of: derived, adoption.recipe) { return .refused(refusal) }
            // The features may lie elsewhere in the present contract than they did in that of the time.
            adopted = derived.rebound(to: contract)
            adopted.lineage = lineage(of: derived, adoption.recipe, isAmended)
            adopted.taught = taught(of: derived, adoption.recipe)
        }
        let voices = learned.settings.models.map { adopted.settings.models.firstIndex(of: $0) }
        passOnServed(to: adopted, voices, from: old, adoption.revision)
        let (wasKept, targetChanged) = (keepsLateness, adopted.target != learned.target)
        rearrangeAnswers(answerSources(to: adopted, voices))
        learned = adopted
        revision = adoption.revision
        version = offset
        contractChanged()
        layOutVoices(learned.models.indices.map { voices.firstIndex(of: $0) })
        provisionalLabelChanged(from: old.contract.target.provisionalLabel)
        if case .candidate(_, let start) = adoption.recipe { unmarkProvisional(askedBefore: start) }
        passOnLateness(wasKept: wasKept, targetChanged: targetChanged)
        failureRuns = FailureRuns(modelCount: learned.models.count)
        outcome.notices.append(.adopted(adoption.recipe, at: offset))
        return .adopted
    }

    /// Why the present contract cannot take over a derived state, if it cannot.
    private func refusal(of derived: LearnedState, _ recipe: Adoption.Recipe) -> Refusal? {
        let what: String
        switch recipe {
        case .restore(let target): what = "the models of @\(target)"
        case .candidate: what = "the candidate's models"
        case .spec, .upgrade: what = "the models"
        }
        let missing = derived.settings.missingFeatures(in: contract.layout)
        guard missing.isEmpty else { return .lacks(missing, what) }
        guard derived.target == LearnedState.Target(contract.target) else { return .answersElse(derived.target, what) }
        return nil
    }

    /// Why the present contract could not take over a candidate's models, if it could not: to be said before they are
    /// derived.
    public func refusal(ofCandidate spec: Spec) -> Refusal? {
        let (what, target) = ("the candidate's models", LearnedState.Target(spec.contract.target))
        let missing = spec.settings.missingFeatures(in: contract.layout)
        guard missing.isEmpty else { return .lacks(missing, what) }
        return target == LearnedState.Target(contract.target) ? nil : .answersElse(target, what)
    }

    /// Which answers the adopted state has given. A state that was never live, because it was folded under amendments
    /// that came after it or by a candidate's models, has given none. In a fold where the amendments have counted from
    /// the beginning, every state is as if it had been.
    private func lineage(of derived: LearnedState, _ recipe: Adoption.Recipe, _ isAmended: Bool) -> Lineage {
        let (target, lineage): (Int, Lineage)
        switch recipe {
        case .restore(let offset): (target, lineage) = (offset, derived.lineage)
        case .upgrade: (target, lineage) = (offset, learned.lineage)
        case .spec, .candidate: return Lineage(from: offset, amendmentCount: amendments.count)
        }
        var adopted = lineage.adopted(at: offset, endingBefore: target)
        if case .restore = recipe {
            guard isAmended || amendments.leave(target, foldedUnder: lineage.amendmentCount) else {
                return amendments.hasWithdrawals
                    ? lineageLived(lineage, endingBefore: target)
                    : Lineage(from: offset, amendmentCount: amendments.count)
            }
            adopted.amendmentCount = amendments.count
        }
        return adopted
    }

    /// A derived state as it is adopted. A rebuild under amendments keeps who serves, as it was lived: that an earlier
    /// change of roles would not have happened is for a decision of its own.
    package func keepingRoles(_ derived: LearnedState, _ recipe: Adoption.Recipe) -> LearnedState {
        guard case .restore(offset) = recipe else { return derived }
        var kept = derived
        kept.roles = learned.roles.continued(from: learned.models.map(\.name), to: derived.models.map(\.name))
        return kept
    }

    private mutating func rearrangeAnswers(_ sources: [Int?]) {
        ledger.rearrangeAnswers(sources)
        if !marks.ledger.isEmpty { marks.ledger.rearrangeAnswers(sources) }
    }

    /// Lets go of everything that still waits: what comes for it would be of another target.
    private mutating func forgetOpenQuestions() {
        ledger.forgetOpenQuestions()
        asideLabels.endAll()
        while let oldest = marks.ledger.oldest(.pending) {
            ledger.counts.expiredPredictions += 1
            marks.ledger.remove(oldest)
        }
    }

    /// The learned state in which a spec takes over here, whose digest its adoption must name.
    public func successor(under newSpec: Spec) -> LearnedState {
        guard offset > 0 else { return LearnedState(newSpec.settings, contract: newSpec.contract, offset: 0) }
        return learned.adopting(newSpec.settings, contract: newSpec.contract, at: offset)
    }

    /// For each place among an entry's answers after the adoption, where it was before; nil where a model is new.
    /// - Parameter voices: for the place of each model its place after it.
    private func answerSources(to new: LearnedState, _ voices: [Int?]) -> [Int?] {
        let oldWidth = voiceWidth
        let width = max(oldWidth, new.answerWidth(contract) / (new.models.count + 1))
        var sources: [Int?] = []
        func append(_ role: Int?) {
            for place in 0..<width {
                sources.append(place < oldWidth ? role.map { $0 * oldWidth + place } : nil)
            }
        }
        for place in new.models.indices { append(voices.firstIndex(of: place)) }
        append(learned.models.count)
        return sources
    }
}

/// Classes: listed ones have their slots from the contract, open ones get theirs when first learned.
extension ApplicationState {
    /// The classes in the order of their slots, for answers.
    public var classNames: [String] {
        if let listed = contract.target.classes { return listed }
        var names = (0..<learned.classes.count).map { learned.classes.name(at: $0) }
        if hasOtherClass { names[names.count - 1] = ReservedName.other }
        return names
    }

    public var classCount: Int {
        contract.target.classes?.count ?? learned.classes.count
    }

    private var hasOtherClass: Bool {
        contract.target.classes == nil && learned.classes.count > contract.target.maxClasses
    }

    /// The target that a label means to the models; an open class that is new gets its slot.
    mutating func target(learning label: Label) -> Target {
        switch label {
        case .number(let value): return .value(value)
        case .listed(let slot): return .label(slot)
        case .named(let bytes):
            return .label(bytes.withUnsafeBytes { slot(of: $0) })
        }
    }

    private mutating func slot(of name: UnsafeRawBufferPointer) -> Int {
        let hash = CategoryTable.hash(name)
        if let slot = learned.classes.slot(of: name, hash: hash) { return slot }
        // The slot after the last takes in every class beyond the limit, under the name of the first of them.
        if hasOtherClass { return learned.classes.count - 1 }
        let slot = learned.classes.append(name, hash: hash)
        let width = voiceWidth
        if learned.classes.count > width { widenAnswers(from: width, to: width * 2) }
        return slot
    }

    private mutating func widenAnswers(from width: Int, to newWidth: Int) {
        let roles = learned.models.count + 1
        rearrangeAnswers(
            (0..<roles).flatMap { role in
                (0..<newWidth).map { $0 < width ? role * width + $0 : nil }
            })
        layOutVoices()
    }
}

extension LearnedState {
    /// How many doubles an entry's answers take: for each model and the baseline one; three where a model answers with
    /// an interval; or, of several classes, a power of two that has room for them.
    func answerWidth(_ contract: Contract) -> Int {
        guard contract.target.task == .multiclass else {
            return (models.contains { $0.pipeline.answersIntervals } ? 3 : 1) * (models.count + 1)
        }
        var width = 4
        while width < max(contract.target.classes?.count ?? 0, classes.count) { width *= 2 }
        return width * (models.count + 1)
    }

    /// What is kept with a question of what the models say.
    /// - Parameter width: how many numbers an answer of one model takes.
    func voiceLayout(classRoom width: Int) -> VoiceLayout {
        VoiceLayout(counts: models.map(\.pipeline.voiceCount), classRoom: target.task == .multiclass ? width : 0)
    }
}

extension Refusal {
    static func answersElse(_ target: LearnedState.Target, _ models: String) -> Refusal {
        Refusal(
            .impossibleRestore,
            "\(models) answer another target: \(target.task.name)"
                + (target.classes.map { " of \($0.prefix(8).joined(separator: ", "))" } ?? ""),
            hint: "restore a version of the present target, or declare the target of that time in the spec")
    }

    static let asked = Refusal(
        .conflict, "this id was asked before with other features",
        hint: "a retry must repeat the features; a new question needs an id of its own")
    static let labelled = Refusal(
        .conflict, "this id has another label", hint: "send \"correction\": true to correct it")
    package static let labelWaits = Refusal(
        .conflict, "the label of this id waits for its question, and cannot be corrected before that")

    static let tooManyAmendments = Refusal(
        .tooLarge, "an application keeps \(Amendments.partsMax) ranges and corrections of its past, and no more",
        hint: "begin a new application with what is right")

    static func lacks(_ features: [String], _ models: String) -> Refusal {
        Refusal(
            .impossibleRestore,
            "\(models) need features that the present contract lacks: " + features.joined(separator: ", "),
            hint: "choose models that do without them, or add the features to the spec")
    }

    static func derivedOtherwise(_ adoption: Adoption, _ derived: LearnedState) -> Refusal {
        Refusal(
            .impossibleRestore,
            "the recipe gives the state \(derived.digest), the adoption names \(adoption.stateDigest)")
    }
}
