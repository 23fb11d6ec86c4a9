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
        /// The voices of the answer given last; see ``Pipeline/voiceCount``.
        public internal(set) var voices: [Double] = []

        public init() {}

        /// Who works for a learner of several members; nil where it works alone.
        public var workers: (any Workers)? {
            get { journal.workers }
            set { journal.workers = newValue }
        }

        /// The numbers that the learner was given last, unless it read them where they lie.
        package var numbers: [Double] { vector.numbers }

        /// The log time at which the next calls happen, in microseconds since 1970-01-01T00:00:00Z: what windows of
        /// time run on. It stays until it is set anew; 0 where there are no times.
        public var time: Int64 {
            get { vector.time }
            set { vector.time = newValue }
        }
    }

    public let task: Task
    /// Whether answers have two more doubles, the bounds of an interval; see ``Learner/answersIntervals``.
    public var answersIntervals: Bool { stages.answersIntervals }
    /// Of a model that weighs experts: how much each weighed, from time to time; else nil.
    public var expertHistory: ExpertHistory? { stages.expertHistory }
    /// How many voices an answer has, of several classes for each class in it; 0 where there are none to be kept. See
    /// ``Learner/voiceCount``.
    public var voiceCount: Int { stages.voiceCount }
    private var stages: any Stage
    /// Columns given out so far, the numbers' included.
    private var columnCount: Int
    /// Where each number is in a row.
    private let numberSlots: [Int]
    /// The first of them where they are neighbours, as they mostly are.
    private let firstNumberSlot: Int?
    /// Where each number is in a row, negative where a step makes it; empty where all numbers are the row's and all
    /// reach the learner.
    private let sources: [Int]
    private let isPlain: Bool
    /// Whether the stages read a row where it lies, so that nothing is laid out for them.
    private let readsRows: Bool

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
        let places = NumberPlaces(declaration)
        let inputs = LearnerInputs(
            task: task, numberCount: places.reachingCount, categoryCount: declaration.categories.count,
            hasSparseColumns: declaration.transformers.contains { Self.addsColumns($0) })
        var stages = Self.end(makeLearner(inputs), task)
        if !declaration.categories.isEmpty {
            stages = Self.categories(declaration.categories.map { Self.slot($0, layout) }, stages)
        }
        let hiddenCount = places.names.count - places.reachingCount
        if hiddenCount > 0 { stages = Self.hiding(hiddenCount, stages) }
        for (step, outputs) in zip(declaration.transformers, declaration.outputs).reversed() where !step.isDiscard {
            let inputs = step.features.map { places.input($0, layout) }
            if step.component.name == Catalogue.sampleWeight.name {
                stages = Self.weighting(inputs[0].slot, stages)
                continue
            }
            let transformer = Catalogue.makeTransformer(
                step.component, inputs: inputs, outputs: outputs.compactMap { places.place(of: $0) })
            stages = Self.stage(transformer, stages)
        }
        self.task = task
        let areAllOfTheRow = declaration.derivedNumbers.isEmpty && hiddenCount == 0
        let slots = places.names.map { declaration.numbers.contains($0) ? Self.slot($0, layout) : -1 }
        numberSlots = Array(slots.prefix(places.reachingCount))
        sources = areAllOfTheRow ? [] : slots
        isPlain = areAllOfTheRow
        let firstSlot = slots.indices.allSatisfy { slots[$0] == slots[0] + $0 } ? slots.first : nil
        firstNumberSlot = firstSlot
        columnCount = numberSlots.count
        let neighbours = areAllOfTheRow ? firstSlot.map { $0..<$0 + slots.count } : nil
        let rowStages = neighbours.flatMap { asRowChain(stages, slots: $0) }
        self.stages = rowStages ?? asKnownChain(stages)
        readsRows = rowStages != nil
    }

    private static func addsColumns(_ step: PipelineDeclaration.Step) -> Bool {
        !step.isDiscard && Catalogue.declaration(named: step.component.name)?.takes?.addsColumns == true
    }

    private static func slot(_ name: String, _ layout: FeatureLayout) -> Int {
        guard let index = layout.index(of: name) else { preconditionFailure("no feature \(name)") }
        return layout.slots[index]
    }

    private static func end(_ learner: some Learner, _ task: Task) -> any Stage { LearningStage(learner, task: task) }

    private static func categories(_ slots: [Int], _ next: some Stage) -> any Stage { CategoryStage(slots, next) }

    private static func weighting(_ place: Int, _ next: some Stage) -> any Stage { WeightingStage(place, next) }

    private static func hiding(_ count: Int, _ next: some Stage) -> any Stage { HidingStage(count, next) }

    private static func stage(_ transformer: any Transformer, _ next: any Stage) -> any Stage {
        if let supervised = transformer as? any SupervisedTransformer { return supervising(supervised, next) }
        return transforming(transformer, next)
    }

    private static func supervising(_ transformer: some SupervisedTransformer, _ next: some Stage) -> any Stage {
        SupervisedStage(transformer, next)
    }

    private static func transforming(_ transformer: some Transformer, _ next: some Stage) -> any Stage {
        TransformingStage(transformer, next)
    }

    @inline(__always)
    private func begin(_ row: FeatureRow, _ vector: inout FeatureVector) {
        if !readsRows { layOut(row, &vector) }
    }

    @inline(__always)
    private func layOut(_ row: FeatureRow, _ vector: inout FeatureVector) {
        if isPlain {
            vector.begin(row, slots: numberSlots, firstSlot: firstNumberSlot, columnCount: columnCount)
        } else {
            vector.begin(row, sources: sources, columnCount: columnCount)
        }
    }

    /// Appends the answer for a row. Its voices are in the workspace until the next answer.
    public func predict(_ row: FeatureRow, into answer: inout [Double], workspace: inout Workspace) {
        begin(row, &workspace.vector)
        if !workspace.voices.isEmpty { workspace.voices.removeAll(keepingCapacity: true) }
        stages.predict(row, &workspace.vector, into: &answer, voices: &workspace.voices)
    }

    /// What each column contributed to the answer; see ``explain(_:declaration:layout:workspace:)``.
    func contributions(
        _ row: FeatureRow, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins, workspace: inout Workspace
    ) throws(Unexplained) -> ColumnContributions {
        layOut(row, &workspace.vector)
        return try stages.explain(row, &workspace.vector, asked, &origins)
    }

    /// The same as ``predict(_:into:workspace:)``. It is mutating in name only: a model that lies in an array is then
    /// asked where it lies, where otherwise a copy of it would be.
    @inline(__always)
    package mutating func predictInPlace(_ row: FeatureRow, into answer: inout [Double], workspace: inout Workspace) {
        begin(row, &workspace.vector)
        if !workspace.voices.isEmpty { workspace.voices.removeAll(keepingCapacity: true) }
        stages.predict(row, &workspace.vector, into: &answer, voices: &workspace.voices)
    }

    /// Learns one example.
    /// - Parameters:
    ///   - weight: how much the example counts, finite and at least 0; 0 changes nothing.
    ///   - asked: what was said when the question was asked, where ``voiceCount`` is not 0 and its label came later.
    /// - Returns: false where a number would stop being finite; the model is then as it was, to the bit.
    @discardableResult
    public mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double = 1, asked: Asked = .now, workspace: inout Workspace
    ) -> Bool {
        guard weight > 0 else { return true }
        begin(row, &workspace.vector)
        workspace.journal.removeAll()
        var newColumnCount = columnCount
        guard stages.learn(row, target, weight: weight, asked: asked, &workspace, &newColumnCount) else { return false }
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
