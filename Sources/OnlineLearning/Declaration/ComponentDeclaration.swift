import Determinism

/// What can be declared under a name: its family, its parameters with their ranges and defaults. The one source of
/// spec checking, canonical encoding and documentation.
public struct ComponentDeclaration: Sendable {
    /// Where a component can stand.
    public enum Family: String, Sendable {
        case transformer, regressor, classifier
        /// A learner that wraps learners of either kind.
        case ensemble
        case optimizer, schedule
        case regressionLoss = "regression loss"
        case binaryLoss = "binary loss"
        case driftDetector = "drift detector"
        case metric
        /// How a window is searched for the examples nearest to one.
        case searchEngine = "search engine"
        /// How a tree looks for the best split of a number.
        case splitter
    }

    /// River's class name in snake case.
    public let name: String
    public let family: Family
    public let parameters: [ParameterDeclaration]
    /// Raised by whoever changes one bit of its behaviour; the log records it.
    public let revision: Int
    /// Of a transformer, the features that it works on.
    public let takes: TransformerInputs?
    /// What is wrong with arguments that are each in range, or nil.
    public let conflict: @Sendable ([Argument]) -> String?

    public init(
        _ name: String, _ family: Family, revision: Int = 1, takes: TransformerInputs? = nil,
        parameters: [ParameterDeclaration] = [], conflict: @escaping @Sendable ([Argument]) -> String? = { _ in nil }
    ) {
        (self.name, self.family, self.revision, self.parameters) = (name, family, revision, parameters)
        self.takes = takes
        self.conflict = conflict
    }

    /// The component with every parameter at its default.
    public var withDefaults: Component {
        component(parameters.map(\.defaultValue))
    }

    /// A component with these arguments, one of each parameter, in the form in which it is kept: parameters that came
    /// later are left out at its end where they are what they were before there was such a parameter.
    public func component(_ arguments: [Argument]) -> Component {
        var count = arguments.count
        while count > 0, let former = parameters[count - 1].former, former == arguments[count - 1] { count -= 1 }
        return Component(name: name, arguments: Array(arguments[..<count]))
    }

    /// The arguments of a component, one of each parameter.
    public func allArguments(of component: Component) -> [Argument] {
        component.arguments + parameters.dropFirst(component.arguments.count).compactMap(\.former)
    }
}

public struct ParameterDeclaration: Sendable {
    public enum Kind: Sendable {
        /// A finite double, its bounds included.
        case number(ClosedRange<Double>)
        case integer(ClosedRange<Int>)
        case boolean
        /// One of a few words.
        case choice([String])
        /// Another kind, or nothing: then a meaning of its own.
        indirect case optional(Kind)
        /// A learner: for a task of its own, or for its wrapper's.
        case learner(Task?)
        /// Several learners for the wrapper's task.
        case learners
        /// One of the catalogue's components of a family, by name or with parameters of its own.
        case component(ComponentDeclaration.Family)
        /// A map from feature to a list of names.
        case categories
        /// The name of a feature of one of these kinds.
        case feature([FeatureKind])
        /// A length of time such as `24h`, its bounds included; the argument is an integer, microseconds.
        case timeSpan(ClosedRange<Int>)
        /// Any words, each once.
        case names
        /// Some of a few words, each once.
        case choices([String])
        /// Two whole numbers, the second at least the first; the argument is two numbers.
        case span(ClosedRange<Int>)
        /// A map from each class to a number; the argument is a number for each slot.
        case classNumbers(ClosedRange<Double>)

        /// What a message says was expected.
        public var expectation: String {
            switch self {
            case .number(let range) where range.upperBound == .greatestFiniteMagnitude:
                range.lowerBound == -.greatestFiniteMagnitude ? "a number" : "a number ≥ \(short(range.lowerBound))"
            case .number(let range): "a number from \(short(range.lowerBound)) to \(short(range.upperBound))"
            case .integer(let range) where range.upperBound == .max: "a whole number ≥ \(range.lowerBound)"
            case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
            case .boolean: "true or false"
            case .choice(let words): "one of \(words.joined(separator: ", "))"
            case .optional(let kind): "\(kind.expectation), or null"
            case .learner: "the name of a learner"
            case .learners: "a list of learners"
            case .component(let family): "the name of \(Catalogue.article(family)) \(family.rawValue)"
            case .categories: "a map from feature to a list of categories"
            case .feature(let kinds): "a feature of type \(kinds.map(\.name).joined(separator: " or "))"
            case .timeSpan(let range):
                "a length of time from \(TimeSpan(microseconds: Int64(range.lowerBound))) to "
                    + "\(TimeSpan(microseconds: Int64(range.upperBound))), such as 24h"
            case .names: "a list of words"
            case .choices(let words): "a list of some of \(words.joined(separator: ", "))"
            case .span(let range): "two whole numbers from \(range.lowerBound) to \(range.upperBound), [from, to]"
            case .classNumbers(let range):
                range.upperBound == .greatestFiniteMagnitude
                    ? "a map from each class to a number ≥ \(short(range.lowerBound))"
                    : "a map from each class to a number from \(short(range.lowerBound)) to \(short(range.upperBound))"
            }
        }

        private func short(_ value: Double) -> String {
            value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
        }
    }

    public let name: String
    public let kind: Kind
    public let defaultValue: Argument
    public let summary: String
    /// Of a number: the family of components that may stand in its place, such as a schedule in that of a step size.
    public let alternative: ComponentDeclaration.Family?
    /// Of a parameter that came later: what it is in components that were declared before there was one. Only the last
    /// parameters of a component have it.
    public let former: Argument?

    var isLearner: Bool {
        if case .learner = kind { true } else { false }
    }

    public init(
        _ name: String, _ kind: Kind, or alternative: ComponentDeclaration.Family? = nil,
        default defaultValue: Argument, former: Argument? = nil, _ summary: String
    ) {
        (self.name, self.kind, self.defaultValue, self.summary) = (name, kind, defaultValue, summary)
        (self.alternative, self.former) = (alternative, former)
    }
}

extension ClosedRange<Double> {
    /// Every finite double.
    public static var finite: ClosedRange<Double> { -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude }
    /// Every finite double from zero.
    public static var nonNegative: ClosedRange<Double> { 0...Double.greatestFiniteMagnitude }
}
