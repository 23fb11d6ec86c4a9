import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Finds the questions of a log that fulfil a condition, and everything that was said of them, in one reading.
///
/// A label belongs to the newest question of its id before it, or, where it waited, to the next one after it. Memory
/// grows with what is found, and, where the condition asks for labels, with the questions that have none.
package struct QuestionSearch {
    /// The offsets of the predictions and examples found.
    private(set) var questions: [Int] = []
    /// The offsets of labels and corrections of these questions.
    private(set) var sayings: [Int] = []
    /// The log times of the first and the last question found.
    private(set) var times: ClosedRange<Timestamp>?
    /// All questions that did not count as void already, found or not.
    private(set) var askedCount = 0

    private struct Asked {
        let offset: Int
        let isFound: Bool
    }

    private let selection: Selection
    /// Found ones, and, where labels are asked for, those without a label.
    private var asked: [Fingerprint: Asked] = [:]
    private var waiting: [Fingerprint: (offset: Int, label: Label, time: Timestamp)] = [:]

    /// - Parameters:
    ///   - ids: whose labels and corrections are found even where no question was ever asked.
    ///   - amendments: what they exclude is not looked at.
    package init(
        _ selection: Selection, ids: Set<Fingerprint> = [], in log: StoreAccess.Store, under amendments: Amendments
    ) throws {
        self.selection = selection
        var index = AmendmentIndex(amendments)
        var scan = LogScan(log)
        var questionReader = LogReader(log)
        _ = try scan.run(0..<(try log.endOffset)) { offset, event, answer, block in
            guard !index.isVoid(offset) else { return }
            try take(event, at: offset, answer, block.contract, &questionReader)
            guard event.kind.isOfClients, !event.kind.isQuestion, ids.contains(event.id.fingerprint),
                sayings.last != offset
            else { return }
            sayings.append(offset)
        }
        try takeUnlabelled(&questionReader)
        questions.sort()
        sayings.sort()
    }

    var offsets: OffsetRanges { OffsetRanges(questions + sayings) }

    private mutating func take(
        _ event: borrowing Event, at offset: Int, _ answer: StoredAnswer, _ contract: Contract,
        _ questionReader: inout LogReader
    ) throws {
        let (id, decision) = (event.id.fingerprint, answer.decision)
        switch event.payload {
        case .prediction:
            askedCount += 1
            let early = decision == .predictedAndLearned ? waiting.removeValue(forKey: id) : nil
            if selection.usesLabel, early == nil {
                asked[id] = Asked(offset: offset, isFound: false)
            } else if selection.matches(
                event, at: offset, .init(answer: answer.values, label: early?.label, labelTime: early?.time), contract)
            {
                find(offset, event.time, id)
                if let early { sayings.append(early.offset) }
            } else {
                asked[id] = nil
            }
        case .example(let label):
            askedCount += 1
            asked[id] = nil
            let outcome = Selection.Outcome(answer: answer.values, label: label, labelTime: event.time)
            if selection.matches(event, at: offset, outcome, contract) { find(offset, event.time, id) }
        case .corrected where decision == .corrected:
            if asked[id]?.isFound == true { sayings.append(offset) }
        case .label(let label), .corrected(let label):
            guard decision != .waiting, let question = asked[id] else {
                if decision == .waiting { waiting[id] = (offset, label, event.time) }
                return
            }
            if question.isFound { return sayings.append(offset) }
            asked[id] = nil
            guard let (asking, answer, contract, _) = try questionReader.read(question.offset) else { return }
            let outcome = Selection.Outcome(answer: answer.values, label: label, labelTime: event.time)
            if selection.matches(asking, at: question.offset, outcome, contract) {
                find(question.offset, asking.time, id)
                sayings.append(offset)
            }
        default: break
        }
    }

    private mutating func takeUnlabelled(_ questionReader: inout LogReader) throws {
        guard selection.usesLabel else { return }
        for question in asked.values.filter({ !$0.isFound }).sorted(by: { $0.offset < $1.offset }) {
            guard let (event, answer, contract, _) = try questionReader.read(question.offset) else { continue }
            if selection.matches(event, at: question.offset, .init(answer: answer.values), contract) {
                find(question.offset, event.time, event.id.fingerprint)
            }
        }
    }

    private mutating func find(_ offset: Int, _ time: Timestamp, _ id: Fingerprint) {
        questions.append(offset)
        asked[id] = Asked(offset: offset, isFound: true)
        times = min(times?.lowerBound ?? time, time)...max(times?.upperBound ?? time, time)
    }
}
