import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Finds the questions that corrected labels belong to: the newest of each id that was labelled.
enum LabelSearch {
    /// Labels as a file or a request spells them, each id once. Equal ones of one id count as one.
    /// - Throws: a `Refusal` that names the id whose label cannot be, or that has two of them.
    static func read(
        _ texts: [(id: String, label: String)], _ target: TargetDeclaration
    ) throws(Refusal) -> [(id: EventID, label: Label)] {
        var labels: [(id: EventID, label: Label)] = []
        var places: [Fingerprint: Int] = [:]
        for text in texts {
            let id = EventID(text.id)
            let label: Label
            do throws(Refusal) { label = try target.label(reading: text.label) } catch { throw error.naming(id) }
            if let place = places[id.fingerprint] {
                guard labels[place].label != label else { continue }
                throw Refusal(
                    .malformed, "id '\(text.id)' has two labels", hint: "nothing was changed; keep one of them")
            }
            places[id.fingerprint] = labels.count
            labels.append((id, label))
        }
        return labels
    }

    /// - Parameter labels: each id once.
    /// - Throws: a `Refusal` that names ids which were never asked, or never labelled.
    static func corrections(
        _ labels: [(id: EventID, label: Label)], in log: StoreAccess.Store, under amendments: Amendments
    ) throws -> [Amendment.Correction] {
        var wanted: [Fingerprint: (asked: Int?, labelled: Int?)] = [:]
        for (id, _) in labels { wanted[id.fingerprint] = (nil, nil) }
        var index = AmendmentIndex(amendments)
        var scan = LogScan(log)
        _ = try scan.run(0..<(try log.endOffset)) { offset, event, answer, _ in
            guard !index.isVoid(offset), var known = wanted[event.id.fingerprint] else { return }
            switch (event.kind, answer.decision) {
            case (.example, _), (.prediction, .predictedAndLearned): known = (offset, offset)
            case (.prediction, _): known.asked = offset
            case (.label, .waiting), (.corrected, .waiting), (.corrected, .corrected): break
            case (.label, _), (.corrected, _): known.labelled = known.asked
            default: break
            }
            wanted[event.id.fingerprint] = known
        }
        return try resolve(labels, wanted, try LogFloor(log))
    }

    private static func resolve(
        _ labels: [(id: EventID, label: Label)],
        _ wanted: [Fingerprint: (asked: Int?, labelled: Int?)], _ floor: LogFloor?
    ) throws -> [Amendment.Correction] {
        var corrections: [Amendment.Correction] = []
        var unknown: [String] = []
        for (id, label) in labels {
            if let question = wanted[id.fingerprint]?.labelled {
                corrections.append(Amendment.Correction(question: question, label: label))
            } else {
                unknown.append(id.text)
            }
        }
        guard unknown.isEmpty else {
            let some = unknown.prefix(5).joined(separator: ", ") + (unknown.count > 5 ? ", …" : "")
            throw Refusal(
                .outOfRange, "\(unknown.count) of \(labels.count) ids have no label that could be corrected: \(some)",
                hint: "nothing was changed; leave these rows out, or send them as labels"
                    + (floor?.amendmentHint ?? ""))
        }
        corrections.sort { $0.question < $1.question }
        return corrections
    }
}
