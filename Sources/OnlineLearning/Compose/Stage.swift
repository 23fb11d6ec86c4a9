import Determinism

/// A pipeline from one of its steps to the end.
///
/// A stage holds the next one as a field, not the pipeline all of them as an array: what lies in a field is called
/// where it lies, while an existential taken from an array is first copied, which costs more than scaling eight
/// numbers.
protocol Stage: Sendable {
    var task: Task { get }
    var answersIntervals: Bool { get }
    var expertHistory: ExpertHistory? { get }
    /// See ``Learner/voiceCount``.
    var voiceCount: Int { get }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    )

    /// What each column contributed to the answer; notes whose the columns are that steps add.
    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions

    /// Learns one example from here on, or changes nothing but `columnCount`.
    /// - Precondition: the weight is above 0; what weighs nothing was stopped before.
    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool

    /// The columns that the transformers from here on have taken, in any order.
    var columns: [Int] { get }

    /// Bytes of memory from here on, roughly.
    var byteCount: Int { get }

    func encode(to encoder: inout CanonicalEncoder)
    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError)
}

/// A transformer and what comes after it.
struct TransformingStage<T: Transformer, Next: Stage>: Stage {
    private(set) var transformer: T
    private(set) var next: Next

    init(_ transformer: T, _ next: Next) {
        (self.transformer, self.next) = (transformer, next)
    }

    var task: Task { next.task }
    var answersIntervals: Bool { next.answersIntervals }
    var expertHistory: ExpertHistory? { next.expertHistory }
    var voiceCount: Int { next.voiceCount }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        transformer.transform(row, &x)
        next.predict(row, &x, into: &answer, voices: &voices)
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        origins.pass(transformer, row, &x)
        return try next.explain(row, &x, asked, &origins)
    }

    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        let isFinite = transformer.learn(
            row, workspace.vector, weight: weight, columnCount: &columnCount, journal: &workspace.journal)
        if isFinite {
            workspace.vector.columnCount = columnCount
            transformer.transform(row, &workspace.vector)
            if next.learn(row, target, weight: weight, asked: asked, &workspace, &columnCount) { return true }
        }
        transformer.undo(&workspace.journal)
        return false
    }

    var columns: [Int] { transformer.columns + next.columns }

    var byteCount: Int { transformer.byteCount + next.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        transformer.encode(to: &encoder)
        next.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try transformer.restore(from: &decoder)
        try next.restore(from: &decoder)
    }
}

/// The learner, where every pipeline ends.
struct LearningStage<L: Learner>: Stage {
    let task: Task
    var answersIntervals: Bool { L.answersIntervals }
    var expertHistory: ExpertHistory? { learner.expertHistory }
    var voiceCount: Int { learner.voiceCount }
    private(set) var learner: L

    init(_ learner: L, task: Task) {
        (self.learner, self.task) = (learner, task)
    }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        learner.predict(x, into: &answer, voices: &voices)
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
        learner.learn(workspace.vector, target, weight: weight, asked: asked, journal: &workspace.journal)
    }

    var columns: [Int] { [] }

    var byteCount: Int { learner.byteCount }

    func encode(to encoder: inout CanonicalEncoder) { learner.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try learner.restore(from: &decoder)
    }
}
