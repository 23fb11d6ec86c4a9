import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Metrics of the answers that were scored in a part of a log, role by role: the label came in that part, whenever the
/// question was asked.
///
/// The log is folded again as it was lived through, and every answer that it scores is scored here once more, by
/// metrics that begin at nothing. They are those of the state at the end, without the sliced ones; a role that it lacks
/// is left out. Takes as long as folding that part.
public struct PeriodMetrics: Sendable {
    public let labelCount: Int
    public let metrics: [RoleMetrics]

    init(_ range: Range<Int>, in log: StoreAccess.Store) throws {
        var last = try Replay(log, atOrBefore: range.upperBound)
        try last.run(to: range.upperBound)
        guard let end = last.state else {
            (labelCount, metrics) = (0, [])
            return
        }
        var scores = PeriodScores(end)
        var replay = try Replay(log, atOrBefore: range.lowerBound)
        try replay.run(to: range.lowerBound)
        try replay.run(to: range.upperBound, scored: { scores.take($0, $1) })
        (labelCount, metrics) = (scores.labelCount, scores.metrics)
    }
}

/// Scores answers as they are scored in a fold.
private struct PeriodScores {
    private let task: Task
    private let isOpen: Bool
    private let target: TargetDeclaration
    private let classes: [String]
    /// The models by their names, then the baseline; and what their metrics are shown under.
    private let models: [String]
    private let roles: [String]
    /// The place of the model that serves at the end.
    private let champion: Int
    private var cards: [Scorecard]
    private(set) var labelCount = 0

    /// - Parameter end: the state whose roles, metrics and classes count.
    init(_ end: ApplicationState) {
        target = end.contract.target
        (task, isOpen) = (target.task, target.hasOpenClasses)
        classes = end.classNames
        let learned = end.learned
        models = learned.models.map(\.name) + [ApplicationState.baselineRole]
        roles = learned.models.indices.map { learned.label(ofPlace: $0) } + [ApplicationState.baselineRole]
        champion = learned.roles.champion
        let plain = end.learned.settings.metrics.filter { ScoredMetric($0).feature == nil }
        let slots = target.classes?.count ?? target.maxClasses + 1
        cards = roles.map { _ in Scorecard(plain, task: end.contract.target.task, classesMax: slots) }
    }

    mutating func take(_ state: borrowing ApplicationState, _ outcome: borrowing Outcome) {
        for late in outcome.learnedLate { take(state, late.target) { $0.answersScored(late) } }
        for number in outcome.concluded.indices {
            take(state, outcome.concluded[number].target) { $0.answersConcluded(number, in: outcome) }
        }
        take(state, outcome.scoredTarget) { $0.answersScored(in: outcome) }
    }

    private mutating func take(
        _ state: borrowing ApplicationState, _ truth: Target?,
        _ answers: (borrowing ApplicationState) -> [(model: String, values: [Double])]
    ) {
        guard let truth, state.contract.target.task == task,
            state.contract.target.classes == target.classes, let place = slot(truth, state)
        else { return }
        labelCount += 1
        let time = state.ledger.time.microseconds
        for (model, answer) in answers(state) {
            guard let index = models.firstIndex(of: model) else { continue }
            let laidOut = isOpen ? rearranged(answer, state) : answer
            guard task == .multiclass || !(laidOut.first?.isNaN ?? true) else { continue }
            cards[index].update(place, laidOut, at: time)
        }
    }

    /// The truth by the slots of the state at the end; classes that it has not learned any more have none.
    private func slot(_ truth: Target, _ state: borrowing ApplicationState) -> Target? {
        guard isOpen, case .label(let slot) = truth else { return truth }
        let names = state.classNames
        guard slot < names.count, let place = classes.firstIndex(of: names[slot]) else { return nil }
        return .label(place)
    }

    private func rearranged(_ answer: [Double], _ state: borrowing ApplicationState) -> [Double] {
        let names = state.classNames
        guard names != classes else { return answer }
        var laidOut = [Double](repeating: .nan, count: answer.count)
        for (slot, name) in names.enumerated() where slot < answer.count {
            if let place = classes.firstIndex(of: name), place < laidOut.count { laidOut[place] = answer[slot] }
        }
        return laidOut
    }

    /// The champion's, the baseline's, then each challenger's.
    var metrics: [RoleMetrics] {
        let order = [champion, roles.count - 1] + roles.indices.dropLast().filter { $0 != champion }
        return order.map { index in
            let values = cards[index].values.map { RoleMetrics.Value(name: $0.name, value: $0.value) }
            return RoleMetrics(role: roles[index], values: values)
        }
    }
}
