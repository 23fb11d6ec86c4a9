import CZlib
import Foundation
import OnlineLearning
import Testing

/// What the prototype of `ladder` answers on real streams with labels at once and late, see ladder_reference.py.
@Suite struct LadderReferenceTests {
    /// A run of the prototype: the mean loss, and answers spread evenly from the last backwards.
    struct Run: Sendable, CustomStringConvertible {
        let stream: String
        let loss: String
        let delay: String
        let meanLoss: Double
        let answers: [Double]

        var description: String { "\(stream) \(loss) \(delay)" }
    }

    static let runs: [Run] = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("ladder_reference.txt")
        let text = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").map { line in
            let words = line.split(separator: " ").map(String.init)
            let numbers = words.dropFirst(3).compactMap { Double($0) }
            return Run(
                stream: words[0], loss: words[1], delay: words[2], meanLoss: numbers.first ?? .nan,
                answers: Array(numbers.dropFirst()))
        }
    }()

    @Test func allRunsAreThere() {
        #expect(Self.runs.count == 13)
        #expect(Self.runs.allSatisfy { $0.answers.count == 47 && $0.meanLoss > 0 })
    }

    @Test(arguments: runs) func answersAsThePrototypeDoes(_ run: Run) throws {
        let stream = try LadderStream(run.stream)
        let answers = try stream.answers(loss: run.loss, delay: run.delay)
        var sum = 0.0
        for (answer, target) in zip(answers, stream.targets) {
            switch run.loss {
            case "squared": sum += (answer - (Double(target) ?? .nan)) * (answer - (Double(target) ?? .nan))
            case "absolute": sum += (answer - (Double(target) ?? .nan)).magnitude
            default: sum -= log(max(1e-15, run.loss == "softmax" || Double(target) == 1 ? answer : 1 - answer))
            }
        }
        #expect(isClose(sum / Double(answers.count), run.meanLoss), "\(sum / Double(answers.count)) \(run.meanLoss)")
        let step = answers.count / run.answers.count
        for (index, expected) in run.answers.reversed().enumerated() {
            let answer = answers[answers.count - 1 - index * step]
            #expect(isClose(answer, expected), "\(index): \(answer) \(expected)")
        }
    }
}

/// A bundled stream as the linear models of the reference are fed with it.
struct LadderStream {
    private var numbers: [String] = []
    private var categories: [String] = []
    private var rows: [[String]] = []
    private(set) var targets: [String] = []
    /// Of January: when a flight was to leave, and, within 24 hours, when it landed.
    private var times: [(asked: Date, came: Date?)] = []
    private let layout: FeatureLayout
    private let declared: [String]

    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    private static let kinds: [String: (target: String, numbers: [String], categories: [String])] = [
        "january": ("arr_delay", ["distance"], ["carrier", "origin", "dest", "hour", "weekday"]),
        "elec": ("up", ["period", "nswprice", "nswdemand", "vicprice", "vicdemand", "transfer"], []),
        "bikeshare": (
            "bikers", ["hr", "holiday", "weekday", "workingday", "temp", "atemp", "hum", "windspeed"],
            ["season", "mnth", "weathersit"]
        ),
        "phishing": ("is_phishing", [], []), "image_segments": ("category", [], []),
    ]

    init(_ name: String) throws {
        let isJanuary = name == "january"
        let path = isJanuary ? "Examples/flights/january.csv.gz" : "Tests/Data/\(name).csv.gz"
        let lines = try Self.unpacked(Self.root.appendingPathComponent(path)).split(whereSeparator: \.isNewline)
        let header = lines[0].split(separator: ",").map(String.init)
        let kind = try #require(Self.kinds[name])
        categories = kind.categories
        numbers = kind.numbers + (kind.numbers.isEmpty ? header.filter { $0 != kind.target } : [])
        declared = numbers + categories
        layout = FeatureLayout(numbers.map { ($0, .number) } + categories.map { ($0, .category) })
        let places = try (declared + [kind.target]).map { try #require(header.firstIndex(of: $0)) }
        let format = ISO8601DateFormatter()
        for line in lines.dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            guard !cells[places[places.count - 1]].isEmpty else { continue }
            rows.append(places.dropLast().map { cells[$0] })
            targets.append(cells[places[places.count - 1]])
            guard isJanuary else { continue }
            let asked = try #require(format.date(from: cells[1]))
            let came = try #require(format.date(from: cells[2]))
            times.append((asked, came.timeIntervalSince(asked) <= 86_400 ? came : nil))
        }
    }

    private static func unpacked(_ url: URL) throws -> String {
        let file = try #require(gzopen(url.path, "rb"))
        defer { gzclose(file) }
        var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 1 << 16))
        while case let count = gzread(file, &part, UInt32(part.count)), count > 0 {
            bytes += part.prefix(Int(count))
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// What comes when: a question, or the label of one.
    private func schedule(_ delay: String) throws -> [(asks: Bool, row: Int)] {
        guard delay == "real" else {
            let late = try #require(Int(delay))
            return rows.indices.flatMap { $0 >= late ? [(true, $0), (false, $0 - late)] : [(true, $0)] }
        }
        var events: [(time: Date, phase: Int, row: Int)] = []
        for (row, time) in times.enumerated() {
            events.append((time.asked, 1, row))
            if let came = time.came { events.append((came, 0, row)) }
        }
        let last = times.map(\.asked).max() ?? .distantPast
        return events.sorted { ($0.time, $0.phase, $0.row) < ($1.time, $1.phase, $1.row) }
            .filter { $0.time <= last }.map { ($0.phase == 1, $0.row) }
    }

    /// What is answered to each question, of several classes to that which came.
    func answers(loss: String, delay: String) throws -> [Double] {
        let task: OnlineLearning.Task = loss == "log" ? .binary : loss == "softmax" ? .multiclass : .regression
        let learner =
            switch task {
            case .binary: component("logistic_regression")
            case .multiclass: component("softmax_regression")
            case .regression: component("linear_regression", ["loss": .component(component(loss))])
            }
        var steps = [PipelineDeclaration.Step(component("standard_scaler"), features: numbers)]
        if !categories.isEmpty { steps.insert(.init(component("one_hot"), features: categories), at: 0) }
        var model = Pipeline(
            PipelineDeclaration(numbers: numbers, transformers: steps, learner: learner), task: task, layout: layout)
        #expect(model.voiceCount == 4)

        var (row, workspace) = (FeatureRow(layout), Pipeline.Workspace())
        var kept = [(voices: [Double], answer: [Double], count: Int)?](repeating: nil, count: rows.count)
        var (result, slots, count) = ([Double](), [String: Int](), 0)
        for (asks, index) in try schedule(delay) {
            row.removeAll()
            for (place, value) in rows[index].enumerated() {
                if place < numbers.count { row.setNumber(Double(value) ?? .nan, at: place) } else {
                    row.setString(value, at: place - numbers.count)
                }
            }
            if asks {
                var answer: [Double] = []
                model.predict(row, into: &answer, workspace: &workspace)
                kept[index] = (workspace.voices, answer, count)
                let slot = task == .multiclass ? slots[targets[index]] ?? answer.count : 0
                result.append(slot < answer.count ? answer[slot] : 0)
                continue
            }
            let question = try #require(kept[index])
            kept[index] = nil
            let target: Target
            switch task {
            case .regression: target = .value(try #require(Double(targets[index])))
            case .binary: target = .label(Double(targets[index]) == 1 ? 1 : 0)
            case .multiclass:
                let slot = slots[targets[index]] ?? slots.count
                slots[targets[index]] = slot
                target = .label(slot)
            }
            let isLearned = question.voices.withUnsafeBufferPointer { voices in
                question.answer.withUnsafeBufferPointer { answer in
                    model.learn(
                        row, target,
                        asked: .then(voices: voices, answer: answer, labelsSince: Double(count - question.count)),
                        workspace: &workspace)
                }
            }
            #expect(isLearned)
            count += 1
        }
        return result
    }
}
