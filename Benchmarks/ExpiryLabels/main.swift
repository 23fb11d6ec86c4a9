import Determinism
import OnlineLearning

// What to learn from questions that are learned provisionally as negatives, and from the positives that come later:
// the simulation behind docs/decisions/0037.
//
//     swift run -c release ExpiryLabels [SEED [LEARNER]]
//
// 1,000 questions a day for 60 days, a class of which 2 % are positive; a positive's label comes within 6 hours, a
// negative's never. Every question is learned as negative when it is an hour old, unless its label has come.

let seed = CommandLine.arguments.dropFirst().first.flatMap { UInt64($0) } ?? 37
let only = CommandLine.arguments.dropFirst(2).first

/// What becomes of a label that comes after its question was learned as negative.
enum Rule: CaseIterable {
    /// The truth at once: what no rule can have.
    case truth
    /// Positives alone, until negatives expire, which is after the end: as without `provisional_after`.
    case expiry
    /// Learned once more, as positive.
    case again
    /// With the weight 1 / P(negative), as the model says now; at most ``largest``.
    case odds2, odds4, odds20
    /// The same, as the model said when asked.
    case asked4, asked20
    /// Negatives with the weight P(negative), as the model says then; positives as they come.
    case soft
    /// Fake negative weighted as it stands: negatives (1 − p)(1 + p), positives 1 + p.
    case fakeNegative
    /// Learned once more, and answers taken from the odds: p = b / (1 − b).
    case calibrated
}

struct Stream {
    let name: String
    let share: Double
    let signal: Double
    let lateHours: Double
    let provisional: Double
    let isSeparable: Bool
}

let streams = [
    Stream(name: "2%", share: 0.02, signal: 1, lateHours: 6, provisional: 1, isSeparable: false),
    Stream(name: "2% strong", share: 0.02, signal: 3, lateHours: 6, provisional: 1, isSeparable: false),
    Stream(name: "2% separable", share: 0.02, signal: 0, lateHours: 6, provisional: 1, isSeparable: true),
    Stream(name: "20%", share: 0.2, signal: 1.5, lateHours: 6, provisional: 1, isSeparable: false),
    Stream(name: "20% 5d", share: 0.2, signal: 1.5, lateHours: 120, provisional: 1, isSeparable: false),
    Stream(name: "20% at once", share: 0.2, signal: 1.5, lateHours: 0.5, provisional: 1, isSeparable: false),
]

let perDay = 1_000
let days = 60
let numbers = ["a", "b", "c", "d", "e"]
let layout = FeatureLayout(numbers.map { ($0, .number) })

func normal(_ g: inout SeededGenerator) -> Double {
    var sum = -6.0
    for _ in 0..<12 { sum += g.uniform() }
    return sum
}

struct Question {
    var x: [Double]
    var p: Double
    var isPositive: Bool
    var asked: Double
    var labelled: Double
    var said = 0.5
    var isProvisional = false
}

func questions(_ s: Stream) -> [Question] {
    var g = SeededGenerator(seed: seed)
    func offset(_ target: Double) -> Double {
        // The intercept that gives the share, by bisection on a sample.
        var sample = SeededGenerator(seed: 1)
        var z: [Double] = []
        for _ in 0..<20_000 { z.append(s.signal * (normal(&sample) + 0.5 * normal(&sample))) }
        var (low, high) = (-20.0, 20.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            let mean = z.reduce(0) { $0 + 1 / (1 + Elementary.exp(-(middle + $1))) } / Double(z.count)
            if mean < target { low = middle } else { high = middle }
        }
        return low
    }
    let b = offset(s.share)
    var all: [Question] = []
    for i in 0..<(perDay * days) {
        var x = (0..<5).map { _ in normal(&g) }
        let asked = Double(i) * 24 / Double(perDay)
        var p = 1 / (1 + Elementary.exp(-(b + s.signal * (x[0] + 0.5 * x[1]))))
        if s.isSeparable { p = s.share }
        let isPositive = g.uniform() < p
        if s.isSeparable {
            x[0] += isPositive ? 6 : 0
            p = isPositive ? 1 : 0
        }
        all.append(
            Question(x: x, p: p, isPositive: isPositive, asked: asked, labelled: asked + s.lateHours * g.uniform()))
    }
    return all
}

struct Result {
    var meanRatioLow = Double.infinity
    var meanRatioHigh = 0.0
    var loss = 0.0
    var baseline = 0.0
    var worstDay = 0.0
    var worstCumulative = 0.0
}

func run(_ s: Stream, _ learner: String, _ rule: Rule) -> Result {
    let scaler = PipelineDeclaration.Step(Component(named: "standard_scaler"), features: numbers)
    let steps = learner == "auto" || learner.contains("tree") ? [] : [scaler]
    var model = Pipeline(
        PipelineDeclaration(numbers: numbers, transformers: steps, learner: Component(named: learner)),
        task: .binary, layout: layout)
    var baseline = (negatives: 0.0, positives: 0.0)
    var workspace = Pipeline.Workspace()
    var row = FeatureRow(layout)
    var all = questions(s)
    var answer: [Double] = []
    func fill(_ i: Int) { for k in 0..<5 { row.setNumber(all[i].x[k], at: k) } }
    func predict() -> Double {
        answer.removeAll(keepingCapacity: true)
        model.predict(row, into: &answer, workspace: &workspace)
        var p = answer[0]
        if rule == .calibrated { p = p < 0.5 ? min(p / (1 - p), 1 - 1e-9) : 1 - 1e-9 }
        return p
    }
    // Moments: positives' labels by time, provisional by time.
    let labels = all.indices.filter { all[$0].isPositive }.sorted { all[$0].labelled < all[$1].labelled }
    var (nextLabel, nextProvisional) = (0, 0)
    var result = Result()
    var (dayLoss, dayBase, dayMean, dayTruth) = (0.0, 0.0, 0.0, 0.0)
    var (cumLoss, cumBase) = (0.0, 0.0)
    for i in all.indices {
        let now = all[i].asked
        if rule == .truth {
            if i > 0 {
                fill(i - 1)
                model.learn(row, .label(all[i - 1].isPositive ? 1 : 0), workspace: &workspace)
                if all[i - 1].isPositive { baseline.positives += 1 } else { baseline.negatives += 1 }
            }
        } else {
            while true {
                let label = nextLabel < labels.count ? all[labels[nextLabel]].labelled : .infinity
                let due =
                    rule == .expiry || nextProvisional >= i ? .infinity : all[nextProvisional].asked + s.provisional
                guard min(label, due) <= now else { break }
                if label <= due {
                    let q = labels[nextLabel]
                    nextLabel += 1
                    guard q < i else { continue }
                    fill(q)
                    baseline.positives += 1
                    var weight = 1.0
                    if all[q].isProvisional {
                        baseline.negatives -= 1
                        let p = rule == .asked4 || rule == .asked20 ? all[q].said : predict()
                        switch rule {
                        case .odds2: weight = min(2, 1 / max(1e-9, 1 - p))
                        case .odds4: weight = min(4, 1 / max(1e-9, 1 - p))
                        case .odds20: weight = min(20, 1 / max(1e-9, 1 - p))
                        case .asked4: weight = min(4, 1 / max(1e-9, 1 - p))
                        case .asked20: weight = min(20, 1 / max(1e-9, 1 - p))
                        case .fakeNegative: weight = 1 + p
                        default: break
                        }
                    }
                    model.learn(row, .label(1), weight: weight, workspace: &workspace)
                    all[q].labelled = -1
                } else {
                    let q = nextProvisional
                    nextProvisional += 1
                    guard all[q].labelled >= 0 else { continue }
                    all[q].isProvisional = true
                    fill(q)
                    var weight = 1.0
                    if rule == .soft { weight = 1 - predict() }
                    if rule == .fakeNegative { let p = predict(); weight = 1 - p * p }
                    model.learn(row, .label(0), weight: weight, workspace: &workspace)
                    baseline.negatives += 1
                }
            }
        }
        fill(i)
        let p = predict()
        all[i].said = p
        let y = all[i].isPositive
        let b = (baseline.positives + 0.5) / (baseline.positives + baseline.negatives + 1)
        func loss(_ p: Double) -> Double { -Elementary.log(max(1e-15, y ? p : 1 - p)) }
        dayLoss += loss(p)
        dayBase += loss(b)
        dayMean += p
        dayTruth += all[i].p
        if (i + 1) % perDay == 0 {
            let day = i / perDay
            cumLoss += dayLoss
            cumBase += dayBase
            if day >= 1 {
                let ratio = dayMean / dayTruth
                result.meanRatioLow = min(result.meanRatioLow, ratio)
                result.meanRatioHigh = max(result.meanRatioHigh, ratio)
                result.loss += dayLoss
                result.baseline += dayBase
                result.worstDay = max(result.worstDay, dayLoss / dayBase)
                result.worstCumulative = max(result.worstCumulative, cumLoss / cumBase)
            }
            (dayLoss, dayBase, dayMean, dayTruth) = (0, 0, 0, 0)
        }
    }
    result.loss /= Double((days - 1) * perDay)
    result.baseline /= Double((days - 1) * perDay)
    return result
}

func text(_ x: Double) -> String {
    let r = (x * 1000).rounded() / 1000
    return "\(r)"
}
func pad(_ s: String, _ n: Int) -> String { s + String(repeating: " ", count: max(1, n - s.count)) }

let learners = [
    "logistic_regression", "gaussian_nb", "hoeffding_tree_classifier", "hoeffding_adaptive_tree_classifier",
    "adaptive_fm_classifier", "amf_classifier", "auto",
]
for learner in only.map({ [$0] }) ?? learners {
    for stream in streams {
        for rule in Rule.allCases {
            let r = run(stream, learner, rule)
            print(
                pad(learner, 20), pad(stream.name, 13), pad("\(rule)", 13), "mean/truth", pad(text(r.meanRatioLow), 7),
                pad(text(r.meanRatioHigh), 7), "loss/base", pad(text(r.loss / r.baseline), 7), "worst day",
                pad(text(r.worstDay), 7), "cum", text(r.worstCumulative))
        }
    }
}
