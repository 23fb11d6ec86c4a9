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
    private static let noAnswer = StoredAnswer(.predicted)
    private let refused: (Int, Int, Refusal) -> Void
    package private(set) var refusedCount = 0

    /// - Parameters:
    ///   - contract: that of ``contract(of:)``, under which the schedule reads.
    ///   - refused: is told of every row that is left out, by its row and its line.
    package init(
        _ schedule: consuming EventSchedule, _ contract: Contract,
        refused: @escaping (_ row: Int, _ line: Int, _ refusal: Refusal) -> Void
    ) {
        (self.contract, self.refused) = (contract, refused)
        self.schedule = schedule
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
        while batch.count < Self.eventsMax {
            switch try schedule.next(into: &event) {
            case .event:
                next += 1
                batch.append(event, Self.noAnswer)
            case .refused(let row, let line, let refusal):
                refusedCount += 1
                refused(row, line, refusal)
            case .end: return
            }
        }
    }
}
