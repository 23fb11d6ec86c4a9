import Determinism
import OnlineLearning

/// What every transformer owes to the pipeline it stands in, law by law; see ``LearnerLaw``.
public enum TransformerLaw: String, Sendable, CaseIterable {
    /// The declaration is complete: what it takes, defaults in their ranges, names in snake case.
    case declarationIsSound
    /// Transforming changes no bit of the state, and the same example becomes the same.
    case transformingIsPure
    /// It transforms before anything is learned, and without a single feature.
    case worksBeforeLearning
    /// Learning examples without features, and then others.
    case worksWithoutFeatures
    /// Two that learn the same are the same, to the bit.
    case sameStreamSameState
    /// What a copy learns, the original does not know.
    case aCopyIsIndependent
    /// Encode, decode, continue is the same as never having stopped.
    case continuesFromItsEncoding
    /// An example of weight 0 changes nothing: not a bit of the state, and no column is taken.
    case weightZeroChangesNothing
    /// A weight of 2 is the same as learning twice.
    case weightTwoIsTwice
    /// Undoing an example restores every bit, of the state and of what is made of others.
    case undoingRestoresTheBits
    /// Whatever was learned or refused, usual examples do not become infinite.
    case nothingStaysNotFinite
    /// The order in which features are declared does not matter.
    case orderOfFeaturesIsIrrelevant
    /// An example's own target is not in what it is made into.
    case ownTargetStaysOut
    /// Columns are taken one by one, and none twice.
    case columnsAreTakenOnce
    /// Memory stops growing although novelty does not.
    case memoryIsBounded
    /// Damaged bytes are refused or make a state that can be worked with.
    case damagedBytesAreHarmless

    /// What breaks this law; nothing where the transformer is excepted from it.
    public func violations(of subject: TransformerSubject) -> [Violation] {
        guard subject.exceptions[self] == nil else { return [] }
        switch self {
        case .declarationIsSound: return Self.declarationIsSound(subject)
        case .transformingIsPure: return Self.transformingIsPure(subject)
        case .worksBeforeLearning: return Self.worksBeforeLearning(subject)
        case .worksWithoutFeatures: return Self.worksWithoutFeatures(subject)
        case .sameStreamSameState: return Self.sameStreamSameState(subject)
        case .aCopyIsIndependent: return Self.aCopyIsIndependent(subject)
        case .continuesFromItsEncoding: return Self.continuesFromItsEncoding(subject)
        case .weightZeroChangesNothing: return Self.weightZeroChangesNothing(subject)
        case .weightTwoIsTwice: return Self.weightTwoIsTwice(subject)
        case .undoingRestoresTheBits: return Self.undoingRestoresTheBits(subject)
        case .nothingStaysNotFinite: return Self.nothingStaysNotFinite(subject)
        case .orderOfFeaturesIsIrrelevant: return Self.orderOfFeaturesIsIrrelevant(subject)
        case .ownTargetStaysOut: return Self.ownTargetStaysOut(subject)
        case .columnsAreTakenOnce: return Self.columnsAreTakenOnce(subject)
        case .memoryIsBounded: return Self.memoryIsBounded(subject)
        case .damagedBytesAreHarmless: return Self.damagedBytesAreHarmless(subject)
        }
    }
}

/// All laws of transformers.
///
///     #expect(TransformerChecks.violations(of: MyTransformer.self) == [])
public enum TransformerChecks {
    /// What a transformer of your own breaks at its default parameters.
    public static func violations<T: Transformer>(of type: T.Type) -> [Violation] {
        violations(of: TransformerSubject(type))
    }

    public static func violations(of subject: TransformerSubject) -> [Violation] {
        TransformerLaw.allCases.flatMap { $0.violations(of: subject) }
    }

    /// Every transformer of the catalogue at its defaults, and some with other parameters.
    public static var subjects: [TransformerSubject] {
        Catalogue.transformers.map { TransformerSubject($0.declaration.withDefaults) } + variants
    }

    private static func variant(
        _ name: String, _ arguments: KeyValuePairs<String, Argument>, _ features: [String]? = nil
    ) -> TransformerSubject {
        let words = arguments.map { "\($0.key)" }.joined(separator: ", ")
        return TransformerSubject(
            Component(named: name, arguments), features: features, description: "\(name) with \(words)")
    }

    private static var variants: [TransformerSubject] {
        [
            variant("one_hot", ["max_categories": .integer(3)]),
            variant("ordinal_encoder", ["max_categories": .integer(3), "unknown_value": .none]),
            variant("target_encoder", ["max_categories": .integer(3)]),
            variant("feature_hasher", ["n_features": .integer(20)], ["c0", "n1", "c1", "n2"]),
            variant("cross", ["max_categories": .integer(4)], ["c0", "b"]),
            variant("standard_scaler", ["with_std": .boolean(false)], ["n2", "n0"]),
            variant("robust_scaler", ["q_inf": .number(0.1), "q_sup": .number(0.6)]),
            variant("normalizer", ["order": .integer(3)]),
            variant("stat_imputer", ["how": .choice("median")]),
            variant("stat_imputer", ["how": .choice("max"), "value": .number(1)]),
            variant("polynomial_extender", ["degree": .integer(3), "include_bias": .boolean(true)]),
            variant("agg", ["over": .integer(20_000_000), "buckets": .integer(5)], ["n1", "c0"]),
            variant("agg", ["how": .choice("var"), "over": .integer(60_000_000)], ["n1", "c1", "b"]),
            variant("agg", ["how": .choice("min"), "max_keys": .integer(3)], ["n0", "c1"]),
            variant("target_agg", ["over": .integer(30_000_000)], ["c0"]),
            variant("target_agg", ["how": .choice("bayes_mean"), "max_keys": .integer(3)], ["c1"]),
            variant("target_agg", ["how": .choice("max")], []),
            variant("bag_of_words", ["max_terms": .integer(10), "ngram_range": .numbers([1, 3])]),
            variant("bag_of_words", ["stop_words": .names(["the", "of"])], ["t", "c1"]),
            variant("tfidf", ["max_terms": .integer(10), "normalize": .boolean(false)], ["t", "c1"]),
            variant("variance_threshold", ["threshold": .number(1), "min_samples": .integer(20)]),
            variant("select_k_best", ["k": .integer(2), "use_abs": .boolean(true)]),
        ]
    }

    /// A transformer's digest: of what it makes of a stream of its own and of the state after. Another digest is
    /// another behaviour, and wants another ``ComponentDeclaration/revision``.
    public static func digest(of subject: TransformerSubject) -> Digest {
        var transformer = subject.transformer()
        var encoder = CanonicalEncoder()
        for (index, example) in ExampleStream.examples(400, seed: 21).enumerated() {
            for output in [transformer.transform(example, at: index), transformer.learn(example, at: index)] {
                guard let output else { continue }
                encoder.doubles(output.numbers.map { Double(bitPattern: $0) }.map { $0.isNaN ? 0.5 : $0 })
                for column in output.columns { encoder.count(Int(column)) }
                encoder.doubles(output.values.map { Double(bitPattern: $0) })
            }
        }
        encoder.blob(transformer.bytes)
        return Digest(hashing: encoder.bytes)
    }
}
