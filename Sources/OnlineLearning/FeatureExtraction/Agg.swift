import Determinism

/// Adds an aggregate of one feature over the examples that have the same key: the mean of `amount` by `customer` over a
/// day. The number is named as in River: `amount_mean_by_customer`, of several keys `…_by_customer_and_shop`.
///
/// - `on`: the number.
/// - `by`: the features that make the key, up to 8; without any all examples are one group. A missing one is a key of
///   its own.
/// - `how`: `mean` (default), `count`, `sum`, `var`, `min` or `max`. Of no values they are 0 as River's are, extremes
///   are missing.
/// - `over`: a window of log time such as `24h`; null (default) for everything learned.
/// - `buckets`: slices of the window (default 24): at any instant it holds the last `over` less at most one slice.
/// - `max_keys`: keys told apart (default 10,000); all later ones share one group.
///
/// A value enters when its example is *learned*, at that log time; a missing one does not. As every transformer that
/// does not look at the target it learns first, so that an example learned from has its own value among the others, and
/// one predicted has not. River's `utils.TimeRolling` drops what is old only when a group learns, and exactly; here it
/// is gone for questions as well, by whole slices.
///
/// Time: O(1) to learn, O(`buckets`) to ask. Memory: 32 bytes for each key and slice.
///
/// After 1, 2 and 6 of one key the mean is 3 for that key and 0 for any other.
///
/// Source: River's `feature_extraction.Agg`.
public struct Agg: Transformer {
    public static let declaration = ComponentDeclaration(
        "agg", .transformer, revision: 2,
        takes: TransformerInputs(
            nil,
            roles: [
                TransformerInputs.Role("on", [.number, .boolean]),
                TransformerInputs.Role(
                    "by", [.category, .number, .boolean, .text, .timestamp], count: 0...Key.partsMax),
            ], replaces: false),
        parameters: [
            ParameterDeclaration(
                "how", .choice(["mean", "count", "sum", "var", "min", "max"]), default: .choice("mean"),
                "what is kept of the values")
        ] + GroupedAggregate.parameters, conflict: GroupedAggregate.conflict)

    private let value: Int
    private let output: Int
    private let key: Key
    private var groups: GroupedAggregate

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        [name(inputs[0], arguments, by: Array(inputs.dropFirst()))]
    }

    static func name(_ feature: String, _ arguments: Arguments, by keys: [String]) -> String {
        "\(feature)_\(arguments.choice("how"))" + (keys.isEmpty ? "" : "_by_" + keys.joined(separator: "_and_"))
    }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        (value, output) = (inputs[0].slot, outputs[0])
        key = Key(Array(inputs.dropFirst()))
        groups = GroupedAggregate(arguments)
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        let number = x.numbers[value]
        guard !number.isNaN else {
            journal.save(0)
            return true
        }
        let isFinite = groups.learn(key.fingerprint(row, x), number, weight: weight, at: x.time, &journal)
        journal.save(1)
        return isFinite
    }

    public mutating func undo(_ journal: inout Journal) {
        if journal.restoreCount() == 1 { groups.undo(&journal) }
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        x.numbers[output] = groups.value(of: key.fingerprint(row, x), at: x.time)
    }

    public var byteCount: Int { groups.byteCount }
    public func encode(to encoder: inout CanonicalEncoder) { groups.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try groups.restore(from: &decoder)
    }
}
