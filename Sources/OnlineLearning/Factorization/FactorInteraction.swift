/// One feature of an example, as a factorization machine sees it.
struct ActiveFeature {
    /// Where its weight and its latent vectors are.
    let row: Int
    /// The feature it came from, of which it may be one of many categories.
    let field: Int
    let value: Double
}

/// What the latent vectors of the features present add to a factorization machine's answer.
protocol FactorInteraction: Sendable {
    /// Doubles of a feature's latent vectors together.
    var latentCount: Int { get }

    /// The sum over the combinations of features.
    /// - Parameter latents: of row *r* from r · `stride` on.
    func sum(_ features: UnsafeBufferPointer<ActiveFeature>, _ latents: UnsafePointer<Double>, stride: Int) -> Double

    /// Writes the sum's derivative in each latent number of each feature, `latentCount` a feature.
    func differentiate(
        _ features: UnsafeBufferPointer<ActiveFeature>, _ latents: UnsafePointer<Double>, stride: Int,
        into derivatives: UnsafeMutablePointer<Double>)
}

/// A kind of factorization machine: its name, parameters and interaction.
protocol FactorizationKind: Sendable {
    associatedtype Interaction: FactorInteraction

    /// What its classifier's and its regressor's names begin with.
    static var prefix: String { get }
    /// Beside those that all kinds share, before them.
    static var parameters: [ParameterDeclaration] { get }
    /// How many times `l2_latent` times a latent number the penalty adds to its gradient.
    static var l2Multiple: Double { get }
    /// Whether latent numbers that take no part in an example are drawn to 0 by it.
    static var penalizesAll: Bool { get }

    static func interaction(_ arguments: Arguments, fieldCount: Int) -> Interaction
}

enum FactorizationParameters {
    static let common = [
        ParameterDeclaration("n_factors", .integer(1...1024), default: .integer(10), "numbers in a latent vector"),
        optimizer("weight_optimizer"), optimizer("latent_optimizer"),
    ]
    static let rest = [
        ParameterDeclaration(
            "sample_normalization", .boolean, default: .boolean(false), "divide an example by its length"),
        penalty("l1_weight"), penalty("l2_weight"), penalty("l1_latent"), penalty("l2_latent"),
        ParameterDeclaration("intercept", .number(.finite), default: .number(0), "the intercept before learning"),
        LinearParameters.interceptLr, LinearParameters.clipGradient,
        ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "of the latent vectors' start"),
        ParameterDeclaration(
            "limit_steps", .boolean, default: .boolean(true), "never step beyond an example's own value; not River's"),
        ParameterDeclaration(
            "max_categories", .integer(1...10_000), default: .integer(10_000),
            "categories of a feature with vectors of their own"),
    ]

    private static func optimizer(_ name: String) -> ParameterDeclaration {
        ParameterDeclaration(
            name, .component(.optimizer), default: .component(ScheduledDescent.declaration.withDefaults),
            "how they move: sgd")
    }

    private static func penalty(_ name: String) -> ParameterDeclaration {
        ParameterDeclaration(name, .number(.nonNegative), default: .number(0), "how strongly they are drawn to 0")
    }

    static func classifier<Kind: FactorizationKind>(_ kind: Kind.Type) -> ComponentDeclaration {
        declaration(
            kind, .classifier,
            loss: ParameterDeclaration(
                "loss", .component(.binaryLoss), default: .component(BinaryLoss.standard), "what is to be small"))
    }

    static func regressor<Kind: FactorizationKind>(_ kind: Kind.Type) -> ComponentDeclaration {
        declaration(
            kind, .regressor,
            loss: ParameterDeclaration(
                "loss", .component(.regressionLoss), default: .component(Component(name: "squared", arguments: [])),
                "what is to be small"))
    }

    private static func declaration<Kind: FactorizationKind>(
        _ kind: Kind.Type, _ family: ComponentDeclaration.Family, loss: ParameterDeclaration
    ) -> ComponentDeclaration {
        let own = family == .regressor ? [TargetScale.parameter] : []
        let parameters = Kind.parameters + common + [loss] + rest + own
        let name = "\(Kind.prefix)_\(family.rawValue)"
        return ComponentDeclaration(name, family, revision: 2, parameters: parameters) { arguments in
            for (parameter, argument) in zip(parameters, arguments) where parameter.name.hasSuffix("_optimizer") {
                guard case .component(let optimizer) = argument, optimizer.name != "sgd" else { continue }
                return "\(parameter.name) can only be sgd"
            }
            return nil
        }
    }
}
