import BundledStreams
import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Labels far outside the range, on real streams.
@Suite struct OutlierStreamTests {
    private static let streams = BundledStream.all.filter { $0.task == .regression }

    /// A life over the rows of a stream, a second each.
    private struct Life {
        var state: ApplicationState
        var (past, outcome) = (ExamplesOnly(), Outcome())
        /// What was said of the rows.
        var answers: [Double] = []

        init(_ stream: BundledStream) throws {
            let numbers = stream.features(of: .number).map { JSONValue.string($0) }
            let categories = stream.features(of: .category).map { JSONValue.string($0) }
            var model: [JSONValue] = []
            if !categories.isEmpty { model.append(.object([("one_hot", .array(categories))])) }
            if !numbers.isEmpty { model.append(.string("standard_scaler")) }
            let spec = try stream.spec(model: .array(model + [.string("linear_regression")]), metrics: nil)
            state = ApplicationState(beginning: spec)
            let adoption = Adoption(.spec(spec), giving: state.successor(under: spec))
            let event = Event(.adopted(adoption), time: Ledger.beginning, features: FeatureRow(spec.contract.layout))
            try state.apply(event, past: &past, into: &outcome)
        }

        @discardableResult
        mutating func take(_ row: FeatureRow, _ label: Double, _ index: Int, id: String = "r") throws -> Decision {
            let event = Event(
                .example(.number(label)), time: Timestamp(microseconds: Int64(index) * 1_000_000),
                id: EventID("\(id)\(index)"), features: row)
            try state.apply(event, past: &past, into: &outcome)
            answers.append(outcome.answer.first ?? .nan)
            return outcome.decision
        }
    }

    /// Examples bring all that they need.
    private struct ExamplesOnly: PastEvents {
        func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
            throw Self.none(offset)
        }
        func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
            throw Self.none(offset)
        }
        func label(at offset: Int) throws(PastEventMissing) -> Label { throw Self.none(offset) }
        func question(at offset: Int) throws(PastEventMissing) -> PastQuestion { throw Self.none(offset) }
        func forgetFeatures(at offset: Int) {}

        private static func none(_ offset: Int) -> PastEventMissing {
            PastEventMissing(offset: offset, reason: "nobody asks for it")
        }
    }

    private static func value(_ target: Target) -> Double {
        if case .value(let value) = target { value } else { .nan }
    }

    @Test(arguments: streams) func noLabelOfTheStreamIsSetAside(_ stream: BundledStream) throws {
        var life = try Life(stream)
        let rows = try stream.rows()
        for index in 0..<rows.count { try life.take(rows.features[index], Self.value(rows.targets[index]), index) }
        #expect(life.state.asideLabels.count == 0)
    }

    /// One label of -4.1e6 among them: at most 5 % worse over the 1,000 rows after it.
    @Test(arguments: streams) func oneLabelFarOutsideChangesNothing(_ stream: BundledStream) throws {
        let rows = try stream.rows()
        let (start, count) = (min(400, rows.count / 2), min(1_000, rows.count - min(400, rows.count / 2)))
        var losses: [Double] = []
        for isStruck in [false, true] {
            var (life, loss) = (try Life(stream), 0.0)
            for index in 0..<start + count {
                if isStruck, index == start {
                    #expect(try life.take(rows.features[index], -4_100_000, index, id: "far") == .predictedAndSetAside)
                }
                let label = Self.value(rows.targets[index])
                try life.take(rows.features[index], label, index)
                if index >= start { loss += abs(label - (life.answers.last ?? .nan)) }
            }
            losses.append(loss / Double(count))
        }
        #expect(losses[1] <= 1.05 * losses[0], "\(losses)")
    }

    /// All labels a thousand times as large from one row on: learned from the twentieth on that lies outside.
    @Test(arguments: streams) func aChangeOfScaleIsFollowed(_ stream: BundledStream) throws {
        let rows = try stream.rows()
        let start = min(400, rows.count / 2)
        var (life, aside, others) = (try Life(stream), 0, 0)
        for index in 0..<rows.count {
            let scale = index < start ? 1.0 : 1_000
            let decision = try life.take(rows.features[index], scale * Self.value(rows.targets[index]), index)
            if decision == .predictedAndSetAside { aside += 1 } else if index >= start { others += 1 }
            if life.state.asideLabels.learnedCount > 0 { break }
        }
        #expect(life.state.asideLabels.learnedCount == 19, "\(aside) set aside, \(others) others")
    }
}
