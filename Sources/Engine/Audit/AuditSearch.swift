import Determinism
import EventLog
import ModelLifecycle

/// Everything that a log holds of one id.
struct AuditSearch {
    /// An event of the id.
    struct Occurrence {
        let offset: Int
        let event: Event
        let answer: StoredAnswer
        let contract: Contract
        let version: Int

        var isQuestion: Bool { event.kind.isQuestion }
    }

    /// Ascending.
    let occurrences: [Occurrence]
    /// Which of them is the question asked for.
    let question: Occurrence
    /// All of the application's.
    let amendments: Amendments

    /// Reads the whole log once, and of each event no more than its id.
    /// - Throws: a `Refusal` where there is no such question.
    init(_ subject: AuditSubject, in log: StoreAccess.Store) throws {
        var reader = LogReader(log)
        let end = try log.endOffset
        let (id, bound) = try Self.id(subject, &reader, log, end: end)
        var occurrences: [Occurrence] = []
        var next = 0
        let stop = StopFlag.current
        while next < end, let (block, _) = try reader.block(containing: next) {
            try stop?.check()
            let indices: [Int]
            do { indices = try block.indices(of: id) } catch {
                throw LogFailure(
                    undecodable: "the block that begins at event \(block.firstOffset)", error,
                    hint: "`headrace verify` says how far the log is whole.")
            }
            for index in indices {
                let offset = block.firstOffset + index
                guard let found = try reader.read(offset) else { continue }
                occurrences.append(
                    Occurrence(
                        offset: offset, event: found.event, answer: found.answer, contract: found.contract,
                        version: found.version))
            }
            next = block.firstOffset + block.count
        }
        guard let question = occurrences.last(where: { $0.isQuestion && $0.offset <= bound }) else {
            throw Self.unknown(id, labels: occurrences.filter { !$0.isQuestion }, try LogFloor(log))
        }
        try LogFloor.checkState(question.offset, in: log)
        (self.occurrences, self.question) = (occurrences, question)
        amendments = try ApplicationState(reading: log).amendments
    }

    /// The id that is meant, and the last offset at which its question may lie.
    private static func id(
        _ subject: AuditSubject, _ reader: inout LogReader, _ log: StoreAccess.Store, end: Int
    ) throws -> (id: EventID, bound: Int) {
        switch subject {
        case .id(let id): return (id, .max)
        case .offset(let offset):
            try LogFloor.checkState(offset, in: reader.log)
            guard let found = try reader.read(offset) else {
                throw Refusal(
                    .unknownQuestion, "event \(offset) is in the future: the log ends before event \(end)",
                    hint: "`headrace log` lists what there is")
            }
            guard found.event.kind.isOfClients else {
                let kind = found.event.kind
                if kind == .forgotten { throw try forgotten(offset, &reader, log) }
                throw Refusal(
                    .unknownQuestion, "event \(offset) is no question: "
                        + (kind == .adopted ? "a learned state was adopted there" : "it is '\(kind.name)'"),
                    hint: "`headrace versions` tells of adoptions, `headrace log` of questions")
            }
            return (found.event.id, offset)
        }
    }

    /// Says what removed an event.
    private static func forgotten(
        _ offset: Int, _ reader: inout LogReader, _ log: StoreAccess.Store
    ) throws -> Refusal {
        let amendments = try ApplicationState(reading: log).amendments
        let forgetting = amendments.entries.first { entry in
            guard case .exclusion(let offsets, isForgotten: true) = entry.amendment else { return false }
            return offsets.contains(offset)
        }
        let event = try forgetting.map { try reader.read($0.offset)?.event } ?? nil
        let by = (forgetting.map { " by event \($0.offset)" } ?? "") + (event?.payload.remark?.suffix ?? "")
        return Refusal(
            .unknownQuestion, "what event \(offset) held was forgotten\(by)",
            hint: "`headrace amend --list` lists what was forgotten")
    }

    private static func unknown(_ id: EventID, labels: [Occurrence], _ floor: LogFloor?) -> Refusal {
        guard let label = labels.last else {
            return Refusal(
                .unknownQuestion,
                "the log has no question with the id '\(id.text)': it was never asked, or is forgotten"
                    + (floor.map { ", or was dropped by retention, as all before @\($0.events)" } ?? ""),
                hint: "`headrace log` lists the ids; they are compared byte by byte")
        }
        return Refusal(
            .unknownQuestion,
            "the log has no question with the id '\(id.text)': its label, event \(label.offset), \(fate(of: label))",
            hint: "ask with the same id; the label is then learned from with the question")
    }

    private static func fate(of label: Occurrence) -> String {
        label.answer.decision == .waiting ? "waited for the question" : "was \(label.answer.decision.word)"
    }

    /// Where the question was set aside by an exclusion that has been withdrawn since: a label that came there waited,
    /// and belongs to it.
    private var setAside: [Range<Int>] {
        amendments.entries.compactMap { entry in
            guard case .exclusion(let offsets, _) = entry.amendment, offsets.contains(question.offset),
                let withdrawal = amendments.withdrawal(of: entry.offset)
            else { return nil }
            return entry.offset..<withdrawal
        }
    }

    /// The labels of the question: those that came for it, one that had waited for it included.
    var labels: [Occurrence] {
        let before = occurrences.last { $0.isQuestion && $0.offset < question.offset }?.offset ?? -1
        let after = occurrences.first { $0.isQuestion && $0.offset > question.offset }?.offset ?? .max
        let setAside = setAside
        return occurrences.filter { label in
            guard !label.isQuestion else { return false }
            if label.offset > question.offset {
                // What waited after this question was answered belongs to the next one.
                return label.offset < after
                    && (label.answer.decision != .waiting || setAside.contains { $0.contains(label.offset) })
            }
            return label.offset > before && label.answer.decision == .waiting
                && [.predictedAndLearned, .predictedAndSetAside].contains(question.answer.decision)
        }
    }

    /// Offsets at which the same id asked something else, before its horizon or after.
    var otherQuestions: [Int] {
        occurrences.filter { $0.isQuestion && $0.offset != question.offset }.map(\.offset)
    }
}
