import OnlineLearning

/// Metrics: a list of names, or of maps from a name to its parameters.
extension SpecChecker {
    mutating func metrics(_ place: SpecPlace?) -> [Component] {
        let defaults = task.map { Catalogue.defaultMetrics(for: $0) } ?? []
        guard let place else { return defaults }
        let expected = "a list of metrics\(ofTask): \(SpecMistake.alternatives(fittingMetrics))"
        guard let elements = elements(place, expected: expected) else { return defaults }
        if elements.isEmpty { report(place, expected: expected, hint: "leave metrics out for the usual ones") }
        if elements.count > Self.metricsMax {
            report(place, found: "\(elements.count) metrics", expected: "at most \(Self.metricsMax)")
        }
        var metrics: [Component] = []
        var firsts: [(name: String, line: Int)] = []
        for (index, element) in elements.enumerated() {
            let mistakesBefore = mistakes.count
            guard let metric = metric(element), mistakes.count == mistakesBefore else { continue }
            let scored = ScoredMetric(metric)
            if let first = firsts.first(where: { $0.name.utf8.elementsEqual(scored.name.utf8) }) {
                let found = "\(SpecMistake.quote(scored.name)) again, first on line \(first.line)"
                report(element, found: found, expected: "each metric once")
                continue
            }
            firsts.append((scored.name, element.node.line))
            if index == 0, scored.feature != nil {
                let name = SpecMistake.quote(scored.name)
                report(
                    element, "the first metric is the one that plots show, and \(name) is many",
                    hint: "put one without 'by' before it")
            }
            metrics.append(metric)
        }
        return metrics
    }

    /// A metric for the task, by name or with parameters of its own.
    mutating func metric(_ place: SpecPlace) -> Component? {
        let expected = "a metric\(ofTask): \(SpecMistake.alternatives(fittingMetrics))"
        guard let named = named(place, expected: expected) else { return nil }
        let all = Catalogue.declarations(of: .metric)
        guard let declaration = all.first(where: { $0.name == named.name }) else {
            report(
                named.head, found: SpecMistake.quote(named.name),
                expected: "a metric\(ofTask): \(alternatives(fittingMetrics, near: named.name))",
                hint: nearestComponent(named.name, in: fittingMetrics))
            return nil
        }
        let tasks = Catalogue.tasks(ofMetric: declaration.name)
        if let task, !tasks.contains(task) {
            let names = SpecMistake.alternatives(tasks.map(\.name))
            report(named.head, found: "'\(named.name)', a metric for \(names)", expected: expected)
            return nil
        }
        return component(declaration, named)
    }

    private var ofTask: String { task.map { " for \($0.name)" } ?? "" }

    private var fittingMetrics: [String] {
        Catalogue.declarations(of: .metric).map(\.name).filter { name in
            task.map { Catalogue.tasks(ofMetric: name).contains($0) } ?? true
        }
    }

    static let metricsMax = 100
}
