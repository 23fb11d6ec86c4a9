import Determinism
import Foundation
import OnlineLearning

/// What the model `auto` and each of its experts lost on a stream, asked before they learned: log losses in nats, or
/// absolute errors, of all examples together. A class that nobody has met surprises all alike and is not counted.
public struct AutoRun {
    public struct Expert {
        public let name: String
        public let loss: Double
        /// By how much the model can lose more than this expert.
        public let bound: Double
        /// What it weighs at the end.
        public let weight: Double
    }

    public let loss: Double
    public let experts: [Expert]
    /// What this module's other users measure, of each example.
    public let metrics: [(name: String, value: Double)]
    public let byteCount: Int
    public let count: Int

    /// The best expert.
    public var best: Expert? { experts.min { $0.loss < $1.loss } }

    public init(_ rows: StreamRows, _ declaration: PipelineDeclaration) {
        let watch = Watch(rows.task)
        var model = Pipeline(declaration, task: rows.task, layout: rows.layout) { inputs in
            watch.auto = Auto(declaration.learner, inputs: inputs)
            return WatchedAuto(watch)
        }
        var progressive = Progressive(Progressive.metrics(of: rows.task), task: rows.task)
        progressive.run(&model, over: rows)
        metrics = progressive.points.last?.metrics ?? []
        let history = watch.auto?.expertHistory
        experts = (history?.names ?? []).enumerated().map { index, name in
            Expert(
                name: name, loss: watch.losses[index], bound: watch.auto?.regretBound(of: name) ?? .nan,
                weight: history?.now.weights[index] ?? .nan)
        }
        (loss, byteCount, count) = (watch.loss, model.byteCount, rows.count)
    }

    public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }
}

/// The model itself, in the hands of one run and of one thread.
private final class Watch: @unchecked Sendable {
    let task: OnlineLearning.Task
    var auto: Auto?
    var loss = 0.0
    var losses: [Double] = []
    private var (answer, voices) = ([Double](), [Double]())

    init(_ task: OnlineLearning.Task) { self.task = task }

    func predict(_ x: borrowing FeatureVector) -> [Double] {
        answer.removeAll(keepingCapacity: true)
        auto?.predict(x, into: &answer)
        voices = auto?.voices(x) ?? []
        return answer
    }

    func score(_ target: Target) {
        let width = task == .multiclass ? answer.count : 1
        guard width > 0 else { return }
        let expertCount = voices.count / width
        if losses.isEmpty { losses = [Double](repeating: 0, count: expertCount) }
        func loss(_ voice: (Int) -> Double) -> Double {
            switch target {
            case .value(let value): abs(voice(0) - value)
            case .label(let slot) where task == .binary: -log(slot == 1 ? voice(0) : 1 - voice(0))
            case .label(let slot): slot < answer.count && !answer[slot].isNaN ? -log(voice(slot)) : 0
            }
        }
        self.loss += loss { answer[$0] }
        for k in 0..<expertCount { losses[k] += loss { voices[k * width + $0] } }
    }
}

/// The model as the end of a pipeline, watched.
private struct WatchedAuto: Learner {
    static let declaration = Auto.declaration
    static let tasks = Auto.tasks
    static var takesCategories: Bool { true }
    private let watch: Watch

    init(_ watch: Watch) { self.watch = watch }

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        watch = Watch(inputs.task)
        watch.auto = Auto(arguments, inputs: inputs)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(contentsOf: watch.predict(x))
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        watch.score(target)
        return watch.auto?.learn(x, target, weight: weight, journal: &journal) ?? false
    }

    var byteCount: Int { watch.auto?.byteCount ?? 0 }

    func encode(to encoder: inout CanonicalEncoder) { watch.auto?.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try watch.auto?.restore(from: &decoder)
    }
}
