import Determinism

/// What is kept with a question that `auto` was asked: what each expert said, then, of those that weigh others
/// themselves and of the stack, what these said, expert by expert. Of several classes each is a voice of as many
/// doubles as classes were known; one that had no probability of a class has 0 there, and of the latter not a number.
struct AutoVoices: Sendable {
    /// One number of each expert, the stack's last, or one for each class.
    var own: [Double] = []
    /// Of experts' experts.
    var inner: [Double] = []

    /// Appends what an expert's own experts said, laid out for so many classes.
    mutating func append(inner said: [Double], voiceCount: Int, classCount: Int) {
        let width = voiceCount == 0 ? 0 : said.count / voiceCount
        for voice in 0..<voiceCount {
            for slot in 0..<classCount { inner.append(slot < width ? said[voice * width + slot] : .nan) }
        }
    }
}

/// What was said when a question was asked, or would be said now, as the experts are judged by it.
struct AutoSaid: Sendable {
    let voices: AutoVoices
    /// What was answered, where labels have come since that moved the weights.
    let answer: [Double]?
    let labelsSince: Double
    /// Whether it is what was kept, so that experts that weigh others are judged by it, too.
    let isKept: Bool

    /// What is said now.
    /// - Parameter labelsSince: above 0 where the label is early (``Lateness/isEarly(_:)``).
    init(now voices: AutoVoices, _ labelsSince: Double = 0) {
        (self.voices, answer, self.labelsSince, isKept) = (voices, nil, labelsSince, false)
    }

    /// What was kept; nil where that cannot have been.
    /// - Parameters:
    ///   - ownCount: of experts, the stack included.
    ///   - voiceCount: of these and theirs.
    init?(
        _ voices: UnsafeBufferPointer<Double>, _ answer: UnsafeBufferPointer<Double>, _ labelsSince: Double,
        isMulticlass: Bool, ownCount: Int, voiceCount: Int
    ) {
        let classCount = isMulticlass ? voices.count / voiceCount : 1
        let own = voices.prefix(ownCount * classCount)
        guard !voices.isEmpty, voices.count == voiceCount * classCount, own.allSatisfy(\.isFinite), labelsSince >= 0,
            labelsSince < .infinity
        else { return nil }
        self.voices = AutoVoices(own: Array(own), inner: Array(voices.dropFirst(own.count)))
        self.answer = labelsSince > 0 ? Array(answer) : nil
        (self.labelsSince, isKept) = (labelsSince, true)
    }

    /// What an expert answered, before it was held away from 0 and 1.
    func answer(of expert: Int, _ task: Task, classCount: Int) -> [Double] {
        let said = voices.own[expert * classCount..<(expert + 1) * classCount]
        switch task {
        case .regression: return Array(said)
        case .binary: return said.map { Auto.released($0, among: 2) }
        case .multiclass:
            let known = said.reduce(0) { $0 + ($1 > 0 ? 1 : 0) }
            return said.map { $0 > 0 ? Auto.released($0, among: known) : .nan }
        }
    }
}

extension Auto {
    struct Expert: Sendable {
        let name: String
        let input: AutoExperts.Input
        var model: any Learner
        var isRefused = false
        private var journal = Journal()
        /// What it is told of the question, where it weighs others: their voices, its answer, the labels since; nil
        /// where another spoke.
        private var said: (voices: [Double], answer: [Double], labelsSince: Double)?
        private var isAskedNow = true

        init(name: String, input: AutoExperts.Input, model: any Learner) {
            (self.name, self.input, self.model) = (name, input, model)
        }

        /// To be said before each example.
        /// - Parameter said: nil where another spoke.
        mutating func recall(_ said: AutoSaid?, _ task: Task, index: Int, from start: Int, classCount: Int) {
            guard model.voiceCount > 0 else { return }
            isAskedNow = said.map { !$0.isKept && $0.labelsSince == 0 } ?? false
            guard let said, !isAskedNow else {
                self.said = nil
                return
            }
            guard said.isKept else {
                self.said = ([], [], said.labelsSince)
                return
            }
            let voices = said.voices.inner[start * classCount..<(start + model.voiceCount) * classCount]
            self.said = (
                Array(voices), said.answer(of: index, task, classCount: classCount), said.labelsSince
            )
        }

        @inline(__always)
        mutating func learn(_ x: borrowing FeatureVector, _ target: Target, _ weight: Double) {
            journal.removeAll()
            guard let said else {
                let asked: Asked = isAskedNow ? .now : .another
                isRefused = !model.learn(x, target, weight: weight, asked: asked, journal: &journal)
                return
            }
            said.voices.withUnsafeBufferPointer { voices in
                said.answer.withUnsafeBufferPointer { answer in
                    isRefused = !model.learn(
                        x, target, weight: weight,
                        asked: .then(voices: voices, answer: answer, labelsSince: said.labelsSince), journal: &journal)
                }
            }
        }
    }
}
