import Determinism

/// A transformer that learns from the target, and what comes after it. What it said when asked, where that is to be
/// learned from, is the first of the voices.
struct SupervisedStage<T: SupervisedTransformer, Next: Stage>: Stage {
    private var transformer: T
    private let kept: [Int]
    private var next: Next

    init(_ transformer: T, _ next: Next) {
        (self.transformer, kept, self.next) = (transformer, transformer.keptOutputs, next)
    }

    var task: Task { next.task }
    var answersIntervals: Bool { next.answersIntervals }
    var expertHistory: ExpertHistory? { next.expertHistory }
    var voiceCount: Int { kept.count + next.voiceCount }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        transformer.transform(row, &x)
        for place in kept { voices.append(x.numbers[place]) }
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
            row, &workspace.vector, target, weight: weight, columnCount: &columnCount, journal: &workspace.journal)
        if isFinite {
            workspace.vector.columnCount = columnCount
            let asked = recall(asked, &workspace.vector)
            if next.learn(row, target, weight: weight, asked: asked, &workspace, &columnCount) { return true }
        }
        transformer.undo(&workspace.journal)
        return false
    }

    /// Puts back what it said when asked. - Returns: what comes after it is told of the question.
    private func recall(_ asked: Asked, _ x: inout FeatureVector) -> Asked {
        guard !kept.isEmpty, case .then(let voices, let answer, let labelsSince) = asked else { return asked }
        guard voices.count == voiceCount else { return .another }
        for (index, place) in kept.enumerated() { x.numbers[place] = voices[index] }
        return .then(
            voices: UnsafeBufferPointer(rebasing: voices[kept.count...]), answer: answer, labelsSince: labelsSince)
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

/// Keeps the last numbers, on which only steps work, from the learner.
struct HidingStage<Next: Stage>: Stage {
    private let count: Int
    private var next: Next

    init(_ count: Int, _ next: Next) {
        (self.count, self.next) = (count, next)
    }

    var task: Task { next.task }
    var answersIntervals: Bool { next.answersIntervals }
    var expertHistory: ExpertHistory? { next.expertHistory }
    var voiceCount: Int { next.voiceCount }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        x.removeLastNumbers(count)
        next.predict(row, &x, into: &answer, voices: &voices)
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        x.removeLastNumbers(count)
        origins.removeLastNumbers(count)
        return try next.explain(row, &x, asked, &origins)
    }

    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        workspace.vector.removeLastNumbers(count)
        return next.learn(row, target, weight: weight, asked: asked, &workspace, &columnCount)
    }

    var columns: [Int] { next.columns }
    var byteCount: Int { next.byteCount }
    func encode(to encoder: inout CanonicalEncoder) { next.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try next.restore(from: &decoder)
    }
}
