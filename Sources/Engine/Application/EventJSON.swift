import Determinism
import ModelLifecycle
import OnlineLearning

extension Event {
    /// Writes the event as ``EventReader`` reads it.
    package func write(to json: inout JSONWriter, contract: Contract) {
        json.object { json in writeMembers(to: &json, contract: contract) }
    }

    /// When a question was asked, and what.
    func writeQuestion(to json: inout JSONWriter, contract: Contract) {
        json.member("event", kind.name)
        json.member("time", time.description)
        json.member("features", object: { json in features.write(to: &json, contract: contract) })
    }

    /// The event's members, without the braces.
    /// - Parameter offset: of the event.
    func writeMembers(to json: inout JSONWriter, contract: Contract, at offset: Int? = nil) {
        json.member("event", kind == .corrected ? Kind.label.name : kind.name)
        if !id.isEmpty {
            json.key("id")
            json.string(utf8: id.bytes)
        }
        if time != .unclaimed, time != Ledger.beginning { json.member("time", time.description) }
        if kind.isQuestion {
            json.member("features", object: { json in features.write(to: &json, contract: contract) })
        }
        if let label = payload.label {
            json.key("label")
            label.write(to: &json, target: contract.target)
        }
        if kind == .corrected { json.member("correction", true) }
        amendment?.write(to: &json, target: contract.target)
        payload.remark?.write(to: &json)
        if payload.isOfPlainMembers {
            json.key("payload")
            payload.writePlainMembers(to: &json, at: offset)
        }
    }
}

extension Event.Payload {
    /// Whether it is what a listing has in `payload`.
    var isOfPlainMembers: Bool {
        switch self {
        case .named, .tick, .measured, .clock, .directed: true
        case .prediction, .label, .example, .corrected, .adopted, .amended, .signed, .forgotten: false
        }
    }

    /// What was noted or directed, as an object.
    /// - Parameter offset: of the event.
    func writePlainMembers(to json: inout JSONWriter, at offset: Int?) {
        json.object { json in
            switch self {
            case .named(let naming):
                json.member("name", naming.name)
                if let version = naming.offset ?? offset { json.member("offset", version) }
            case .clock(let correction):
                json.member("from", correction.from)
                json.member("opened", ranges: correction.opened)
            case .measured(let measured):
                for value in measured.values { json.member(value.name, value.value) }
            case .directed(let directive):
                json.member("action", directive.action.name)
                if !directive.model.isEmpty { json.member("model", directive.model) }
                json.member("by", directive.by)
                json.member("why", directive.why)
            default: break
            }
        }
    }
}

extension Amendment {
    fileprivate func write(to json: inout JSONWriter, target: TargetDeclaration) {
        switch self {
        case .exclusion(let offsets, let isForgotten):
            json.member("forgotten", isForgotten)
            json.member("excluded", ranges: offsets)
        case .corrections(let corrections):
            json.member("corrected", array: { json in
                for correction in corrections {
                    json.object { json in
                        json.member("offset", correction.question)
                        json.key("label")
                        correction.label.write(to: &json, target: target)
                    }
                }
            })
        case .clock(let from, let latest):
            json.member("from", from)
            json.member("latest", latest.description)
        case .withdrawal(let offset): json.member("withdraws", offset)
        }
    }
}

extension Remark {
    /// Who amended the past and why, where it is said.
    func write(to json: inout JSONWriter) {
        if !by.isEmpty { json.member("by", by) }
        if !note.isEmpty { json.member("note", note) }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ name: String, ranges offsets: OffsetRanges) {
        member(name, array: { json in
            for range in offsets.ranges { json.string("@\(range.lowerBound)..@\(range.upperBound)") }
        })
    }
}

extension FeatureRow {
    fileprivate func write(to json: inout JSONWriter, contract: Contract) {
        let layout = contract.layout
        for feature in 0..<layout.count where !isMissing(feature, layout) {
            let slot = layout.slots[feature]
            json.key(layout.names[feature])
            switch layout.kinds[feature] {
            case .number: json.number(numbers[slot])
            case .boolean: json.boolean(numbers[slot] != 0)
            case .category, .text: json.string(string(at: slot) ?? "")
            case .timestamp: json.string(Timestamp(microseconds: timestamps[slot]).description)
            }
        }
    }
}

extension Label {
    func write(to json: inout JSONWriter, target: TargetDeclaration) {
        switch self {
        case .number(let value): json.number(value)
        case .listed(let slot) where target.isBoolean: json.boolean(slot == 1)
        case .listed(let slot): json.string(target.classes?[slot] ?? "")
        case .named(let bytes): json.string(utf8: bytes)
        }
    }
}

/// Events of a log as a person or a program reads them.
public enum EventListing {
    /// Writes events from an offset on, each with what was answered, as elements of an array or lines.
    /// - Returns: the offset after the last one written.
    public static func write(
        from offset: Int, limit: Int, in log: StoreAccess.Store, _ write: ((inout JSONWriter) -> Void) throws -> Void
    ) throws -> Int {
        var scan = LogScan(log)
        return try scan.run(offset..<offset + limit) { current, event, answer, block in
            try write { json in
                json.object { json in
                    json.member("offset", current)
                    event.writeMembers(to: &json, contract: block.contract, at: current)
                    Self.write(event.adoption, to: &json)
                    Self.write(answer, block.version, block.contract, to: &json)
                }
            }
        }
    }

    private static func write(_ adoption: Adoption?, to json: inout JSONWriter) {
        guard let adoption else { return }
        switch adoption.recipe {
        case .spec(let spec): json.member("spec", spec.application)
        case .restore(let offset): json.member("restored_offset", offset)
        case .candidate(let spec, let offset):
            json.member("candidate", spec.application)
            json.member("from", offset)
        case .upgrade(let offset): json.member("upgraded_from", offset)
        }
        json.member("state_digest", adoption.stateDigest.description)
        json.member("revision", adoption.revision.description)
    }

    private static func write(
        _ answer: StoredAnswer, _ version: Int, _ contract: Contract, to json: inout JSONWriter
    ) {
        json.member("outcome", answer.decision.word)
        if answer.decision.hasAnswer {
            let classes = contract.target.task == .regression ? [] : contract.target.classes
            if let classes {
                Answer(values: answer.values, classes: classes).write(to: &json)
            } else {
                // The names of open classes are the state's, and the log alone does not have it.
                json.member("answer", array: { json in for value in answer.values { json.number(value) } })
            }
            if answer.isBaseline { json.member("answered_by", "baseline") }
        }
        json.member("version", version)
    }
}
