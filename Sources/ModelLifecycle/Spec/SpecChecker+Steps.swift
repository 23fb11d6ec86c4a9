import OnlineLearning

/// The steps of a model before its learner.
extension SpecChecker {
    /// Checks a step and adds it to the chain.
    mutating func add(_ declaration: ComponentDeclaration, _ named: NamedComponent, to chain: inout StepChain) {
        switch declaration.name {
        case Catalogue.select.name, Catalogue.discard.name: take(declaration, named, from: &chain)
        case Catalogue.rename.name: rename(named, in: &chain)
        case Catalogue.union.name: union(named, in: &chain)
        default:
            guard let step = transformer(declaration, named, chain) else {
                chain.isComplete = false
                return
            }
            chain.append(step, named.head)
            guard declaration.name == Catalogue.sampleWeight.name else { return }
            // How much an example counts is nothing to learn from.
            chain.keep { !step.features.contains($0.id) }
        }
    }

    private mutating func transformer(
        _ declaration: ComponentDeclaration, _ named: NamedComponent, _ chain: StepChain
    ) -> PipelineDeclaration.Step? {
        guard let inputs = declaration.takes else { return nil }
        if let task, !inputs.tasks.contains(task) {
            let tasks = SpecMistake.alternatives(inputs.tasks.map(\.name))
            report(named.head, "'\(declaration.name)' learns from targets of type \(tasks), not \(task.name)")
        }
        let items =
            inputs.roles.isEmpty
            ? listedFeatures(declaration, inputs, named, chain) : roleFeatures(declaration, inputs, named, chain)
        let component = component(declaration, named, stepFeatures: items?.map(\.name))
        guard let items, let component else { return nil }
        let step = PipelineDeclaration.Step(Self.withIDs(component, items), features: items.map(\.id))
        return areFree(Catalogue.outputs(of: step.component, inputs: step.features), named, chain) ? step : nil
    }

    /// The component with features named among its arguments as the pipeline names them.
    private static func withIDs(_ component: Component, _ items: [StepChain.Item]) -> Component {
        let arguments = component.arguments.map { argument -> Argument in
            guard case .categories(let entries) = argument else { return argument }
            return .categories(
                entries.map { entry in
                    let id = items.first { $0.name == entry.feature }?.id ?? entry.feature
                    return Argument.FeatureCategories(feature: id, names: entry.names)
                })
        }
        return Component(name: component.name, arguments: arguments)
    }

    /// Whether a step may give these names.
    private mutating func areFree(_ names: [String], _ named: NamedComponent, _ chain: StepChain) -> Bool {
        if names.count > PolynomialExtender.outputsMax {
            report(
                named.head, "'\(named.name)' would add more than \(PolynomialExtender.outputsMax) numbers",
                hint: "give it fewer features")
            return false
        }
        var seen: Set<String> = []
        for name in names where chain.isTaken(name) || !seen.insert(name).inserted {
            report(
                named.head, "'\(named.name)' would add \(SpecMistake.quote(name)), and there is a feature of that name")
            return false
        }
        if let targetName, names.contains(targetName) {
            report(named.head, "'\(named.name)' would add \(SpecMistake.quote(targetName)), the target's name")
            return false
        }
        return true
    }

    private mutating func listedFeatures(
        _ declaration: ComponentDeclaration, _ inputs: TransformerInputs, _ named: NamedComponent, _ chain: StepChain
    ) -> [StepChain.Item]? {
        var list = named.body
        if case .map(let entries)? = named.body?.node.kind {
            let entry = entries.first { $0.key.text == "features" }
            list = entry.flatMap { entry in named.body.map { $0.member("features", entry.value) } }
        }
        let items: [StepChain.Item]?
        if let list {
            items = self.items(list, accepted: inputs.accepted, for: declaration, chain)
        } else if let usual = inputs.usual {
            items = chain.items.filter { $0.kind == usual && !$0.isDerived }
            // Where some types are unknown, so is whether there is none of this one.
            if items?.isEmpty == true, !features.isEmpty, features.allSatisfy({ $0.kind != nil }) {
                report(
                    named.head, "there is no feature of type \(usual.name) for '\(declaration.name)' to work on")
            }
        } else {
            report(named.head, found: "no features", expected: "a list of features")
            return nil
        }
        guard let items, !items.isEmpty else { return nil }
        if !inputs.count.contains(items.count) {
            report(
                list ?? named.head, found: "\(items.count) features", expected: "at most \(inputs.count.upperBound)")
            return nil
        }
        return items
    }

    /// Features under keys of their own, such as `on` and `by`.
    private mutating func roleFeatures(
        _ declaration: ComponentDeclaration, _ inputs: TransformerInputs, _ named: NamedComponent, _ chain: StepChain
    ) -> [StepChain.Item]? {
        let keys = inputs.roles.map(\.name) + declaration.parameters.map(\.name)
        let expected = "a map of \(SpecMistake.alternatives(keys))"
        let required = inputs.roles.filter { $0.count.lowerBound > 0 }
        guard let body = named.body, case .map(let entries) = body.node.kind else {
            if named.body != nil || !required.isEmpty { report(named.body ?? named.head, expected: expected) }
            return named.body == nil && required.isEmpty ? [] : nil
        }
        var items: [StepChain.Item]? = []
        for role in inputs.roles {
            guard let entry = entries.first(where: { $0.key.text == role.name }), !entry.value.isNothing else {
                if role.count.lowerBound > 0 {
                    report(body.member(role.name, body.node), found: "nothing", expected: "a feature")
                    items = nil
                }
                continue
            }
            let place = body.member(role.name, entry.value)
            guard let found = roleItems(place, role, declaration, chain) else {
                items = nil
                continue
            }
            items?.append(contentsOf: found)
        }
        return items
    }

    private mutating func roleItems(
        _ place: SpecPlace, _ role: TransformerInputs.Role, _ declaration: ComponentDeclaration, _ chain: StepChain
    ) -> [StepChain.Item]? {
        if case .list = place.node.kind, role.count.upperBound > 1 {
            let items = self.items(place, accepted: role.accepted, for: declaration, chain)
            if let items, !role.count.contains(items.count) {
                report(place, found: "\(items.count) features", expected: "at most \(role.count.upperBound)")
                return nil
            }
            return items
        }
        return item(place, accepted: role.accepted, for: declaration, chain).map { [$0] }
    }

    private mutating func items(
        _ place: SpecPlace, accepted: [FeatureKind], for declaration: ComponentDeclaration, _ chain: StepChain
    ) -> [StepChain.Item]? {
        guard let elements = elements(place, expected: "a list of features or a map of parameters") else { return nil }
        if elements.isEmpty { report(place, expected: "at least one feature") }
        var isComplete = true
        let items = distinct(elements, expected: "each feature once").compactMap { element -> StepChain.Item? in
            // Without any known feature, the features themselves are what must be put right.
            guard !features.isEmpty, let item = item(element, accepted: accepted, for: declaration, chain) else {
                isComplete = false
                return nil
            }
            return item
        }
        return isComplete ? items : nil
    }

    /// The feature that a text names, where a step can work on it.
    private mutating func item(
        _ place: SpecPlace, accepted: [FeatureKind], for declaration: ComponentDeclaration, _ chain: StepChain
    ) -> StepChain.Item? {
        guard let item = item(place, chain) else { return nil }
        if let kind = item.kind, !accepted.contains(kind) {
            let kinds = SpecMistake.alternatives(accepted.map(\.name))
            report(
                place, found: "\(SpecMistake.quote(item.name)), a \(kind.name)",
                expected: "a feature of type \(kinds), which '\(declaration.name)' takes")
        }
        return item
    }

    /// What a text names: a feature of the contract, or a number that a step before has added.
    mutating func item(_ place: SpecPlace, _ chain: StepChain) -> StepChain.Item? {
        guard let name = place.node.text, !place.node.isNothing else {
            report(place, expected: "the name of a feature")
            return nil
        }
        if let item = chain.item(name), item.name.utf8.elementsEqual(name.utf8) { return item }
        if name == targetName {
            report(place, expected: "a feature", hint: "that is the target; its aggregates are target_agg's")
            return nil
        }
        guard chain.item(name) != nil || chain.isTaken(name) else {
            report(place, expected: "a feature", hint: nearest(name, in: chain.items.map(\.name)))
            return nil
        }
        // Taken out or renamed before, or in other Unicode characters: then it says which.
        if featureIndices[name] == nil || feature(place) != nil {
            report(place, expected: "a feature", hint: "a step before has taken it out or given it another name")
        }
        return nil
    }

    private mutating func take(
        _ declaration: ComponentDeclaration, _ named: NamedComponent, from chain: inout StepChain
    ) {
        let isSelect = declaration.name == Catalogue.select.name
        guard let body = named.body, let elements = elements(body, expected: "a list of features") else {
            if named.body == nil { report(named.head, expected: "\(named.name): a list of features") }
            chain.isComplete = false
            return
        }
        if elements.isEmpty { report(body, expected: "at least one feature") }
        let items = distinct(elements, expected: "each feature once").compactMap { item($0, chain) }
        guard items.count == elements.count, !items.isEmpty else {
            chain.isComplete = false
            return
        }
        if isSelect, let step = chain.columnsFrom {
            report(
                named.head, "the columns that '\(step)' has added have no names to select them by",
                hint: "put select before \(step)")
        }
        let ids = Set(items.map(\.id))
        if isSelect { chain.markSelected(items.map(\.id)) }
        chain.keep { ids.contains($0.id) == isSelect }
    }

    private mutating func rename(_ named: NamedComponent, in chain: inout StepChain) {
        let expected = "a map from name to new name"
        guard let body = named.body, let members = members(body, expected: expected) else {
            if named.body == nil { report(named.head, expected: "rename: \(expected)") }
            chain.isComplete = false
            return
        }
        var names: [(old: String, new: String)] = []
        var given: Set<String> = []
        for member in members {
            let old = SpecPlace(member.key.node, path: member.key.path)
            guard let item = item(old, chain), let new = name(member.value, expected: "a new name") else {
                chain.isComplete = false
                continue
            }
            let isFreed = members.contains { $0.name == new }
            if chain.item(new) != nil && !isFreed || !given.insert(new).inserted {
                report(member.value, found: SpecMistake.quote(new), expected: "a name that no feature has")
                chain.isComplete = false
            }
            names.append((item.name, new))
        }
        chain.rename(names)
    }
}
