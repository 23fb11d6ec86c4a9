import Determinism

/// The regressors in the leaves of a tree, by the leaf's number. Linear regressions, which most trees have, lie in an
/// array of their own, where they are called without looking anything up.
struct LeafModels: Sendable {
    private enum Kind: Sendable {
        case none, linear, other
    }

    private let kind: Kind
    /// An untouched model, if there are any.
    private let freshLinear: [LinearRegression]
    private let freshOther: [any Learner]
    private var linear: [LinearRegression] = []
    private var other: [any Learner] = []

    /// - Parameter component: the regressor; nil for leaves without one.
    init(_ component: Component?, inputs: LearnerInputs) {
        guard let component else {
            (kind, freshLinear, freshOther) = (.none, [], [])
            return
        }
        let takesCategories = Catalogue.takesCategories(component)
        let inputs = LearnerInputs(
            task: .regression, numberCount: inputs.numberCount,
            categoryCount: takesCategories ? inputs.categoryCount : 0)
        let fresh = Catalogue.makeLearner(component, inputs: inputs)
        if let fresh = fresh as? LinearRegression {
            (kind, freshLinear, freshOther) = (.linear, [fresh], [])
        } else {
            (kind, freshLinear, freshOther) = (.other, [], [fresh])
        }
    }

    /// Gives the next leaf an untouched model.
    mutating func append() {
        switch kind {
        case .none: break
        case .linear: linear.append(freshLinear[0])
        case .other: other.append(freshOther[0])
        }
    }

    mutating func removeAll() {
        (linear, other) = ([], [])
    }

    mutating func reset(_ leaf: Int) {
        switch kind {
        case .none: break
        case .linear: linear[leaf] = freshLinear[0]
        case .other: other[leaf] = freshOther[0]
        }
    }

    mutating func copy(_ source: Int, to leaf: Int) {
        switch kind {
        case .none: break
        case .linear: linear[leaf] = linear[source]
        case .other: other[leaf] = other[source]
        }
    }

    @inline(__always)
    func predict(_ leaf: Int, _ x: borrowing FeatureVector, into answer: inout [Double]) {
        switch kind {
        case .none: break
        case .linear: linear[leaf].predict(x, into: &answer)
        case .other: other[leaf].predict(x, into: &answer)
        }
    }

    /// What each column adds to a leaf's model's answer; nil where there is no model, or it does not say.
    func explain(_ leaf: Int, _ x: borrowing FeatureVector) -> ColumnContributions? {
        let asked = ExplainedAnswer(.regression)
        return switch kind {
        case .none: nil
        case .linear: try? linear[leaf].explain(x, asked)
        case .other: try? other[leaf].explainIfAble(x, asked)
        }
    }

    /// - Returns: false where a number would stop being finite; the model is then as it was.
    @inline(__always)
    mutating func learn(
        _ leaf: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double, _ journal: inout Journal
    ) -> Bool {
        switch kind {
        case .none: true
        case .linear: linear[leaf].learn(x, .value(y), weight: weight, journal: &journal)
        case .other: other[leaf].learn(x, .value(y), weight: weight, journal: &journal)
        }
    }

    /// What a linear model counts for beside its columns. A number, and not the layout of the type: a tree forgets by
    /// it, and is to forget the same leaves when the type has another field.
    private static let linearBytes = 480

    /// Bytes of a leaf's model.
    func byteCount(_ leaf: Int) -> Int {
        switch kind {
        case .none: 0
        case .linear: Self.linearBytes + linear[leaf].byteCount
        case .other: 40 + other[leaf].byteCount
        }
    }

    func encode(_ leaf: Int, to encoder: inout CanonicalEncoder) {
        switch kind {
        case .none: break
        case .linear: linear[leaf].encode(to: &encoder)
        case .other: other[leaf].encode(to: &encoder)
        }
    }

    mutating func restore(_ leaf: Int, from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        switch kind {
        case .none: break
        case .linear: try linear[leaf].restore(from: &decoder)
        case .other: try other[leaf].restore(from: &decoder)
        }
    }
}
