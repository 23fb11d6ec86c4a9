import Determinism

/// The declaration of a pipeline: transformers with the features they work on, then a learner. Features are named, so
/// that a model outlives a change of the contract that leaves its features alone.
public struct PipelineDeclaration: Sendable, Equatable {
    public struct Step: Sendable, Equatable {
        public let component: Component
        public let features: [String]

        public init(_ component: Component, features: [String]) {
            (self.component, self.features) = (component, features)
        }

        /// Whether it does nothing but keep numbers from the learner.
        var isDiscard: Bool { component.name == Catalogue.discard.name }
    }

    /// The contract's numbers and booleans that reach the learner or that a step works on, in the order of their
    /// columns.
    public let numbers: [String]
    /// The categories that reach the learner as they are: those that no transformer works on, where it takes them.
    public let categories: [String]
    public let transformers: [Step]
    public let learner: Component

    public init(numbers: [String], categories: [String] = [], transformers: [Step], learner: Component) {
        (self.numbers, self.categories) = (numbers, categories)
        (self.transformers, self.learner) = (transformers, learner)
    }

    /// The names of the numbers that each step adds.
    var outputs: [[String]] {
        transformers.map { Catalogue.outputs(of: $0.component, inputs: $0.features) }
    }

    /// The numbers that steps add, in their order. They stand after the contract's, are missing until their step has
    /// run, and may be what later steps work on.
    public var derivedNumbers: [String] { outputs.flatMap { $0 } }

    /// The numbers that steps work on and that do not reach the learner.
    public var hiddenNumbers: [String] {
        transformers.filter(\.isDiscard).flatMap(\.features)
    }

    /// Every feature that the pipeline needs and the layout lacks or has as another kind.
    public func missingFeatures(in layout: FeatureLayout) -> [String] {
        var missing: [String] = []
        func check(_ name: String, _ isNumber: Bool) {
            let bank = layout.index(of: name).map { FeatureLayout.bank(of: layout.kinds[$0]) }
            guard bank == nil || (bank == .numbers) != isNumber, !missing.contains(name) else { return }
            missing.append(name)
        }
        for name in numbers { check(name, true) }
        for name in categories { check(name, false) }
        let derived = derivedNumbers
        for step in transformers {
            for name in step.features where !derived.contains(name) { check(name, numbers.contains(name)) }
        }
        return missing
    }
}

extension PipelineDeclaration: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        Self.encode(numbers, &encoder)
        Self.encode(categories, &encoder)
        encoder.count(transformers.count)
        for step in transformers {
            step.component.encode(to: &encoder)
            Self.encode(step.features, &encoder)
        }
        learner.encode(to: &encoder)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        numbers = try Self.strings(&decoder)
        categories = try Self.strings(&decoder)
        var transformers: [Step] = []
        for _ in 0..<(try decoder.count()) {
            let component = try Component(from: &decoder)
            transformers.append(Step(component, features: try Self.strings(&decoder)))
        }
        self.transformers = transformers
        learner = try Component(from: &decoder)
    }

    private static func encode(_ names: [String], _ encoder: inout CanonicalEncoder) {
        encoder.count(names.count)
        for name in names { encoder.string(name) }
    }

    private static func strings(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> [String] {
        var names: [String] = []
        for _ in 0..<(try decoder.count()) { names.append(try decoder.string()) }
        return names
    }
}
