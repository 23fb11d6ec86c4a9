import ModelLifecycle
import OnlineLearning

/// What a fold looks back at, and what it keeps of its own events for that.
protocol FoldPast: PastEvents {
    /// Takes over the row of the prediction at an offset above all before; hands another back, with stale values.
    mutating func keep(_ row: inout FeatureRow, ofPredictionAt offset: Int)
    /// Takes note of a label that waits for its question.
    mutating func keep(_ label: Label?, waitingSince offset: Int)
    /// Another contract may hold.
    mutating func adopt(_ contract: Contract)
}

/// The past as an evaluation has it: everything that is still referred to is in memory, and nothing else is kept.
struct MemoryPast: FoldPast {
    private var recent = RecentRows<FeatureRow>(capacity: nil)
    /// Labels that came before their predictions, by offset. Only a listed log has any.
    private var waiting: [Int: Label] = [:]

    mutating func keep(_ row: inout FeatureRow, ofPredictionAt offset: Int) {
        recent.take(over: &row, at: offset)
    }

    mutating func keep(_ label: Label?, waitingSince offset: Int) {
        waiting[offset] = label
    }

    mutating func adopt(_ contract: Contract) {}

    mutating func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        guard recent.take(offset, into: &row) else {
            throw PastEventMissing(offset: offset, reason: "its features are gone")
        }
    }

    mutating func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
        guard recent.read(offset, { row.copy($0) }) else {
            throw PastEventMissing(offset: offset, reason: "its features are gone")
        }
    }

    mutating func label(at offset: Int) throws(PastEventMissing) -> Label {
        guard let label = waiting.removeValue(forKey: offset) else {
            throw PastEventMissing(offset: offset, reason: "its label is gone")
        }
        return label
    }

    mutating func question(at offset: Int) throws(PastEventMissing) -> PastQuestion {
        throw PastEventMissing(offset: offset, reason: "nobody sets the clock of a file")
    }

    mutating func forgetFeatures(at offset: Int) {
        recent.forget(offset)
    }
}

/// The past of a fold whose models look at no features: the rows asked for stay as they are.
struct NoPast: FoldPast {
    mutating func keep(_ row: inout FeatureRow, ofPredictionAt offset: Int) {}
    mutating func keep(_ label: Label?, waitingSince offset: Int) {}
    mutating func adopt(_ contract: Contract) {}
    mutating func takeFeatures(at offset: Int, into row: inout FeatureRow) {}
    mutating func copyFeatures(at offset: Int, into row: inout FeatureRow) {}
    mutating func label(at offset: Int) throws(PastEventMissing) -> Label {
        throw PastEventMissing(offset: offset, reason: "a label of a file comes after its question")
    }
    mutating func question(at offset: Int) throws(PastEventMissing) -> PastQuestion {
        throw PastEventMissing(offset: offset, reason: "nobody sets the clock of a file")
    }
    mutating func forgetFeatures(at offset: Int) {}
}
