import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// The past as a dictionary: what was logged, by offset, with the layout it was checked against.
struct TestPast: PastEvents {
    var events: [Int: (event: Event, layout: FeatureLayout)] = [:]
    var layout = FeatureLayout([])
    /// What was answered to questions.
    var answers: [Int: [Double]] = [:]

    func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        guard let found = events[offset] else { throw PastEventMissing(offset: offset, reason: "it was never logged") }
        row = found.event.features.rearranged(from: found.layout, to: layout)
    }

    func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        try takeFeatures(at: offset, into: &row)
    }

    func label(at offset: Int) throws(PastEventMissing) -> Label {
        guard let label = events[offset]?.event.label else {
            throw PastEventMissing(offset: offset, reason: "there is no label")
        }
        return label
    }

    func question(at offset: Int) throws(PastEventMissing) -> PastQuestion {
        guard let event = events[offset]?.event else { throw PastEventMissing(offset: offset, reason: "never logged") }
        return PastQuestion(event, at: offset, answer: answers[offset] ?? [])
    }

    func forgetFeatures(at offset: Int) {}
}

/// A state that can be told things in a line each, with its whole log, every decision and every learned state kept.
struct TestFold {
    var state: ApplicationState
    var past = TestPast()
    /// What the last step gave.
    private(set) var outcome = Outcome()
    /// The notices of each event.
    private(set) var notices: [Int: [Notice]] = [:]
    /// What was decided of each event.
    private(set) var decisions: [Decision] = []
    /// What was handed over with adoptions that are not of a spec.
    private(set) var derived: [Int: LearnedState] = [:]
    /// The spec that it began with.
    let beginning: Spec
    /// The learned state before each event.
    private(set) var history: [LearnedState] = []

    /// - Parameter revision: of the fold; that of this program where it is nil.
    init(_ spec: Spec, foldedBy revision: Int? = nil) {
        state = ApplicationState(beginning: spec)
        beginning = spec
        #expect(adopt(spec, foldedBy: revision) == .adopted)
    }

    /// Begins a random life. Where some of its labels are outliers, enough of the others come first.
    init(_ task: RandomTask) throws {
        self.init(try task.specs[0].spec)
        for index in 0..<task.warmUp { example("w\(index)", at: 0, x: Double(index % 3), Double(index % 7)) }
    }

    init(_ tree: SpecTree, foldedBy revision: Int? = nil) throws {
        self.init(try tree.spec, foldedBy: revision)
    }

    var layout: FeatureLayout { state.contract.layout }
    var counts: StreamCounts { state.ledger.counts }
    var digests: [Digest] { state.digests }

    @discardableResult
    mutating func apply(_ event: Event, derived: LearnedState? = nil) -> Decision {
        let offset = state.offset
        past.layout = layout
        let before = state.learned
        do {
            try state.apply(event, past: &past, derived: derived, into: &outcome)
            let decision = outcome.decision
            #expect(state.offset == offset + (decision.isLogged ? 1 : 0))
            #expect(decision.isLogged || outcome.notices.isEmpty, "what is not logged tells nothing")
            if decision.isLogged {
                if !outcome.notices.isEmpty { notices[offset] = outcome.notices }
                history.append(before)
                decisions.append(decision)
                self.derived[offset] = derived
                // As the log has it.
                var logged = event
                logged.time = state.ledger.time
                past.events[offset] = (logged, past.layout)
                if decision.hasAnswer { past.answers[offset] = Array(outcome.answer) }
            }
            return decision
        } catch {
            Issue.record(error)
            return .repeated(offset: -1)
        }
    }

    /// The features of a test's question: a number and, where it is given, a category.
    func row(_ x: Double, _ c: String? = nil) -> FeatureRow {
        var row = FeatureRow(layout)
        if let index = layout.index(of: "x") { row.setNumber(x, at: layout.slots[index]) }
        if let c, let index = layout.index(of: "c") { row.setString(c, at: layout.slots[index]) }
        return row
    }

    @discardableResult
    mutating func predict(_ id: String, at seconds: Int64, x: Double = 1, c: String? = nil) -> Decision {
        apply(Event(.prediction, time: second(seconds), id: EventID(id), features: row(x, c)))
    }

    @discardableResult
    mutating func label(_ id: String, at seconds: Int64, _ label: Label) -> Decision {
        apply(Event(.label(label), time: second(seconds), id: EventID(id), features: FeatureRow(layout)))
    }

    @discardableResult
    mutating func label(_ id: String, at seconds: Int64, _ value: Double) -> Decision {
        label(id, at: seconds, .number(value))
    }

    @discardableResult
    mutating func example(_ id: String, at seconds: Int64, x: Double, _ value: Double) -> Decision {
        apply(
            Event(.example(.number(value)), time: second(seconds), id: EventID(id), features: row(x)))
    }

    @discardableResult
    mutating func correct(_ id: String, at seconds: Int64 = 0, _ value: Double) -> Decision {
        apply(
            Event(
                .corrected(.number(value)), time: second(seconds), id: EventID(id), features: FeatureRow(layout)))
    }

    @discardableResult
    mutating func adopt(_ spec: Spec, foldedBy revision: Int? = nil) -> Decision {
        let own = Revision(of: spec.settings)
        let adoption = Adoption(
            .spec(spec), stateDigest: state.successor(under: spec).digest,
            revision: Revision(fold: revision ?? own.fold, components: own.components))
        return apply(Event(.adopted(adoption), time: state.ledger.time, features: FeatureRow(layout)))
    }

    /// Restores the learned state before the event at an offset.
    @discardableResult
    mutating func restore(to offset: Int) -> Decision {
        let learned = offset == state.offset ? state.learned : history[offset]
        return apply(
            Event(
                .adopted(Adoption(.restore(offset: offset), giving: learned)), time: state.ledger.time,
                features: FeatureRow(layout)),
            derived: learned)
    }

    /// Metrics of the champion, by name.
    func metric(_ name: String) -> Double? {
        state.learned.models[0].metrics.values.first { $0.name == name }?.value
    }
}

func second(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: seconds * 1_000_000) }

extension ApplicationState {
    var digests: [Digest] { [stateDigest, ledgerDigest] }

    var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }

    init(encoded bytes: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes)
        try self.init(from: &decoder, format: 3)
        try decoder.finish()
    }
}

/// A stream whose labels are waited for ten seconds.
let tenSecondSpec: SpecTree = [
    "application": "stream",
    "features": ["x": "number", "c": ["type": "category", "optional": "true"]],
    "target": ["name": "y", "type": "regression", "horizon": "10s"],
    "model": [["one_hot": ["c"]], "standard_scaler", "linear_regression"],
    "metrics": ["mae", "rmse"],
]

extension Event.Payload {
    /// What a client sends.
    static func of(_ kind: Event.Kind, _ label: Label?) -> Event.Payload {
        switch (kind, label) {
        case (.label, let label?): .label(label)
        case (.example, let label?): .example(label)
        case (.corrected, let label?): .corrected(label)
        default: .prediction
        }
    }
}
