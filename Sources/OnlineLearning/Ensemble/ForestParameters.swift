/// The parameters that ``ARFClassifier`` and ``ARFRegressor`` share.
enum ForestParameters {
    /// - Parameters:
    ///   - tree: the trees' own.
    ///   - isWeightDisabled: the default of `disable_weighted_vote`.
    static func declarations(_ tree: [ParameterDeclaration], isWeightDisabled: Bool) -> [ParameterDeclaration] {
        [
            EnsembleParameters.modelCount,
            ParameterDeclaration(
                "max_features", .choice(["sqrt", "log2", "fraction", "all"]), default: .choice("sqrt"),
                "how many features a leaf looks at"),
            ParameterDeclaration(
                "max_features_fraction", .number(0...1), default: .number(0.5),
                "their part, with max_features: fraction"),
            ParameterDeclaration(
                "lambda_value", .number(1e-3...PoissonDistribution.rateMax), default: .number(6),
                "the mean weight of an example to a tree"),
            EnsembleParameters.detector("drift_detector", delta: 0.001, "what replaces a tree"),
            EnsembleParameters.detector("warning_detector", delta: 0.01, "what begins to grow a tree's successor"),
            ParameterDeclaration(
                "disable_weighted_vote", .boolean, default: .boolean(isWeightDisabled),
                "whether all trees count alike"),
            EnsembleParameters.seed,
        ] + tree
    }

    /// The trees' declarations with defaults of the forest's own.
    static func with(
        _ declarations: [ParameterDeclaration], _ defaults: [(name: String, value: Argument)]
    ) -> [ParameterDeclaration] {
        declarations.map { declaration in
            guard let value = defaults.first(where: { $0.name == declaration.name })?.value else { return declaration }
            return ParameterDeclaration(
                declaration.name, declaration.kind, default: value, declaration.summary)
        }
    }

    /// How many of the features a leaf looks at, rounded as River does: to even where halfway, a fraction down.
    static func maxFeatures(_ arguments: Arguments, inputs: LearnerInputs) -> Int {
        let count = inputs.numberCount + inputs.categoryCount
        var chosen = count
        switch arguments.choice("max_features") {
        case "sqrt": chosen = Int(Double(count).squareRoot().rounded(.toNearestOrEven))
        case "log2": chosen = roundedLogarithm(count)
        case "fraction": chosen = Int(arguments.number("max_features_fraction") * Double(count))
        default: break
        }
        return min(max(chosen, 1), max(count, 1))
    }

    /// The whole number next to the binary logarithm.
    private static func roundedLogarithm(_ count: Int) -> Int {
        var logarithm = 0
        // log2(n) ≥ k + ½ exactly where n² ≥ 2^(2k + 1).
        while count.multipliedReportingOverflow(by: count).partialValue >= 1 << (2 * logarithm + 1), logarithm < 30 {
            logarithm += 1
        }
        return logarithm
    }
}
