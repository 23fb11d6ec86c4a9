import Determinism

/// A metric with the answers that it goes over: what a checked component of the family
/// ``ComponentDeclaration/Family/metric`` stands for.
///
/// Its name says all that was chosen: `fbeta(beta=2)`, `mae[window_size=1000]`, `mae[period=1d]`, `mae by carrier`,
/// `accuracy[window_size=500] by origin`.
public struct ScoredMetric: Sendable {
    public let name: String
    public let metric: any Metric
    public let biggerIsBetter: Bool
    public let tasks: [Task]
    /// The feature by whose values it is sliced.
    public let feature: String?
    let slicesMax: Int
    let window: MetricWindow?

    /// - Precondition: the component names a metric of the catalogue and is complete.
    public init(_ component: Component) {
        let (rolling, timeRolling) = (Rolling.declaration, TimeRolling.declaration)
        let isTimed = component.name == timeRolling.name
        let isWindowed = isTimed || component.name == rolling.name
        let declaration = isTimed ? timeRolling : isWindowed ? rolling : Self.type(component).declaration
        let outer = Arguments(component, declaration: declaration)
        let inner = isWindowed ? outer.component("metric") ?? component : component
        let type = Self.type(inner)
        let arguments = Arguments(inner, declaration: type.declaration)
        metric = type.init(arguments)
        (biggerIsBetter, tasks) = (type.biggerIsBetter, type.tasks)
        slicesMax = outer.integer("max_slices")
        if case .choice(let name) = outer["by"] { feature = name } else { feature = nil }
        var bracket = ""
        if isTimed {
            let period = outer.integer("period")
            window = MetricWindow(limit: outer.integer("max_answers"), period: Int64(period))
            bracket = "[period=\(TimeSpan(microseconds: Int64(period)))]"
        } else if let size = isWindowed ? outer.integer("window_size") : metric.windowSize {
            window = MetricWindow(limit: size, period: nil)
            bracket = "[window_size=\(size)]"
        } else {
            window = nil
        }
        let chosen = Self.chosen(inner, type.declaration)
        name = inner.name + (chosen.isEmpty ? "" : "(\(chosen.joined(separator: ", ")))") + bracket
            + (feature.map { " by \($0)" } ?? "")
    }

    /// A metric of your own over all answers.
    public init<M: Metric>(_ metric: M) {
        (self.metric, name) = (metric, M.declaration.name)
        (biggerIsBetter, tasks) = (M.biggerIsBetter, M.tasks)
        (feature, slicesMax) = (nil, 1)
        window = metric.windowSize.map { MetricWindow(limit: $0, period: nil) }
    }

    /// Whether a layout has the feature by which it is sliced.
    public func canBeSliced(in layout: FeatureLayout) -> Bool {
        feature.map { name in layout.index(of: name).map { SliceTable.takes(layout.kinds[$0]) } ?? false } ?? true
    }

    /// Whether a component names a metric, with all its arguments in their ranges.
    public static func isComplete(_ component: Component) -> Bool {
        guard let declaration = Catalogue.metricDeclarations.first(where: { $0.name == component.name }),
            declaration.parameters.count == component.arguments.count
        else { return false }
        for (parameter, argument) in zip(declaration.parameters, component.arguments) {
            guard parameter.accepts(argument) else { return false }
            if case .component(let metric) = argument, !isComplete(metric) { return false }
        }
        return declaration.conflict(component.arguments) == nil
    }

    /// The tasks of the metric that a component names, or that its window goes over.
    public static func tasks(of component: Component) -> [Task] {
        ScoredMetric(component).tasks
    }

    private static func type(_ component: Component) -> any Metric.Type {
        guard let type = Catalogue.metrics.first(where: { $0.declaration.name == component.name }) else {
            preconditionFailure("no metric is named \(component.name)")
        }
        return type
    }

    /// The parameters that are not at their defaults, as `name=value`.
    private static func chosen(_ component: Component, _ declaration: ComponentDeclaration) -> [String] {
        zip(declaration.parameters, component.arguments).compactMap { parameter, argument in
            guard argument != parameter.defaultValue, !commonParameters.contains(parameter.name) else { return nil }
            return "\(parameter.name)=\(text(argument))"
        }
    }

    private static func text(_ argument: Argument) -> String {
        switch argument {
        case .number(let value) where value == value.rounded() && value.magnitude < 1e15: "\(Int(value))"
        case .number(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .choice(let word): word
        default: ""
        }
    }

    /// Named elsewhere, or no part of the name.
    private static let commonParameters = ["by", "max_slices", "window_size"]

    /// Whether another metric goes over the same answers.
    func isBeside(_ other: ScoredMetric) -> Bool {
        guard window == other.window, slicesMax == other.slicesMax || feature == nil else { return false }
        switch (feature, other.feature) {
        case (nil, nil): return true
        case (let own?, let others?): return own.utf8.elementsEqual(others.utf8)
        default: return false
        }
    }

    /// A value is a number: one beyond the doubles is the largest of them.
    func value(of tally: Tally) -> Double {
        let value = metric.value(of: tally)
        if value.isNaN { return 0 }
        return max(-Double.greatestFiniteMagnitude, min(Double.greatestFiniteMagnitude, value))
    }
}
