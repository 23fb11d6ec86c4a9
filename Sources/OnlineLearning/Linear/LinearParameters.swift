/// The parameters that linear models share, under River's names.
enum LinearParameters {
    static let optimizer = ParameterDeclaration(
        "optimizer", .component(.optimizer), default: .component(Optimizer.standard), "how the weights move")
    static let l2 = ParameterDeclaration(
        "l2", .number(.nonNegative), default: .number(0), "how strongly weights are drawn to 0 in proportion")
    static let l1 = ParameterDeclaration(
        "l1", .number(.nonNegative), default: .number(0), "how strongly weights are drawn to exactly 0")
    static let interceptInit = ParameterDeclaration(
        "intercept_init", .number(.finite), default: .number(0), "the intercept before learning")
    static let interceptLr = ParameterDeclaration(
        "intercept_lr", .number(.nonNegative), or: .schedule, default: .number(0.01),
        "the step size of the intercept, or a schedule of it")
    static let clipGradient = ParameterDeclaration(
        "clip_gradient", .number(.nonNegative), default: .number(1e12), "the loss's gradient is at most this")

    /// All but the optimizer and the loss, in River's order.
    static let descent = [l2, l1, interceptInit, interceptLr, clipGradient]

    /// A declaration whose penalties, intercept and clipping belong to River's optimizers, and whose losses are not
    /// for all optimizers.
    static func declaration(
        _ name: String, _ family: ComponentDeclaration.Family, revision: Int, _ parameters: [ParameterDeclaration]
    ) -> ComponentDeclaration {
        ComponentDeclaration(name, family, revision: revision, parameters: parameters) {
            conflict(name, parameters, $0)
        }
    }

    private static func conflict(
        _ name: String, _ parameters: [ParameterDeclaration], _ arguments: [Argument]
    ) -> String? {
        guard case .component(let component) = arguments[0] else { return nil }
        let optimizer = Optimizer(component)
        var penalties = 0
        for (parameter, argument) in zip(parameters, arguments).dropFirst() where argument != parameter.defaultValue {
            if parameter.name == "l1" || parameter.name == "l2" { penalties += 1 }
            if optimizer == .descent {
                guard parameter.name != "l1" || Optimizer.hasRate(component) else {
                    return "l1 needs an optimizer with a step size; ftrl_proximal has an l1 of its own"
                }
                continue
            }
            guard parameter.name == "loss", case .component(let loss) = argument else {
                return "\(parameter.name) needs an optimizer such as sgd"
            }
            guard isMinimized(loss, optimizer) else { return "the loss \(loss.name) needs an optimizer such as sgd" }
        }
        if name == "softmax_regression", optimizer == .normalizedAdaptiveInvariant {
            return "\(component.name) is for two classes and for numbers"
        }
        return penalties > 1 ? "l1 and l2 cannot both be above 0" : nil
    }

    /// Whether an optimizer with losses of its own has this one.
    private static func isMinimized(_ loss: Component, _ optimizer: Optimizer) -> Bool {
        switch optimizer {
        case .descent: true
        case .ladder, .twinAdaGrad: RegressionLoss.ofTwins.contains(loss.name)
        case .normalizedAdaptiveInvariant: NormalizedAdaptiveInvariant.Loss(loss) != nil
        }
    }
}

extension Arguments {
    /// The component of a parameter that always has one.
    func required(_ name: String) -> Component {
        guard let component = component(name) else { preconditionFailure("\(self) has no \(name)") }
        return component
    }
}
