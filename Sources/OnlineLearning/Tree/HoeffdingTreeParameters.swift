/// What all Hoeffding tree classifiers are told, under River's names; the last two are our own, and so are leaves of
/// kind `mix`.
struct HoeffdingTreeParameters: Sendable, Equatable {
    var gracePeriod = 200.0
    var maxDepth = TreeNodes.maxDepth
    var criterion = SplitCriterion.informationGain
    var delta = 1e-7
    var tau = 0.05
    var leaf = LeafParameters()
    var isBinary = false
    var minBranchFraction = 0.01
    var maxShareToSplit = 0.99
    /// The limit of the tree's bytes.
    var maxBytes = 100 << 20
    var memoryEstimatePeriod = 1_000_000.0
    var stopsAtLimit = false
    var removesPoorFeatures = false
    var offersNoSplit = true
    /// `Int.max` where there is no limit.
    var maxBranches = Int.max

    init() {}

    /// Reads the parameters that ``declarations`` lists.
    init(_ arguments: Arguments) {
        gracePeriod = Double(arguments.integer("grace_period"))
        maxDepth = arguments.optionalInteger("max_depth") ?? TreeNodes.maxDepth
        criterion = SplitCriterion(named: arguments.choice("split_criterion"))
        delta = arguments.number("delta")
        tau = arguments.number("tau")
        switch arguments.choice("leaf_prediction") {
        case "mc": leaf.leafPrediction = .majority
        case "nb": leaf.leafPrediction = .bayes
        case "mix": leaf.leafPrediction = .mixed
        default: leaf.leafPrediction = .adaptive
        }
        leaf.bayesThreshold = Double(arguments.integer("nb_threshold"))
        leaf.observer = Splitters.observer(arguments.component("splitter"))
        isBinary = arguments.boolean("binary_split")
        minBranchFraction = arguments.number("min_branch_fraction")
        maxShareToSplit = arguments.number("max_share_to_split")
        maxBytes = Int(arguments.number("max_size") * 1_048_576)
        memoryEstimatePeriod = Double(arguments.integer("memory_estimate_period"))
        stopsAtLimit = arguments.boolean("stop_mem_management")
        removesPoorFeatures = arguments.boolean("remove_poor_attrs")
        offersNoSplit = arguments.boolean("merit_preprune")
        maxBranches = arguments.optionalInteger("max_branches") ?? .max
        leaf.maxValues = arguments.optionalInteger("max_values") ?? .max
    }

    static let declarations: [ParameterDeclaration] = [
        ParameterDeclaration(
            "grace_period", .integer(1...1_000_000_000), default: .integer(200),
            "the weight a leaf sees between two attempts to split it"),
        ParameterDeclaration(
            "max_depth", .optional(.integer(0...TreeNodes.maxDepth)), default: .none,
            "the most tests on the way to a leaf; \(TreeNodes.maxDepth) where there is none"),
        ParameterDeclaration(
            "split_criterion", .choice(["gini", "info_gain", "hellinger"]), default: .choice("info_gain"),
            "what a split is worth"),
        ParameterDeclaration(
            "delta", .number(1e-300...1), default: .number(1e-7), "the probability of choosing a wrong split"),
        ParameterDeclaration(
            "tau", .number(.nonNegative), default: .number(0.05), "the bound below which a tie is broken by splitting"),
        ParameterDeclaration(
            "leaf_prediction", .choice(["mc", "nb", "nba", "mix"]), default: .choice("nba"),
            "frequencies, naive Bayes, what was right more often, or both by how well they foretold"),
        ParameterDeclaration(
            "nb_threshold", .integer(0...1_000_000_000), default: .integer(0),
            "the weight from which on a leaf of kind nb uses naive Bayes"),
        ParameterDeclaration(
            "splitter", .component(.splitter), default: .component(Splitters.gaussian.withDefaults),
            "how numbers are observed in a leaf"),
        ParameterDeclaration(
            "binary_split", .boolean, default: .boolean(false), "whether every test has two outcomes"),
        ParameterDeclaration(
            "min_branch_fraction", .number(0...1), default: .number(0.01),
            "at least two branches of a split have a larger share of the weight"),
        ParameterDeclaration(
            "max_share_to_split", .number(0...1), default: .number(0.99),
            "a leaf whose first class has a larger share is not split"),
        ParameterDeclaration(
            "max_size", .number(0.01...1_000_000), default: .number(100), "the most memory a tree takes, in MiB"),
        ParameterDeclaration(
            "memory_estimate_period", .integer(1...1_000_000_000_000), default: .integer(1_000_000),
            "the weight after which sleeping leaves are ranked anew"),
        ParameterDeclaration(
            "stop_mem_management", .boolean, default: .boolean(false),
            "whether the tree stops growing once a leaf sleeps or the limit is reached"),
        ParameterDeclaration(
            "remove_poor_attrs", .boolean, default: .boolean(false),
            "whether a leaf of kind mc stops observing features far behind the best"),
        ParameterDeclaration(
            "merit_preprune", .boolean, default: .boolean(true), "whether not splitting is among the candidates"),
        ParameterDeclaration(
            "max_branches", .optional(.integer(2...10_001)), default: .integer(4),
            "a category with more values in a leaf is split into one value and the rest; null: as in River"),
        ParameterDeclaration(
            "max_values", .optional(.integer(1...10_001)), default: .integer(256),
            "values of a category that a leaf tells apart; later ones count as one. null: all"),
    ]
}
