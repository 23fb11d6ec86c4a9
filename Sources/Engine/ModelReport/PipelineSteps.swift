import OnlineLearning

/// The parts of a pipeline as they lie in one another, found by reflection: what a report needs, and nothing else does.
struct PipelineSteps {
    /// In the order of the steps, those left out that are no transformers of their own.
    private(set) var transformers: [Any] = []
    /// Of each category that reaches the learner as it is, its values by number.
    private(set) var categoryValues: [[String]] = []
    private(set) var learner: Any = ()

    init(_ pipeline: Pipeline) {
        var stage = Mirror(reflecting: pipeline).child("stages")
        while let current = stage {
            let mirror = Mirror(reflecting: current)
            if let transformer = mirror.child("transformer") { transformers.append(transformer) }
            if let tables = mirror.child("tables") as? [CategoryTable] { categoryValues = tables.map(\.names) }
            if let learner = mirror.child("learner") { self.learner = learner }
            stage = mirror.child("chain") ?? mirror.child("next")
        }
    }

    /// The transformer of a declared step; nil for steps that learn nothing of their own.
    func transformer(of step: Int, in declaration: PipelineDeclaration) -> Any? {
        let without = [Catalogue.discard.name, Catalogue.sampleWeight.name]
        func learns(_ step: PipelineDeclaration.Step) -> Bool { !without.contains(step.component.name) }
        guard learns(declaration.transformers[step]) else { return nil }
        let place = declaration.transformers[..<step].filter(learns).count
        return place < transformers.count ? transformers[place] : nil
    }
}

/// What the numbers in a model stand for.
struct ColumnNames {
    /// The numbers, then the columns that encoders have given out. No two have one name.
    private(set) var columns: [String] = []
    private var taken: Set<String> = [Self.intercept]
    var numberCount = 0
    /// The categories that reach the learner as they are, with their values by number.
    var categories: [(name: String, values: [String])] = []
    var classes: [String] = []

    init() {}

    init(_ declaration: PipelineDeclaration, _ steps: PipelineSteps, classes: [String]) {
        let hidden = declaration.hiddenNumbers
        let numbers = (declaration.numbers + declaration.derivedNumbers).filter { !hidden.contains($0) }
        for (index, name) in numbers.enumerated() { set(name, at: index) }
        numberCount = columns.count
        self.classes = classes
        categories = declaration.categories.enumerated().map { index, name in
            (name, index < steps.categoryValues.count ? steps.categoryValues[index] : [])
        }
        for (index, step) in declaration.transformers.enumerated() {
            guard let encodings = steps.transformer(of: index, in: declaration)
                .flatMap({ Mirror(reflecting: $0).child("encodings") })
            else { continue }
            for (encoding, feature) in zip(Mirror(reflecting: encodings).children, step.features) {
                add(encoding.value, of: feature)
            }
        }
    }

    private mutating func add(_ encoding: Any, of feature: String) {
        let mirror = Mirror(reflecting: encoding)
        guard let table = mirror.child("table") as? CategoryTable,
            let places = mirror.child("columns") as? [Int32]
        else { return }
        for (place, name) in zip(places, table.names) { set("\(feature)=\(name)", at: Int(place)) }
        if let other = mirror.child("other") as? Int32 { set("\(feature)=(other)", at: Int(other)) }
    }

    /// What stands for no column among the weights of a linear model.
    static let intercept = "(intercept)"

    /// Columns whose key is not kept, as those of hashed ones, have their number for a name. Where one feature's name
    /// and value read as another's, the later column has its number besides.
    private mutating func set(_ name: String, at column: Int) {
        while columns.count <= column { columns.append("column \(columns.count)") }
        columns[column] = taken.insert(name).inserted ? name : "\(name) (column \(column))"
    }

    func column(_ index: Int) -> String { index < columns.count ? columns[index] : "column \(index)" }

    func category(_ index: Int) -> String { index < categories.count ? categories[index].name : "category \(index)" }

    func value(_ number: Int, ofCategory index: Int) -> String {
        guard index < categories.count, number < categories[index].values.count, number >= 0 else {
            return number == categories[safe: index]?.values.count ? "(other)" : "value \(number)"
        }
        return categories[index].values[number]
    }
}

extension Mirror {
    func child(_ label: String) -> Any? {
        children.first { $0.label == label }.flatMap { Mirror.unwrap($0.value) }
    }

    /// What an optional holds; anything else is itself.
    static func unwrap(_ value: Any) -> Any? {
        let mirror = Mirror(reflecting: value)
        guard mirror.displayStyle == .optional else { return value }
        return mirror.children.first?.value
    }
}

extension CategoryTable {
    var names: [String] { (0..<count).map { name(at: $0) } }
}

extension Array {
    subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
