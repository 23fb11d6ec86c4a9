import Determinism

/// Answers with the true values of the nearest examples among the last ones learned. An example at the very place of
/// the question answers alone; before there is any, the answer is 0.
///
/// - `n_neighbors`: how many examples answer, from 1 to 1000 (default 5).
/// - `engine`: which examples are kept and searched; default `lazy_search` (``LazySearch``) with a `window_size` of
///   1000, where River's default is a graph search (SWINN) over as many, which is approximate.
/// - `aggregation_method`: their `mean` (default), `median`, or `weighted_mean`, each weighing the reciprocal of its
///   distance. An example's own weight counts in the means.
///
/// Scale the numbers first. Time: O(window · features) per answer, O(features) per example learned. Memory: see
/// ``LazySearch``.
///
/// With two neighbors and their weighted mean, after learning 10 at 0 and 40 at 3, the answer at 1 is
/// (10 + 40 / 2) / (1 + ½) = 20.
///
/// Source: N. S. Altman, *An introduction to kernel and nearest-neighbor nonparametric regression*, The American
/// Statistician 46(3), 1992; River's `neighbors.KNNRegressor`.
public struct KNNRegressor: Learner {
    public static let declaration = ComponentDeclaration(
        "knn_regressor", .regressor,
        parameters: [
            NeighborsParameters.neighborCount, NeighborsParameters.engine,
            ParameterDeclaration(
                "aggregation_method", .choice(["mean", "median", "weighted_mean"]), default: .choice("mean"),
                "what is made of their values"),
        ])
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    private enum Aggregation {
        case mean, median, weightedMean
    }

    private let neighborCount: Int
    private let aggregation: Aggregation
    private var window: LazySearch

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        neighborCount = arguments.integer("n_neighbors")
        switch arguments.choice("aggregation_method") {
        case "median": aggregation = .median
        case "weighted_mean": aggregation = .weightedMean
        default: aggregation = .mean
        }
        window = LazySearch(arguments.engine, inputs: inputs)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(window.withNearest(x, neighborCount) { aggregate($0) })
    }

    private func aggregate(_ found: UnsafeBufferPointer<LazySearch.Neighbor>) -> Double {
        guard let first = found.first else { return 0 }
        guard first.square > 0 else { return window.targets[first.slot] }
        switch aggregation {
        case .median: return median(found)
        case .mean: return mean(found) { _ in 1 } ?? 0
        case .weightedMean: return mean(found) { 1 / $0.squareRoot() } ?? mean(found) { _ in 1 } ?? 0
        }
    }

    /// The mean by weights that depend on the squared distance; nil where none is left of them.
    @inline(__always)
    private func mean(
        _ found: UnsafeBufferPointer<LazySearch.Neighbor>, _ weight: (Double) -> Double
    ) -> Double? {
        var (sum, total) = (0.0, 0.0)
        for neighbor in found {
            let w = window.weights[neighbor.slot] * weight(neighbor.square)
            sum += w * window.targets[neighbor.slot]
            total += w
        }
        return total > 0 ? sum / total : nil
    }

    private func median(_ found: UnsafeBufferPointer<LazySearch.Neighbor>) -> Double {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: found.count) { values in
            for i in found.indices {
                let value = window.targets[found[i].slot]
                var index = i
                while index > 0, values[index - 1] > value {
                    values[index] = values[index - 1]
                    index -= 1
                }
                values[index] = value
            }
            let middle = found.count / 2
            return found.count % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns values") }
        guard weight > 0 else { return true }
        let largest = FeatureVector.largestLearnable
        guard weight <= largest, y.magnitude <= largest, x.isLearnable() else { return false }
        window.learn(x, y, weight: weight)
        return true
    }

    public var byteCount: Int { window.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { window.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try window.restore(from: &decoder)
    }
}
