import Determinism

/// Adds an aggregate of the target over the examples that have the same key: the mean delay by carrier over a day, by
/// the labels known. The number is named as in River: `y_mean_by_carrier`.
///
/// - `by`: the features that make the key, up to 8; without any all examples are one group. A missing one is a key of
///   its own.
/// - `how`: `mean` (default), `count`, `sum`, `var`, `min`, `max`, or `bayes_mean`: the mean with a prior. Of no values
///   they are 0 as River's are, extremes are missing.
/// - `prior`, `prior_weight`: of `bayes_mean`, which is (sum + `prior` · `prior_weight`) / (count + `prior_weight`)
///   (defaults 0 and 1).
/// - `over`: a window of log time such as `24h`; null (default) for everything learned.
/// - `buckets`: slices of the window (default 24): at any instant it holds the last `over` less at most one slice.
/// - `learned`: what is learned from where the label comes late: `asked` (default), what it said when the question was
///   asked, which is kept with it (8 bytes); or `labelled`, as River does, what it says when the label comes: by then
///   it has seen the labels of the question's neighbors, as it will have of no question.
/// - `max_keys`: keys told apart (default 10,000); all later ones share one group.
///
/// A target enters when it is *learned*, at the log time of its label: nothing that was not known then is in it. An
/// example is transformed before its own target enters. Of two classes the positive one counts as 1.
///
/// Time: O(1) to learn, O(`buckets`) to ask. Memory: 32 bytes for each key and slice.
///
/// After targets 1, 2 and 6 of one key the mean is 3, and the `bayes_mean` with a prior of 1 and weight 3 is 2.
///
/// Source: River's `feature_extraction.TargetAgg` and `stats.BayesianMean`.
public struct TargetAgg: SupervisedTransformer {
    public static let declaration = ComponentDeclaration(
        "target_agg", .transformer, revision: 2,
        takes: TransformerInputs(
            nil,
            roles: [
                TransformerInputs.Role(
                    "by", [.category, .number, .boolean, .text, .timestamp], count: 0...Key.partsMax)
            ], replaces: false, tasks: [.regression, .binary]),
        parameters: [
            ParameterDeclaration(
                "how", .choice(Aggregate.allCases.map(\.rawValue)), default: .choice("mean"),
                "what is kept of the targets"),
            ParameterDeclaration("prior", .number(.finite), default: .number(0), "the mean before any target"),
            ParameterDeclaration(
                "prior_weight", .number(1e-9...1e12), default: .number(1), "how many targets the prior counts for"),
        ] + GroupedAggregate.parameters + [learnedParameter],
        conflict: { GroupedAggregate.conflict(Array($0.prefix(3 + GroupedAggregate.parameters.count))) })

    private let output: Int
    public let keptOutputs: [Int]
    private let key: Key
    private var groups: GroupedAggregate

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        [Agg.name("y", arguments, by: inputs)]
    }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        output = outputs[0]
        keptOutputs = Self.learnsAsAsked(arguments) ? outputs : []
        key = Key(inputs)
        groups = GroupedAggregate(
            arguments, prior: arguments.number("prior"), priorWeight: arguments.number("prior_weight"))
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: inout FeatureVector, _ target: Target, weight: Double, columnCount: inout Int,
        journal: inout Journal
    ) -> Bool {
        let key = key.fingerprint(row, x)
        x.numbers[output] = groups.value(of: key, at: x.time)
        guard weight > 0 else { return true }
        return groups.learn(key, target.number, weight: weight, at: x.time, &journal)
    }

    public mutating func undo(_ journal: inout Journal) { groups.undo(&journal) }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        x.numbers[output] = groups.value(of: key.fingerprint(row, x), at: x.time)
    }

    public var byteCount: Int { groups.byteCount }
    public func encode(to encoder: inout CanonicalEncoder) { groups.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try groups.restore(from: &decoder)
    }
}
