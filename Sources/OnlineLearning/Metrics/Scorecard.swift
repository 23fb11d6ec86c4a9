import Determinism

/// Several metrics over the same answers: all of them, the last ones, or those of each value of a feature.
///
/// What metrics have in common is kept once: all that count classes share one confusion matrix, all sums over the same
/// answers lie side by side. Updating takes O(distinct numbers) for the answer and O(sums) more for each combination of
/// window and slicing, constant for each. Memory is fixed by the metrics' windows, slices and the classes.
///
///     let metrics = [
///         Component(named: "mae"),
///         Component(named: "rolling", ["metric": .component(Component(named: "mae")), "window_size": .integer(2)]),
///     ]
///     var scores = Scorecard(metrics, task: .regression)
///     for (truth, answer) in zip([3, -0.5, 2, 7], [2.5, 0, 2, 8]) { scores.update(.value(truth), [answer]) }
///     scores.values  // mae 0.5, mae[window_size=2] 0.5
public struct Scorecard: Sendable {
    /// One metric: over how many answers, of which slice.
    public enum Reading: Sendable, Equatable {
        case value(Double)
        /// By the values of a feature, in the order in which they came.
        case slices([Slice])
    }

    public struct Slice: Sendable, Equatable {
        public let name: String
        public let value: Double

        public init(name: String, value: Double) {
            (self.name, self.value) = (name, value)
        }
    }

    /// The classes that are told apart where a target does not say; later ones share the last slot.
    public static let defaultClassesMax = 257

    /// In the order given.
    public let metrics: [ScoredMetric]
    private let task: Task
    private let classLimit: Int
    /// The numbers computed of each answer.
    private let columns: [AnswerNumber]
    private var groups: [ScoreGroup] = []
    /// For each metric its group.
    private let groupOfMetric: [Int]
    /// When the last answer was scored, in microseconds; windows of time end there.
    private var time = Int64.min
    /// Where the number of ``MeanScore`` stands among the columns; −1 where it is none of them.
    private let meanColumn: Int
    /// What the answer that came last adds to the mean which the first metric of a ``MeanScore`` is; NaN where it was
    /// not scored, or none of the metrics is a mean.
    public private(set) var lastLoss = Double.nan

    /// - Parameters:
    ///   - components: metrics for the task.
    ///   - classesMax: slots of classes; those of an open target with one for all later classes.
    ///   - layout: of the rows by whose features metrics are sliced.
    /// - Precondition: the layout has these features, as categories or booleans.
    public init(
        _ components: [Component], task: Task, classesMax: Int = defaultClassesMax,
        layout: FeatureLayout = FeatureLayout([])
    ) {
        self.init(components.map { ScoredMetric($0) }, task: task, classesMax: classesMax, layout: layout)
    }

    /// With metrics of your own among them.
    public init(
        _ metrics: [ScoredMetric], task: Task, classesMax: Int = defaultClassesMax,
        layout: FeatureLayout = FeatureLayout([])
    ) {
        (self.metrics, self.task) = (metrics, task)
        classLimit = task == .binary ? 2 : max(1, classesMax)
        var columns: [AnswerNumber] = []
        var members: [[Int]] = []
        var groupOfMetric: [Int] = []
        for (index, metric) in metrics.enumerated() {
            precondition(metric.tasks.contains(task), "\(metric.name) is no metric of \(task.name)")
            for number in metric.metric.ingredients.flatMap(\.numbers) where !columns.contains(number) {
                columns.append(number)
            }
            let group = members.firstIndex { metrics[$0[0]].isBeside(metric) }
            groupOfMetric.append(group ?? members.count)
            if let group { members[group].append(index) } else { members.append([index]) }
        }
        let mean = MeanScore.first(of: metrics)?.number
        // Hits are counted, and need no column.
        meanColumn = mean == .isHit ? Self.hits : mean.flatMap { columns.firstIndex(of: $0) } ?? -1
        (self.columns, self.groupOfMetric) = (columns, groupOfMetric)
        groups = members.map { [classLimit] members in
            var ingredients: [Ingredient] = []
            for ingredient in members.flatMap({ metrics[$0].metric.ingredients })
            where !ingredients.contains(ingredient) { ingredients.append(ingredient) }
            let first = metrics[members[0]]
            return ScoreGroup(
                first.window,
                TallyPlan(ingredients, window: first.window, columns: columns, classLimit: classLimit),
                slices: first.feature.map { SliceTable($0, layout: layout, countMax: first.slicesMax) })
        }
    }

    /// The ``meanColumn`` of accuracy.
    private static let hits = -2

    // MARK: Scoring

    /// An answer came that is not to be scored.
    public mutating func passOver() { lastLoss = .nan }

    /// Scores an answer that is not sliced.
    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>, at time: Int64 = 0) {
        update(truth, answer, Self.noFeatures, at: time)
    }

    public mutating func update(_ truth: Target, _ answer: [Double], at time: Int64 = 0) {
        answer.withUnsafeBufferPointer { update(truth, $0, at: time) }
    }

    /// Scores an answer. One that is missing or not finite changes nothing; of several classes, none having a
    /// probability is wrong.
    ///
    /// - Parameters:
    ///   - row: the features of the question.
    ///   - time: when the label came, in microseconds; earlier than the last counts as the last.
    public mutating func update(
        _ truth: Target, _ answer: UnsafeBufferPointer<Double>, _ row: FeatureRow, at time: Int64 = 0
    ) {
        guard let scored = ScoredAnswer(truth, answer, task, classLimit: classLimit) else { return passOver() }
        self.time = max(self.time, time)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: columns.count) { numbers in
            for index in columns.indices { numbers.initializeElement(at: index, to: columns[index].value(of: scored)) }
            let x = UnsafeBufferPointer(numbers)
            if meanColumn >= 0 {
                lastLoss = x[meanColumn]
            } else if meanColumn == Self.hits {
                lastLoss = scored.choice == scored.slot ? 1 : 0
            }
            for index in groups.indices {
                groups[index].update(x, truth: scored.slot, choice: scored.choice, row, at: self.time)
            }
        }
    }

    private static let noFeatures = FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)

    // MARK: Reading

    /// All metrics by name, in their order. Complexity: O(answers in windows + slices × classes).
    public var readings: [(name: String, reading: Reading)] {
        let settled = groups.map { $0.settled(at: time) }
        return metrics.indices.map { index in
            let (metric, tallies) = (metrics[index], settled[groupOfMetric[index]])
            guard metric.feature != nil else { return (metric.name, .value(metric.value(of: tallies[0].tally))) }
            let slices = tallies.map { Slice(name: $0.name ?? "", value: metric.value(of: $0.tally)) }
            return (metric.name, .slices(slices))
        }
    }

    /// The metrics that are not sliced.
    public var values: [(name: String, value: Double)] {
        readings.compactMap { name, reading in
            if case .value(let value) = reading { (name, value) } else { nil }
        }
    }

    /// A metric that is not sliced, by its name.
    public subscript(name: String) -> Double? {
        guard let index = metrics.firstIndex(where: { $0.name == name }), metrics[index].feature == nil else {
            return nil
        }
        return metrics[index].value(of: groups[groupOfMetric[index]].settled(at: time)[0].tally)
    }

    /// Bytes of memory, roughly.
    public var byteCount: Int { groups.reduce(0) { $0 + $1.byteCount } }
}

extension Scorecard {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.int(time)
        for group in groups { group.encode(to: &encoder) }
    }

    /// Takes over an encoded state. - Throws: where the bytes are none of these metrics'.
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        time = try decoder.int()
        for index in groups.indices { try groups[index].restore(from: &decoder) }
    }
}
