import Determinism

/// Lets a number say how much an example counts: the steps after it learn it with that weight, as if it had come so
/// many times. A missing number is a weight of 1, a negative one of 0; a weight is at most ``weightMax``.
///
/// An example of weight 0 ends here: after this step it takes no column, moves no counter and draws no random number.
///
/// The number does not reach the learner: the spec's checker takes it out.
struct WeightingStage<Next: Stage>: Stage {
    /// Beyond it, sums of weights would lose the ordinary ones.
    static var weightMax: Double { 1e9 }

    private let place: Int
    private var next: Next

    init(_ place: Int, _ next: Next) {
        (self.place, self.next) = (place, next)
    }

    var task: Task { next.task }
    var answersIntervals: Bool { next.answersIntervals }
    var expertHistory: ExpertHistory? { next.expertHistory }
    var voiceCount: Int { next.voiceCount }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        next.predict(row, &x, into: &answer, voices: &voices)
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        try next.explain(row, &x, asked, &origins)
    }

    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        let own = workspace.vector.numbers[place]
        let factor = own.isNaN ? 1 : min(max(own, 0), Self.weightMax)
        guard weight * factor > 0 else { return true }
        return next.learn(row, target, weight: weight * factor, asked: asked, &workspace, &columnCount)
    }

    var columns: [Int] { next.columns }
    var byteCount: Int { next.byteCount }
    func encode(to encoder: inout CanonicalEncoder) { next.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try next.restore(from: &decoder)
    }
}
