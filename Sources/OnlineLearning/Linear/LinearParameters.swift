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
        "intercept_lr", .number(.nonNegative), default: .number(0.01), "the step size of the intercept")
    static let clipGradient = ParameterDeclaration(
        "clip_gradient", .number(.nonNegative), default: .number(1e12), "the loss's gradient is at most this")

    /// All but the optimizer, in River's order.
    static let descent = [l2, l1, interceptInit, interceptLr, clipGradient]

    /// A declaration of which every parameter but `loss` belongs to gradient descent, not to the standard rule.
    static func declaration(
        _ name: String, _ family: ComponentDeclaration.Family, _ parameters: [ParameterDeclaration]
    ) -> ComponentDeclaration {
        ComponentDeclaration(name, family, parameters: parameters) { conflict(parameters, $0) }
    }

    private static func conflict(_ parameters: [ParameterDeclaration], _ arguments: [Argument]) -> String? {
        guard case .component(let optimizer) = arguments[0] else { return nil }
        var penalties = 0
        for (parameter, argument) in zip(parameters, arguments).dropFirst() where argument != parameter.defaultValue {
            if parameter.name == "l1" || parameter.name == "l2" { penalties += 1 }
            guard parameter.name == "loss" || optimizer.name != Optimizer.standard.name else {
                return "\(parameter.name) needs an optimizer such as sgd"
            }
        }
        return penalties > 1 ? "l1 and l2 cannot both be above 0" : nil
    }
}

extension LinearPredictor {
    /// The predictor of a learner's arguments. - Precondition: they include all of ``LinearParameters/descent``.
    init(_ arguments: Arguments, rate: Double) {
        self.init(
            rate: rate, l1: arguments.number("l1"), l2: arguments.number("l2"),
            intercept: arguments.number("intercept_init"), interceptRate: arguments.number("intercept_lr"),
            clip: arguments.number("clip_gradient"))
    }
}

extension Arguments {
    /// The optimizer of a linear model.
    var optimizer: Optimizer {
        guard let component = component("optimizer") else { preconditionFailure("\(self) has no optimizer") }
        return Optimizer(component)
    }
}
