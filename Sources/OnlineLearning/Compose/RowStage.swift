import Determinism

/// A learner that can do with the numbers of a row where they lie.
protocol RowLearner: Learner {
    /// - Precondition: the numbers are all the columns there are, and there is no category. So for the next.
    func predict(numbers: UnsafeBufferPointer<Double>, into answer: inout [Double])
    mutating func learn(numbers: UnsafeBufferPointer<Double>, _ target: Target, weight: Double) -> Bool
}

/// A learner that reads a row's numbers where they lie: nothing is laid out. Bit by bit a ``LearningStage``.
struct RowStage<L: RowLearner>: Stage {
    let task: Task
    /// The row's numbers that reach the pipeline.
    private let slots: Range<Int>
    private var learner: L

    /// - Parameter slots: where a row's numbers lie that reach the pipeline; there is at least one.
    init(_ stage: LearningStage<L>, slots: Range<Int>) {
        (learner, task, self.slots) = (stage.learner, stage.task, slots)
    }

    var answersIntervals: Bool { L.answersIntervals }
    var expertHistory: ExpertHistory? { learner.expertHistory }
    /// What reads a row where it lies weighs nobody.
    var voiceCount: Int { 0 }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        learner.predict(numbers: row.neighbours(slots), into: &answer)
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        try learner.explainIfAble(x, asked)
    }

    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        learner.learn(numbers: row.neighbours(slots), target, weight: weight)
    }

    var columns: [Int] { [] }
    var byteCount: Int { learner.byteCount }
    func encode(to encoder: inout CanonicalEncoder) { learner.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try learner.restore(from: &decoder)
    }
}
