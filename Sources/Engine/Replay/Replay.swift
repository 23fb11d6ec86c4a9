import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Folds a log again: the one way to a state other than having lived through it. Recovering, restoring and verifying
/// differ only in where they begin and what they compare.
struct Replay {
    private(set) var state: ApplicationState?
    private var past: LogPast
    private let log: any EventLog & SnapshotStore
    /// The offset of the next event to fold.
    private(set) var offset: Int

    /// Begins at the newest snapshot at or before an offset, or at the beginning where there is none.
    init(_ log: any EventLog & SnapshotStore, atOrBefore offset: Int = .max) throws {
        self.log = log
        let snapshot = try log.snapshot(atOrBefore: offset)
        let state = try snapshot.map { try ApplicationState(snapshot: $0) }
        self.state = state
        self.offset = state?.offset ?? 0
        past = LogPast(log, layout: state?.contract.layout ?? FeatureLayout([]))
        if let contract = state?.contract { past.reader.know(contract) }
    }

    /// Begins at the log's very beginning, whatever snapshots there are.
    init(fromStart log: any EventLog & SnapshotStore) {
        self.log = log
        offset = 0
        past = LogPast(log, layout: FeatureLayout([]))
    }

    /// Folds events up to an offset, or to the log's end.
    ///
    /// - Parameters:
    ///   - derive: gives the learned state of an adoption that restores; by default its snapshot's.
    ///   - check: is told of every event with its stored and its new answer.
    mutating func run(
        to end: Int = .max,
        derive: (_ adoption: Int, _ target: Int) throws -> LearnedState? = { _, _ in nil },
        check: (Int, StoredAnswer, StoredAnswer) -> Void = { _, _, _ in },
        beforeEvent: (ApplicationState?, Int) throws -> Void = { _, _ in }
    ) throws {
        while offset < end, let (reader, contract) = try past.reader.block(containing: offset) {
            var (event, stored) = (Event(contract.layout), StoredAnswer(.predicted))
            while offset < end, offset < reader.firstOffset + reader.count {
                try beforeEvent(state, offset)
                do {
                    try reader.read(offset - reader.firstOffset, contract: contract, into: &event, answer: &stored)
                } catch {
                    throw LogFailure(.damaged, "event @\(offset) does not decode: \(error)")
                }
                let answer = try fold(event, derive)
                check(offset, stored, answer)
                guard answer.decision.isLogged else {
                    throw LogFailure(
                        .damaged, "event @\(offset) is in the log, and the fold refuses it: \(answer.decision)",
                        hint: "`headrace verify` compares the whole log")
                }
                offset += 1
            }
        }
        if let state { try beforeEvent(state, offset) }
    }

    private mutating func fold(
        _ event: Event, _ derive: (Int, Int) throws -> LearnedState?
    ) throws -> StoredAnswer {
        var derived: LearnedState?
        switch event.adoption?.recipe {
        case .spec(let spec)? where state == nil: state = ApplicationState(beginning: spec)
        case .restore(let target)?: derived = try derive(offset, target) ?? adoptedState(offset)
        default: break
        }
        guard state != nil else {
            throw LogFailure(.damaged, "the log does not begin with a spec")
        }
        let decision = try state!.apply(event, past: &past, derived: derived)
        if event.kind == .adopted, let contract = state?.contract { past.adopt(contract) }
        if decision == .predicted { past.recent.remember(event.features, at: offset) }
        guard decision.hasAnswer, let state else { return StoredAnswer(decision) }
        return StoredAnswer(decision, values: Array(state.answer), isBaseline: state.answerIsBaseline)
    }

    /// The learned state that was stored with an adoption.
    private func adoptedState(_ offset: Int) throws -> LearnedState {
        guard let snapshot = try log.snapshot(atOrBefore: offset + 1), snapshot.offset == offset + 1 else {
            throw LogFailure(.damaged, "the snapshot of the adoption at @\(offset) is not there")
        }
        return try ApplicationState(snapshot: snapshot).learned
    }
}

extension ApplicationState {
    /// Decodes a snapshot.
    init(snapshot: Snapshot) throws(LogFailure) {
        do {
            var decoder = CanonicalDecoder(snapshot.payload)
            let format = try decoder.byte()
            guard format == Self.snapshotFormat else {
                throw CanonicalDecodingError(offset: 0, reason: "snapshot format \(format) is not known")
            }
            try self.init(from: &decoder)
            try decoder.finish()
        } catch {
            throw LogFailure(
                .damaged, "the snapshot at @\(snapshot.offset) does not decode: \(error)",
                hint: "Nothing was deleted; the log itself can be folded again.")
        }
    }

    static var snapshotFormat: UInt8 { 1 }

    /// Encodes the state as it is now.
    func snapshot(_ reason: Snapshot.Reason, restoredOffset: Int? = nil) -> Snapshot {
        var encoder = CanonicalEncoder()
        encoder.byte(Self.snapshotFormat)
        encode(to: &encoder)
        return Snapshot(
            offset: offset, reason: reason, restoredOffset: restoredOffset, stateDigest: stateDigest,
            ledgerDigest: ledgerDigest, time: ledger.time, payload: encoder.bytes)
    }
}
