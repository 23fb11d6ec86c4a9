import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

extension Audit {
    /// Writes everything found: see `docs/http.md`.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("application", application)
            json.key("id")
            json.string(utf8: event.id.bytes)
            json.member("question", object: { json in
                json.member("offset", offset)
                event.writeQuestion(to: &json, contract: contract)
            })
            json.member("answer", object: { writeAnswer(to: &$0) })
            json.member("version", object: { writeVersion(to: &$0) })
            json.member("rederived", object: { json in
                json.member("equal", isSame)
                json.member("snapshot", snapshotOffset)
                json.member("events_folded", foldedCount)
                if !isSame { json.member("derived", derived.summary) }
            })
            json.member("roles", object: { given.write(to: &$0) })
            json.member("contributions", object: { writeContributions(to: &$0) })
            json.member("fate", fate)
            json.member("labels", array: { json in for label in labels { write(label, to: &json) } })
            json.member("history", array: { json in
                for step in history { step.write(to: &json, target: contract.target) }
            })
            if let movement { json.member("movement", object: { movement.write(to: &$0) }) }
            json.member("other_questions", array: { json in for offset in otherQuestions { json.integer(offset) } })
        }
    }

    /// One word for what became of the question.
    private var fate: String {
        if movement != nil { return "learned" }
        switch asideFate {
        case .waiting?: return "set_aside"
        case .dropped?: return "dropped"
        case .learned?, .corrected?: return "learned"
        case .passedOver?, nil: break
        }
        if labels.contains(where: { $0.decision == .late }) { return "late" }
        // It waited while the question was excluded, and was learned when that was withdrawn.
        if labels.contains(where: { $0.decision == .waiting && $0.offset > offset }) { return "learned" }
        return hasExpired ? "expired" : "unlabelled"
    }

    private func writeAnswer(to json: inout JSONWriter) {
        // An example's own label may have brought a class.
        let isCut = contract.target.task == .multiclass
        let classes = isCut ? Array(given.classes.prefix(stored.values.count)) : given.classes
        Answer(values: stored.values, classes: classes).write(to: &json)
        if stored.isBaseline { json.member("answered_by", "baseline") }
        json.member("outcome", stored.decision.word)
    }

    private func writeVersion(to json: inout JSONWriter) {
        json.member("offset", version.offset)
        if let digest = version.stateDigest { json.member("state_digest", digest.description) }
        json.member("reason", version.reason)
        json.member("names", array: { json in for name in version.names { json.string(name) } })
    }

    private func write(_ label: LabelEvent, to json: inout JSONWriter) {
        json.object { json in
            json.member("offset", label.offset)
            json.member("time", label.time.description)
            let delay = label.time.microseconds.subtractingReportingOverflow(event.time.microseconds)
            if !delay.overflow { json.member("delay_seconds", Double(delay.partialValue) / 1e6) }
            json.member("outcome", label.decision.word)
            json.key("label")
            label.label.write(to: &json, target: contract.target)
        }
    }

    private func writeContributions(to json: inout JSONWriter) {
        switch explanation {
        case .failure(let unexplained): json.member("not_explained", unexplained.reason)
        case .success(let explanation):
            json.member("scale", explanation.scale.rawValue)
            for (key, slot) in [("of", explanation.slot), ("against", explanation.other)] {
                if let slot, slot < given.classes.count { json.member(key, given.classes[slot]) }
            }
            json.member("bias", explanation.bias)
            json.member("bias_is", explanation.biasName)
            json.member("features", array: { json in
                for contribution in explanation.contributions {
                    json.object { json in
                        json.member("name", contribution.name)
                        json.member("contribution", contribution.value)
                    }
                }
            })
            json.member("sum", explanation.total)
            json.member("answer", explanation.answer)
        }
    }
}

extension Audit.Moment {
    /// The answers by role.
    fileprivate func write(to json: inout JSONWriter) {
        for answer in answers where !answer.values.isEmpty {
            json.member(answer.role, object: { json in
                Answer(values: answer.values, classes: classes).write(to: &json)
            })
        }
    }
}

extension Audit.Movement {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("offset", offset)
        json.member("of", className.map { "probability of \($0)" } ?? "value")
        json.member("roles", object: { json in
            for (role, answer) in after.answers.enumerated() {
                json.member(answer.role, object: { json in
                    let (old, new) = (before.number(role, of: className), after.number(role, of: className))
                    json.member("before", old)
                    json.member("after", new)
                    json.member("change", new - old)
                })
            }
        })
    }
}
