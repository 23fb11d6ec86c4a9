import Determinism
import ModelLifecycle
import OnlineLearning

/// Something that may happen to an application, drawn at random: mostly questions and labels, among them retries,
/// contradictions, late and early ones, with now and then a restore or another spec.
enum RandomStep: Sendable {
    case predict(id: String, time: Int64, x: Double, c: String?)
    case label(id: String, time: Int64, value: Int)
    case example(id: String, time: Int64, x: Double, c: String?, value: Int)
    case correct(id: String, value: Int)
    /// To this share of the log so far.
    case restore(Double)
    /// By its number among the specs of the task.
    case adopt(Int)
}

/// One task with its specs and what its labels are.
struct RandomTask: Sendable, CustomStringConvertible {
    let description: String
    let specs: [SpecTree]
    let labels: [Label]
    /// Examples of usual labels that come before all else.
    private(set) var warmUp = 0

    static let names = ["one", "two", "t\u{E9}", "te\u{301}", "five", "six", "seven", "eight", "nine", "ten"]

    /// The first spec as programs before the ladder wrote it down.
    static let specBefore = all[0].specs[0].with(
        "model", [["one_hot": ["c"]], "standard_scaler", ["linear_regression": ["optimizer": "twin_ada_grad"]]])

    static let all = [
        RandomTask("regression", "linear_regression", ["mae", "r2"], [0, 1, 2.5, -7, 1e6].map { .number($0) }),
        RandomTask("binary", "logistic_regression", ["accuracy", "roc_auc"], [.listed(0), .listed(1)]),
        RandomTask("multiclass", "softmax_regression", ["accuracy", "log_loss"], names.map { .named(Array($0.utf8)) }),
    ]

    /// Of its labels one in thirty lies far outside the range of the others.
    static let outliers: RandomTask = {
        let labels = (0..<60).map { Double($0 % 7) } + [1e6, -1e6]
        var task = RandomTask("regression", "linear_regression", ["mae", "r2"], labels.map { .number($0) })
        task.warmUp = 150
        return task
    }()

    /// The same, with room for what was said to three questions: the first spec's, of others fewer.
    static let bounded = all.map { task in
        // Of classes there is room for four at first.
        let bytes = task.description == "multiclass" ? (1 + 1 + 4 * 4) * 8 : (1 + 4) * 8
        return RandomTask(
            description: task.description + ", three kept",
            specs: task.specs.map { $0.with("limits", ["voices": .plain("\(3 * bytes)")]) }, labels: task.labels)
    }

    /// The same of classes whose questions are learned provisionally.
    static let provisional = [
        RandomTask(
            "binary", "logistic_regression", ["accuracy", "log_loss"], [.listed(0), .listed(1)], stated: "false"),
        RandomTask(
            "multiclass", "softmax_regression", ["accuracy", "log_loss"], names.map { .named(Array($0.utf8)) },
            stated: "two"),
    ]

    /// All whose every label is learned.
    static let taken = all + bounded + provisional
    /// All that there are.
    static let every = taken + [outliers]

    /// Whether questions are learned provisionally by the first spec.
    var isProvisional: Bool { description.contains("provisional") }

    private init(description: String, specs: [SpecTree], labels: [Label]) {
        (self.description, self.specs, self.labels) = (description, specs, labels)
    }

    /// - Parameter stated: the class that questions are learned with provisionally.
    private init(
        _ type: String, _ learner: String, _ metrics: [String], _ labels: [Label], stated: String? = nil
    ) {
        description = stated == nil ? type : "\(type), provisional"
        self.labels = labels
        var target: [(String, SpecTree)] = [("name", "y"), ("type", .plain(type)), ("horizon", "10s")]
        if type == "multiclass" { target.append(("max_classes", "6")) }
        func provisional(_ label: SpecTree, _ age: SpecTree) -> SpecTree {
            .map(target + [("unlabelled", ["label": label, "provisional_after": age])])
        }
        let name = SpecTree.plain(learner)
        let oneHot: SpecTree = ["one_hot": ["c"]]
        let first = tenSecondSpec.with("target", .map(target)).with("metrics", .list(metrics.map { .plain($0) }))
            .with("model", [oneHot, "standard_scaler", name])
        let descent: SpecTree = ["optimizer": ["sgd": ["lr": "0.1"]]]
        let sgd = SpecTree.map([(learner, descent)])
        let usual = metrics.map { SpecTree.plain($0) }
        let windows: [SpecTree] = [
            .map([("rolling", ["metric": usual[0], "window_size": "5", "by": "c"])]),
            .map([("time_rolling", ["metric": usual[1], "period": "7s", "max_answers": "9"])]),
            .map([(metrics[1], ["by": "c", "max_slices": "2"] as SpecTree)]),
        ]
        var specs = [
            first,
            first.with("challengers", ["plain": ["standard_scaler", name]]).with("metrics", .list(usual + windows)),
            // Another model by name: whoever served as `model` serves on.
            first.with("model", ["name": "b", "model": [oneHot, sgd]])
                .with("challengers", ["model": [oneHot, "standard_scaler", name], "plain": ["standard_scaler", name]]),
            first.with("metrics", .list([.plain(metrics[1])])).with("model", ["standard_scaler", sgd]),
        ]
        if let stated {
            specs[0] = specs[0].with("target", provisional(.plain(stated), "3s"))
            specs[1] = specs[1].with("target", provisional(.plain(stated), "5s"))
            // Another class is stated.
            specs[2] = specs[2].with("target", provisional(stated == "two" ? "five" : "true", "1s"))
        }
        self.specs = specs
    }
}

/// The same steps for the same seed.
struct RandomStream {
    private var generator: SeededGenerator
    private let labelCount: Int
    private var time: Int64 = 0

    init(seed: UInt64, labelCount: Int) {
        generator = SeededGenerator(seed: seed)
        self.labelCount = labelCount
    }

    mutating func next() -> RandomStep {
        time += [0, 0, 0, 1, 1, 2, 3, 15][generator.below(8)]
        // Clients' clocks differ: some claims lie behind.
        let claimed = generator.below(10) == 0 ? time - 4 : time
        let id = "id\(time / 8 + Int64(generator.below(12)) - 6)"
        let x = Double(generator.below(3))
        let c = [nil, "a", "b", "\u{E9}", "e\u{301}"][generator.below(5)]
        switch generator.below(100) {
        case 0..<40: return .predict(id: id, time: claimed, x: x, c: c)
        case 40..<78: return .label(id: id, time: claimed, value: generator.below(labelCount))
        case 78..<88: return .example(id: id, time: claimed, x: x, c: c, value: generator.below(labelCount))
        case 88..<96: return .correct(id: id, value: generator.below(labelCount))
        case 96..<98: return .restore(generator.uniform())
        default: return .adopt(generator.below(4))
        }
    }
}
