import Determinism
import ModelLifecycle
import OnlineLearning

/// An answer to a question that leaves no trace.
public struct Previewed: Sendable {
    public let id: String
    /// As in ``Acceptance``.
    public let values: [Double]
    public let isBaseline: Bool
    public let classes: [String]
    /// The offset of the adoption that served.
    public let version: Int
    /// The state that answered is that before the event at this offset.
    public let stateOffset: Int
}

extension Application {
    /// Questions answered between two batches: others wait no longer than for these.
    static let previewSlice = 64

    /// Answers questions as they would be answered now; nothing is logged, counted or remembered.
    public func preview(_ questions: [Event]) async throws(Unavailable) -> [Result<Previewed, Refusal>] {
        var replies: [Result<Previewed, Refusal>] = []
        replies.reserveCapacity(questions.count)
        for start in stride(from: 0, to: questions.count, by: Self.previewSlice) {
            let slice = Array(questions[start..<min(start + Self.previewSlice, questions.count)])
            replies += try await look { serving, reading in
                slice.map { Self.preview($0, by: serving.state, reading.time) }
            }
        }
        return replies
    }

    private static func preview(
        _ question: Event, by state: borrowing ApplicationState, _ now: Timestamp
    ) -> Result<Previewed, Refusal> {
        if question.time != .unclaimed, let refusal = Serving.refusal(ofClaimed: question.time, now) {
            return .failure(refusal)
        }
        let classes = state.contract.target.task == .regression ? [] : state.classNames
        let answer = state.preview(question.features, at: question.time == .unclaimed ? now : question.time)
        return .success(
            Previewed(
                id: question.id.text, values: answer.values, isBaseline: answer.isBaseline, classes: classes,
                version: state.version, stateOffset: state.offset))
    }
}

extension Previewed {
    public func write(to json: inout JSONWriter, httpStatus: Int? = nil) {
        json.object { json in
            if let httpStatus { json.member("status", httpStatus) }
            json.member("event", "preview")
            if !id.isEmpty { json.member("id", id) }
            if !values.isEmpty {
                Answer(values: values, classes: classes).write(to: &json)
                if isBaseline { json.member("answered_by", "baseline") }
            }
            json.member("state_offset", stateOffset)
            json.member("version", version)
        }
    }
}
