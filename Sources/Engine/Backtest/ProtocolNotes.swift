import Determinism
import ModelLifecycle
import OnlineLearning

/// What a fold of the label protocol tells of a stretch: what was asked, to which question each label came, and what
/// the baseline had answered.
struct ProtocolNotes: Sendable {
    enum Note: Sendable {
        /// The event at a place of the stretch asks, and waits for its label.
        case asked(place: Int)
        case labelled(Labelled)

        var place: Int {
            switch self {
            case .asked(let place): place
            case .labelled(let label): label.place
            }
        }
    }

    struct Labelled: Sendable {
        /// Of the event that labels.
        let place: Int
        /// Whether the horizon of the question ended by that event, so that its provisional label is final.
        let isConcluded: Bool
        /// The offset of the question, which may be that event itself.
        let question: Int
        /// Nil where answers to the question do not score.
        let target: Target?
        /// When the label came, in microseconds.
        let time: Int64
        /// How many labels have come, this one included.
        let labels: UInt64
    }

    private(set) var notes: [Note] = []
    /// For each label the baseline's answer, which grows with the classes known, and where it ends; the first end is 0.
    private var baselines: [Double] = []
    private var baselineEnds = [0]
    /// For each label the features of its question, where they are wanted.
    private(set) var rows: FeatureRows
    private let keepsRows: Bool

    /// - Parameter layout: of the features of questions where they are wanted.
    init(keeping layout: FeatureLayout?) {
        (rows, keepsRows) = (FeatureRows(layout ?? FeatureLayout([])), layout != nil)
    }

    mutating func removeAll() {
        notes.removeAll(keepingCapacity: true)
        baselines.removeAll(keepingCapacity: true)
        baselineEnds.removeSubrange(1...)
        rows.removeAll()
    }

    /// Notes what an event did that a fold has just applied.
    @inline(__always)
    mutating func add(
        _ place: Int, _ event: borrowing Event, _ state: borrowing ApplicationState, _ outcome: borrowing Outcome
    ) {
        for number in outcome.concluded.indices {
            if keepsRows { rows.append(outcome.features(ofConcluded: number)) }
            note(outcome.concluded[number].question, outcome.concluded[number].target, isConcluded: true, place, state)
            outcome.withBaseline(ofConcluded: number) { for value in $0 { baselines.append(value) } }
            baselineEnds.append(baselines.count)
        }
        for late in outcome.learnedLate { add(late, place, state) }
        switch outcome.decision {
        case .predicted, .predictedAndSetAside: notes.append(.asked(place: place))
        case .learned:
            if keepsRows { rows.append(outcome.recalled) }
            addLabel(place, state, outcome)
        case .predictedAndLearned:
            if keepsRows { rows.append(event.features) }
            addLabel(place, state, outcome)
        default: break
        }
    }

    /// A label that was set aside and is learned with that of the event.
    private mutating func add(_ late: Outcome.LearnedLate, _ place: Int, _ state: borrowing ApplicationState) {
        if keepsRows { rows.append(late.row) }
        note(late.question, late.target, isConcluded: false, place, state)
        baselines.append(contentsOf: late.answers.suffix(late.width))
        baselineEnds.append(baselines.count)
    }

    @inline(__always)
    private mutating func addLabel(
        _ place: Int, _ state: borrowing ApplicationState, _ outcome: borrowing Outcome
    ) {
        note(outcome.labelledQuestion, outcome.scoredTarget, isConcluded: false, place, state)
        outcome.withBaselineScored { for value in $0 { baselines.append(value) } }
        baselineEnds.append(baselines.count)
    }

    @inline(__always)
    private mutating func note(
        _ question: Int, _ target: Target?, isConcluded: Bool, _ place: Int, _ state: borrowing ApplicationState
    ) {
        notes.append(
            .labelled(
                Labelled(
                    place: place, isConcluded: isConcluded, question: question, target: target,
                    time: state.ledger.time.microseconds, labels: state.ledger.counts.scoredLabels)))
    }

    /// Hands out what the baseline had answered to the question of a label, by its number among the labels noted.
    func withBaseline<R>(_ label: Int, _ body: (UnsafeBufferPointer<Double>) -> R) -> R {
        baselines.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[baselineEnds[label]..<baselineEnds[label + 1]]))
        }
    }
}
