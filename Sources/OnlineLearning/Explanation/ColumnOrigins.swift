/// Which feature of the contract each column of one vector comes from, found while a row passes through the steps of a
/// pipeline.
///
/// A number that a step adds comes from the features that the step made it of: from one, it is that feature's; from
/// several, it has a name of its own. A sparse column is its step's: where the step has several features and cannot
/// tell, each is shown to it alone, and the column is shared out by what each of them adds to it; what none adds alone,
/// such as a cross, belongs to all together.
struct ColumnOrigins: Sendable {
    /// A step that runs, with the features it works on.
    struct Step: Sendable {
        let inputs: [Input]
        /// The names that the features go by.
        let labels: [String]

        var joint: String {
            var distinct: [String] = []
            for label in labels where !distinct.contains(label) { distinct.append(label) }
            return distinct.joined(separator: " × ")
        }
    }

    /// By place.
    private var numbers: [String]
    private let categories: [String]
    private let steps: [Step]
    private var stepsDone = 0
    /// Of the sparse columns of this vector, whose they are.
    private var shares: [(column: Int, label: String, share: Double)] = []
    /// Of all the columns that a step took, for those that are not in this vector.
    private var owners: [(columns: [Int], labels: [String], inputOf: @Sendable (Int) -> Int?, joint: String)] = []

    init(_ declaration: PipelineDeclaration, layout: FeatureLayout) {
        let places = NumberPlaces(declaration)
        var labels = places.names
        categories = declaration.categories
        var steps: [Step] = []
        func label(_ name: String) -> String { places.place(of: name).map { labels[$0] } ?? name }
        for (step, outputs) in zip(declaration.transformers, declaration.outputs) where !step.isDiscard {
            guard step.component.name != Catalogue.sampleWeight.name else { continue }
            let own = Step(
                inputs: step.features.map { places.input($0, layout) }, labels: step.features.map(label))
            steps.append(own)
            let origins = Catalogue.origins(of: step.component, inputs: step.features)
            for (index, output) in outputs.enumerated() {
                guard let place = places.place(of: output) else { continue }
                let from = origins[index].map { own.labels[$0] }
                if let first = from.first, from.allSatisfy({ $0 == first }) { labels[place] = first }
            }
        }
        (numbers, self.steps) = (labels, steps)
    }

    /// Lets a row pass through the next step and notes whose the new columns are.
    mutating func pass(_ transformer: some Transformer, _ row: FeatureRow, _ x: inout FeatureVector) {
        let (before, start, step) = (x, x.columns.count, steps[stepsDone])
        stepsDone += 1
        transformer.transform(row, &x)
        owners.append((transformer.columns, step.labels, { transformer.input(of: $0) }, step.joint))
        guard x.columns.count > start else { return }
        let isShared = step.inputs.count > 1
        let alone = isShared ? step.inputs.map { Self.columns(of: $0, step, transformer, row, before) } : []
        for index in start..<x.columns.count {
            let column = Int(x.columns[index])
            if let input = step.inputs.count == 1 ? 0 : transformer.input(of: column) {
                shares.append((column, step.labels[input], 1))
                continue
            }
            let values = alone.map { columns in columns.first { $0.column == column }?.value ?? 0 }
            let sum = values.reduce(0, +)
            guard sum != 0 else {
                shares.append((column, step.joint, 1))
                continue
            }
            for (input, value) in values.enumerated() where value != 0 {
                shares.append((column, step.labels[input], value / sum))
            }
        }
    }

    /// The columns that a step makes of one of its features where the others are missing.
    private static func columns(
        of input: Input, _ step: Step, _ transformer: some Transformer, _ row: FeatureRow, _ before: FeatureVector
    ) -> [(column: Int, value: Double)] {
        var (row, x) = (row, before)
        for other in step.inputs where other != input {
            switch FeatureLayout.bank(of: other.kind) {
            case .numbers: x.numbers[other.slot] = .nan
            case .strings: row.setStringMissing(at: other.slot)
            case .timestamps: row.setTimestamp(FeatureRow.missingTimestamp, at: other.slot)
            }
        }
        let start = x.columns.count
        transformer.transform(row, &x)
        return (start..<x.columns.count).map { (Int(x.columns[$0]), x.values[$0]) }
    }

    /// Forgets the last numbers, which do not reach the learner.
    mutating func removeLastNumbers(_ count: Int) { numbers.removeLast(count) }

    /// Contributions by name: the contract's features first, in its order. What belongs to no feature stays apart from
    /// a feature that bears its name.
    func named(
        _ contributions: ColumnContributions, _ layout: FeatureLayout
    ) -> [Explanation.Contribution] {
        var sums: [(name: String, isPart: Bool, value: Double)] = []
        func add(_ name: String, _ value: Double, isPart: Bool = false) {
            if let index = sums.firstIndex(where: { $0.isPart == isPart && $0.name.utf8.elementsEqual(name.utf8) }) {
                sums[index].value += value
            } else {
                sums.append((name, isPart, value))
            }
        }
        for (column, value) in contributions.columns {
            guard column >= numbers.count else {
                add(numbers[column], value)
                continue
            }
            let own = shares.filter { $0.column == column }
            if own.isEmpty { add(owner(of: column), value) }
            for (_, label, share) in own { add(label, share * value) }
        }
        for (position, value) in contributions.categories { add(categories[position], value) }
        for (name, value) in contributions.parts { add(name, value, isPart: true) }
        let ranked = sums.enumerated().sorted { a, b in
            func place(_ sum: (name: String, isPart: Bool, value: Double)) -> Int {
                sum.isPart ? .max : layout.index(of: sum.name) ?? .max
            }
            let (i, j) = (place(a.element), place(b.element))
            return (i, a.offset) < (j, b.offset)
        }
        return ranked.map { Explanation.Contribution(name: $0.element.name, value: $0.element.value) }
    }

    /// Whose a column is that is not in this vector.
    private func owner(of column: Int) -> String {
        for (columns, labels, inputOf, joint) in owners where columns.contains(column) {
            return inputOf(column).map { labels[$0] } ?? joint
        }
        return "column \(column)"
    }
}
