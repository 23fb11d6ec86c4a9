import OnlineLearning

/// A union: branches that work on the same features, and all of what they make goes on.
///
/// Nothing of it is left in the pipeline: branches are put one after the other, and where a branch wants a number that
/// one before it has changed, it works on a copy. A feature that no branch has changed goes on once; of one that
/// several have changed, the first keeps the name and the others are `name_2`, `name_3`.
extension SpecChecker {
    mutating func union(_ named: NamedComponent, in chain: inout StepChain) {
        let expected = "a list of branches, each a list of transformers"
        guard let body = named.body, let branches = elements(body, expected: expected) else {
            if named.body == nil { report(named.head, expected: "union: \(expected)") }
            chain.isComplete = false
            return
        }
        guard branches.count >= 2 else {
            report(body, expected: "at least two branches")
            chain.isComplete = false
            return
        }
        let base = chain
        var ends: [StepChain] = []
        // What earlier branches have changed, or pass on as it was.
        var claimed: Set<String> = []
        for branch in branches {
            var end = base.branch
            end.takeSteps(of: chain)
            (end.columnsFrom, end.isComplete) = (nil, true)
            end = end.branch
            copyClaimed(claimed, branch, named.head, base, &end)
            check(branch, &end)
            claimed.formUnion(end.replaced)
            claimed.formUnion(end.selected)
            chain.takeSteps(of: end)
            ends.append(end)
        }
        chain.replaceItems(merged(base, ends))
    }

    /// Lets a branch work on copies of what earlier branches have claimed.
    private mutating func copyClaimed(
        _ claimed: Set<String>, _ branch: SpecPlace, _ head: SpecPlace, _ base: StepChain, _ end: inout StepChain
    ) {
        // Which of them it wants shows when it is checked; what that reports is reported again.
        var trial = self
        var tried = end
        trial.check(branch, &tried)
        let wanted = base.items.filter { item in
            let isNumber = item.kind == .number || item.kind == .boolean
            return isNumber && claimed.contains(item.id)
                && (tried.steps.dropFirst(end.steps.count).contains { $0.step.features.contains(item.id) }
                    || tried.selected.contains(item.id))
        }.map(\.id)
        guard !wanted.isEmpty else { return }
        var number = 2
        while wanted.contains(where: { end.isTaken("\($0)_\(number)") }), number < 1_000 { number += 1 }
        let copy = Component(name: Copy.declaration.name, arguments: [.integer(number)])
        // Before the first branch changes them.
        let index = base.steps.count
        let step = PipelineDeclaration.Step(copy, features: wanted)
        end.append(step, head, at: index)
        end.substitute(wanted.map { ($0, "\($0)_\(number)") })
    }

    private mutating func check(_ branch: SpecPlace, _ chain: inout StepChain) {
        let places: [SpecPlace]
        switch branch.node.kind {
        case .list(let nodes): places = nodes.enumerated().map { branch.element($0.offset, $0.element) }
        default: places = [branch]
        }
        if places.isEmpty { report(branch, expected: "at least one transformer") }
        let declarations = Catalogue.declarations(of: .transformer).filter { $0.name != Catalogue.union.name }
        for place in places {
            let expected = "a transformer"
            guard let named = named(place, expected: expected) else {
                chain.isComplete = false
                continue
            }
            guard let declaration = declarations.first(where: { $0.name == named.name }) else {
                let isUnion = named.name == Catalogue.union.name
                report(
                    named.head, found: SpecMistake.quote(named.name), expected: expected,
                    hint: isUnion
                        ? "a union cannot be in a union; give the outer one more branches"
                        : nearestComponent(named.name, in: declarations.map(\.name)))
                chain.isComplete = false
                continue
            }
            add(declaration, named, to: &chain)
        }
    }

    /// What can be named after a union.
    private func merged(_ base: StepChain, _ ends: [StepChain]) -> [StepChain.Item] {
        var items: [StepChain.Item] = []
        var names: Set<String> = []
        func append(_ item: StepChain.Item) {
            guard !items.contains(where: { $0.id == item.id }) else { return }
            var item = item
            // The first keeps the name; the pipeline's own name is free.
            if !names.insert(item.name).inserted { item.name = item.id }
            names.insert(item.name)
            items.append(item)
        }
        let baseIDs = Set(base.items.map(\.id))
        for item in base.items {
            // By its name before the branches, or by the copy that a branch has of it.
            let changed = ends.flatMap { end in
                end.items.filter { candidate in
                    let isIt =
                        candidate.id == item.id
                        || end.copies.contains { $0.id == item.id && $0.copy == candidate.id }
                    return isIt && (end.replaced.contains(candidate.id) || end.selected.contains(candidate.id))
                }
            }
            if changed.isEmpty {
                let kept = ends.lazy.compactMap { end in end.items.first { $0.id == item.id } }.first
                if let kept { append(kept) }
            } else {
                for version in changed { append(version) }
            }
        }
        for end in ends {
            for item in end.items {
                guard !baseIDs.contains(item.id), !end.copies.contains(where: { $0.copy == item.id }) else { continue }
                append(item)
            }
        }
        return items
    }
}
