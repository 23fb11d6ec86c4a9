import Foundation
import OnlineLearning

/// What a model lost on a stream whose labels come late. Every answer counts, until the last question; of several
/// classes where the class was known to the model and to the baseline when asked.
struct LateRun {
    /// Root of the mean squared error, mean absolute error, log loss.
    private(set) var squared = 0.0
    private(set) var absolute = 0.0
    private(set) var log = 0.0

    /// By which a model that was told to make a loss small is held.
    func loss(_ name: String?) -> Double {
        switch name {
        case "squared": squared
        case "absolute": absolute
        default: log
        }
    }

    /// The trivial model's.
    init(baselineOn stream: LateStream, _ schedule: LateStream.Schedule) {
        var (baseline, answers) = (Baseline(stream.task), [[Double]](repeating: [], count: stream.targets.count))
        var known: [Bool] = []
        for event in schedule {
            guard event < 0 else {
                if case .label(let slot) = stream.targets[event - 1], stream.task == .multiclass,
                    !known.indices.contains(slot) || !known[slot]
                {
                    continue
                }
                baseline.predict(into: &answers[event - 1])
                continue
            }
            let target = stream.targets[-event - 1]
            baseline.learn(target)
            if case .label(let slot) = target {
                while known.count <= slot { known.append(false) }
                known[slot] = true
            }
        }
        score(answers, stream)
    }

    /// - Parameters:
    ///   - learner: behind `one_hot` and `standard_scaler` where it needs them.
    ///   - isAsked: whether it is told what it said when asked.
    init(_ learner: Component, on stream: LateStream, _ schedule: LateStream.Schedule, asked isAsked: Bool = true) {
        var steps: [PipelineDeclaration.Step] = []
        let isAuto = learner.name == "auto"
        if !isAuto, !stream.categories.isEmpty {
            steps.append(.init(Component(named: "one_hot"), features: stream.categories))
        }
        if !isAuto, !stream.numbers.isEmpty {
            steps.append(.init(Component(named: "standard_scaler"), features: stream.numbers))
        }
        var model = Pipeline(
            PipelineDeclaration(
                numbers: stream.numbers, categories: isAuto ? stream.categories : [], transformers: steps,
                learner: learner),
            task: stream.task, layout: stream.layout)
        var workspace = Pipeline.Workspace()
        var answers = [[Double]](repeating: [], count: stream.targets.count)
        var voices = [[Double]](repeating: [], count: isAsked ? stream.targets.count : 0)
        var labelsThen = [Int](repeating: 0, count: stream.targets.count)
        var labels = 0
        for event in schedule {
            let row = abs(event) - 1
            guard event < 0 else {
                model.predict(stream.features[row], into: &answers[row], workspace: &workspace)
                if isAsked { voices[row] = workspace.voices }
                labelsThen[row] = labels
                continue
            }
            if isAsked, model.voiceCount > 0 {
                voices[row].withUnsafeBufferPointer { voices in
                    answers[row].withUnsafeBufferPointer { answer in
                        let asked = Asked.then(
                            voices: voices, answer: answer, labelsSince: Double(labels - labelsThen[row]))
                        model.learn(stream.features[row], stream.targets[row], asked: asked, workspace: &workspace)
                    }
                }
                voices[row] = []
            } else {
                model.learn(stream.features[row], stream.targets[row], workspace: &workspace)
            }
            labels += 1
        }
        score(answers, stream)
    }

    private mutating func score(_ answers: [[Double]], _ stream: LateStream) {
        var count = 0.0
        for (answer, target) in zip(answers, stream.targets) {
            switch target {
            case .value(let value):
                squared += (answer[0] - value) * (answer[0] - value)
                absolute += (answer[0] - value).magnitude
            case .label(let slot):
                let p: Double
                if stream.task == .binary {
                    p = slot == 1 ? answer[0] : 1 - answer[0]
                } else {
                    guard slot < answer.count, answer[slot] >= 0 else { continue }
                    p = answer[slot]
                }
                log -= Foundation.log(max(1e-15, p))
            }
            count += 1
        }
        guard count > 0 else { return }
        (squared, absolute, log) = ((squared / count).squareRoot(), absolute / count, log / count)
    }
}
