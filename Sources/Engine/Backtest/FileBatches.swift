import Determinism
import ModelLifecycle
import OnlineLearning

/// The events of a file, for candidates that are tried without an application.
package final class FileBatches: @unchecked Sendable {
    /// How many events are read into one batch.
    static let eventsMax = 2_048

    // One thread at a time reads.
    private var schedule: EventSchedule
    private let contract: Contract
    private var next = 0
    /// What the next row is written over.
    private var event: Event
    /// Follows the label protocol, so that a row is refused before any candidate sees it, and for all of them.
    private var fold: Fold<NoPast>
    /// Whether the ids of questions are kept until they are forgotten.
    var keepsIDs = false
    private var ids: [Int: EventID] = [:]
    private static let noAnswer = StoredAnswer(.predicted)
    private let refused: (Int, Int, Refusal) -> Void
    package private(set) var refusedCount = 0

    /// - Parameters:
    ///   - schedule: reads under ``contract(of:)``.
    ///   - refused: is told of every row that is left out, by its row and its line.
    /// - Throws: as ``contract(of:)``.
    package init(
        _ schedule: consuming EventSchedule, for candidates: [Candidate],
        refused: @escaping (_ row: Int, _ line: Int, _ refusal: Refusal) -> Void
    ) throws(Refusal) {
        contract = try Self.contract(of: candidates)
        self.refused = refused
        self.schedule = schedule
        let first = candidates[0].spec
        let spec = Spec(
            application: first.application, contract: contract, data: first.data, durability: first.durability,
            limits: first.limits, settings: first.settings)
        fold = Fold(ApplicationState(labelProtocolOf: spec, classes: [], from: 0), NoPast())
        event = Event(contract.layout)
    }

    package var fraction: Double? { schedule.fraction }

    /// The features of all candidates together, under which the rows of a file are read once for all of them.
    /// - Throws: a `Refusal` where two of them read the file in different ways.
    package static func contract(of candidates: [Candidate]) throws(Refusal) -> Contract {
        try Candidate.check(candidates)
        let first = candidates[0].spec
        var features = first.contract.features
        for candidate in candidates.dropFirst() {
            let own = Contract(
                features: candidate.spec.contract.features, target: first.contract.target, clock: first.contract.clock)
            let common = Candidate(name: candidate.name, spec: candidate.spec)
            guard candidate.spec.data == first.data, candidate.spec.contract.clock == first.contract.clock else {
                throw Refusal(
                    .impossibleBacktest, "'\(candidates[0].name)' and '\(candidate.name)' read rows differently",
                    hint: "`data` and `clock` must be the same in all specs")
            }
            for feature in own.features {
                guard let known = features.first(where: { $0.name.utf8.elementsEqual(feature.name.utf8) }) else {
                    features.append(feature)
                    continue
                }
                guard known.kind == feature.kind else {
                    throw Refusal(
                        .impossibleBacktest,
                        "'\(feature.name)' is a \(feature.kind.name) in '\(candidate.name)' and a \(known.kind.name) "
                            + "elsewhere", hint: "one column has one type")
                }
            }
            try common.check(
                Contract(features: features, target: first.contract.target, clock: first.contract.clock), "")
        }
        return Contract(features: features, target: first.contract.target, clock: first.contract.clock)
    }

    /// Fills a batch with the events that come next; leaves it empty at the end.
    func fill(_ batch: inout EventBatch) throws {
        batch.begin(contract, Digest(hashing: []), version: 0, at: next)
        _ = try fold.run(&schedule, &event, while: { batch.count < Self.eventsMax }) { row, line, refusal in
            refusedCount += 1
            refused(row, line, refusal)
        } after: { event, _, _ in
            if keepsIDs, event.kind != .label { ids[next] = event.id }
            next += 1
            batch.append(event, Self.noAnswer)
        }
    }

    /// The id of the question at an offset.
    func id(of offset: Int) -> EventID? { ids[offset] }

    func forgetID(_ offset: Int) { ids[offset] = nil }
}
