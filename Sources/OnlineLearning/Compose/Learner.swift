import Determinism

/// What there is to predict.
public enum Task: UInt8, Sendable, CaseIterable {
    /// A number.
    case regression = 0
    /// One of two classes; the answer is the probability of the positive one.
    case binary = 1
    /// One of several classes; the answer is a probability for each class known.
    case multiclass = 2

    public var name: String {
        switch self {
        case .regression: "regression"
        case .binary: "binary"
        case .multiclass: "multiclass"
        }
    }

    public init?(name: String) {
        guard let task = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = task
    }
}

/// A true value, as learners and metrics take it.
public enum Target: Sendable, Equatable {
    /// Of a regression; finite.
    case value(Double)
    /// The slot of a class: 0 and 1 (the positive one) when binary, in the order of first learning when multiclass.
    case label(Int)
}

/// A model's last step: it learns from vectors and true values, and answers.
///
/// An *answer* is written as doubles: regression one, the value; binary one, the probability of the positive class;
/// multiclass one per class known to the learner, a probability or NaN where the learner has none.
public protocol Learner: Sendable {
    static var declaration: ComponentDeclaration { get }
    /// What it can predict.
    static var tasks: [Task] { get }
    /// Whether it works on categories as they are (``FeatureVector/categories``); others need them encoded.
    static var takesCategories: Bool { get }
    /// Whether its answers, all of them numbers, have two more doubles: the lower and the upper bound of an interval
    /// that is to contain the true value, NaN before there is anything to say.
    static var answersIntervals: Bool { get }

    /// - Parameters:
    ///   - arguments: the checked parameters.
    ///   - inputs: the task, one of ``tasks``, and the features that will come.
    init(_ arguments: Arguments, inputs: LearnerInputs)

    /// Appends the answer. Pure: it changes nothing that a later answer depends on.
    func predict(_ x: borrowing FeatureVector, into answer: inout [Double])

    /// Learns one example, or changes nothing. Who weighs others judges them by what they say now.
    /// - Parameter weight: how much the example counts, finite and at least 0; 1 is once, 0 changes nothing, and draws
    ///   no random number either.
    /// - Returns: false where a number would stop being finite; the learner is then as it was, to the bit.
    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal) -> Bool

    /// How many experts it weighs by what they said when asked: so many voices has an answer, of several classes for
    /// each class that the answer has. 0 of a learner that weighs none so, which need not say anything of the next two.
    var voiceCount: Int { get }

    /// Appends the answer, and the voices that it was made of. Pure.
    func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double])

    /// Learns one example, or changes nothing, knowing what was said when its question was asked.
    /// - Parameter asked: see ``Asked``.
    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal) -> Bool

    /// Of a learner that weighs experts: how much each weighed, from time to time; else nil.
    var expertHistory: ExpertHistory? { get }

    /// Bytes of memory, roughly: what grows with learning, at least.
    var byteCount: Int { get }

    func encode(to encoder: inout CanonicalEncoder)

    /// Takes over an encoded state. - Throws: where the bytes are none of this learner's.
    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError)
}

extension Learner {
    public static var takesCategories: Bool { false }
    public static var answersIntervals: Bool { false }
    public var expertHistory: ExpertHistory? { nil }
    public var voiceCount: Int { 0 }

    @inline(__always)
    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
        predict(x, into: &answer)
    }

    @inline(__always)
    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) -> Bool {
        learn(x, target, weight: weight, journal: &journal)
    }

    /// The learner of a checked component that names it.
    public init(_ component: Component, inputs: LearnerInputs) {
        self.init(Arguments(component, declaration: Self.declaration), inputs: inputs)
    }
}

/// What a learner is told before its first example.
public struct LearnerInputs: Sendable, Equatable {
    public let task: Task
    /// How many numbers reach it: the first columns of every ``FeatureVector``.
    public let numberCount: Int
    /// How many categories reach it as they are; 0 where it does not take any.
    public let categoryCount: Int
    /// Whether encoders add columns beyond the numbers, of which a few are not 0 in each example.
    public let hasSparseColumns: Bool

    public init(task: Task, numberCount: Int, categoryCount: Int = 0, hasSparseColumns: Bool = false) {
        (self.task, self.numberCount, self.categoryCount) = (task, numberCount, categoryCount)
        self.hasSparseColumns = hasSparseColumns
    }
}
