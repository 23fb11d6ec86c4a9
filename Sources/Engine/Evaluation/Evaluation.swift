import Determinism
import ModelLifecycle
import OnlineLearning

/// Progressive validation of a spec over a file, in this process: the same fold as a server's, with the labels at their
/// real delay, and nothing kept of the log but what is still referred to.
package struct Evaluation: ~Copyable {
    private var fold: Fold<MemoryPast>
    package private(set) var refusedCount = 0
    package var curve: MetricCurves
    /// What was answered question by question; nil where nobody wants it.
    package var predictions: PredictionTable?
    private var schedule: EventSchedule
    private var event: Event

    /// - Parameter every: labels between two points of the curve; nil thins the curve by itself.
    package init(_ spec: Spec, _ schedule: consuming EventSchedule, every: Int? = nil) {
        let state = ApplicationState(beginning: spec)
        fold = Fold(state, MemoryPast())
        self.schedule = schedule
        event = Event(spec.contract.layout)
        curve = MetricCurves(every: every)
        let adoption = Adoption(.spec(spec), giving: state.successor(under: spec))
        var first = Event(
            .adopted(adoption), time: Ledger.beginning, features: FeatureRow(spec.contract.layout))
        do {
            try fold.step(&first)
            precondition(fold.outcome.decision == .adopted, "a fresh spec is adopted, not \(fold.outcome.decision)")
        } catch {
            preconditionFailure("an adoption refers to no past event: \(error)")
        }
    }

    package var state: ApplicationState { fold.state }
    /// Events applied so far, and the share of the file read.
    package var progress: (events: Int, fraction: Double?) { (fold.state.offset - 1, schedule.fraction) }
    package var rowCount: Int { schedule.rowCount }

    /// Applies up to so many events.
    ///
    /// - Parameter refused: is told of every row that is left out, by its row and its line.
    /// - Returns: false at the end of the file.
    /// - Throws: `DataFileError` or `EventSchedule.Disorder` where the file cannot be read on.
    package mutating func run(
        events: Int, refused: (_ row: Int, _ line: Int, _ refusal: Refusal) -> Void
    ) throws -> Bool {
        // Locals: the fold is part of the same value.
        var (curve, predictions) = (MetricCurves(every: nil), PredictionTable?.none)
        var (stepCount, refusedCount) = (0, refusedCount)
        swap(&curve, &self.curve)
        swap(&predictions, &self.predictions)
        defer {
            swap(&curve, &self.curve)
            swap(&predictions, &self.predictions)
            self.refusedCount = refusedCount
        }
        func isWanted() -> Bool {
            stepCount += 1
            return stepCount <= events
        }
        return try fold.run(&schedule, &event, while: isWanted) { row, line, refusal in
            refusedCount += 1
            refused(row, line, refusal)
        } after: { event, state, outcome in
            predictions?.add(event, outcome, state)
            if case .learned = outcome.decision, state.ledger.counts.scoredLabels >= curve.next { curve.record(state) }
        }
    }
}

/// How the metrics went that are not sliced, label by label: the champion's, the baseline's and the challengers'.
package struct MetricCurves: Sendable {
    /// Points kept at most where the distance between them is chosen here.
    static let pointsMax = 400

    package struct Point: Sendable {
        package let labels: UInt64
        /// Champion, baseline, challengers: all metrics of each that are not sliced.
        package let values: [[Double]]
    }

    package private(set) var points: [Point] = []
    private let isFixed: Bool
    private var stride: UInt64
    /// How many labels there are at the next point.
    private(set) var next: UInt64

    init(every: Int?) {
        isFixed = every != nil
        stride = UInt64(every ?? 1)
        next = stride
    }

    /// Adds a point.
    mutating func record(_ state: borrowing ApplicationState) {
        record(at: state.ledger.counts.scoredLabels, state.learned.plainMetrics.map { $0.map(\.value) })
    }

    mutating func record(at labels: UInt64, _ values: [[Double]]) {
        points.append(Point(labels: labels, values: values))
        if !isFixed, points.count >= Self.pointsMax {
            stride *= 2
            points = points.filter { $0.labels % stride == 0 }
        }
        next = labels + stride - labels % stride
    }
}
