import Determinism

/// A transformer, learner, optimizer or loss with all its parameters: checked, complete, and ready to be built.
///
/// Only ``ComponentDeclaration/complete(_:)`` makes one from what somebody wrote, so a component in hand is valid.
public struct Component: Sendable, Equatable {
    public let name: String
    /// One per declared parameter, in the declared order; see ``ComponentDeclaration/component(_:)``.
    public let arguments: [Argument]

    public init(name: String, arguments: [Argument]) {
        self.name = name
        self.arguments = arguments
    }

    /// The components among the arguments, and theirs, outer before inner.
    package var parts: [Component] {
        arguments.flatMap { argument -> [Component] in
            switch argument {
            case .component(let part): [part] + part.parts
            case .components(let parts): parts.flatMap { [$0] + $0.parts }
            default: []
            }
        }
    }
}

/// The value of a parameter.
public indirect enum Argument: Sendable, Equatable {
    case number(Double)
    /// A length of time in microseconds, too.
    case integer(Int)
    case boolean(Bool)
    case component(Component)
    /// Names per feature, both in the order given.
    case categories([FeatureCategories])
    /// A word, or the name of a feature.
    case choice(String)
    case components([Component])
    /// Words.
    case names([String])
    case numbers([Double])
    /// Not given, where leaving it out has a meaning of its own.
    case none

    public struct FeatureCategories: Sendable, Equatable {
        public let feature: String
        public let names: [String]

        public init(feature: String, names: [String]) {
            (self.feature, self.names) = (feature, names)
        }
    }
}

extension Component: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.string(name)
        encoder.count(arguments.count)
        for argument in arguments { argument.encode(to: &encoder) }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        name = try decoder.string()
        var arguments: [Argument] = []
        for _ in 0..<(try decoder.count()) { arguments.append(try Argument(from: &decoder)) }
        self.arguments = arguments
    }
}

extension Argument: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        switch self {
        case .number(let value):
            encoder.byte(0)
            encoder.double(value)
        case .integer(let value):
            encoder.byte(1)
            encoder.int(Int64(value))
        case .boolean(let value):
            encoder.byte(2)
            encoder.bool(value)
        case .component(let value):
            encoder.byte(3)
            value.encode(to: &encoder)
        case .categories(let features):
            encoder.byte(4)
            encoder.count(features.count)
            for entry in features {
                encoder.string(entry.feature)
                encoder.count(entry.names.count)
                for name in entry.names { encoder.string(name) }
            }
        case .none:
            encoder.byte(5)
        case .choice(let word):
            encoder.byte(6)
            encoder.string(word)
        case .components(let components):
            encoder.byte(7)
            encoder.count(components.count)
            for component in components { component.encode(to: &encoder) }
        case .names(let names):
            encoder.byte(8)
            encoder.count(names.count)
            for name in names { encoder.string(name) }
        case .numbers(let numbers):
            encoder.byte(9)
            encoder.doubles(numbers)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let kind = try decoder.byte()
        switch kind {
        case 0: self = .number(try decoder.double())
        case 1: self = .integer(Int(try decoder.int()))
        case 2: self = .boolean(try decoder.bool())
        case 3: self = .component(try Component(from: &decoder))
        case 4:
            var features: [FeatureCategories] = []
            for _ in 0..<(try decoder.count()) {
                let feature = try decoder.string()
                var names: [String] = []
                for _ in 0..<(try decoder.count()) { names.append(try decoder.string()) }
                features.append(FeatureCategories(feature: feature, names: names))
            }
            self = .categories(features)
        case 5: self = .none
        case 6: self = .choice(try decoder.string())
        case 7:
            var components: [Component] = []
            for _ in 0..<(try decoder.count()) { components.append(try Component(from: &decoder)) }
            self = .components(components)
        case 8:
            var names: [String] = []
            for _ in 0..<(try decoder.count()) { names.append(try decoder.string()) }
            self = .names(names)
        case 9: self = .numbers(try decoder.doubles())
        default: throw CanonicalDecodingError(offset: decoder.offset, reason: "no argument is of kind \(kind)")
        }
    }
}
