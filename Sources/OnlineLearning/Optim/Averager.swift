import Determinism

/// Answers with the average of the weights after each example, while another optimizer moves the weights themselves:
/// averaged stochastic gradient descent.
///
/// - `optimizer`: what moves the weights, any optimizer of River's (default `sgd`); `start`: how many examples come
///   before the average begins, from 0 (default 0).
///
/// The intercept, which no optimizer of River's moves, is not averaged. Time: as the optimizer's, and one more
/// multiplication and addition a feature present. Memory: 8 bytes a weight more.
///
/// As a linear regression with `sgd` of 0.1, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.6272.
///
/// Source: B. T. Polyak and A. B. Juditsky, *Acceleration of stochastic approximation by averaging*, SIAM J. Control
/// Optim. 30(4), 1992; W. Xu, *Towards optimal one pass large scale learning with averaged stochastic gradient
/// descent*, 2011, section 2.2, whose sums make the average cost only the features present. River's `optim.Averager`
/// computes the same average and hands it to linear models that drop it: there it has no effect.
enum Averager {
    static let declaration = ComponentDeclaration(
        "averager", .optimizer,
        parameters: [
            ParameterDeclaration(
                "optimizer", .component(.optimizer), default: .component(ScheduledDescent.declaration.withDefaults),
                "what moves the weights"),
            ParameterDeclaration(
                "start", .integer(0...(1 << 53)), default: .integer(0), "examples before the average begins"),
        ]
    ) { arguments in
        guard case .component(let inner) = arguments[0], !Optimizer.ofRiver.contains(inner.name) else { return nil }
        return "an averager needs an optimizer such as sgd"
    }
}
