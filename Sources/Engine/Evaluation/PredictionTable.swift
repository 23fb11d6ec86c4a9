import Determinism
import ModelLifecycle
import OnlineLearning

/// What every model answered to every question, and the label that came of it: a question a row and model, as its label
/// comes; then those without one. For notebooks.
///
/// Answers wait in memory for their labels, those of ``openMax`` questions at most: an older one is written without.
package struct PredictionTable {
    /// One question, with what each model answered.
    package struct Question: Sendable {
        package let offset: Int
        package let id: EventID
        package let time: Timestamp
        package fileprivate(set) var label: Label?
        /// The models' answers one after the other, then the baseline's.
        package let answers: [Double]
        /// The classes that had a slot when it was written.
        package fileprivate(set) var classes: [String]
    }

    /// Questions whose answers wait for a label.
    package static let openMax = 65_536

    /// What is to be written next.
    package private(set) var done: [Question] = []
    private var open: [Int: Question] = [:]
    private var order: [Int] = []
    private var orderStart = 0
    private var classes: [String] = []

    package init() {}

    /// Takes note of an event that was just applied. Complexity: O(models · classes).
    mutating func add(_ event: borrowing Event, _ outcome: borrowing Outcome, _ state: borrowing ApplicationState) {
        for concluded in outcome.concluded { conclude(concluded.question, state) }
        // A label that was set aside counts from when it is learned.
        for late in outcome.learnedLate { finish(late.question, .number(late.value), state) }
        switch outcome.decision {
        case .predicted, .predictedAndSetAside:
            let question = question(event, outcome, state, label: nil)
            open[question.offset] = question
            order.append(question.offset)
            if open.count > Self.openMax { writeOldest() }
        case .learned: finish(outcome.labelledQuestion, event.label, state)
        case .predictedAndLearned: done.append(question(event, outcome, state, label: event.label))
        default: break
        }
    }

    /// The horizon ended, and the stated label counts.
    private mutating func conclude(_ offset: Int, _ state: borrowing ApplicationState) {
        finish(offset, state.contract.target.provisionalLabel, state)
    }

    private mutating func finish(_ offset: Int, _ label: Label?, _ state: borrowing ApplicationState) {
        guard var question = open.removeValue(forKey: offset) else { return }
        question.label = label
        if classes.count != state.classCount { classes = state.classNames }
        question.classes = classes
        done.append(question)
    }

    private mutating func question(
        _ event: borrowing Event, _ outcome: borrowing Outcome, _ state: borrowing ApplicationState, label: Label?
    ) -> Question {
        if classes.count != state.classCount { classes = state.classNames }
        return Question(
            offset: state.offset - 1, id: event.id, time: event.time, label: label, answers: outcome.answers,
            classes: classes)
    }

    private mutating func writeOldest() {
        while orderStart < order.count {
            let offset = order[orderStart]
            orderStart += 1
            if let question = open.removeValue(forKey: offset) {
                done.append(question)
                break
            }
        }
        guard orderStart > Self.openMax else { return }
        order.removeFirst(orderStart)
        orderStart = 0
    }

    /// What has been written may go.
    package mutating func removeDone() {
        done.removeAll(keepingCapacity: true)
    }

    /// The questions that never got a label, in their order.
    package mutating func finish() {
        done += open.values.sorted { $0.offset < $1.offset }
        open = [:]
    }
}

/// Writes questions as CSV: `id`, `time`, `model`, `label`, `prediction`, and of numbers `lower` and `upper`, of listed
/// classes a column `probability.CLASS` each, of open ones all of them as JSON in `probabilities`.
package struct PredictionWriter {
    private var writer = CSVWriter()
    private let target: TargetDeclaration

    package init(_ target: TargetDeclaration) {
        self.target = target
        for name in ["id", "time", "model", "label", "prediction"] { writer.text(name) }
        switch target.task {
        case .regression: for name in ["lower", "upper"] { writer.text(name) }
        case .binary, .multiclass:
            for name in target.classes.map({ $0.map { EventTable.probabilityPrefix + $0 } }) ?? ["probabilities"] {
                writer.text(name)
            }
        }
        writer.endRecord()
    }

    /// Takes what has been written so far, out of memory.
    package mutating func take() -> [UInt8] {
        defer { writer.removeAll() }
        return writer.bytes
    }

    /// Writes a row for each of the models named, of those whose answers the question holds.
    package mutating func write(_ question: PredictionTable.Question, models: [String], id: EventID? = nil) {
        let width = question.answers.count / max(1, models.count)
        for (index, model) in models.enumerated() {
            write(
                id ?? question.id, question.time, model, question.label,
                Array(question.answers[index * width..<(index + 1) * width]), question.classes)
        }
    }

    /// Writes one row.
    package mutating func write(
        _ id: EventID, _ time: Timestamp, _ model: String, _ label: Label?, _ values: [Double], _ classes: [String]
    ) {
        if id.isEmpty { writer.empty() } else { writer.text(id.bytes) }
        if time == Ledger.beginning { writer.empty() } else { writer.time(time) }
        writer.text(model)
        switch label {
        case nil: writer.empty()
        case .number(let value): writer.number(value)
        case .listed(let slot): writer.text(target.classes?[slot] ?? "")
        case .named(let bytes): writer.text(bytes)
        }
        if target.task == .regression {
            for place in 0..<3 { if place < values.count { writer.number(values[place]) } else { writer.empty() } }
        } else {
            writeClasses(values, target.classes ?? classes)
        }
        writer.endRecord()
    }

    private mutating func writeClasses(_ values: [Double], _ classes: [String]) {
        let known = target.task == .binary ? values.prefix(1) : values.prefix(classes.count)
        guard !known.isEmpty, known.contains(where: { !$0.isNaN }) else {
            for _ in 0...(target.classes?.count ?? 1) { writer.empty() }
            return
        }
        let answer = Answer(values: Array(known), classes: classes)
        writer.text(classes[answer.best])
        let probabilities = answer.probabilities
        if target.classes != nil {
            for probability in probabilities { writer.number(probability) }
        } else {
            var json = JSONWriter()
            json.object { json in
                for slot in probabilities.indices where !probabilities[slot].isNaN {
                    json.member(classes[slot], probabilities[slot])
                }
            }
            writer.text(json.bytes)
        }
    }
}
