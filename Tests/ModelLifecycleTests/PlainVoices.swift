import Determinism
import ModelLifecycle
import OnlineLearning

/// What a model has learned, a second time and as dumb as can be: what it said is kept in a list of open questions,
/// states of before are kept whole. It is told what the fold decided, and must come to the same model.
struct PlainVoices {
    private struct Open {
        let offset: Int
        let id: [UInt8]
        let time: Int64
        let row: FeatureRow
        /// Nil once it had to go.
        var said: (voices: [Double], answer: [Double], count: Int)?
    }

    private struct Life {
        var pipeline: Pipeline
        var slots: [Label] = []
        /// The ranges of the log that the model has lived through; the last is open.
        var ranges: [Range<Int>] = [0..<Int.max]
    }

    private let target: TargetDeclaration
    private let capacity: Int
    private let stated: Label?
    private var life: Life
    private var history: [Life] = []
    private var open: [Open] = []
    private var waiting: [[UInt8]: Label] = [:]
    private var count = 0
    private var workspace = Pipeline.Workspace()
    private(set) var dropped = 0

    var pipeline: Pipeline { life.pipeline }

    /// - Parameters:
    ///   - capacity: how many questions may be kept.
    ///   - stated: what questions that expire after ten seconds are learned as.
    init(_ spec: Spec, capacity: Int, stated: Label?) {
        (target, self.capacity, self.stated) = (spec.contract.target, capacity, stated)
        life = Life(
            pipeline: Pipeline(spec.settings.model.pipeline, task: target.task, layout: spec.contract.layout))
    }

    /// Takes what happened to a fold in its last step, where that was logged.
    mutating func take(_ fold: TestFold, _ decision: Decision) {
        let offset = fold.state.offset - 1
        while history.count <= offset { history.append(life) }
        guard let event = fold.past.events[offset]?.event else { return }
        if case .restore(let end)? = event.adoption?.recipe {
            life = end == offset ? life : history[end]
            life.ranges = life.ranges.compactMap { range in
                range.lowerBound < end ? range.lowerBound..<min(range.upperBound, end) : nil
            } + [offset..<Int.max]
            return
        }
        expire(at: fold.state.ledger.time.microseconds)
        let key = event.id.bytes
        switch decision {
        case .predicted:
            let said = ask(event.features)
            open.append(
                Open(offset: offset, id: key, time: event.time.microseconds, row: event.features, said: said))
            let kept = open.indices.filter { open[$0].said != nil }
            for index in kept.prefix(max(0, kept.count - capacity)) {
                open[index].said = nil
                dropped += 1
            }
        case .predictedAndLearned:
            guard let label = event.label ?? waiting.removeValue(forKey: key) else { return }
            learn(event.features, label, ask(event.features))
        case .waiting: waiting[key] = event.label
        case .learned:
            guard let index = open.firstIndex(where: { $0.id == key }), let label = event.label else { return }
            let question = open.remove(at: index)
            learn(question.row, label, saidByThis(question))
        default: break
        }
    }

    private mutating func expire(at time: Int64) {
        while let first = open.first, time - first.time > 10_000_000 {
            open.removeFirst()
            if let stated { learn(first.row, stated, saidByThis(first)) }
        }
    }

    private func saidByThis(_ question: Open) -> (voices: [Double], answer: [Double], count: Int)? {
        life.ranges.contains { $0.contains(question.offset) } ? question.said : nil
    }

    private mutating func ask(_ row: FeatureRow) -> (voices: [Double], answer: [Double], count: Int) {
        var answer: [Double] = []
        life.pipeline.predict(row, into: &answer, workspace: &workspace)
        return (workspace.voices, answer, count)
    }

    private mutating func learn(
        _ row: FeatureRow, _ label: Label, _ said: (voices: [Double], answer: [Double], count: Int)?
    ) {
        defer { count += 1 }
        let target = target(label)
        guard let said else {
            _ = life.pipeline.learn(row, target, asked: .another, workspace: &workspace)
            return
        }
        said.voices.withUnsafeBufferPointer { voices in
            said.answer.withUnsafeBufferPointer { answer in
                let asked = Asked.then(voices: voices, answer: answer, labelsSince: Double(count - said.count))
                _ = life.pipeline.learn(row, target, asked: asked, workspace: &workspace)
            }
        }
    }

    private mutating func target(_ label: Label) -> Target {
        switch label {
        case .number(let value): return .value(value)
        case .listed(let slot): return .label(slot)
        case .named:
            if let slot = life.slots.firstIndex(of: label) { return .label(slot) }
            if life.slots.count > target.maxClasses { return .label(life.slots.count - 1) }
            life.slots.append(label)
            return .label(life.slots.count - 1)
        }
    }
}
