import OnlineLearning

/// A component by its name, and what is written below it.
struct NamedComponent {
    let name: String
    /// Where the name stands.
    let head: SpecPlace
    let body: SpecPlace?
}

/// Models: transformers in their order, then a learner.
extension SpecChecker {
    /// A list of components; a single one may stand without the list.
    mutating func pipeline(_ place: SpecPlace) -> PipelineDeclaration? {
        let items: [SpecPlace]
        switch place.node.kind {
        case .list(let nodes): items = nodes.enumerated().map { place.element($0.offset, $0.element) }
        default: items = [place]
        }
        guard let last = items.indices.last else {
            report(place, expected: "transformers and a learner, at least a learner: \(fittingLearners)")
            return nil
        }
        var chain = StepChain(features)
        var learner: (component: Component, head: SpecPlace)?
        for index in items.indices {
            guard let named = named(items[index], expected: "a transformer or learner"),
                let declaration = modelDeclaration(named, isLast: index == last)
            else {
                chain.isComplete = false
                continue
            }
            if declaration.family == .transformer {
                add(declaration, named, to: &chain)
            } else if let component = component(declaration, named) {
                learner = (component, named.head)
            }
        }
        guard let learner, chain.isComplete else { return nil }
        if learner.component.name == Auto.declaration.name, items.count == 1 {
            prepareAll(learner.head, in: &chain)
        }
        checkPenalties(learner.component, learner.head, chain.steps)
        warnUnusedCategories(learner.component, learner.head, chain)
        return chain.declaration(learner.component, features)
    }

    /// Steps for those features that no learner takes as they are, before a model that nobody had to choose.
    private mutating func prepareAll(_ head: SpecPlace, in chain: inout StepChain) {
        for (kind, name) in [(FeatureKind.text, "bag_of_words"), (.timestamp, "timestamp_parts")] {
            guard features.contains(where: { $0.kind == kind }),
                let declaration = Catalogue.declaration(named: name)
            else { continue }
            add(declaration, NamedComponent(name: name, head: head, body: nil), to: &chain)
        }
    }

    /// `name`, or a map of one entry: the name and what belongs to it.
    mutating func named(_ place: SpecPlace, expected: String) -> NamedComponent? {
        guard case .map(let entries) = place.node.kind else {
            guard let name = text(place, expected: expected) else { return nil }
            return NamedComponent(name: name, head: place, body: nil)
        }
        guard let members = members(place, expected: expected), let first = members.first else {
            if entries.isEmpty { report(place, expected: expected) }
            return nil
        }
        if members.count > 1 {
            report(
                members[1].key, found: "a second key beside \(SpecMistake.quote(first.name))", expected: "one name",
                hint: "indent parameters further than the name they belong to")
        }
        guard !first.value.node.isNothing else {
            report(first.value, expected: "features or parameters", hint: "without any, leave the colon out")
            return NamedComponent(name: first.name, head: first.key, body: nil)
        }
        return NamedComponent(name: first.name, head: first.key, body: first.value)
    }

    /// The declaration that a name in a model means. It is reported where none, another family's, or out of place;
    /// out of place it is returned nevertheless, to check what stands below it.
    private mutating func modelDeclaration(_ named: NamedComponent, isLast: Bool) -> ComponentDeclaration? {
        let transformers = Catalogue.declarations(of: .transformer)
        let learners = Catalogue.learnerDeclarations
        let expected =
            isLast
            ? "a learner\(task.map { " for \($0.name)" } ?? ""): "
                + alternatives(self.learners(for: task), near: named.name)
            : "a transformer: \(alternatives(transformers.map(\.name), near: named.name))"
        guard let declaration = (transformers + learners).first(where: { $0.name == named.name }) else {
            report(
                named.head, found: SpecMistake.quote(named.name), expected: expected,
                hint: nearestComponent(
                    named.name, in: self.learners(for: task) + (transformers + learners).map(\.name)))
            return nil
        }
        if declaration.family == .transformer {
            if isLast {
                report(
                    named.head, found: "the transformer '\(named.name)' at the end", expected: expected,
                    hint: "a learner must follow")
            }
            return declaration
        }
        if !isLast {
            report(
                named.head, found: "the learner '\(named.name)' before the end", expected: expected,
                hint: "a model has one learner, at its end")
            return nil
        }
        let tasks = Catalogue.tasks(ofLearner: named.name)
        if let task, !tasks.contains(task) {
            let names = SpecMistake.alternatives(tasks.map(\.name))
            report(named.head, found: "'\(named.name)', a learner for \(names)", expected: expected)
        }
        return declaration
    }

    private var fittingLearners: String { SpecMistake.alternatives(learners(for: task)) }

    /// The names of all learners for a task, or for any.
    func learners(for task: Task?) -> [String] {
        Catalogue.learnerDeclarations.map(\.name).filter { name in
            task.map { Catalogue.tasks(ofLearner: name).contains($0) } ?? true
        }
    }

    /// One-hot columns that are 0 count as present or as absent for the whole row, and penalties tell the two apart.
    private mutating func checkPenalties(
        _ learner: Component, _ head: SpecPlace, _ steps: [(step: PipelineDeclaration.Step, head: SpecPlace)]
    ) {
        let penalties = ["l1", "l2"].filter { name in
            guard case .number(let value)? = Self.argument(name, of: learner) else { return false }
            return value > 0
        }
        let encoders = steps.filter { Self.argument("drop_zeros", of: $0.step.component) != nil }
        let dropping = encoders.filter { Self.argument("drop_zeros", of: $0.step.component) == .boolean(true) }
        guard let penalty = penalties.first, !dropping.isEmpty, dropping.count < encoders.count else { return }
        report(
            head, "with \(penalty), encoders must all drop zeros or all keep them; here they are mixed",
            hint: "give each the same drop_zeros")
    }

    private static func argument(_ name: String, of component: Component) -> Argument? {
        Catalogue.declaration(named: component.name)?.parameters.firstIndex { $0.name == name }
            .map { component.arguments[$0] }
    }
}
