import Determinism

/// The expert that combines the others: the default linear model, of the log-odds that they give two classes, or of the
/// numbers that they answer, scaled. Time: O(experts). Memory: 88 bytes an expert.
struct AutoStack: Sendable {
    private let isRegression: Bool
    private let expertCount: Int
    private var logistic: LogisticRegression
    private var linear: LinearRegression
    private var scaler: StandardScaler
    private let row = FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)

    /// - Parameter isAsked: whether it is judged by what it said when asked; else it is that of before.
    init(_ task: Task, expertCount: Int, isAsked: Bool) {
        isRegression = task == .regression
        self.expertCount = expertCount
        let optimizer = Argument.component(isAsked ? Optimizer.standard : Optimizer.standardBefore)
        logistic = LogisticRegression(
            AutoExperts.component(LogisticRegression.declaration.name, ["optimizer": optimizer]),
            inputs: LearnerInputs(task: .binary, numberCount: expertCount))
        linear = LinearRegression(
            AutoExperts.component(LinearRegression.declaration.name, ["optimizer": optimizer]),
            inputs: LearnerInputs(task: .regression, numberCount: expertCount))
        scaler = StandardScaler(slots: Array(0..<expertCount))
    }

    /// How many experts of its own it weighs.
    var voiceCount: Int { isRegression ? linear.voiceCount : logistic.voiceCount }

    /// - Parameter inner: what its own experts say is appended.
    func predict(_ voices: [Double], inner: inout [Double]) -> Double {
        var x = vector(voices)
        var answer: [Double] = []
        if isRegression {
            scaler.transform(row, &x)
            linear.predict(x, into: &answer, voices: &inner)
            let value = answer.first ?? .nan
            return value.isFinite ? value : voices.first ?? 0
        }
        logistic.predict(x, into: &answer, voices: &inner)
        return Auto.held(answer.first ?? .nan, among: 2)
    }

    /// What each voice contributed to the stack's answer, by the voice's number as a column.
    func explain(_ voices: [Double], _ asked: ExplainedAnswer) throws(Unexplained) -> ColumnContributions {
        var x = vector(voices)
        guard isRegression else { return try logistic.explain(x, asked.inProbability) }
        scaler.transform(row, &x)
        return try linear.explain(x, asked)
    }

    /// The voices as the stack's model has them: scaled numbers, or log-odds; 0 is what contributes nothing.
    func inputs(_ voices: [Double]) -> [Double] {
        var x = vector(voices)
        if isRegression { scaler.transform(row, &x) }
        return x.numbers
    }

    /// Learns from what the experts said before they had learned the example, and where that was kept is judged by what
    /// it said of it then; an example that would leave a number not finite is left out.
    mutating func learn(_ said: AutoSaid, _ target: Target, weight: Double, journal: inout Journal) {
        if !said.isKept, said.labelsSince == 0 {
            return learn(said.voices.own, target, weight: weight, asked: .now, journal: &journal)
        }
        let answer =
            said.isKept ? said.answer(of: expertCount, isRegression ? .regression : .binary, classCount: 1) : []
        let inner = said.isKept ? Array(said.voices.inner.suffix(voiceCount)) : []
        inner.withUnsafeBufferPointer { voices in
            answer.withUnsafeBufferPointer { answer in
                let asked = Asked.then(voices: voices, answer: answer, labelsSince: said.labelsSince)
                learn(said.voices.own, target, weight: weight, asked: asked, journal: &journal)
            }
        }
    }

    private mutating func learn(
        _ voices: [Double], _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) {
        var x = vector(voices)
        if isRegression {
            var columnCount = expertCount
            guard scaler.learn(row, x, weight: weight, columnCount: &columnCount, journal: &journal) else {
                scaler.undo(&journal)
                return
            }
            scaler.transform(row, &x)
            _ = linear.learn(x, target, weight: weight, asked: asked, journal: &journal)
        } else {
            _ = logistic.learn(x, target, weight: weight, asked: asked, journal: &journal)
        }
    }

    private func vector(_ voices: [Double]) -> FeatureVector {
        var x = FeatureVector()
        x.begin(columnCount: expertCount)
        for k in 0..<expertCount {
            let voice = voices[k]
            x.numbers.append(isRegression ? voice : Elementary.log(voice / (1 - voice)))
        }
        return x
    }

    var byteCount: Int { scaler.byteCount + logistic.byteCount + linear.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        if isRegression {
            scaler.encode(to: &encoder)
            linear.encode(to: &encoder)
        } else {
            logistic.encode(to: &encoder)
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        if isRegression {
            try scaler.restore(from: &decoder)
            try linear.restore(from: &decoder)
        } else {
            try logistic.restore(from: &decoder)
        }
    }
}
