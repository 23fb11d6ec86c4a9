import Determinism
import OnlineLearning

/// A condition on questions of the past, by what was asked, when, what was answered and what the label was:
///
///     carrier = "UA" and time in 2013-01-10..2013-01-11
///     distance > 2000 and not (dest in [LAX, SFO] or label is missing)
///     label_time in 2013-01-29..2013-01-30 and answered < 0
///
/// A field is a feature of the contract, `id`, `time` (when it was asked), `offset`, `answered` (the number, or the
/// most probable class), `label`, or `label_time` (when the label came). Where a feature has one of these names, the
/// name means the feature, and `question.NAME` the field. What is missing fulfils no comparison. A range is from its
/// first value, included, to its last, not included.
public struct Selection: Sendable, Equatable {
    enum Field: Sendable, Equatable {
        case feature(String, FeatureKind)
        case id
        case time
        case offset
        case answered
        case label
        case labelTime
    }

    /// What came of a question.
    public struct Outcome: Sendable {
        let answer: [Double]
        let label: Label?
        let labelTime: Timestamp?

        /// - Parameters:
        ///   - answer: as it was given.
        ///   - label: nil where it was never labelled.
        public init(answer: [Double], label: Label? = nil, labelTime: Timestamp? = nil) {
            (self.answer, self.label, self.labelTime) = (answer, label, labelTime)
        }
    }

    enum Value: Sendable, Equatable {
        case number(Double)
        case text([UInt8])
        /// Microseconds.
        case time(Int64)
    }

    enum Comparison: Sendable, Equatable {
        case equal, less, greater
    }

    indirect enum Condition: Sendable, Equatable {
        case all([Condition])
        case any([Condition])
        case not(Condition)
        case compare(Field, Comparison, Value)
        case missing(Field)

        func uses(_ field: Field) -> Bool {
            switch self {
            case .all(let parts), .any(let parts): parts.contains { $0.uses(field) }
            case .not(let part): part.uses(field)
            case .compare(let used, _, _), .missing(let used): used == field
            }
        }
    }

    let condition: Condition

    /// Whether it asks what the label was, or when it came.
    public var usesLabel: Bool { condition.uses(.label) || condition.uses(.labelTime) }

    /// Whether a question fulfils it.
    /// - Parameters:
    ///   - question: a prediction or an example, laid out by `contract`.
    ///   - outcome: what was answered, and its label.
    public func matches(
        _ question: borrowing Event, at offset: Int, _ outcome: Outcome, _ contract: Contract
    ) -> Bool {
        matches(condition, question, offset, outcome, contract)
    }

    private func matches(
        _ condition: Condition, _ question: borrowing Event, _ offset: Int, _ outcome: Outcome, _ contract: Contract
    ) -> Bool {
        switch condition {
        case .all(let parts):
            for part in parts where !matches(part, question, offset, outcome, contract) { return false }
            return true
        case .any(let parts):
            for part in parts where matches(part, question, offset, outcome, contract) { return true }
            return false
        case .not(let part): return !matches(part, question, offset, outcome, contract)
        case .missing(let field): return value(of: field, question, offset, outcome, contract) == nil
        case .compare(let field, let comparison, let expected):
            guard let found = value(of: field, question, offset, outcome, contract) else { return false }
            return Self.holds(found, comparison, expected)
        }
    }

    private func value(
        of field: Field, _ question: borrowing Event, _ offset: Int, _ outcome: Outcome, _ contract: Contract
    ) -> Value? {
        switch field {
        case .id: return .text(question.id.bytes)
        case .time: return .time(question.time.microseconds)
        case .offset: return .number(Double(offset))
        case .answered: return Self.answered(outcome.answer, contract.target)
        case .labelTime: return outcome.labelTime.map { .time($0.microseconds) }
        case .label:
            switch outcome.label {
            case .number(let value)?: return .number(value)
            case .listed(let slot)?: return (contract.target.classes?[slot]).map { .text(Array($0.utf8)) }
            case .named(let bytes)?: return .text(bytes)
            case nil: return nil
            }
        case .feature(let name, let kind):
            // The contract of the time may have had another, or none of the name.
            let layout = contract.layout
            guard let index = layout.index(of: name), layout.kinds[index] == kind,
                !question.features.isMissing(index, layout)
            else { return nil }
            let slot = layout.slots[index]
            switch kind {
            case .number, .boolean: return .number(question.features.numbers[slot])
            case .category, .text: return question.features.withString(at: slot) { bytes, _ in .text(Array(bytes)) }
            case .timestamp: return .time(question.features.timestamps[slot])
            }
        }
    }

    /// The number answered, or the most probable of the listed classes, the first of equals.
    private static func answered(_ answer: [Double], _ target: TargetDeclaration) -> Value? {
        guard answer.saysAnything else { return nil }
        guard target.task != .regression else { return .number(answer[0]) }
        guard let classes = target.classes else { return nil }
        var best = target.task == .binary && answer[0] > 0.5 ? 1 : 0
        if target.task == .multiclass {
            for slot in answer.indices where answer[slot] > answer[best] || answer[best].isNaN { best = slot }
        }
        return best < classes.count ? .text(Array(classes[best].utf8)) : nil
    }

    private static func holds(_ found: Value, _ comparison: Comparison, _ expected: Value) -> Bool {
        switch (found, expected) {
        case (.number(let a), .number(let b)): return holds(a, comparison, b)
        case (.time(let a), .time(let b)): return holds(a, comparison, b)
        case (.text(let a), .text(let b)): return comparison == .equal && a == b
        default: return false
        }
    }

    private static func holds<T: Comparable>(_ found: T, _ comparison: Comparison, _ expected: T) -> Bool {
        switch comparison {
        case .equal: found == expected
        case .less: found < expected
        case .greater: found > expected
        }
    }
}
