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

    /// Reads the whole log once, and of each event no more than its id.
    /// - Throws: a `Refusal` where there is no such question.
    init(_ subject: AuditSubject, in log: StoreAccess.Store) throws {
        var reader = LogReader(log)
        let end = try log.endOffset
        let (id, bound) = try Self.id(subject, &reader, end: end)
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
    }

    /// The id that is meant, and the last offset at which its question may lie.
    private static func id(
        _ subject: AuditSubject, _ reader: inout LogReader, end: Int
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
                throw Refusal(
                    .unknownQuestion, "event \(offset) is no question: "
                        + (kind == .adopted ? "a learned state was adopted there" : "it is '\(kind.name)'"),
                    hint: "`headrace versions` tells of adoptions, `headrace log` of questions")
            }
            return (found.event.id, offset)
        }
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

    /// The labels of the question: those that came for it, one that had waited for it included.
    var labels: [Occurrence] {
        let before = occurrences.last { $0.isQuestion && $0.offset < question.offset }?.offset ?? -1
        let after = occurrences.first { $0.isQuestion && $0.offset > question.offset }?.offset ?? .max
        return occurrences.filter { label in
            guard !label.isQuestion else { return false }
            if label.offset > question.offset {
                // What waited after this question was answered belongs to the next one.
                return label.offset < after && label.answer.decision != .waiting
            }
            return label.offset > before && label.answer.decision == .waiting
                && question.answer.decision == .predictedAndLearned
        }
    }

    /// Offsets at which the same id asked something else, before its horizon or after.
    var otherQuestions: [Int] {
        occurrences.filter { $0.isQuestion && $0.offset != question.offset }.map(\.offset)
    }
}
