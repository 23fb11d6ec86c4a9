import Determinism

/// The model one gets without choosing: a small set of unlike experts, each with the features as it needs them, whose
/// answers are weighed by how good each has been. One more expert, the stack, learns to combine the others.
///
/// - `budget`: operations per example that the experts are made to fit, from 1,000 to 100,000,000 (default 60,000, some
///   tens of microseconds); it sets how many trees the forests have and how many examples the neighbors are looked for
///   among. See ``AutoExperts`` for who they are and what each costs.
/// - `seed`: of all that is random, from 0 (default 1).
/// - `judged`: by what experts are judged: `asked` (default), or `labelled`, what they would say when the label comes,
///   which is the model of programs that knew no other: with the linear models of then, and without one of the
///   absolute loss.
///
/// Classes are weighed by a ``BayesMixture``: the log loss exceeds that of the best expert, whose probabilities are
/// held 10⁻⁴ away from 0 and 1, by at most ln (2 K) + ln (T + 1) nats over all T examples together. Numbers are
/// weighed by ``AdaHedge`` with absolute errors, which exceed the best expert's by at most its bound; experts' answers
/// are held near the values learned so far (``ValueRange``). The K experts include the stack: the default linear model
/// of two classes' log-odds, or of the numbers that the others answer; several classes have none. Experts are judged,
/// and the stack learns, by what was said when the question was asked (``Asked``); where labels are late the weights
/// move the slower. What the weights were is in ``expertHistory``. Numbers need no scaler and categories no encoder
/// before it.
///
/// Time: as budgeted. Memory: that of the experts, each of which is bounded, and some 200 bytes with each open
/// question, of several classes as many doubles a class as it has voices, its experts' experts included.
///
/// Before anything is learned the answer is that of the baseline. The baseline and the last label begin with a quarter
/// of the weight each, the others with equal parts of the rest.
///
/// Source: the sources of the two rules; D. H. Wolpert, *Stacked generalization*, Neural Networks 5(2), 1992.
public struct Auto: Learner {
    public static let declaration = ComponentDeclaration(
        "auto", .ensemble, revision: 3,
        parameters: [
            ParameterDeclaration(
                "budget", .integer(1_000...100_000_000), default: .integer(60_000),
                "operations per example that the experts are made to fit"),
            ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "the seed of all that is random"),
            ParameterDeclaration(
                "judged", .choice(["asked", "labelled"]), default: .choice("asked"), former: .choice("labelled"),
                "by what experts are judged: what they said when asked, or what they would say when the label comes"),
        ])
    public static let tasks = Task.allCases
    public static var takesCategories: Bool { true }

    let task: Task
    private let isAsked: Bool
    private(set) var features: EncodedFeatures
    private(set) var experts: [Expert]
    private(set) var stack: AutoStack?
    private(set) var mixture: BayesMixture
    private(set) var hedge: AdaHedge
    private var moments: ExpertMoments
    private(set) var known = KnownClasses()
    private var range = ValueRange()

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        isAsked = arguments.choice("judged") == "asked"
        features = EncodedFeatures(inputs)
        let chosen = AutoExperts(
            inputs, budget: arguments.integer("budget"), seed: arguments.integer("seed"), isAsked: isAsked)
        let encoded = LearnerInputs(task: inputs.task, numberCount: inputs.numberCount)
        experts = chosen.all.map { expert in
            let takesCategories = expert.input == .asItIs && Catalogue.takesCategories(expert.component)
            return Expert(
                name: expert.name, input: expert.input,
                model: Catalogue.makeLearner(expert.component, inputs: takesCategories ? inputs : encoded))
        }
        stack = inputs.task == .multiclass ? nil : AutoStack(inputs.task, expertCount: experts.count, isAsked: isAsked)
        let prior = Self.prior(experts.count + (stack == nil ? 0 : 1))
        mixture = BayesMixture(prior: prior)
        hedge = AdaHedge(prior: prior)
        moments = ExpertMoments(expertCount: prior.count)
    }

    /// Half of the weight for the first two experts, which know at once what they will ever know; half for all others.
    private static func prior(_ count: Int) -> [Double] {
        [0.25, 0.25] + [Double](repeating: 0.5 / Double(count - 2), count: count - 2)
    }

    /// How many say something, the stack included.
    var ownVoiceCount: Int { experts.count + (stack == nil ? 0 : 1) }

    public var voiceCount: Int {
        guard isAsked else { return 0 }
        return experts.reduce(ownVoiceCount + (stack?.voiceCount ?? 0)) { $0 + $1.model.voiceCount }
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        appendAnswer(voices(x), to: &answer)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
        guard isAsked else { return predict(x, into: &answer) }
        let said = speak(x)
        appendAnswer(said.own, to: &answer)
        voices.append(contentsOf: said.own)
        voices.append(contentsOf: said.inner)
    }

    private func appendAnswer(_ voices: [Double], to answer: inout [Double]) {
        switch task {
        case .multiclass: appendMixture(voices, to: &answer)
        case .binary:
            var p = 0.0
            for k in voices.indices { p += mixture.weights[k] * voices[k] }
            answer.append(p)
        case .regression:
            withUnsafeTemporaryAllocation(of: Double.self, capacity: voices.count) { weights in
                hedge.weigh(weights)
                var value = 0.0
                for k in voices.indices { value += weights[k] * voices[k] }
                answer.append(value)
            }
        }
    }

    /// Several classes: the probabilities are voice by voice, class by class.
    private func appendMixture(_ voices: [Double], to answer: inout [Double]) {
        let classCount = known.slotCount
        for slot in 0..<classCount {
            var p = 0.0
            for k in 0..<ownVoiceCount where known[slot] { p += mixture.weights[k] * voices[k * classCount + slot] }
            answer.append(known[slot] ? p : .nan)
        }
    }

    // MARK: What the experts say

    /// One number of each expert, the stack's last: the value, the probability of the positive class, or one
    /// probability for each class.
    package func voices(_ x: borrowing FeatureVector) -> [Double] { speak(x).own }

    /// The same, and what experts' experts say.
    private func speak(_ x: borrowing FeatureVector) -> AutoVoices {
        let columns = features.encode(x, isScaled: false)
        let scaled = features.encode(x, isScaled: true)
        let classCount = task == .multiclass ? known.slotCount : 1
        var (voices, said, inner) = (AutoVoices(), [Double](), [Double]())
        voices.own.reserveCapacity(ownVoiceCount * max(1, classCount))
        for expert in experts {
            said.removeAll(keepingCapacity: true)
            inner.removeAll(keepingCapacity: true)
            switch expert.input {
            case .asItIs: expert.model.predict(x, into: &said, voices: &inner)
            case .columns: expert.model.predict(columns, into: &said, voices: &inner)
            case .scaled: expert.model.predict(scaled, into: &said, voices: &inner)
            }
            appendVoice(said, to: &voices.own)
            voices.append(inner: inner, voiceCount: expert.model.voiceCount, classCount: classCount)
        }
        if let stack {
            let value = stack.predict(voices.own, inner: &voices.inner)
            voices.own.append(task == .regression ? range.held(value) : value)
        }
        return voices
    }

    private func appendVoice(_ said: [Double], to voices: inout [Double]) {
        switch task {
        case .binary: voices.append(Self.held(said.first ?? .nan, among: 2))
        case .regression:
            // The first expert is the baseline, which always has an answer.
            let value = said.first ?? .nan
            voices.append(range.held(value.isFinite ? value : voices.first ?? 0))
        case .multiclass:
            var sum = 0.0
            for slot in 0..<known.slotCount where slot < said.count && said[slot] > 0 { sum += said[slot] }
            for slot in 0..<known.slotCount {
                let share = slot < said.count && said[slot] > 0 && sum.isFinite ? said[slot] / sum : 0
                voices.append(known[slot] ? Self.held(sum > 0 ? share : .nan, among: known.count) : 0)
            }
        }
    }

    private static var margin: Double { 1e-4 }
    /// An expert's loss beyond it counts as this.
    static let lossMax = 1e100

    /// A probability kept away from 0 and 1, so that no single mistake costs more than ten nats; NaN, where an expert
    /// has none, is even odds.
    static func held(_ p: Double, among count: Int) -> Double {
        let even = 1 / Double(count)
        return p >= 0 && p <= 1 ? (1 - margin) * p + margin * even : even
    }

    /// The probability that was held so.
    static func released(_ p: Double, among count: Int) -> Double {
        (p - margin / Double(count)) / (1 - margin)
    }

    // MARK: Learning

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        learn(x, target, weight: weight, asked: .now, journal: &journal)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        guard x.isLearnable(), weight <= FeatureVector.largestLearnable, Self.isLearnable(target) else { return false }
        let said = said(asked, x)
        guard features.learn(x, weight: weight, journal: &journal) else { return false }
        let columns = features.encode(x, isScaled: false)
        let scaled = features.encode(x, isScaled: true)
        recall(said)
        sideBySide(&experts, x, workers: journal.workers) { expert, x in
            switch expert.input {
            case .asItIs: expert.learn(x, target, weight)
            case .columns: expert.learn(columns, target, weight)
            case .scaled: expert.learn(scaled, target, weight)
            }
        }
        guard experts.contains(where: { !$0.isRefused }) else {
            // Nothing was learned by anybody, and neither are the scales.
            features.undo(&journal)
            return false
        }
        if let said {
            weigh(said, target, weight)
            stack?.learn(said, target, weight: weight, journal: &journal)
        } else {
            hedge.pass()
            mixture.pass()
        }
        switch target {
        case .value(let value): range.insert(value)
        case .label(let slot) where task == .multiclass: known.insert(slot)
        case .label: break
        }
        return true
    }

    private static func isLearnable(_ target: Target) -> Bool {
        guard case .value(let value) = target else { return true }
        return value.magnitude <= FeatureVector.largestLearnable
    }

    /// What was said when asked, or would be now; nil where another spoke.
    private func said(_ asked: Asked, _ x: borrowing FeatureVector) -> AutoSaid? {
        guard isAsked else { return AutoSaid(now: speak(x)) }
        switch asked {
        case .now: return AutoSaid(now: speak(x))
        case .then(_, _, let labelsSince) where isEarly(labelsSince):
            return AutoSaid(now: speak(x), labelsSince)
        case .then(let voices, let answer, let labelsSince):
            return AutoSaid(
                voices, answer, labelsSince, isMulticlass: task == .multiclass, ownCount: ownVoiceCount,
                voiceCount: voiceCount)
        case .another: return nil
        }
    }

    /// See ``Lateness/isEarly(_:)``.
    private func isEarly(_ labelsSince: Double) -> Bool {
        task == .regression ? hedge.isEarly(labelsSince) : mixture.isEarly(labelsSince)
    }

    /// Tells the experts that weigh others what these said.
    private mutating func recall(_ said: AutoSaid?) {
        let classCount = said.map { $0.voices.own.count / ownVoiceCount } ?? 0
        var start = 0
        for index in experts.indices {
            experts[index].recall(said, task, index: index, from: start, classCount: classCount)
            start += experts[index].model.voiceCount
        }
    }

    /// Weighs the voices by what came.
    private mutating func weigh(_ said: AutoSaid, _ target: Target, _ weight: Double) {
        let (voices, labelsSince) = (said.voices.own, said.labelsSince)
        let count = ownVoiceCount
        withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * count) { room in
            let results = UnsafeMutableBufferPointer(rebasing: room[..<count])
            let weights = UnsafeMutableBufferPointer(rebasing: room[count...])
            switch target {
            case .value(let value):
                for k in 0..<count { results[k] = min(Self.lossMax, weight * (voices[k] - value).magnitude) }
                hedge.weigh(weights)
                var staleness = 0.0
                if let answer = said.answer?.first, answer.isFinite {
                    var mean = 0.0
                    for k in 0..<count { mean += weights[k] * voices[k] }
                    let more = weight * ((answer - value).magnitude - (mean - value).magnitude)
                    staleness = min(Self.lossMax, max(0, more))
                }
                _ = hedge.update(
                    UnsafeBufferPointer(results), weights: UnsafeBufferPointer(weights), staleness: staleness,
                    labelsSince: labelsSince)
                hedge.weigh(weights)
            case .label(let slot):
                for k in 0..<count { results[k] = probability(voices, k, slot) }
                var staleness = 0.0
                if let answer = said.answer, let own = given(answer, slot), own > 0 {
                    var mean = 0.0
                    for k in 0..<count { mean += mixture.weights[k] * results[k] }
                    staleness = own < mean ? weight * (Elementary.log(mean) - Elementary.log(own)) : 0
                }
                mixture.update(
                    UnsafeBufferPointer(results), weight: weight, staleness: staleness, labelsSince: labelsSince)
                for k in 0..<count { weights[k] = mixture.weights[k] }
            }
            moments.update(UnsafeBufferPointer(weights))
        }
    }

    /// What a voice gave the class that came; a class that nobody knew then surprises all alike.
    private func probability(_ voices: [Double], _ k: Int, _ slot: Int) -> Double {
        if task == .binary { return slot == 1 ? voices[k] : 1 - voices[k] }
        let classCount = voices.count / ownVoiceCount
        guard slot < classCount, voices[k * classCount + slot] > 0 else { return 1 }
        return voices[k * classCount + slot]
    }

    /// What the answer gave the class that came; nil where it did not know it.
    private func given(_ answer: [Double], _ slot: Int) -> Double? {
        if task == .binary { return answer.first.map { slot == 1 ? $0 : 1 - $0 } }
        return slot < answer.count ? answer[slot] : nil
    }

    // MARK: Report and state

    /// How much each expert weighed, from time to time.
    public var expertHistory: ExpertHistory? {
        var weights = mixture.weights
        if task == .regression { weights.withUnsafeMutableBufferPointer { hedge.weigh($0) } }
        return ExpertHistory(
            names: experts.map(\.name) + (stack == nil ? [] : ["stack"]), moments: moments.moments,
            now: ExpertHistory.Moment(count: moments.count, weights: weights))
    }

    /// By how much its loss, of all examples together, can exceed that of an expert: log loss in nats, or absolute
    /// errors; nil where no expert has that name. It holds for weights of 1.
    package func regretBound(of expert: String) -> Double? {
        guard let k = (experts.map(\.name) + ["stack"]).firstIndex(of: expert), k < ownVoiceCount else { return nil }
        let surprise = Elementary.log(1 / mixture.prior[k])
        if task == .regression { return hedge.gap * (1 + surprise / Elementary.log(Double(ownVoiceCount))) }
        return surprise + Elementary.log(Double(moments.count) + 1)
    }

    public var byteCount: Int {
        experts.reduce(features.byteCount + moments.byteCount + (stack?.byteCount ?? 0)) { $0 + $1.model.byteCount }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        features.encode(to: &encoder)
        for expert in experts { expert.model.encode(to: &encoder) }
        stack?.encode(to: &encoder)
        if task == .regression {
            hedge.encode(to: &encoder, hasLateness: isAsked)
        } else {
            mixture.encode(to: &encoder, hasLateness: isAsked)
        }
        moments.encode(to: &encoder)
        known.encode(to: &encoder)
        if task == .regression { range.encode(to: &encoder) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try features.restore(from: &decoder)
        for index in experts.indices { try experts[index].model.restore(from: &decoder) }
        try stack?.restore(from: &decoder)
        if task == .regression {
            try hedge.restore(from: &decoder, hasLateness: isAsked)
        } else {
            try mixture.restore(from: &decoder, hasLateness: isAsked)
        }
        try moments.restore(from: &decoder)
        known = try KnownClasses(from: &decoder)
        if task == .regression { range = try ValueRange(from: &decoder) }
    }
}
