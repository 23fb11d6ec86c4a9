import BundledStreams
import Determinism
import Foundation
import OnlineLearning
import Testing

/// The model `auto` on every bundled stream: against its own experts, and against River's single models.
@Suite("auto")
struct AutoTests {
    private struct Outcome {
        /// Losses of all examples together: its own and those of each expert.
        var own = 0.0
        var experts: [Double] = []
        var count = 0
    }

    /// Log loss of classes, absolute errors of numbers. An expert's probabilities are those that are weighed.
    private func run(_ stream: BundledStream) throws -> (Outcome, Auto) {
        let rows = try stream.rows()
        let (numbers, categories) = (stream.features(of: .number), stream.features(of: .category))
        let slots = { (names: [String]) in names.map { rows.layout.slots[rows.layout.index(of: $0) ?? 0] } }
        let (numberSlots, categorySlots) = (slots(numbers), slots(categories))
        var tables = categories.map { _ in CategoryTable() }
        var auto = Auto(
            Auto.declaration.withDefaults,
            inputs: LearnerInputs(task: stream.task, numberCount: numbers.count, categoryCount: categories.count))
        var (journal, x, answer, outcome) = (Journal(), FeatureVector(), [Double](), Outcome())
        for index in 0..<rows.count {
            let row = rows.features[index]
            x.begin(row, slots: numberSlots, columnCount: numbers.count)
            for j in categories.indices {
                x.append(category: Self.slot(row.string(at: categorySlots[j]), &tables[j]))
            }
            answer.removeAll(keepingCapacity: true)
            auto.predict(x, into: &answer)
            let voices = auto.voices(x)
            score(stream.task, rows.targets[index], answer, voices, &outcome)
            let isLearned = auto.learn(x, rows.targets[index], weight: 1, journal: &journal)
            #expect(isLearned)
        }
        return (outcome, auto)
    }

    private static func slot(_ name: String?, _ table: inout CategoryTable) -> Int32 {
        guard let name else { return FeatureVector.missing }
        return Int32(table.slot(of: name) ?? table.append(name))
    }

    private func score(
        _ task: OnlineLearning.Task, _ target: Target, _ answer: [Double], _ voices: [Double], _ outcome: inout Outcome
    ) {
        let expertCount = task == .multiclass && !answer.isEmpty ? voices.count / answer.count : voices.count
        if outcome.experts.count < expertCount {
            outcome.experts += [Double](repeating: 0, count: expertCount - outcome.experts.count)
        }
        outcome.count += 1
        func loss(_ voice: (Int) -> Double) -> Double {
            switch target {
            case .value(let value): abs(voice(0) - value)
            case .label(let slot) where task == .binary: -log(slot == 1 ? voice(0) : 1 - voice(0))
            case .label(let slot): slot < answer.count && !answer[slot].isNaN ? -log(voice(slot)) : 0
            }
        }
        outcome.own += loss { answer[$0] }
        let width = task == .multiclass ? answer.count : 1
        guard width > 0 else { return }
        for k in 0..<expertCount { outcome.experts[k] += loss { voices[k * width + $0] } }
    }

    @Test("auto is within its bound of every expert", arguments: BundledStream.all)
    func bound(_ stream: BundledStream) throws {
        let (outcome, auto) = try run(stream)
        let history = try #require(auto.expertHistory)
        #expect(outcome.experts.count == history.names.count)
        #expect(abs(history.now.weights.reduce(0, +) - 1) < 1e-9)
        for (name, loss) in zip(history.names, outcome.experts) {
            let room = try #require(auto.regretBound(of: name)) * 1.000001
            #expect(outcome.own <= loss + room, "\(name): \(outcome.own) of auto against \(loss), room \(room)")
        }
        try compareWithRiver(stream, outcome.own / Double(outcome.count))
    }

    /// River's best single model at its defaults is not better by more than two percent.
    private func compareWithRiver(_ stream: BundledStream, _ own: Double) throws {
        let file = BundledStream.root.appending(path: "Tests/RiverNumbers/singles.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
        let values = lines.filter { $0.hasPrefix(stream.description + ",") }
            .compactMap { Double($0.split(separator: ",").last ?? "") }
        #expect(values.count >= 9)
        let best = try #require(values.min())
        #expect(own <= 1.02 * best, "\(own) against River's best \(best)")
    }
}
