import EventLog
import ModelLifecycle
import OnlineLearning

/// Feeds the questions and labels of a log to the models of another spec, from an offset on, as they came: what a
/// candidate would be had it been there.
struct Rerun {
    private(set) var state: ApplicationState
    private var past: LogPast
    private var index: AmendmentIndex

    /// - Throws: a `Refusal` where the log's contract at its end cannot feed the spec.
    init(_ spec: Spec, log: StoreAccess.Store, from offset: Int, under amendments: Amendments) throws {
        state = ApplicationState(candidate: spec, from: offset)
        past = LogPast(log, layout: spec.contract.layout)
        index = AmendmentIndex(amendments)
    }

    var offset: Int { state.offset }

    /// Folds events up to an offset, or to the log's end.
    mutating func run(to end: Int = .max) throws {
        let layout = state.contract.layout
        while offset < end, let (reader, contract) = try past.reader.block(containing: offset) {
            var (event, stored) = (Event(contract.layout), StoredAnswer(.predicted))
            while offset < end, offset < reader.firstOffset + reader.count {
                do {
                    try reader.read(offset - reader.firstOffset, contract: contract, into: &event, answer: &stored)
                } catch {
                    throw LogFailure(.damaged, "event @\(offset) does not decode: \(error)")
                }
                try fold(&event, contract, layout)
            }
        }
    }

    private mutating func fold(_ event: inout Event, _ contract: Contract, _ layout: FeatureLayout) throws {
        let offset = offset
        guard contract.layout != layout, event.kind == .prediction || event.kind == .example else {
            if try state.rerun(&event, under: &index, past: &past) == .predicted {
                past.recent.remember(event.features, at: offset)
            }
            return
        }
        var laidOut = event
        laidOut.features = event.features.rearranged(from: contract.layout, to: layout)
        if try state.rerun(&laidOut, under: &index, past: &past) == .predicted {
            past.recent.remember(laidOut.features, at: offset)
        }
    }
}
