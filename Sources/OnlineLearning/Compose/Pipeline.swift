import Determinism

/// Transformers ending in a learner: what the field calls a model.
///
/// As in River, predicting changes nothing, and learning lets each transformer first learn from the row and then
/// transform it for the next step. An example that would leave any number not finite is not learned at all.
///
///     var model = Pipeline(declaration, task: .regression, layout: layout)
///     var workspace = Workspace()
///     model.predict(row, into: &answer, workspace: &workspace)
///     model.learn(row, .value(3.5), workspace: &workspace)
///
/// The two calls take time proportional to the features present and, once the workspace has grown, allocate nothing.
public struct Pipeline: Sendable {
    /// What a call needs besides the model: reused, worth nothing between calls.
    public struct Workspace: Sendable {
        var vector = FeatureVector()
        var journal = Journal()

        public init() {}

        /// Who works for a learner of several members; nil where it works alone.
        public var workers: (any Workers)? {
            get { journal.workers }
            set { journal.workers = newValue }
        }
    }

    public let task: Task
    /// Whether answers have two more doubles, the bounds of an interval; see ``Learner/answersIntervals``.
    public var answersIntervals: Bool { stages.answersIntervals }
    /// Of a model that weighs experts: how much each weighed, from time to time; else nil.
    public var expertHistory: ExpertHistory? { stages.expertHistory }
    private var stages: any Stage
    /// Columns given out so far, the numbers' included.
    private var columnCount: Int
    /// Where each number is in a row.
    private let numberSlots: [Int]
    /// The first of them where they are neighbours, as they mostly are.
    private let firstNumberSlot: Int?

    /// - Precondition: no feature of the declaration is missing in the layout.
    public init(_ declaration: PipelineDeclaration, task: Task, layout: FeatureLayout) {
        self.init(declaration, task: task, layout: layout) { Catalogue.makeLearner(declaration.learner, inputs: $0) }
    }

    /// The same, ending in a learner that the catalogue need not know: the declaration's own is not looked at.
    /// - Parameter makeLearner: is called once.
    public init(
        _ declaration: PipelineDeclaration, task: Task, layout: FeatureLayout,
        learner makeLearner: (LearnerInputs) -> any Learner
    ) {
        let inputs = LearnerInputs(
            task: task, numberCount: declaration.numbers.count, categoryCount: declaration.categories.count)
        var stages = Self.end(makeLearner(inputs), task)
        if !declaration.categories.isEmpty {
            stages = Self.categories(declaration.categories.map { Self.slot($0, layout) }, stages)
        }
        for step in declaration.transformers.reversed() {
            let inputs = step.features.map { name -> Input in
                guard let index = layout.index(of: name) else { preconditionFailure("no feature \(name)") }
                let slot = declaration.numbers.firstIndex(of: name) ?? layout.slots[index]
                return Input(name: name, kind: layout.kinds[index], slot: slot)
            }
            stages = Self.stage(Catalogue.makeTransformer(step.component, inputs: inputs), stages)
        }
        self.stages = asKnownChain(stages)
        self.task = task
        let slots = declaration.numbers.map { Self.slot($0, layout) }
        numberSlots = slots
        firstNumberSlot = slots.indices.allSatisfy { slots[$0] == slots[0] + $0 } ? slots.first : nil
        columnCount = numberSlots.count
    }

    private static func slot(_ name: String, _ layout: FeatureLayout) -> Int {
        guard let index = layout.index(of: name) else { preconditionFailure("no feature \(name)") }
        return layout.slots[index]
    }

    private static func end(_ learner: some Learner, _ task: Task) -> any Stage { LearningStage(learner, task: task) }

    private static func categories(_ slots: [Int], _ next: some Stage) -> any Stage { CategoryStage(slots, next) }

    private static func stage(_ transformer: some Transformer, _ next: some Stage) -> any Stage {
        TransformingStage(transformer, next)
    }

    /// Appends the answer for a row.
    public func predict(_ row: FeatureRow, into answer: inout [Double], workspace: inout Workspace) {
        workspace.vector.begin(row, slots: numberSlots, firstSlot: firstNumberSlot, columnCount: columnCount)
        stages.predict(row, &workspace.vector, into: &answer)
    }

    /// The same as ``predict(_:into:workspace:)``. It is mutating in name only: a model that lies in an array is then
    /// asked where it lies, where otherwise a copy of it would be.
    @inline(__always)
    package mutating func predictInPlace(_ row: FeatureRow, into answer: inout [Double], workspace: inout Workspace) {
        workspace.vector.begin(row, slots: numberSlots, firstSlot: firstNumberSlot, columnCount: columnCount)
        stages.predict(row, &workspace.vector, into: &answer)
    }

    /// Learns one example.
    /// - Parameter weight: how much the example counts, finite and at least 0.
    /// - Returns: false where a number would stop being finite; the model is then as it was, to the bit.
    @discardableResult
    public mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double = 1, workspace: inout Workspace
    ) -> Bool {
        workspace.vector.begin(row, slots: numberSlots, firstSlot: firstNumberSlot, columnCount: columnCount)
        workspace.journal.removeAll()
        var newColumnCount = columnCount
        guard stages.learn(row, target, weight: weight, &workspace, &newColumnCount) else { return false }
        columnCount = newColumnCount
        return true
    }

    /// Bytes of memory, roughly.
    public var byteCount: Int { stages.byteCount + numberSlots.count * 8 }

    /// Writes what was learned; the declaration is kept elsewhere.
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(columnCount)
        stages.encode(to: &encoder)
    }

    /// Takes over an encoded state of a pipeline with the same declaration and layout.
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let count = try decoder.uint()
        try stages.restore(from: &decoder)
        // Learners index their weights by column without a check of their own.
        let columns = Array(numberSlots.indices) + stages.columns.sorted()
        guard count == UInt64(columns.count), columns.indices.allSatisfy({ columns[$0] == $0 }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "columns that nobody took or two did")
        }
        columnCount = columns.count
    }
}
