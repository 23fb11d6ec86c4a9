import Foundation
import OnlineLearning

/// Progressive validation: test, then train, as `Tests/RiverNumbers/streams.py` does it. The log loss is that module's,
/// which takes the *true* class's probability as at least 1e-15; ``LogLoss``, like River's own metric, the positive
/// one's, which makes 8e-4 of difference where a wrong answer is certain. The accuracy knows the task, so that one
/// known class of several is not taken for the answer of two.
public struct Progressive {
    /// The metrics after so many events, and the answer to the last: the value, or the probability of the true class.
    public struct Point: Sendable {
        public let events: Int
        public let metrics: [(name: String, value: Double)]
        public let answer: Double
        /// Answers so far whose choice was between equals: which one is chosen is a matter of order.
        public let ties: Int

        public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
    }

    public private(set) var points: [Point] = []
    private var scores: Scorecard
    private var (surprise, hits) = (0.0, 0.0)
    private var ties = 0

    /// - Parameter names: the metrics to keep.
    public init(_ names: [String], task: OnlineLearning.Task) {
        scores = Scorecard(names.map { Component(named: $0) }, task: task)
    }

    /// What River's numbers hold.
    public static func metrics(of task: OnlineLearning.Task) -> [String] {
        task == .regression ? ["mae", "rmse"] : ["log_loss", "accuracy"]
    }

    /// Runs a model over a stream; ten points.
    public mutating func run(_ model: inout Pipeline, over rows: StreamRows) {
        var (workspace, answer) = (Pipeline.Workspace(), [Double]())
        for index in 0..<rows.count {
            answer.removeAll(keepingCapacity: true)
            model.predict(rows.features[index], into: &answer, workspace: &workspace)
            scores.update(rows.targets[index], answer)
            let last = Self.probability(rows.targets[index], answer, rows.task)
            if rows.task != .regression { surprise -= log(min(max(last, 1e-15), 1 - 1e-15)) }
            if rows.task == .multiclass, Self.isTied(answer) { ties += 1 }
            if case .label(let slot) = rows.targets[index], Self.choice(answer, rows.task) == slot { hits += 1 }
            model.learn(rows.features[index], rows.targets[index], workspace: &workspace)
            while points.count < 10, (index + 1) * 10 >= rows.count * (points.count + 1) {
                let values = scores.values.map { ($0.name, own($0.name, index + 1) ?? $0.value) }
                points.append(Point(events: index + 1, metrics: values, answer: last, ties: ties))
            }
        }
    }

    private static func probability(_ target: Target, _ answer: [Double], _ task: OnlineLearning.Task) -> Double {
        switch target {
        case .value: return answer[0]
        case .label(let slot):
            guard task != .binary else { return slot == 1 ? answer[0] : 1 - answer[0] }
            return slot < answer.count && !answer[slot].isNaN ? answer[slot] : 0
        }
    }

    private func own(_ name: String, _ events: Int) -> Double? {
        name == "log_loss" ? surprise / Double(events) : name == "accuracy" ? hits / Double(events) : nil
    }

    /// The most probable class, the first of equals.
    private static func choice(_ answer: [Double], _ task: OnlineLearning.Task) -> Int? {
        guard task == .multiclass else { return answer[0] > 0.5 ? 1 : 0 }
        var best: Int?
        for slot in answer.indices where !answer[slot].isNaN && (best == nil || answer[slot] > answer[best!]) {
            best = slot
        }
        return best
    }

    /// Whether the two most probable classes are equally so, but for rounding.
    private static func isTied(_ answer: [Double]) -> Bool {
        var (first, second) = (-1.0, -1.0)
        for p in answer where !p.isNaN {
            if p > first { (first, second) = (p, first) } else if p > second { second = p }
        }
        return second >= 0 && first - second <= 1e-12 * first
    }
}
