import OnlineLearning

/// Questions that were scored without a label event: their horizon ended, and the label with which they were learned
/// provisionally is final.
extension Outcome {
    /// One of them.
    public struct Concluded: Sendable {
        /// The offset of the question.
        public let question: Int
        /// What answers were scored against; nil where they do not score.
        public let target: Target?
        /// Where its answers lie among all of them, and how many numbers each takes.
        fileprivate let start: Int
        fileprivate let width: Int
        /// Where its features lie.
        fileprivate let row: Int
    }

    /// The place of a row of features; there is one then.
    mutating func row(_ place: Int) -> Int {
        while rows.count <= place { rows.append(FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)) }
        return place
    }

    /// Moves what was scored last to the questions that are concluded.
    mutating func concludeScored(_ question: Int, row: Int) {
        concluded.append(
            Concluded(
                question: question, target: scoredTarget, start: concludedAnswers.count, width: scoredWidth, row: row))
        concludedAnswers.append(contentsOf: scored)
        scoredTarget = nil
    }

    /// Forgets those of the step before. Room for many rows is given back.
    mutating func beginConcluded() {
        if !concluded.isEmpty {
            concluded.removeAll(keepingCapacity: true)
            concludedAnswers.removeAll(keepingCapacity: true)
        }
        if rows.count > 2 * ApplicationState.provisionalMax { rows.removeLast(rows.count - 1) }
    }

    /// Hands out the baseline's answer to a question that was concluded, by its number among them.
    @inline(__always)
    package func withBaseline<R>(ofConcluded number: Int, _ body: (UnsafeBufferPointer<Double>) -> R) -> R {
        let (question, end) = (concluded[number], answersEnd(number))
        return concludedAnswers.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[end - question.width..<end]))
        }
    }

    /// The features of a question that was concluded, laid out by the contract.
    package func features(ofConcluded number: Int) -> FeatureRow { rows[concluded[number].row] }

    /// The loss of the champion's answer to a question that was concluded; nil where it does not score.
    package func loss(_ loss: ProperLoss, ofConcluded number: Int, task: Task) -> Double? {
        let question = concluded[number]
        guard let target = question.target else { return nil }
        let start = question.start + answering * question.width
        return concludedAnswers.withUnsafeBufferPointer { answers in
            loss.ofAnswer(UnsafeBufferPointer(rebasing: answers[start..<start + question.width]), target, task: task)
        }
    }

    private func answersEnd(_ number: Int) -> Int {
        number + 1 < concluded.count ? concluded[number + 1].start : concludedAnswers.count
    }
}

extension ApplicationState {
    /// The answers to a question that was concluded in the last step, as ``answersScored(in:)``.
    package func answersConcluded(_ number: Int, in outcome: borrowing Outcome) -> [(model: String, values: [Double])] {
        let question = outcome.concluded[number]
        let names = learned.models.map(\.name) + [Self.baselineRole]
        return names.enumerated().map { place, name in
            let start = question.start + place * question.width
            return (name, Array(outcome.concludedAnswers[start..<start + question.width]))
        }
    }
}
