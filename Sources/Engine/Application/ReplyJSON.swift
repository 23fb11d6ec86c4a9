import Determinism
import ModelLifecycle
import OnlineLearning

extension Acceptance {
    /// Writes what the asker is told: id, answer, offset and version, and what became of a label.
    /// - Parameter httpStatus: is written where each item of a batch has its own.
    public func write(to json: inout JSONWriter, httpStatus: Int? = nil) {
        json.object { json in
            if let httpStatus { json.member("status", httpStatus) }
            json.member("event", kind.name)
            json.member("id", id)
            json.member("outcome", outcome)
            if let note = decision.note { json.member("note", note) }
            if isRepeated { json.member("repeated", true) }
            Answer(values: values, classes: classes).write(to: &json)
            if isBaseline, !values.isEmpty { json.member("answered_by", "baseline") }
            json.member("offset", offset)
            json.member("version", version)
        }
    }

    public var outcome: String { decision.word }
}

extension Decision {
    /// One word for what was decided.
    var word: String {
        switch self {
        case .predicted: "predicted"
        case .predictedAndLearned: "learned"
        case .learned: "learned"
        case .waiting: "waiting"
        case .late: "late"
        case .corrected: "corrected"
        case .amended: "amended"
        case .void: "void"
        case .noted: "noted"
        case .setAside, .predictedAndSetAside: "set_aside"
        case .adopted: "adopted"
        case .repeated, .refused: "repeated"
        }
    }

    /// What there is to do about it; nil where nothing is.
    var note: String? {
        switch self {
        case .setAside, .predictedAndSetAside:
            "the label lies far outside the range of those learned so far: it is neither learned nor scored unless "
                + "\(AsideLabels.likeMin) like it come within a day; if it is wrong, send the right one with "
                + "\"correction\": true; if it is right, send it so, too; `outliers: learn` in the target of the spec "
                + "switches this off"
        default: nil
        }
    }
}

/// An answer in words: the value, or the most probable class, with the probabilities by class.
struct Answer {
    let values: [Double]
    let classes: [String]

    /// One for each class; of two classes the model gives that of the second alone.
    var probabilities: [Double] {
        values.count == 1 && classes.count == 2 ? [1 - values[0], values[0]] : values
    }

    /// The most probable class, the first of equals.
    var best: Int {
        let probabilities = probabilities
        var best = 0
        for slot in probabilities.indices where probabilities[slot] > probabilities[best] || probabilities[best].isNaN {
            best = slot
        }
        return best
    }

    /// Writes the member `prediction`, then, of classes, the member `probabilities`, and where the model gives one the
    /// member `interval`; nothing where the answer says nothing.
    func write(to json: inout JSONWriter) {
        guard values.saysAnything else { return }
        json.key("prediction")
        guard !classes.isEmpty else {
            json.number(values[0])
            guard values.count == 3 else { return }
            let (lower, upper) = (values[1], values[2])
            json.member("interval", object: { json in
                json.member("lower", lower)
                json.member("upper", upper)
            })
            return
        }
        let probabilities = probabilities
        let best = best
        json.string(classes[best])
        json.member("probabilities", object: { json in
            for slot in probabilities.indices where !probabilities[slot].isNaN {
                json.member(classes[slot], probabilities[slot])
            }
        })
    }
}

extension Adopted {
    /// - Parameter passedOver: which events it has left out of the models, or brought back to them.
    public func write(to json: inout JSONWriter, _ passedOver: PassedOver?) {
        json.object { json in
            json.member("offset", offset)
            if let restoredOffset { json.member("restored_offset", restoredOffset) }
            json.member("state_digest", stateDigest.description)
            passedOver?.write(to: &json)
            json.member("elapsed_seconds", elapsed / .seconds(1))
        }
    }
}
