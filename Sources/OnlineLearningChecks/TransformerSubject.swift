import Determinism
import OnlineLearning

/// What is checked: a transformer with its parameters, over features of every kind that it takes.
public struct TransformerSubject: Sendable, CustomStringConvertible {
    /// The name in messages.
    public let description: String
    public let declaration: ComponentDeclaration
    /// The laws that do not hold for it, and why.
    public var exceptions: [TransformerLaw: String] = [:]

    let component: Component
    private let make: @Sendable (Component, [Input], [Int]) -> any Transformer
    private let outputs: @Sendable (Component, [String]) -> [String]
    private let roles: [String]?

    /// A transformer of the catalogue.
    /// - Parameter features: those it works on, among ``features``; nil for what suits its declaration.
    public init(_ component: Component, features: [String]? = nil, description: String? = nil) {
        guard let declaration = Catalogue.declaration(named: component.name) else {
            preconditionFailure("the catalogue has no \(component.name)")
        }
        (self.component, self.declaration, roles) = (component, declaration, features)
        self.description = description ?? component.name
        make = { Catalogue.makeTransformer($0, inputs: $1, outputs: $2) }
        outputs = { Catalogue.outputs(of: $0, inputs: $1) }
        if declaration.name == SelectKBest.declaration.name {
            exceptions[.orderOfFeaturesIsIrrelevant] = "of equals, the one listed first goes before"
        }
    }

    /// A transformer of your own, in the catalogue or not.
    /// - Parameter component: its parameters; the defaults where nil.
    public init<T: Transformer>(_ type: T.Type, component: Component? = nil) {
        let component = component ?? T.declaration.withDefaults
        (self.component, declaration, roles) = (component, T.declaration, nil)
        description = component.name
        make = { T(Arguments($0, declaration: T.declaration), inputs: $1, outputs: $2) }
        outputs = { T.outputs(Arguments($0, declaration: T.declaration), inputs: $1) }
    }

    /// The features that there are: those of ``ExampleStream``, a boolean, a text and a timestamp.
    static let layout = FeatureLayout(
        ExampleStream.numberNames.map { ($0, .number) } + [("b", .boolean)]
            + ExampleStream.categoryNames.map { ($0, .category) } + [("t", .text), ("w", .timestamp)])

    /// The features that it works on.
    var features: [String] {
        if let roles { return roles }
        guard let inputs = declaration.takes else { return [] }
        func names(_ accepted: [FeatureKind], _ count: Int) -> [String] {
            let all = Self.layout.names.indices.filter { accepted.contains(Self.layout.kinds[$0]) }
            // Categories first: they are what keys are made of.
            let isCategory = all.map { Self.layout.kinds[$0] == .category }
            let sorted = zip(all, isCategory).filter(\.1).map(\.0) + zip(all, isCategory).filter { !$0.1 }.map(\.0)
            return sorted.prefix(count).map { Self.layout.names[$0] }
        }
        guard inputs.roles.isEmpty else {
            return inputs.roles.flatMap { names($0.accepted, min($0.count.upperBound, 2)) }
        }
        return names(inputs.usual.map { [$0] } ?? inputs.accepted, min(inputs.count.upperBound, 6))
    }

    /// The transformer before it has learned.
    /// - Parameters:
    ///   - isReversed: whether its features come in the opposite order.
    ///   - isSmall: whether parameters that bound memory are set low.
    func transformer(isReversed: Bool = false, isSmall: Bool = false) -> CheckedTransformer {
        let component = isSmall ? Self.bounded(component) : component
        let names = isReversed ? features.reversed() : features
        let outputs = outputs(component, names)
        let numbers = Self.layout.indices(of: .number) + Self.layout.indices(of: .boolean)
        let inputs = names.map { name -> Input in
            let index = Self.layout.index(of: name) ?? 0
            let slot = numbers.firstIndex(of: index) ?? Self.layout.slots[index]
            return Input(name: name, kind: Self.layout.kinds[index], slot: slot)
        }
        let places = outputs.indices.map { numbers.count + $0 }
        return CheckedTransformer(
            make(component, inputs, places), sources: numbers.map { Self.layout.slots[$0] } + outputs.map { _ in -1 },
            outputs: outputs)
    }

    private static func bounded(_ component: Component) -> Component {
        let bounds = ["max_categories", "max_terms", "max_keys", "n_features"]
        guard let declaration = Catalogue.declaration(named: component.name) else { return component }
        let arguments = zip(declaration.parameters, component.arguments).map { parameter, argument in
            bounds.contains(parameter.name) ? Argument.integer(50) : argument
        }
        return Component(name: component.name, arguments: arguments)
    }

    func violation(_ law: TransformerLaw, _ example: Int, _ expected: String, _ found: Any) -> Violation {
        Violation(
            law: law.rawValue, component: description, example: example, expected: expected, found: "\(found)")
    }

    func violation(_ law: TransformerLaw, _ expected: String, _ found: Any) -> Violation {
        Violation(law: law.rawValue, component: description, expected: expected, found: "\(found)")
    }
}

/// A transformer with all that a call needs: what the laws drive. One example is a second.
struct CheckedTransformer {
    private var transformer: any Transformer
    private let sources: [Int]
    let outputs: [String]
    private(set) var columnCount: Int
    private var row = FeatureRow(TransformerSubject.layout)
    private var vector = FeatureVector()
    private var journal = Journal()

    init(_ transformer: any Transformer, sources: [Int], outputs: [String]) {
        (self.transformer, self.sources, self.outputs) = (transformer, sources, outputs)
        columnCount = sources.count
    }

    /// What a transformer made of an example, all of it.
    struct Output: Equatable {
        var numbers: [UInt64]
        var columns: [Int32]
        var values: [UInt64]

        var hasInfinity: Bool {
            (numbers + values).contains { Double(bitPattern: $0).isInfinite }
        }

    }

    private mutating func fill(_ example: Example, at time: Int64) {
        row.removeAll()
        let layout = TransformerSubject.layout
        for (index, name) in ExampleStream.numberNames.enumerated() {
            row.setNumber(example.numbers[index], at: layout.slots[layout.index(of: name) ?? 0])
        }
        if !example.numbers[0].isNaN {
            row.setNumber(example.numbers[0] > 0 ? 1 : 0, at: layout.slots[layout.index(of: "b") ?? 0])
        }
        row.beginStrings()
        for (index, name) in ExampleStream.categoryNames.enumerated() {
            let slot = layout.slots[layout.index(of: name) ?? 0]
            if let category = example.categories[index] { row.setString(category, at: slot) }
        }
        if let first = example.categories[0], let second = example.categories[1] {
            let slot = layout.slots[layout.index(of: "t") ?? 0]
            row.setString("The \(second) of \(second), not \(first)\(first); a-b \(first)\(second)!", at: slot)
        }
        if !example.numbers[1].isNaN { row.setTimestamp(time * 7_919_000_000, at: 0) }
        vector.begin(row, sources: sources, columnCount: columnCount)
        vector.time = time * 1_000_000
    }

    private var output: Output {
        Output(
            numbers: vector.numbers.map(\.bitPattern), columns: Array(vector.columns),
            values: vector.values.map(\.bitPattern))
    }

    mutating func transform(_ example: Example, at time: Int) -> Output {
        fill(example, at: Int64(time))
        transformer.transform(row, &vector)
        return output
    }

    /// Learns as a pipeline does, and takes back what it must not keep.
    /// - Returns: what it made of the example; nil where it was refused.
    mutating func learn(_ example: Example, at time: Int, weight: Double = 1, isUndone: Bool = false) -> Output? {
        fill(example, at: Int64(time))
        journal.removeAll()
        var newColumnCount = columnCount
        let isLearned: Bool
        if var supervised = transformer as? any SupervisedTransformer {
            let target = Target.value(example.value)
            isLearned = supervised.learn(
                row, &vector, target, weight: weight, columnCount: &newColumnCount, journal: &journal)
            transformer = supervised
        } else {
            isLearned = transformer.learn(
                row, vector, weight: weight, columnCount: &newColumnCount, journal: &journal)
            vector.columnCount = newColumnCount
            if isLearned { transformer.transform(row, &vector) }
        }
        guard isLearned, !isUndone else {
            if weight > 0 { transformer.undo(&journal) }
            return nil
        }
        columnCount = newColumnCount
        return output
    }

    var isSupervised: Bool { transformer is any SupervisedTransformer }

    /// Whether the columns taken are those that were given out, each once.
    var areColumnsSound: Bool {
        Array(sources.count..<columnCount) == transformer.columns.sorted()
    }

    var byteCount: Int { transformer.byteCount }

    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        transformer.encode(to: &encoder)
        return encoder.bytes
    }

    mutating func restore(_ bytes: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes)
        try transformer.restore(from: &decoder)
        try decoder.finish()
        columnCount = sources.count + transformer.columns.count
        guard areColumnsSound else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "columns that nobody took or two did")
        }
    }
}
