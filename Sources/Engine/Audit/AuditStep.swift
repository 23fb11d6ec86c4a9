import Determinism
import EventLog
import ModelLifecycle

/// Something that happened to a question: it was asked, labelled, amended.
public struct AuditStep: Sendable {
    public enum What: Sendable {
        case asked
        /// A label came, and what became of it.
        case labelled(Label, Decision)
        /// An amendment of many questions gave it another label.
        case corrected(Label)
        case excluded
        /// The amendment at this offset, which had changed it, was withdrawn.
        case withdrawn(of: Int)
    }

    public let offset: Int
    public let time: Timestamp
    public let what: What
    /// Who amended it and why.
    public let remark: Remark?

    /// All that became of the question of a search, in the order of the log.
    static func all(of search: AuditSearch, in log: StoreAccess.Store) throws -> [AuditStep] {
        let question = search.question
        var steps = [AuditStep(offset: question.offset, time: question.event.time, what: .asked, remark: nil)]
        for label in search.labels {
            guard let value = label.event.label else { continue }
            steps.append(
                AuditStep(
                    offset: label.offset, time: label.event.time, what: .labelled(value, label.answer.decision),
                    remark: nil))
        }
        steps += try Self.steps(of: search.amendments, for: question.offset, in: log)
        return steps.sorted { $0.offset < $1.offset }
    }

    private static func steps(
        of amendments: Amendments, for question: Int, in log: StoreAccess.Store
    ) throws -> [AuditStep] {
        var (reader, steps) = (LogReader(log), [AuditStep]())
        func step(_ offset: Int, _ what: What) throws -> AuditStep? {
            try reader.read(offset).map {
                AuditStep(offset: offset, time: $0.event.time, what: what, remark: $0.event.payload.remark)
            }
        }
        for entry in amendments.entries {
            guard let what = what(entry.amendment, of: question) else { continue }
            // A correction by its id is among the labels.
            if try reader.read(entry.offset)?.event.kind != .corrected, let step = try step(entry.offset, what) {
                steps.append(step)
            }
            guard let withdrawal = amendments.withdrawal(of: entry.offset) else { continue }
            if let step = try step(withdrawal, .withdrawn(of: entry.offset)) { steps.append(step) }
        }
        return steps
    }

    private static func what(_ amendment: Amendment, of question: Int) -> What? {
        switch amendment {
        case .exclusion(let offsets, _): offsets.contains(question) ? .excluded : nil
        case .corrections(let corrections):
            corrections.first { $0.question == question }.map { .corrected($0.label) }
        case .clock, .withdrawal: nil
        }
    }

    func write(to json: inout JSONWriter, target: TargetDeclaration) {
        json.object { json in
            json.member("offset", offset)
            json.member("time", time.description)
            switch what {
            case .asked: json.member("what", "asked")
            case .excluded: json.member("what", "excluded")
            case .withdrawn(let amendment):
                json.member("what", "withdrawn")
                json.member("of", amendment)
            case .labelled(let label, let decision):
                json.member("what", "labelled")
                json.member("outcome", decision.word)
                json.key("label")
                label.write(to: &json, target: target)
            case .corrected(let label):
                json.member("what", "corrected")
                json.key("label")
                label.write(to: &json, target: target)
            }
            remark?.write(to: &json)
        }
    }
}
