import Determinism
import OnlineLearning

/// A stream made from a seed: shapes of problems that the streams of `Tests/Data` do not have. The same rows
/// everywhere.
public enum GeneratedStream: String, Sendable, CaseIterable, CustomStringConvertible {
    /// Short texts with a sentiment: of 5,000 words, the more frequent the fewer, one in five speaks for a class.
    case tweets
    /// 2,000 users rate 500 items: by how kind the user is, how good the item, and three tastes.
    case ratings
    /// Who clicks on which of 300 items: every second event is of a user never met before, 50,000 of them at the end,
    /// the others of 500 regulars with habits.
    case clicks
    /// Fifty numbers, of which five matter, two of them only together.
    case wide
    /// Seven kinds of forest: ten numbers, and 44 columns of which two are 1.
    case cover
    /// One number, and a wave that is to be learned from it.
    case wave
    /// One category of eight values.
    case shops

    public var description: String { rawValue }

    public var task: OnlineLearning.Task {
        switch self {
        case .ratings, .wave: .regression
        case .tweets, .clicks, .wide, .shops: .binary
        case .cover: .multiclass
        }
    }

    public var features: [(name: String, kind: FeatureKind)] {
        switch self {
        case .tweets: [("text", .text)]
        case .ratings, .clicks: [("user", .category), ("item", .category)]
        case .wide: (0..<50).map { ("x\($0)", .number) }
        case .cover: (0..<54).map { ("x\($0)", .number) }
        case .wave: [("x", .number)]
        case .shops: [("shop", .category)]
        }
    }

    /// As many rows as it usually has.
    public var count: Int {
        switch self {
        case .ratings: 40_000
        case .clicks: 100_000
        case .tweets, .wide, .cover: 10_000
        case .wave, .shops: 5_000
        }
    }

    /// The pipeline of a spec whose model is this learner alone: categories as they are, words of a text as columns.
    public func declaration(_ learner: Component) -> PipelineDeclaration {
        func names(_ kind: FeatureKind) -> [String] { features.filter { $0.kind == kind }.map(\.name) }
        let texts = names(.text)
        return PipelineDeclaration(
            numbers: names(.number), categories: names(.category),
            transformers: texts.isEmpty ? [] : [.init(Component(named: "bag_of_words"), features: texts)],
            learner: learner)
    }

    /// The first rows, for one of them at a time.
    public func rows(_ count: Int? = nil) -> StreamRows {
        var rows = StreamRows(layout: FeatureLayout(features), task: task)
        var source = GeneratedSource(self)
        for index in 0..<(count ?? self.count) {
            var row = FeatureRow(rows.layout)
            let target = source.next(index, &row)
            rows.append(row, target)
        }
        return rows
    }
}

/// Draws the rows of a ``GeneratedStream``.
private struct GeneratedSource {
    private let stream: GeneratedStream
    private var generator = SeededGenerator(seed: 20_240_501)
    /// What is true of the stream, drawn beforehand: of each word, user, item, class.
    private var effects: [[Double]] = []
    private var visitorCount = 0

    init(_ stream: GeneratedStream) {
        self.stream = stream
        switch stream {
        case .tweets: effects = (0..<5_000).map { _ in [uniform() < 0.2 ? 1.5 * normal() : 0] }
        case .ratings: effects = (0..<2_500).map { _ in (0..<4).map { _ in normal() } }
        case .clicks: effects = (0..<800).map { _ in (0..<3).map { _ in normal() } }
        case .cover: effects = (0..<7).map { _ in (0..<54).map { _ in normal() } }
        case .shops: effects = (0..<8).map { _ in [1.5 * normal()] }
        case .wide, .wave: break
        }
    }

    mutating func next(_ index: Int, _ row: inout FeatureRow) -> Target {
        switch stream {
        case .tweets: tweet(&row)
        case .ratings: rating(&row)
        case .clicks: click(&row)
        case .wide: wide(&row)
        case .cover: cover(&row)
        case .wave: wave(&row)
        case .shops: shop(&row)
        }
    }

    private mutating func tweet(_ row: inout FeatureRow) -> Target {
        var (words, sum) = ([String](), 0.0)
        for _ in 0..<5 + generator.below(16) {
            let word = rank(5_000)
            words.append("word\(word)")
            sum += effects[word][0]
        }
        row.setString(words.joined(separator: " "), at: 0)
        return label(sum)
    }

    private mutating func rating(_ row: inout FeatureRow) -> Target {
        let (user, item) = (generator.below(2_000), rank(500))
        row.setString("user \(user)", at: 0)
        row.setString("item \(item)", at: 1)
        let (a, b) = (effects[user], effects[2_000 + item])
        let taste = a[1] * b[1] + a[2] * b[2] + a[3] * b[3]
        return .value(3.5 + 0.4 * a[0] + 0.4 * b[0] + 0.4 * taste + 0.4 * normal())
    }

    private mutating func click(_ row: inout FeatureRow) -> Target {
        let (isNew, item) = (generator.below(2) == 0, rank(300))
        let user = isNew ? 500 + visitorCount : generator.below(500)
        if isNew { visitorCount += 1 }
        row.setString("user \(user)", at: 0)
        row.setString("item \(item)", at: 1)
        let liking = effects[500 + item][0] - 1.5
        guard !isNew else { return label(liking) }
        return label(liking + 1.5 * effects[user][0] + effects[user][1] * effects[500 + item][1])
    }

    private mutating func wide(_ row: inout FeatureRow) -> Target {
        for slot in 0..<50 { row.setNumber(normal(), at: slot) }
        let x = row.numbers
        return label(1.5 * x[7] - 1.5 * x[19] + (x[23] > 0.5 ? 2 : -1) + 2 * x[31] * x[42])
    }

    private mutating func cover(_ row: inout FeatureRow) -> Target {
        for slot in 0..<10 { row.setNumber(1_000 + 300 * normal(), at: slot) }
        for slot in 10..<54 { row.setNumber(0, at: slot) }
        row.setNumber(1, at: 10 + generator.below(4))
        row.setNumber(1, at: 14 + rank(40))
        var (best, bestSum) = (0, -Double.infinity)
        for kind in 0..<7 {
            var sum = -0.7 * Double(kind) + 0.5 * normal()
            for slot in 0..<10 { sum += 0.5 * effects[kind][slot] * (row.numbers[slot] - 1_000) / 300 }
            for slot in 10..<54 { sum += effects[kind][slot] * row.numbers[slot] }
            if sum > bestSum { (best, bestSum) = (kind, sum) }
        }
        return .label(best)
    }

    private mutating func wave(_ row: inout FeatureRow) -> Target {
        let x = 100 * uniform()
        row.setNumber(x, at: 0)
        let phase = x / 20 - (x / 20).rounded(.down)
        return .value(10 * (phase < 0.5 ? phase : 1 - phase) + 0.5 * normal())
    }

    private mutating func shop(_ row: inout FeatureRow) -> Target {
        let shop = generator.below(8)
        row.setString("shop \(shop)", at: 0)
        return label(effects[shop][0])
    }

    // MARK: Drawing

    private mutating func uniform() -> Double { generator.uniform() }

    /// Nearly normal, of mean 0 and deviation 1.
    private mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }

    /// 0 ..< `count`, about as often as 1 / (rank + 1).
    private mutating func rank(_ count: Int) -> Int {
        min(count - 1, Int(Elementary.exp(uniform() * Elementary.log(Double(count) + 1))) - 1)
    }

    private mutating func label(_ logOdds: Double) -> Target {
        .label(uniform() < 1 / (1 + Elementary.exp(-logOdds)) ? 1 : 0)
    }
}
