import BundledStreams
import Determinism
import OnlineLearning
import Testing

/// The model `auto` as the default for whatever comes: texts, many users and items, many columns, one column. Streams
/// are generated; what is stated is what it learns of them, beside its own bound.
@Suite("auto as default")
struct AutoDefaultTests {
    private func run(_ stream: GeneratedStream, _ count: Int? = nil) -> AutoRun {
        AutoRun(stream.rows(count), stream.declaration(Component(named: "auto")))
    }

    /// Its loss as a share of the baseline's, which knows the labels only.
    private func share(_ run: AutoRun) throws -> Double {
        let baseline = try #require(run.experts.first)
        #expect(baseline.name == "baseline")
        return run.loss / baseline.loss
    }

    private func holdsItsBound(_ run: AutoRun) {
        for expert in run.experts {
            #expect(
                run.loss <= expert.loss + expert.bound * 1.000001,
                "\(expert.name): \(run.loss) of auto against \(expert.loss), room \(expert.bound)")
        }
    }

    @Test("everywhere it keeps its bound and beats the baseline", arguments: remaining)
    func isBetter(_ stream: GeneratedStream, _ limit: Double) throws {
        let run = self.run(stream, stream == .clicks ? 20_000 : nil)
        holdsItsBound(run)
        let share = try self.share(run)
        #expect(share <= limit, "\(stream): \(share) of the baseline's loss")
    }

    /// What share of the baseline's loss is left, with a margin of two hundredths.
    private static let remaining: [(GeneratedStream, Double)] = [
        (.tweets, 0.90), (.ratings, 0.76), (.clicks, 0.93), (.wide, 0.68), (.cover, 0.31), (.wave, 0.36),
        (.shops, 0.64),
    ]

    /// A mean for each user, drawn to the mean of all by as much as five ratings weigh, learned as the stream goes.
    @Test("on ratings it beats the means of users, and of users and items")
    func usersAndItems() throws {
        let rows = GeneratedStream.ratings.rows()
        var (overall, users, items) = (Mean(), [String: Mean](), [String: Mean]())
        var (ofUsers, ofBoth) = (0.0, 0.0)
        for index in 0..<rows.count {
            guard case .value(let rating) = rows.targets[index], let user = rows.features[index].string(at: 0),
                let item = rows.features[index].string(at: 1)
            else { continue }
            let kindness = Self.deviation(users[user], overall)
            ofUsers += (rating - overall.value - kindness).magnitude
            ofBoth += (rating - overall.value - kindness - Self.deviation(items[item], overall)).magnitude
            users[user, default: Mean()].update(rating)
            items[item, default: Mean()].update(rating)
            overall.update(rating)
        }
        let run = self.run(.ratings)
        #expect(run.loss < 0.80 * ofUsers, "\(run.loss / ofUsers) of the users' means")
        #expect(run.loss < 0.87 * ofBoth, "\(run.loss / ofBoth) of the users' and items' means")
        // Which users like which items is what the factors know and the linear expert does not.
        let linear = try #require(run.experts.first { $0.name == "linear" })
        #expect(run.loss < 0.88 * linear.loss, "\(run.loss / linear.loss) of the linear model")
    }

    private static func deviation(_ mean: Mean?, _ overall: Mean) -> Double {
        mean.map { $0.count * ($0.value - overall.value) / ($0.count + 5) } ?? 0
    }

    /// 50,000 users come, five times as many as a feature has categories of their own.
    @Test("memory ends growing where users do not")
    func memory() throws {
        let rows = GeneratedStream.clicks.rows()
        let declaration = GeneratedStream.clicks.declaration(Component(named: "auto", ["budget": .integer(1_000)]))
        var model = Pipeline(declaration, task: rows.task, layout: rows.layout)
        var (workspace, answer, bytes) = (Pipeline.Workspace(), [Double](), [Int]())
        for index in 0..<rows.count {
            answer.removeAll(keepingCapacity: true)
            model.predict(rows.features[index], into: &answer, workspace: &workspace)
            let isAnswer = answer.count == 1 && answer[0] > 0 && answer[0] < 1
            #expect(isAnswer)
            let isLearned = model.learn(rows.features[index], rows.targets[index], workspace: &workspace)
            #expect(isLearned)
            if (index + 1) % 25_000 == 0 { bytes.append(model.byteCount) }
        }
        #expect(bytes[3] < 50_000_000, "\(bytes)")
        #expect(Double(bytes[3]) < 1.1 * Double(bytes[1]), "\(bytes)")
    }

    @Test("the rows are the same everywhere", arguments: GeneratedStream.allCases)
    func seeded(_ stream: GeneratedStream) throws {
        let (once, again) = (stream.rows(200), stream.rows(200))
        #expect(once.features == again.features && once.targets == again.targets)
        #expect(Set(once.targets.map { "\($0)" }).count > 1)
        let longer = stream.rows(300)
        #expect(Array(longer.features.prefix(200)) == once.features)
    }
}
