import Engine
import Foundation
import ModelLifecycle
import Testing

/// January's flights through the whole engine answer as the prototype of `ladder` does, which keeps what was said for
/// itself: `Tests/OnlineLearningTests/Linear/ladder_reference.py`.
@Suite struct JudgedAsAskedTests {
    /// A run of the prototype: the mean loss, and answers spread evenly from the last backwards.
    struct Run: Sendable, CustomStringConvertible {
        let loss: String
        let delay: String
        let meanLoss: Double
        let answers: [Double]

        var description: String { "\(loss) \(delay)" }
    }

    static let runs: [Run] = {
        let file = RiverNumbers.root.appending(path: "Tests/OnlineLearningTests/Linear/ladder_reference.txt")
        let lines = ((try? String(contentsOf: file, encoding: .utf8)) ?? "").split(separator: "\n")
        return lines.filter { $0.hasPrefix("january ") }.map { line in
            let words = line.split(separator: " ").map(String.init)
            let numbers = words.dropFirst(3).compactMap { Double($0) }
            return Run(loss: words[1], delay: words[2], meanLoss: numbers[0], answers: Array(numbers.dropFirst()))
        }
    }()

    @Test func allRunsAreThere() { #expect(Self.runs.count == 4) }

    private func spec(_ run: Run) throws -> Spec {
        let times = #", "time": "scheduled_departure", "label_time": "arrival""#
        return try SpecText.spec(
            """
            {"application": "january", "clock": "claimed", "features": {"carrier": "category", "origin": "category",
              "dest": "category", "hour": "category", "weekday": "category", "distance": "number"},
             "target": {"name": "arr_delay", "type": "regression", "horizon": "24h"},
             "data": {"id": "flight_id"\(run.delay == "real" ? times : "")},
             "model": [{"one_hot": ["carrier", "origin", "dest", "hour", "weekday"]}, "standard_scaler",
              {"linear_regression": {"loss": "\(run.loss)"}}], "metrics": ["mae"]}
            """)
    }

    private func schedule(_ spec: Spec) throws -> EventSchedule {
        let path = RiverNumbers.root.appending(path: "Examples/flights/january.csv.gz").path
        return EventSchedule(try RowSource(path: path, contract: spec.contract, data: spec.data), data: spec.data)
    }

    /// The delay of every flight that has one.
    private func delays(_ spec: Spec) throws -> [String: Double] {
        var schedule = try schedule(spec)
        var (event, delays) = (Event(spec.contract.layout), [String: Double]())
        while true {
            switch try schedule.next(into: &event) {
            case .event: if case .number(let value)? = event.label { delays[event.id.text] = value }
            case .refused: continue
            case .end: return delays
            }
        }
    }

    @Test(arguments: runs) func evaluateAnswersAsThePrototypeDoes(_ run: Run) throws {
        let spec = try spec(run)
        var evaluation = Evaluation(spec, try schedule(spec))
        evaluation.predictions = PredictionTable()
        while try evaluation.run(events: 10_000, refused: { _, _, _ in }) {}
        evaluation.predictions?.finish()
        let delays = try delays(spec)
        let questions = (evaluation.predictions?.done ?? []).sorted { $0.offset < $1.offset }
            .compactMap { question in delays[question.id.text].map { (answer: question.answers[0], delay: $0) } }
        var sum = 0.0
        for (answer, delay) in questions {
            sum += run.loss == "squared" ? (answer - delay) * (answer - delay) : (answer - delay).magnitude
        }
        let meanLoss = sum / Double(questions.count)
        #expect((meanLoss - run.meanLoss).magnitude <= 1e-9 * run.meanLoss, "\(meanLoss) \(run.meanLoss)")
        let step = questions.count / run.answers.count
        for (index, expected) in run.answers.reversed().enumerated() {
            let answer = questions[questions.count - 1 - index * step].answer
            #expect((answer - expected).magnitude <= 1e-9 * max(1, expected.magnitude), "\(answer) \(expected)")
        }
    }
}
