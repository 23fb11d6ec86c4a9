import OnlineLearning

/// What is checked: a learner with its parameters, for one task, and what it does not promise.
public struct LearnerSubject: Sendable, CustomStringConvertible {
    /// The name in messages.
    public let description: String
    public let declaration: ComponentDeclaration
    public let task: Task
    /// Whether categories reach it as they are; else they are encoded one-hot.
    public let takesCategories: Bool
    /// The laws that do not hold for it, and why.
    public var exceptions: [LearnerLaw: String] = [:]
    /// Whether a weight of 2 is the same as learning an example twice, to the theory.
    public var weightIsRepetition = false
    /// Whether its probabilities are meant as such. If not, hostile streams are judged by its choices alone.
    public var isCalibrated = true
    /// Which changes of the numbers' units leave its answers as they are, to the theory.
    public var scaleFreedom = ScaleFreedom.none
    /// Whether numbers are scaled before it, where scales are what is tested.
    public var needsScaling = false

    public private(set) var component: Component
    private let makeLearner: (@Sendable (LearnerInputs) -> any Learner)?

    /// A learner of the catalogue, with what is known about it.
    public init(_ component: Component, task: Task, description: String? = nil) {
        guard let declaration = Catalogue.declaration(named: component.name) else {
            preconditionFailure("the catalogue has no \(component.name)")
        }
        (self.component, self.declaration, self.task) = (component, declaration, task)
        self.description = "\(description ?? component.shortDescription) (\(task.name))"
        takesCategories = Catalogue.takesCategories(component)
        makeLearner = nil
        let known = KnownLearners(component)
        exceptions = known.exceptionsByLaw
        (weightIsRepetition, isCalibrated) = (known.weightIsRepetition, known.isCalibrated)
        needsScaling = known.needsScaling
        scaleFreedom = known.scaleFreedom
    }

    /// A learner of your own, in the catalogue or not.
    /// - Parameter component: its parameters; the defaults where nil.
    public init<L: Learner>(_ type: L.Type, component: Component? = nil, task: Task) {
        let component = component ?? L.declaration.withDefaults
        (self.component, declaration, self.task) = (component, L.declaration, task)
        description = "\(component.shortDescription) (\(task.name))"
        takesCategories = L.takesCategories
        makeLearner = { L(component, inputs: $0) }
    }

    /// The same learner of the catalogue with other arguments; a learner of your own stays as it is.
    func with(_ component: Component) -> LearnerSubject {
        guard makeLearner == nil else { return self }
        var changed = self
        changed.component = component
        return changed
    }

    /// The revisions of the learner and of all components that it is made of, in their order, as `1.1`.
    public var revisions: String {
        ([declaration.revision] + component.parts.compactMap { Catalogue.declaration(named: $0.name)?.revision })
            .map { "\($0)" }.joined(separator: ".")
    }

    /// A model that has learned nothing.
    /// - Parameters:
    ///   - isScaled: whether `standard_scaler` stands before the learner.
    ///   - isReversed: whether the features come in the opposite order.
    ///   - maxCategories: names a one-hot feature tells apart.
    public func model(
        isScaled: Bool = false, isReversed: Bool = false, maxCategories: Int = 10_000, workers: (any Workers)? = nil
    ) -> CheckedModel {
        model(makeLearner, isScaled, isReversed, maxCategories, workers)
    }

    /// The same pipeline around the learner as ``EchoingLearner`` teaches it.
    func echoingModel() -> CheckedModel {
        let (component, task) = (component, task)
        let make = makeLearner ?? { Catalogue.makeLearner(component, inputs: $0) }
        return model({ EchoingLearner(make($0), task: task) }, false, false, 10_000, nil)
    }

    /// The same pipeline around a learner that learns nothing and needs nothing.
    func emptyModel(maxCategories: Int) -> CheckedModel {
        let component = component
        return model({ EmptyLearner(component, inputs: $0) }, false, false, maxCategories, nil)
    }

    private func model(
        _ makeLearner: ((LearnerInputs) -> any Learner)?, _ isScaled: Bool, _ isReversed: Bool, _ maxCategories: Int,
        _ workers: (any Workers)?
    ) -> CheckedModel {
        func ordered(_ names: [String]) -> [String] { isReversed ? names.reversed() : names }
        let (numbers, categories) = (ordered(ExampleStream.numberNames), ordered(ExampleStream.categoryNames))
        let layout = FeatureLayout(numbers.map { ($0, .number) } + categories.map { ($0, .category) })
        var steps: [PipelineDeclaration.Step] = []
        if !takesCategories {
            let arguments: [Argument] = OneHotEncoder.declaration.parameters.map {
                $0.name == "max_categories" ? .integer(maxCategories) : $0.defaultValue
            }
            steps.append(.init(Component(name: "one_hot", arguments: arguments), features: categories))
        }
        if isScaled { steps.append(.init(StandardScaler.declaration.withDefaults, features: numbers)) }
        let declaration = PipelineDeclaration(
            numbers: numbers, categories: takesCategories ? categories : [], transformers: steps, learner: component)
        let pipeline =
            makeLearner.map { Pipeline(declaration, task: task, layout: layout, learner: $0) }
            ?? Pipeline(declaration, task: task, layout: layout)
        return CheckedModel(pipeline, layout: layout, workers: workers)
    }

    /// A model that has learned these examples.
    public func model(trainedOn examples: some Sequence<Example>, isScaled: Bool = false) -> CheckedModel {
        var model = model(isScaled: isScaled)
        for example in examples { model.learn(example) }
        return model
    }

    func violation(_ law: LearnerLaw, _ example: Int, _ expected: String, _ found: Any) -> Violation {
        Violation(
            law: law.rawValue, component: description, example: example, expected: expected, found: "\(found)")
    }

    func violation(_ law: LearnerLaw, _ expected: String, _ found: Any) -> Violation {
        Violation(law: law.rawValue, component: description, expected: expected, found: "\(found)")
    }
}

extension Component {
    /// The name with the members that it wraps.
    var shortDescription: String {
        var members: [String] = []
        guard let declaration = Catalogue.declaration(named: name) else { return name }
        let isWrapper = Catalogue.wrappers.contains { $0.declaration.name == name }
        for (parameter, argument) in zip(declaration.parameters, arguments) {
            switch (parameter.kind, argument) {
            case (.learner, .component(let member)) where isWrapper: members.append(member.shortDescription)
            case (.learners, .components(let list)): members += list.map(\.shortDescription)
            default: break
            }
        }
        return members.isEmpty ? name : "\(name) of \(members.joined(separator: ", "))"
    }
}
