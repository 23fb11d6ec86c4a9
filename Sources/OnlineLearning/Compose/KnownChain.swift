import Determinism

/// A chain of steps whose types are written down, so that the compiler makes one piece of them. What it meets as a
/// generic type behind a protocol it runs step by step instead, at twice the time of a linear model.
protocol KnownChain: Stage {
    associatedtype Chain: Stage
    var chain: Chain { get set }
    init(chain: Chain)
}

/// The chain as a known one, where it is among those that most pipelines of linear models are; else as it is.
func asKnownChain(_ stage: any Stage) -> any Stage {
    let known: [any KnownChain.Type] = [
        ScaledLinear.self, ScaledLogistic.self, ScaledSoftmax.self, EncodedScaledLinear.self,
        EncodedScaledLogistic.self, EncodedScaledSoftmax.self,
    ]
    func make<K: KnownChain>(_ type: K.Type) -> (any Stage)? { (stage as? K.Chain).map { K(chain: $0) } }
    for type in known {
        if let chain = make(type) { return chain }
    }
    return stage
}

/// The chain as one of those that read a row where it lies, if it is one.
/// - Parameter slots: where a row's numbers lie that reach the pipeline; there is at least one.
func asRowChain(_ stage: any Stage, slots: Range<Int>) -> (any Stage)? {
    switch stage {
    case let scaled as Scaled<LogisticRegression>:
        DenseStage(scaled, slots: slots).map { DenseLogistic(chain: $0) }
    case let scaled as Scaled<LinearRegression>:
        DenseStage(scaled, slots: slots).map { DenseLinear(chain: $0) }
    case let tree as LearningStage<HoeffdingTreeClassifier>:
        RowHoeffdingTree(chain: RowStage(tree, slots: slots))
    default: nil
    }
}

private struct DenseLinear: KnownChain { var chain: DenseStage<LinearRegression> }
private struct DenseLogistic: KnownChain { var chain: DenseStage<LogisticRegression> }
private struct RowHoeffdingTree: KnownChain { var chain: RowStage<HoeffdingTreeClassifier> }

private typealias Scaled<L: Learner> = TransformingStage<StandardScaler, LearningStage<L>>

private struct ScaledLinear: KnownChain { var chain: Scaled<LinearRegression> }
private struct ScaledLogistic: KnownChain { var chain: Scaled<LogisticRegression> }
private struct ScaledSoftmax: KnownChain { var chain: Scaled<SoftmaxRegression> }
private struct EncodedScaledLinear: KnownChain { var chain: TransformingStage<OneHotEncoder, Scaled<LinearRegression>> }
private struct EncodedScaledLogistic: KnownChain {
    var chain: TransformingStage<OneHotEncoder, Scaled<LogisticRegression>>
}
private struct EncodedScaledSoftmax: KnownChain {
    var chain: TransformingStage<OneHotEncoder, Scaled<SoftmaxRegression>>
}

extension KnownChain {
    var task: Task { chain.task }
    var answersIntervals: Bool { chain.answersIntervals }
    var expertHistory: ExpertHistory? { chain.expertHistory }
    var voiceCount: Int { chain.voiceCount }

    @inline(__always)
    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        chain.predict(row, &x, into: &answer, voices: &voices)
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        try chain.explain(row, &x, asked, &origins)
    }

    @inline(__always)
    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        chain.learn(row, target, weight: weight, asked: asked, &workspace, &columnCount)
    }

    var columns: [Int] { chain.columns }
    var byteCount: Int { chain.byteCount }

    func encode(to encoder: inout CanonicalEncoder) { chain.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try chain.restore(from: &decoder)
    }
}
