import Determinism
import OnlineLearning

/// A value of a feature in a test.
enum FixtureValue: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral,
    ExpressibleByNilLiteral
{
    case number(Double), string(String), instant(Int64), missing

    init(floatLiteral value: Double) { self = .number(value) }
    init(integerLiteral value: Int) { self = .number(Double(value)) }
    init(stringLiteral value: String) { self = .string(value) }
    init(nilLiteral: ()) { self = .missing }
}

/// A transformer alone, with all that a call needs.
struct TransformerFixture {
    var transformer: any Transformer
    let outputs: [String]
    private let layout: FeatureLayout
    private let numbers: [String]
    private var columnCount: Int
    private var journal = Journal()

    /// - Parameter features: all that there are, those it works on.
    init(
        _ name: String, _ arguments: KeyValuePairs<String, Argument>, _ features: KeyValuePairs<String, FeatureKind>
    ) {
        let component = Component(named: name, arguments)
        let names = features.map(\.key)
        layout = FeatureLayout(features.map { ($0.key, $0.value) })
        let own = features.filter { $0.value == .number || $0.value == .boolean }.map(\.key)
        outputs = Catalogue.outputs(of: component, inputs: names)
        let all = own + outputs
        numbers = own
        let layout = layout
        let inputs = names.enumerated().map { index, name in
            Input(
                name: name, kind: layout.kinds[index], slot: own.firstIndex(of: name) ?? layout.slots[index])
        }
        transformer = Catalogue.makeTransformer(
            component, inputs: inputs, outputs: outputs.indices.map { own.count + $0 })
        columnCount = all.count
    }

    init(_ name: String, _ features: KeyValuePairs<String, FeatureKind>) { self.init(name, [:], features) }

    private func row(_ values: [FixtureValue]) -> FeatureRow {
        var row = FeatureRow(layout)
        for (index, value) in values.enumerated() {
            switch value {
            case .number(let number): row.setNumber(number, at: layout.slots[index])
            case .string(let string): row.setString(string, at: layout.slots[index])
            case .instant(let instant): row.setTimestamp(instant, at: layout.slots[index])
            case .missing: break
            }
        }
        return row
    }

    private func vector(_ row: FeatureRow, _ seconds: Double) -> FeatureVector {
        var vector = FeatureVector()
        let sources = numbers.map { name in layout.index(of: name).map { layout.slots[$0] } ?? 0 }
        vector.begin(row, sources: sources + outputs.map { _ in -1 }, columnCount: columnCount)
        vector.time = Int64(seconds * 1e6)
        return vector
    }

    /// Learns one example. - Returns: what was made of it; nil where it was refused.
    @discardableResult
    mutating func learn(_ values: [FixtureValue], _ y: Double = 0, at seconds: Double = 0) -> FeatureVector? {
        let row = row(values)
        var vector = vector(row, seconds)
        var count = columnCount
        journal.removeAll()
        let isLearned: Bool
        if var supervised = transformer as? any SupervisedTransformer {
            isLearned = supervised.learn(row, &vector, .value(y), weight: 1, columnCount: &count, journal: &journal)
            transformer = supervised
        } else {
            isLearned = transformer.learn(row, vector, weight: 1, columnCount: &count, journal: &journal)
            if isLearned { transformer.transform(row, &vector) }
        }
        guard isLearned else {
            transformer.undo(&journal)
            return nil
        }
        columnCount = count
        return vector
    }

    func transform(_ values: [FixtureValue], at seconds: Double = 0) -> FeatureVector {
        let row = row(values)
        var vector = vector(row, seconds)
        transformer.transform(row, &vector)
        return vector
    }

    /// The numbers of an example after it: the features' own, then those it adds.
    func numbers(_ values: [FixtureValue], at seconds: Double = 0) -> [Double] {
        transform(values, at: seconds).numbers
    }
}

extension [Double] {
    /// The same numbers, NaN for NaN, to a relative 1e-12.
    func isClose(_ other: [Double]) -> Bool {
        count == other.count
            && zip(self, other).allSatisfy { a, b in
                a == b || (a.isNaN && b.isNaN) || (a - b).magnitude <= 1e-12 * Swift.max(a.magnitude, b.magnitude)
            }
    }
}
