import Determinism

/// A number that says how good answers are, kept up to date answer by answer.
///
/// Answers come in the form of ``Learner/predict(_:into:)``. Memory is fixed; `update` takes constant time, or time
/// linear in the classes.
public protocol Metric: Sendable, CanonicallyCodable {
    /// River's class name in snake case.
    static var name: String { get }
    static var tasks: [Task] { get }
    static var biggerIsBetter: Bool { get }

    init()

    mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>)

    /// The metric over all answers so far; 0 before the first, unless its definition says otherwise.
    var value: Double { get }
}

extension Metric {
    /// Takes over an encoded state.
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self = try Self(from: &decoder)
    }

    public mutating func update(_ truth: Target, _ answer: [Double]) {
        answer.withUnsafeBufferPointer { update(truth, $0) }
    }
}

/// All metrics by name.
public enum Metrics {
    public static let all: [any Metric.Type] = [
        Accuracy.self, CrossEntropy.self, LogLoss.self, MAE.self, R2.self, RMSE.self, ROCAUC.self,
    ]

    public static func named(_ name: String) -> (any Metric.Type)? {
        all.first { $0.name == name }
    }

    public static func names(for task: Task) -> [String] {
        all.filter { $0.tasks.contains(task) }.map { $0.name }
    }

    /// What is measured where a spec names no metrics; the first is the one that plots show.
    public static func defaults(for task: Task) -> [String] {
        switch task {
        case .regression: ["mae", "rmse", "r2"]
        case .binary: ["log_loss", "roc_auc", "accuracy"]
        case .multiclass: ["log_loss", "accuracy"]
        }
    }
}

extension UnsafeBufferPointer<Double> {
    /// The class of the largest probability, the first of equals; nil where no class has one.
    @inline(__always)
    var choice: Int? {
        var best: Int?
        for slot in indices where self[slot] == self[slot] && (best == nil || self[slot] > self[best!]) { best = slot }
        return best
    }
}
