/// How a regression tree's leaf looks for the best split of a number.
///
/// | name | looks among |
/// |---|---|
/// | `ebst_splitter` | all values seen; see ``SearchTrees`` |
/// | `tebst_splitter` | all values seen, rounded: see ``BinaryStep``, and with `digits` decimal places as in River |
/// | `qo_splitter` | the intervals into which values fell, of length `radius` or as long as ``IntervalLength`` says |
///
/// By default all three see features of any scale: multiplied by a power of two, a feature is split as before, bit for
/// bit. With a `radius` or `digits` a feature whose values are as close to one another is never split. What
/// `qo_splitter` makes of its intervals is in ``QuantizationObserver``.
package enum RegressionSplitter: Sendable, Equatable {
    case ebst(nodeCountMax: Int)
    case tebst(DecimalRounding?, nodeCountMax: Int)
    case qo(radius: Double?, isMultiwayAllowed: Bool, sides: Sides, slotCountMax: Int)

    /// To which side of a threshold a quantization observer counts what it knows.
    package enum Sides: String, Sendable {
        case exact, river
    }

    static let declarations = [
        ComponentDeclaration("ebst_splitter", .splitter, parameters: [maxNodes]),
        ComponentDeclaration(
            "qo_splitter", .splitter, revision: 2,
            parameters: [
                ParameterDeclaration(
                    "radius", .optional(.number(1e-12...1e12)), default: .none,
                    "length of an interval, in the number's unit (River's is 0.25); null: what suits the numbers seen"),
                ParameterDeclaration(
                    "allow_multiway_splits", .boolean, default: .boolean(false), "also a child for every interval"),
                ParameterDeclaration(
                    "sides", .choice(["exact", "river"]), default: .choice("exact"),
                    "what counts as left of a threshold: as the paper, or as River, which is one interval off"),
                ParameterDeclaration(
                    "max_slots", .integer(2...1_000_000), default: .integer(10_000),
                    "intervals a leaf keeps of a number"),
            ]),
        ComponentDeclaration(
            "tebst_splitter", .splitter, revision: 2,
            parameters: [
                ParameterDeclaration(
                    "digits", .optional(.integer(0...15)), default: .none,
                    "decimal places to which numbers are rounded (River's are 1); null: what suits the numbers seen"),
                maxNodes,
            ]),
    ]

    private static let maxNodes = ParameterDeclaration(
        "max_nodes", .integer(2...1_000_000), default: .integer(10_000), "values a leaf keeps of a number")

    /// Those of a component, or nil where it names a splitter of classification trees.
    init?(_ component: Component) {
        guard let declaration = Self.declarations.first(where: { $0.name == component.name }) else { return nil }
        let arguments = Arguments(component, declaration: declaration)
        switch component.name {
        case "ebst_splitter": self = .ebst(nodeCountMax: arguments.integer("max_nodes"))
        case "tebst_splitter":
            self = .tebst(
                arguments.optionalInteger("digits").map { DecimalRounding(digits: $0) },
                nodeCountMax: arguments.integer("max_nodes"))
        default:
            self = .qo(
                radius: arguments.optionalNumber("radius"),
                isMultiwayAllowed: arguments.boolean("allow_multiway_splits"),
                sides: Sides(rawValue: arguments.choice("sides")) ?? .exact,
                slotCountMax: arguments.integer("max_slots"))
        }
    }

    /// The most values or intervals that a leaf keeps of a number.
    var countMax: Int32 {
        switch self {
        case .ebst(let count), .tebst(_, let count), .qo(_, _, _, let count): Int32(truncatingIfNeeded: count)
        }
    }
}
