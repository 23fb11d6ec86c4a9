
/// What the Hoeffding tree regressors and the trees of their forests have in common, under River's names.
struct RegressionTreeParameters: Sendable {
    enum LeafPrediction: String, Sendable {
        case mean, model, adaptive
    }

    var gracePeriod: Double
    var depthMax: Int
    /// How likely the bound of a split may be wrong.
    var delta: Double
    var tau: Double
    var leafPrediction: LeafPrediction
    var modelSelectorDecay: Double
    var clampsModels: Bool
    var splitter: RegressionSplitter
    var merit: VarianceReduction
    var isBinary: Bool
    var byteCountMax: Int
    var memoryEstimatePeriod: Int
    var stopsAtByteCountMax: Bool
    var removesPoorFeatures: Bool
    var prunesByMerit: Bool
    /// How many features a leaf looks at, drawn at random; nil where it looks at all.
    var maxFeatures: Int?

    /// The declarations, of which some have another default in forests.
    static func declarations(
        gracePeriod: Int = 200, delta: Double = 1e-7
    ) -> [ParameterDeclaration] {
        [
            ParameterDeclaration(
                "grace_period", .integer(1...1_000_000_000), default: .integer(gracePeriod),
                "weight that a leaf gains between two attempts to split"),
            ParameterDeclaration(
                "max_depth", .optional(.integer(0...depthLimit)), default: .none, "depth at which leaves stay leaves"),
            ParameterDeclaration(
                "delta", .number(1e-300...1), default: .number(delta), "probability of choosing the wrong split"),
            ParameterDeclaration("tau", .number(0...1), default: .number(0.05), "bound below which a tie is broken"),
            ParameterDeclaration(
                "leaf_prediction", .choice(["mean", "model", "adaptive"]), default: .choice("adaptive"),
                "what a leaf answers: the mean, its model's answer, or what was better of late"),
            ParameterDeclaration(
                "leaf_model", .learner(.regression), default: .component(LinearRegression.declaration.withDefaults),
                "the regressor in a leaf"),
            ParameterDeclaration(
                "model_selector_decay", .number(0...1), default: .number(0.95),
                "factor by which a past squared error counts less"),
            ParameterDeclaration(
                "clamp_models", .boolean, default: .boolean(true),
                "hold a leaf model's answer within the true values its leaf has seen"),
            ParameterDeclaration(
                "splitter", .component(.splitter), default: .component(standardSplitter),
                "how the best split of a number is looked for"),
            ParameterDeclaration(
                "min_samples_split", .integer(1...1_000_000_000), default: .integer(5),
                "weight of every child at least"),
            ParameterDeclaration("binary_split", .boolean, default: .boolean(false), "only splits in two"),
            ParameterDeclaration("max_size", .number(0.01...1e6), default: .number(500), "memory at most, in MiB"),
            ParameterDeclaration(
                "memory_estimate_period", .integer(1...1_000_000_000), default: .integer(1_000_000),
                "examples until leaves put to rest by max_size are looked at again"),
            ParameterDeclaration(
                "stop_mem_management", .boolean, default: .boolean(false), "stop growing at max_size"),
            ParameterDeclaration(
                "remove_poor_attrs", .boolean, default: .boolean(false), "stop watching features far from the best"),
            ParameterDeclaration(
                "merit_preprune", .boolean, default: .boolean(true), "not splitting competes with the splits"),
        ]
    }

    /// River's, which comes from Python's limit of recursion.
    static var depthLimit: Int { 980 }

    private static let standardSplitter = Component(
        name: "tebst_splitter",
        arguments: RegressionSplitter.declarations.first { $0.name == "tebst_splitter" }?.parameters.map(\.defaultValue)
            ?? [])

    /// - Precondition: the arguments include all of ``declarations(gracePeriod:delta:)``.
    init(_ arguments: Arguments) {
        guard let component = arguments.component("splitter"), let splitter = RegressionSplitter(component),
            let prediction = LeafPrediction(rawValue: arguments.choice("leaf_prediction"))
        else { preconditionFailure("a regression tree's splitter or leaf_prediction") }
        gracePeriod = Double(arguments.integer("grace_period"))
        depthMax = arguments.optionalInteger("max_depth") ?? Self.depthLimit
        delta = arguments.number("delta")
        tau = arguments.number("tau")
        leafPrediction = prediction
        modelSelectorDecay = arguments.number("model_selector_decay")
        clampsModels = arguments.boolean("clamp_models")
        self.splitter = splitter
        merit = VarianceReduction(childWeightMin: Double(arguments.integer("min_samples_split")))
        isBinary = arguments.boolean("binary_split")
        byteCountMax = Int(arguments.number("max_size") * 1_048_576)
        memoryEstimatePeriod = arguments.integer("memory_estimate_period")
        stopsAtByteCountMax = arguments.boolean("stop_mem_management")
        removesPoorFeatures = arguments.boolean("remove_poor_attrs")
        prunesByMerit = arguments.boolean("merit_preprune")
    }

    /// What is wrong with arguments that are each in range, or nil.
    static func conflict(_ parameters: [ParameterDeclaration], _ arguments: [Argument]) -> String? {
        guard let index = parameters.firstIndex(where: { $0.name == "splitter" }),
            case .component(let splitter) = arguments[index], RegressionSplitter(splitter) == nil
        else { return nil }
        let names = RegressionSplitter.declarations.map(\.name).joined(separator: ", ")
        return "\(splitter.name) needs classes; a regression takes \(names)"
    }
}
