import OnlineLearning

/// The steps of a model while they are checked, and what can be named after them.
struct StepChain {
    /// A feature as later steps see it.
    struct Item {
        /// What it is called here.
        var name: String
        /// What the pipeline calls it: the name of the contract, or the one a step gave it.
        let id: String
        let kind: FeatureKind?
        let isDerived: Bool
    }

    var steps: [(step: PipelineDeclaration.Step, head: SpecPlace)] = []
    /// False where a step was reported as unusable.
    var isComplete = true
    /// Everything that can be named here, in the order of the contract and then of the steps.
    private(set) var items: [Item]
    private var indices: [String: Int] = [:]
    /// The step that has added columns, which have no names.
    var columnsFrom: String?
    /// Ids in place of which there is something else now: numbers that a step has changed, categories that are encoded.
    private(set) var replaced: Set<String> = []
    /// Numbers that a `select` names.
    private(set) var selected: Set<String> = []
    /// Every id that steps work on.
    private(set) var used: Set<String> = []
    /// Every name that was ever given.
    private var taken: Set<String>
    private var derived: [String] = []
    /// Of a branch of a union, the copies on which it works.
    private(set) var copies: [(id: String, copy: String)] = []

    init(_ features: [CheckedFeature]) {
        items = features.map { Item(name: $0.name, id: $0.name, kind: $0.kind, isDerived: false) }
        taken = Set(features.map(\.name))
        reindex()
    }

    private mutating func reindex() {
        indices = [:]
        for (index, item) in items.enumerated() { indices[item.name] = index }
    }

    func item(_ name: String) -> Item? { indices[name].map { items[$0] } }

    /// Whether a feature of the contract was taken out.
    func hides(_ id: String) -> Bool { !items.contains { $0.id == id } }

    func isTaken(_ name: String) -> Bool { taken.contains(name) }

    mutating func append(_ step: PipelineDeclaration.Step, _ head: SpecPlace, at index: Int? = nil) {
        steps.insert((step, head), at: index ?? steps.count)
        used.formUnion(step.features)
        guard let inputs = Catalogue.declaration(named: step.component.name)?.takes else { return }
        if inputs.replaces { replaced.formUnion(step.features) }
        if inputs.addsColumns { columnsFrom = step.component.name }
        for name in Catalogue.outputs(of: step.component, inputs: step.features) {
            taken.insert(name)
            derived.append(name)
            items.append(Item(name: name, id: name, kind: .number, isDerived: true))
            indices[name] = items.count - 1
        }
    }

    /// Takes out what is not kept.
    mutating func keep(_ isKept: (Item) -> Bool) {
        items.removeAll { !isKept($0) }
        reindex()
    }

    mutating func markSelected(_ ids: [String]) { selected.formUnion(ids) }

    mutating func rename(_ names: [(old: String, new: String)]) {
        for index in items.indices {
            if let name = names.first(where: { $0.old == items[index].name }) { items[index].name = name.new }
        }
        reindex()
    }

    /// Calls other ids by the names of these: copies on which a branch works.
    mutating func substitute(_ ids: [(id: String, copy: String)]) {
        copies = ids
        // The copies themselves, which are called by the names of what they are copies of.
        items.removeAll { item in ids.contains { $0.copy == item.id } }
        for index in items.indices {
            guard let id = ids.first(where: { $0.id == items[index].id })?.copy else { continue }
            let item = items[index]
            items[index] = Item(name: item.name, id: id, kind: .number, isDerived: item.isDerived)
        }
        reindex()
    }

    mutating func replaceItems(_ items: [Item]) {
        self.items = items
        reindex()
    }

    /// A branch that begins here: what it replaces and selects is its own.
    var branch: StepChain {
        var branch = self
        (branch.replaced, branch.selected, branch.copies, branch.columnsFrom) = ([], [], [], nil)
        return branch
    }

    /// Takes over the steps of a branch, but not what can be named after it.
    mutating func takeSteps(of branch: StepChain) {
        steps = branch.steps
        isComplete = isComplete && branch.isComplete
        replaced.formUnion(branch.replaced)
        used.formUnion(branch.used)
        taken.formUnion(branch.taken)
        derived = branch.derived
        columnsFrom = branch.columnsFrom ?? columnsFrom
    }

    /// The pipeline with a learner at its end.
    func declaration(_ learner: Component, _ features: [CheckedFeature]) -> PipelineDeclaration {
        let reaching = Set(items.map(\.id))
        let numbers = features.filter { $0.kind == .number || $0.kind == .boolean }.map(\.name)
        let kept = numbers.filter { reaching.contains($0) || used.contains($0) }
        let hidden = (kept + derived).filter { !reaching.contains($0) }
        let categories = features.filter { feature in
            feature.kind == .category && reaching.contains(feature.name) && !replaced.contains(feature.name)
        }.map(\.name)
        var transformers = steps.map(\.step)
        if !hidden.isEmpty {
            transformers.append(PipelineDeclaration.Step(Catalogue.discard.withDefaults, features: hidden))
        }
        return PipelineDeclaration(
            numbers: kept, categories: Catalogue.takesCategories(learner) ? categories : [],
            transformers: transformers, learner: learner)
    }
}
