import Determinism

/// A learner that can do with numbers only, made on the way.
protocol DenseLearner: Learner {
    /// Whether it can, as it was made: a penalty or an optimizer may need more.
    var isDense: Bool { get }

    /// - Precondition: ``isDense``, and so for the next. The numbers are all the columns there are.
    func predict(dense x: some DenseNumbers, into answer: inout [Double])
    mutating func learn(
        dense x: some DenseNumbers, _ target: Target, weight: Double, journal: inout Journal) -> Bool
}

/// A scaler and a learner of numbers only, which read the row where it lies: nothing is laid out, and no scaled number
/// stored. Bit by bit what the two are as stages of their own.
struct DenseStage<L: DenseLearner>: Stage {
    let task: Task
    /// The row's numbers that the scaler takes.
    private let slots: Range<Int>
    private var scaler: StandardScaler
    private var learner: L

    /// - Parameter slots: where a row's numbers lie that reach the pipeline; there is at least one.
    /// - Returns: nil unless the scaler takes all of them, in their order, and the learner can do with them.
    init?(_ scaled: TransformingStage<StandardScaler, LearningStage<L>>, slots: Range<Int>) {
        guard scaled.transformer.takesFirst(slots.count), scaled.next.learner.isDense else { return nil }
        (scaler, learner, task) = (scaled.transformer, scaled.next.learner, scaled.task)
        self.slots = slots
    }

    var answersIntervals: Bool { L.answersIntervals }
    var expertHistory: ExpertHistory? { learner.expertHistory }
    /// What reads a row where it lies weighs nobody.
    var voiceCount: Int { 0 }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        scaler.withScaled(row.neighbours(slots)) { learner.predict(dense: $0, into: &answer) }
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        try TransformingStage(scaler, LearningStage(learner, task: task)).explain(row, &x, asked, &origins)
    }

    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        scaler.learn(row.neighbours(slots), weight: weight) {
            learner.learn(dense: $0, target, weight: weight, journal: &workspace.journal)
        }
    }

    var columns: [Int] { [] }

    var byteCount: Int { scaler.byteCount + learner.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        scaler.encode(to: &encoder)
        learner.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try scaler.restore(from: &decoder)
        try learner.restore(from: &decoder)
    }
}
