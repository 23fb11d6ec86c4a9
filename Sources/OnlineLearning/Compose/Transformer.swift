import Determinism

/// A feature as a transformer finds it.
public struct Input: Sendable, Equatable {
    public let name: String
    public let kind: FeatureKind
    /// Of a number or boolean its place in ``FeatureVector/numbers``, else its slot in the ``FeatureRow``.
    public let slot: Int

    public init(name: String, kind: FeatureKind, slot: Int) {
        (self.name, self.kind, self.slot) = (name, kind, slot)
    }
}

/// A step of a pipeline that changes features on their way to the learner.
///
/// Like River's: `transform` is pure, and `learn` happens only with a label. A transformer made from the same
/// declaration and fed the same rows has the same bits; `encode` writes what it learned and nothing of its parameters.
public protocol Transformer: Sendable {
    static var declaration: ComponentDeclaration { get }

    /// The names of the numbers that it adds; see ``PipelineDeclaration/derivedNumbers``.
    static func outputs(_ arguments: Arguments, inputs: [String]) -> [String]

    /// Of each number that it adds, the positions of the inputs that it is made of; all of them by default.
    static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]]

    /// - Parameters:
    ///   - arguments: the checked parameters.
    ///   - inputs: the features to work on.
    ///   - outputs: the place of each number it adds in ``FeatureVector/numbers``; there is NaN until it sets it.
    init(_ arguments: Arguments, inputs: [Input], outputs: [Int])

    /// Learns from one row. What `undo` needs goes to the journal, unless the transformer keeps it itself; columns for
    /// values seen for the first time are taken from `columnCount`, which is raised.
    /// - Parameter weight: how many examples the row counts for, finite; 0 changes nothing and leaves nothing to undo.
    /// - Returns: false where a statistic would stop being finite; the caller then calls `undo`.
    mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool

    /// Takes back the last `learn`, by what it left at the journal's end.
    mutating func undo(_ journal: inout Journal)

    /// Changes `x` in place by what was learned so far.
    func transform(_ row: FeatureRow, _ x: inout FeatureVector)

    /// The columns this transformer took, in any order.
    var columns: [Int] { get }

    /// The position of the one input that a column is of; nil, as by default, where it may be of several.
    func input(of column: Int) -> Int?

    /// Bytes of memory, roughly: what grows with learning, at least.
    var byteCount: Int { get }

    func encode(to encoder: inout CanonicalEncoder)

    /// Takes over an encoded state. - Throws: where the bytes are none of this transformer's.
    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError)
}

extension Transformer {
    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] { [] }
    public static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]] {
        outputs(arguments, inputs: inputs).map { _ in Array(inputs.indices) }
    }
    public var columns: [Int] { [] }
    public func input(of column: Int) -> Int? { nil }
}

/// A transformer that learns from the target, too.
///
/// As in River, an example is transformed by what was learned before it and only then learned from, so that its own
/// target never enters its own features; other transformers learn first.
public protocol SupervisedTransformer: Transformer {
    /// Transforms `x` by what was learned before, then learns from the row, `x` as it came and the target.
    /// - Parameter weight: as for other transformers.
    /// - Returns: false where a statistic would stop being finite; the caller then calls `undo`.
    mutating func learn(
        _ row: FeatureRow, _ x: inout FeatureVector, _ target: Target, weight: Double, columnCount: inout Int,
        journal: inout Journal
    ) -> Bool

    /// The places, among the numbers, of what it said when the question was asked and what is to be learned from then:
    /// that is kept with the question as an answer's voices are, before these. None, where all is said anew when the
    /// label comes.
    var keptOutputs: [Int] { get }
}

extension SupervisedTransformer {
    public var keptOutputs: [Int] { [] }

    /// Of those whose outputs may be kept.
    static var learnedParameter: ParameterDeclaration {
        ParameterDeclaration(
            "learned", .choice(["asked", "labelled"]), default: .choice("asked"), former: .choice("labelled"),
            "what is learned from: what it said when asked, or what it says when the label comes")
    }

    static func learnsAsAsked(_ arguments: Arguments) -> Bool { arguments.choice("learned") == "asked" }

    /// Without a target there is nothing to learn.
    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool { true }
}

extension Target {
    /// The number that a supervised transformer takes: the value, or of two classes 1 for the positive one.
    var number: Double {
        switch self {
        case .value(let value): value
        case .label(let slot): Double(slot)
        }
    }
}
