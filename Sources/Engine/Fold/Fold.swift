import ModelLifecycle
import OnlineLearning

/// The one driver under serving, replaying, rerunning, evaluating and auditing: nothing else applies events.
///
/// It pulls events, hands over the learned states of adoptions, lets the past follow the contract, keeps the row of
/// what was predicted until its label comes, asks whether it is still wanted, and calls back step by step. What differs
/// between its users is given to it: where events come from, where the past lies, and how events count. All of it is
/// specialised where it is used, and nothing is allocated for an event.
struct Fold<Past: FoldPast> {
    /// How events count.
    enum Way: Sendable {
        /// As they come.
        case asLived
        /// As a log's under amendments that may have been made after them.
        case amended
        /// As another log's under amendments: what clients asked and taught only.
        case rerun
    }

    private(set) var state: ApplicationState
    var past: Past
    /// What the last step gave.
    private(set) var outcome = Outcome()
    let way: Way
    private var amendments: AmendmentIndex

    /// Goes on from a state with events as they come.
    init(_ state: ApplicationState, _ past: Past) {
        self.init(state, past, .asLived, under: Amendments())
    }

    init(_ state: ApplicationState, _ past: Past, _ way: Way, under amendments: Amendments) {
        (self.state, self.past, self.way) = (state, past, way)
        self.amendments = AmendmentIndex(amendments)
    }

    /// Takes steps for as long as there are events.
    ///
    /// - Parameters:
    ///   - source: whatever the closures need that changes.
    ///   - event: what the next event is written over; its row is of any values afterwards.
    ///   - next: writes the next event; false where there is none, for now.
    ///   - derive: gives the learned state of an adoption that is not of a spec, for the state before it.
    ///   - after: is shown each event with the state after it and what the step gave, whatever was decided.
    /// - Throws: `PastEventMissing`, with the state as it was; `PayloadGone`; what the current ``StopFlag`` says; and
    ///   what the closures throw.
    @inline(__always)
    mutating func run<Source: ~Copyable>(
        _ source: inout Source, _ event: inout Event,
        next: (inout Source, inout Event) throws -> Bool,
        derive: (Adoption, ApplicationState) throws -> LearnedState? = { _, _ in nil },
        after: (inout Source, borrowing Event, borrowing ApplicationState, borrowing Outcome) throws -> Void
    ) throws {
        let stop = StopFlag.current
        // A local: what is part of the same value as the state would be copied to be handed to it.
        var outcome = Outcome()
        swap(&outcome, &self.outcome)
        defer { swap(&outcome, &self.outcome) }
        while try next(&source, &event) {
            try stop?.check()
            switch event.payload {
            case .adopted(let adoption):
                let derived = way == .rerun || adoption.recipe.isOfSpec ? nil : try derive(adoption, state)
                try Self.apply(event, derived, way, &state, &past, &amendments, &outcome)
            case .forgotten where way != .rerun:
                guard way == .amended, amendments.isVoid(state.offset) else { throw PayloadGone(offset: state.offset) }
                try Self.apply(event, way, &state, &past, &amendments, &outcome)
            default: try Self.apply(event, way, &state, &past, &amendments, &outcome)
            }
            try after(&source, event, state, outcome)
            Self.settle(&event, outcome, state, &past)
        }
    }

    /// Takes the one step of an event.
    ///
    /// - Parameters:
    ///   - event: its row is of any values afterwards.
    ///   - derived: with an adoption that is not of a spec, the learned state of its recipe.
    /// - Throws: where a past event cannot be read; the state is then as it was.
    mutating func step(_ event: inout Event, derived: LearnedState? = nil) throws(PastEventMissing) {
        try Self.apply(event, derived, way, &state, &past, &amendments, &outcome)
        Self.settle(&event, outcome, state, &past)
    }

    /// Goes back to a state from before steps that are not to count.
    mutating func undo(to before: ApplicationState) {
        state = before
    }

    /// Applies an event that adopts nothing, without handing a learned state about.
    @inline(__always)
    private static func apply(
        _ event: borrowing Event, _ way: Way, _ state: inout ApplicationState, _ past: inout Past,
        _ amendments: inout AmendmentIndex, _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        guard case .asLived = way else { return try apply(event, nil, way, &state, &past, &amendments, &outcome) }
        try state.applyOther(event, past: &past, into: &outcome)
    }

    private static func apply(
        _ event: borrowing Event, _ derived: LearnedState?, _ way: Way, _ state: inout ApplicationState,
        _ past: inout Past, _ amendments: inout AmendmentIndex, _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        switch way {
        case .asLived: try state.apply(event, past: &past, derived: derived, into: &outcome)
        case .amended: try state.apply(event, under: &amendments, past: &past, derived: derived, into: &outcome)
        case .rerun: try state.rerun(event, under: &amendments, past: &past, into: &outcome)
        }
    }

    /// Keeps of an event what later ones refer to.
    @inline(__always)
    private static func settle(
        _ event: inout Event, _ outcome: borrowing Outcome, _ state: borrowing ApplicationState, _ past: inout Past
    ) {
        switch outcome.decision {
        case .predicted: past.keep(&event.features, ofPredictionAt: state.offset - 1)
        case .waiting: past.keep(event.label, waitingSince: state.offset - 1)
        case .adopted: past.adopt(state.contract)
        default: break
        }
    }
}

/// A fold met an event whose payload was removed and that it was to fold: what it was cannot be told any more.
struct PayloadGone: Error, CustomStringConvertible {
    let offset: Int

    var description: String { "the payload of event \(offset) was forgotten or dropped by retention" }

    /// For whoever asked for what cannot be derived any more.
    var refusal: Refusal {
        Refusal(
            .impossibleRestore, "what this has to be derived from is not there any more: \(self)",
            hint: "nothing was changed; `headrace status` says which state is the oldest")
    }
}

extension Adoption.Recipe {
    /// Whether the fold itself knows the learned state.
    fileprivate var isOfSpec: Bool {
        if case .spec = self { true } else { false }
    }
}
