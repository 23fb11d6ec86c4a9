import Determinism
import OnlineLearning

/// When labels come, and how late answers proved: ``Lateness``, in the state.
extension ApplicationState {
    /// Whether it is kept, and the digest of the ledger covers it: programs before kept nothing of it.
    var keepsLateness: Bool { revision.fold >= Revision.lateness }

    /// Whether there is something of it for a snapshot and the digest to say.
    var hasLateness: Bool { keepsLateness && !lateness.isEmpty }

    /// A question's label came in time. The ledger still has its entry; what was answered is scored as served.
    /// - Parameters:
    ///   - target: the label by the slots of the learned state.
    ///   - place: of the model that answered.
    ///   - outcome: has the answers given to the question, which were scored where it says so.
    @inline(__always)
    mutating func noteLabel(
        _ label: Label, _ target: Target, of index: Int, askedAt asked: Timestamp, _ place: Int,
        _ outcome: borrowing Outcome, at time: Timestamp
    ) {
        let lag = time.microseconds &- asked.microseconds
        guard !served.isParted, outcome.scoredTarget != nil else {
            return noteLabel(
                label, target, askedAt: asked, after: lag, place, given: ledger.given(of: index), outcome.scored)
        }
        let width = outcome.scoredWidth
        let losses = (learned.models[place].metrics.lastLoss, learned.baselineMetrics.lastLoss)
        outcome.scored.withUnsafeBufferPointer {
            lateness.label(
                ofQuestionAt: asked, after: lag, target,
                own: UnsafeBufferPointer(rebasing: $0[place * width..<(place + 1) * width]),
                baseline: UnsafeBufferPointer(rebasing: $0[($0.count - width)...]), losses)
        }
    }

    /// The same where what was answered has not been scored here, or lies by the slots of ``served``.
    /// - Parameter answers: all that were given to the question.
    private mutating func noteLabel(
        _ label: Label, _ target: Target, askedAt asked: Timestamp, after lag: Int64, _ place: Int, given: [Double]?,
        _ answers: [Double]
    ) {
        let width = voiceWidth
        let own = place * width
        guard served.isParted else {
            return answers.withUnsafeBufferPointer {
                lateness.label(
                    ofQuestionAt: asked, after: lag, target,
                    own: UnsafeBufferPointer(rebasing: $0[own..<own + width]),
                    baseline: UnsafeBufferPointer(rebasing: $0.suffix(width)))
            }
        }
        let truth = served.layOut(
            given, voice: answers[own..<own + width], label, target, learned.classes,
            maxClasses: spec.contract.target.maxClasses)
        let answer = served.laidOut
        answer.withUnsafeBufferPointer { answer in
            answers.withUnsafeBufferPointer {
                lateness.label(
                    ofQuestionAt: asked, after: lag, truth, own: answer,
                    baseline: UnsafeBufferPointer(rebasing: $0.suffix(width)))
            }
        }
    }

    /// The same of a question that is set aside: what was answered to it was answered.
    mutating func noteMarkedLabel(_ label: Label, of index: Int, at time: Timestamp) {
        let entry = marks.ledger.entry(index)
        var answers: [Double] = []
        marks.ledger.copyAnswers(of: index, to: &answers)
        let target: Target
        switch label {
        case .number(let value): target = .value(value)
        case .listed(let slot): target = .label(slot)
        case .named(let bytes):
            // The models learn nothing of it: a class that they have not met has no slot, and no answer named it.
            let slot = bytes.withUnsafeBytes { learned.classes.slot(of: $0, hash: CategoryTable.hash($0)) }
            target = .label(slot ?? learned.classes.count)
        }
        let lag = time.microseconds &- entry.time.microseconds
        noteLabel(
            label, target, askedAt: entry.time, after: lag, entry.place, given: marks.ledger.given(of: index), answers)
    }

    /// What an adoption means for it: nothing, unless the target or the metric is another.
    /// - Parameter wasKept: whether it was kept before the adoption.
    mutating func passOnLateness(wasKept: Bool, targetChanged: Bool) {
        guard keepsLateness, wasKept, !targetChanged else {
            lateness = Lateness(spec)
            if keepsLateness { lateness.begin(withOpen: ledger.openTimesInOrder) }
            return
        }
        lateness.follow(spec)
    }
}

extension Ledger {
    /// When the open questions were asked, the oldest first. Complexity: O(open).
    fileprivate var openTimesInOrder: [Timestamp] {
        var (times, next) = ([Timestamp](), oldest(.pending))
        while let index = next {
            times.append(time(of: index))
            next = self.next(after: index)
        }
        return times
    }
}
