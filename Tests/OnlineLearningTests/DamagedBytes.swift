import Determinism
import Testing

/// What damaged bytes may do to whoever restores them: they are refused, or they make a state like any other. Such a
/// state is stored as it was read, answers in its form, goes on from what was stored bit for bit, and is left as it was
/// by an example that it refuses.
struct DamagedBytes<Model> {
    let restore: ([UInt8]) throws -> Model
    let encode: (Model) -> [UInt8]
    /// Answers, then learns example number so many. - Returns: the answer, and whether the example was learned.
    let step: (inout Model, Int) -> (answer: [Double], isLearned: Bool)
    /// What is wrong with the form of an answer, or nil.
    var fault: ([Double]) -> String? = { _ in nil }

    /// - Parameter reach: how many of the first bytes are changed; any where nil.
    func areRefusedOrHarmless(
        _ bytes: [UInt8], rounds: Int, steps: Int, reach: Int? = nil,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        var generator = SeededGenerator(seed: 3)
        var (refused, taken) = (0, 0)
        for round in 0..<rounds {
            var damaged = bytes
            if round % 3 == 0 { damaged.removeLast(generator.below(bytes.count)) }
            for _ in 0...generator.below(3) where !damaged.isEmpty {
                let place = generator.below(min(reach ?? damaged.count, damaged.count))
                damaged[place] = UInt8(truncatingIfNeeded: generator.next())
            }
            guard let model = try? restore(damaged) else {
                refused += 1
                continue
            }
            taken += 1
            if let found = fault(of: model, damaged, steps) {
                Issue.record("round \(round): \(found)", sourceLocation: sourceLocation)
            }
        }
        #expect(refused > 0 && taken > 0, "\(refused) refused, \(taken) taken", sourceLocation: sourceLocation)
    }

    private func fault(of model: Model, _ damaged: [UInt8], _ steps: Int) -> String? {
        guard encode(model) == damaged else { return "other bytes are stored than were read" }
        var model = model
        guard var again = try? restore(damaged) else { return "bytes are taken once and refused once" }
        for index in 0..<steps {
            let (before, answered) = (index < 5 ? encode(model) : [], step(&model, index))
            if let found = fault(answered.answer) { return "\(found) expected, found \(answered.answer)" }
            if index < 5, !answered.isLearned, encode(model) != before { return "example \(index) left a trace" }
            let other = step(&again, index)
            guard answered.answer.map(\.bitPattern) == other.answer.map(\.bitPattern),
                answered.isLearned == other.isLearned
            else { return "\(answered) and \(other) of the same bytes, at example \(index)" }
            guard index == steps / 2 else { continue }
            guard let restored = try? restore(encode(again)) else { return "what it stores later is refused" }
            again = restored
        }
        return encode(model) == encode(again) ? nil : "another state after a stop"
    }
}

/// A single probability, or one that is none.
func probabilityFault(_ answer: [Double]) -> String? {
    answer.count == 1 && (answer[0].isNaN || (answer[0] >= 0 && answer[0] <= 1)) ? nil : "one probability"
}
