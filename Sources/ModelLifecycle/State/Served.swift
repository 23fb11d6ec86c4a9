import Determinism
import OnlineLearning

/// How the answers that were given proved, whatever has been adopted since: a scorecard of the present half, which no
/// restore takes back.
///
/// Until a state is adopted over another it is the champion's own, and costs nothing; from then on it is scored by
/// itself. Of an open target it has slots of classes of its own, in the order in which they were met first, because a
/// learned state that is adopted may know them in another order.
struct Served: Sendable {
    /// Nil while it is the champion's.
    private(set) var own: Scorecard?
    /// Of an open target, once it is scored by itself.
    private(set) var classes = CategoryTable()
    /// Where each class of the learned state lies here.
    private var slots: [Int] = []
    /// Whether they lie in the same places.
    private var areSlotsSame = true
    /// The answer that was laid out last, by the slots here.
    private(set) var laidOut: [Double] = []

    /// The champion's.
    init() {}

    /// Whether it is scored by itself.
    var isParted: Bool { own != nil }

    /// Of answers that nobody scored: those that programs before revision ``Revision/served`` gave.
    init(beginning card: Scorecard, _ classes: CategoryTable = CategoryTable()) {
        (own, self.classes) = (card, classes)
    }

    /// Is scored by itself from here on, if it is not already.
    mutating func part(from learned: LearnedState, maxClasses: Int) {
        if own == nil { (own, classes) = (learned.champion.metrics, learned.classes) }
        follow(learned.classes, maxClasses)
    }

    /// Begins anew, because metrics or target are others now.
    mutating func begin(_ card: Scorecard) {
        self = Served(beginning: card)
    }

    /// The same for rows of another layout.
    mutating func rebind(to contract: Contract, _ metrics: [Component]) {
        guard let own else { return }
        var (card, encoder) = (Scorecard(metrics, contract), CanonicalEncoder())
        own.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        do {
            try card.restore(from: &decoder)
            self.own = card
        } catch {
            preconditionFailure("what was just encoded does not decode: \(error)")
        }
    }

    // MARK: Classes

    /// Finds out where the classes of a learned state lie here.
    mutating func follow(_ learned: CategoryTable, _ maxClasses: Int) {
        slots.removeAll(keepingCapacity: true)
        areSlotsSame = true
        for place in 0..<learned.count {
            let slot = learned.withName(at: place) { meet($0, maxClasses) }
            slots.append(slot)
            if slot != place { areSlotsSame = false }
        }
    }

    /// The slot of a class, which gets one if it has none.
    private mutating func meet(_ name: UnsafeRawBufferPointer, _ maxClasses: Int) -> Int {
        let hash = CategoryTable.hash(name)
        if let slot = classes.slot(of: name, hash: hash) { return slot }
        // As in a learned state, the slot after the last takes in every class beyond the limit.
        return classes.count > maxClasses ? classes.count - 1 : classes.append(name, hash: hash)
    }

    /// An answer by the slots of the learned state as it lies by the slots here.
    func arranged(_ answer: some Collection<Double>) -> [Double] {
        guard !areSlotsSame else { return Array(answer) }
        var values = [Double](repeating: .nan, count: max(classes.count, 1))
        for (place, value) in answer.enumerated() where place < slots.count {
            // Of several that share the slot of what is beyond the limit, the sum.
            let slot = slots[place]
            values[slot] = values[slot].isNaN ? value : values[slot] + value
        }
        return values
    }

    // MARK: Scoring

    /// Lays what was answered to a question out by the slots here, as ``laidOut``.
    /// - Parameters:
    ///   - given: by the slots here, where the answer was kept so; else the voice of the model that answered.
    ///   - target: by the slots of the learned state.
    /// - Returns: the target by the slots here.
    mutating func layOut(
        _ given: [Double]?, voice: ArraySlice<Double>, _ label: Label, _ target: Target, _ learned: CategoryTable,
        maxClasses: Int
    ) -> Target {
        var target = target
        if case .named(let bytes) = label {
            if slots.count != learned.count { follow(learned, maxClasses) }
            target = .label(bytes.withUnsafeBytes { meet($0, maxClasses) })
        }
        if let given {
            laidOut = given
        } else if areSlotsSame {
            laidOut.removeAll(keepingCapacity: true)
            laidOut.append(contentsOf: voice)
        } else {
            laidOut = arranged(voice)
        }
        return target
    }

    /// Scores what was answered to a question. - Parameters: as of ``layOut(_:voice:_:_:_:maxClasses:)``.
    mutating func score(
        _ given: [Double]?, voice: ArraySlice<Double>, _ label: Label, _ target: Target, _ learned: CategoryTable,
        maxClasses: Int, _ row: borrowing FeatureRow, at time: Timestamp
    ) {
        let target = layOut(given, voice: voice, label, target, learned, maxClasses: maxClasses)
        laidOut.withUnsafeBufferPointer { own?.score($0, target, row, at: time) }
    }
}

// MARK: In the state

extension ApplicationState {
    /// How the answers that were given proved.
    public var servedMetrics: Scorecard { served.own ?? learned.champion.metrics }

    /// Whether what is answered is scored as served, and the digest of the ledger covers it.
    var keepsServed: Bool { revision.fold >= Revision.served }

    /// Lets what was answered be scored on, before another learned state takes the place of the present one.
    ///
    /// - Parameters:
    ///   - voices: for the place of each model its place in the adopted state, nil where it does not go on.
    ///   - old: the spec so far; ``spec`` is the one that the adopted state is under.
    mutating func passOnServed(to adopted: LearnedState, _ voices: [Int?], from old: Spec, _ revision: Revision) {
        let card = { [settings = spec.settings, contract] in Scorecard(settings.metrics, contract) }
        guard revision.fold >= Revision.served else { return served.begin(card()) }
        guard offset > 0 else { return served = Served() }
        let target = contract.target
        served.part(from: learned, maxClasses: target.maxClasses)
        let keepsSlots = target.classes != nil || learned.classes.isPrefix(of: adopted.classes)
        let width = voiceWidth
        ledger.passOnAnswers(to: keepsSlots ? voices : [], width, served)
        if !marks.ledger.isEmpty { marks.ledger.passOnAnswers(to: keepsSlots ? voices : [], width, served) }
        if adopted.target != learned.target || old.settings.metrics != spec.settings.metrics {
            served.begin(card())
        } else if old.contract.layout != contract.layout {
            served.rebind(to: contract, spec.settings.metrics)
        }
        served.follow(adopted.classes, target.maxClasses)
    }

    /// What was answered to an open question, by the slots of ``served``, without what only makes it as wide as others.
    private func answerGiven(to index: Int) -> ArraySlice<Double> {
        let values = ledger.given(of: index) ?? served.arranged(ledger.voice(of: index, voiceWidth))
        let count = values.lastIndex { !$0.isNaN }.map { $0 + 1 } ?? 0
        return values[..<count]
    }

    /// For the digest: what was answered, and how what was answered before proved.
    func encodeServedFacts(to encoder: inout CanonicalEncoder) {
        servedMetrics.encode(to: &encoder)
        (served.own == nil ? learned.classes : served.classes).encode(to: &encoder)
        var next = ledger.oldest(.pending)
        while let index = next {
            let values = answerGiven(to: index)
            encoder.count(values.count)
            for value in values { encoder.double(value) }
            next = ledger.next(after: index)
            encoder.spill()
        }
    }

    /// For a snapshot: what ``ledger`` does not say of it.
    func encodeServed(to encoder: inout CanonicalEncoder) {
        encoder.bool(served.own != nil)
        guard let own = served.own else { return }
        own.encode(to: &encoder)
        served.classes.encode(to: &encoder)
        ledger.encodeGiven(to: &encoder)
    }

    /// Takes over what ``encodeServed(to:)`` wrote, when all else is there.
    mutating func decodeServed(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        served = Served()
        var next = ledger.oldest(.pending)
        guard try decoder.bool() else {
            while let index = next {
                ledger.setPlace(learned.roles.champion, of: index)
                next = ledger.next(after: index)
            }
            return
        }
        var card = Scorecard(spec.settings.metrics, contract)
        try card.restore(from: &decoder)
        served = Served(beginning: card, try CategoryTable(from: &decoder))
        served.follow(learned.classes, contract.target.maxClasses)
        try ledger.decodeGiven(from: &decoder, modelCount: learned.models.count)
    }
}

extension Ledger {
    /// What the model that answered said to an open question.
    fileprivate func voice(of index: Int, _ width: Int) -> [Double] {
        let place = entry(index).place
        return withAnswers(of: index) { Array($0[place * width..<(place + 1) * width]) }
    }

    /// Keeps what was answered to open questions, before models take other places.
    /// - Parameters:
    ///   - voices: for the place of each model its new one, nil where it does not go on; empty where none says the same
    ///     any more.
    ///   - width: how many numbers an answer of one model takes.
    fileprivate mutating func passOnAnswers(to voices: [Int?], _ width: Int, _ served: Served) {
        var next = oldest(.pending)
        while let index = next {
            next = self.next(after: index)
            guard given(of: index) == nil else { continue }
            let place = entry(index).place
            if place < voices.count, let voice = voices[place] {
                setPlace(voice, of: index)
            } else {
                setGiven(served.arranged(voice(of: index, width)), of: index)
            }
        }
    }

    /// For a snapshot: which model answered each open question, and the answer itself where it is kept.
    func encodeGiven(to encoder: inout CanonicalEncoder) {
        var next = oldest(.pending)
        while let index = next {
            encoder.count(entry(index).place)
            encoder.optional(given(of: index)) { $0.doubles($1) }
            next = self.next(after: index)
            encoder.spill()
        }
    }

    mutating func decodeGiven(
        from decoder: inout CanonicalDecoder, modelCount: Int
    ) throws(CanonicalDecodingError) {
        var next = oldest(.pending)
        while let index = next {
            let place = try decoder.natural()
            guard place < modelCount else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "no model has the place \(place)")
            }
            setPlace(place, of: index)
            if try decoder.bool() { setGiven(try decoder.doubles(), of: index) }
            next = self.next(after: index)
        }
    }
}

extension CategoryTable {
    /// Whether another table begins with the names of this one, in the same slots.
    func isPrefix(of other: CategoryTable) -> Bool {
        guard count <= other.count else { return false }
        for slot in 0..<count {
            let isSame = withName(at: slot) { name in other.withName(at: slot) { name.elementsEqual($0) } }
            if !isSame { return false }
        }
        return true
    }
}
