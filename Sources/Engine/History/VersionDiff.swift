import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// What changed between two versions: spec, metrics, and the events between.
public struct VersionDiff: Sendable {
    /// One of the two, as it was lived through.
    public struct Side: Sendable {
        public let offset: Int
        public let time: Timestamp
        public let stateDigest: Digest
        /// The offset of the adoption that served.
        public let version: Int
        public let metrics: [RoleMetrics]
        fileprivate let lines: [String]
    }

    /// An adoption or amendment between the two.
    public struct Change: Sendable {
        public let offset: Int
        public let what: String
    }

    public let from: Side
    public let to: Side
    /// Lines of the spec that only the first has, and that only the second has.
    public let removed: [String]
    public let added: [String]
    /// Events between by their kind, all kinds in their order.
    public let events: [(kind: Event.Kind, count: Int)]
    public let changes: [Change]
    /// The metrics of what was scored between the two, of the roles of the later one.
    public let period: PeriodMetrics

    /// A time after the newest event means the end of the log.
    ///
    /// - Throws: a `Refusal` where one of them is no version; `LogFailure` where the log cannot be read.
    public init(_ first: RestorePoint, _ second: RestorePoint, in log: StoreAccess.Store) throws {
        let (a, b) = (try first.offsetOrEnd(in: log), try second.offsetOrEnd(in: log))
        from = try Self.side(a, in: log)
        to = try Self.side(b, in: log)
        period = try PeriodMetrics(min(a, b)..<max(a, b), in: log)
        let (old, new) = (from.lines, to.lines)
        removed = old.filter { !new.contains($0) }
        added = new.filter { !old.contains($0) }
        var counts = [Int](repeating: 0, count: Event.Kind.allCases.count)
        var changes: [Change] = []
        var reader = LogReader(log)
        for offset in min(a, b)..<max(a, b) {
            guard let (event, _, _, _) = try reader.read(offset) else { break }
            // Signed or not, it is an amendment.
            let counted = event.kind == .signed ? .amended : event.kind
            for (index, kind) in Event.Kind.allCases.enumerated() where kind == counted { counts[index] += 1 }
            if let what = event.change(at: offset) { changes.append(Change(offset: offset, what: what)) }
        }
        events = zip(Event.Kind.allCases, counts).filter { $1 > 0 }.map { (kind: $0, count: $1) }
        self.changes = changes
    }

    private static func side(_ offset: Int, in log: StoreAccess.Store) throws -> Side {
        var replay = try Replay(log, atOrBefore: offset)
        do {
            try replay.run(to: offset)
        } catch let gone as PayloadGone {
            throw Refusal(
                .impossibleRestore, "@\(offset) cannot be folded as it was: \(gone)",
                hint: "versions after the forgetting, or before what was forgotten, can be compared")
        }
        guard let state = replay.state else {
            throw Refusal(.impossibleRestore, "@\(offset) is before the spec was adopted")
        }
        return Side(
            offset: offset, time: state.ledger.time, stateDigest: state.stateDigest, version: state.version,
            metrics: state.roleMetrics, lines: state.spec.lines(settings: state.learned.settings))
    }
}

extension Event {
    /// What it did to the models, where it is no question and no label.
    func change(at offset: Int) -> String? {
        if case .clock(let correction) = payload {
            return "log time set back, \(correction.opened.count) questions open again"
        }
        if let recipe = adoption?.recipe { return recipe.change(at: offset) }
        return payload.amendment?.change.map { $0 + (payload.remark?.suffix ?? "") }
    }
}

extension Amendment {
    /// What it did; nil of what an event of its own says.
    var change: String? {
        switch self {
        case .exclusion(let offsets, let isForgotten):
            "\(offsets.count) events \(isForgotten ? "forgotten" : "excluded")"
        case .corrections(let corrections): "\(corrections.count) labels corrected"
        case .withdrawal(let offset): "the amendment of event \(offset) withdrawn"
        case .clock: nil
        }
    }
}

extension Remark {
    /// To be put behind what was done.
    var suffix: String { (by.isEmpty ? "" : ", by \(by)") + (note.isEmpty ? "" : ": \(note)") }
}

extension Adoption.Recipe {
    /// What it did to the models.
    /// - Parameter offset: of the adoption.
    func change(at offset: Int) -> String {
        switch self {
        case .spec: "spec adopted"
        case .restore(offset): "rebuilt as amended"
        case .restore(let target): "restored to @\(target)"
        case .candidate(_, let start): "candidate adopted, fed from @\(start)"
        case .upgrade(let start): "upgraded, folded anew from @\(start)"
        }
    }
}

extension VersionDiff {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            for (name, side) in [("from", from), ("to", to)] {
                json.member(name, object: { json in
                    json.member("offset", side.offset)
                    if side.time != Ledger.beginning { json.member("time", side.time.description) }
                    json.member("version", side.version)
                    json.member("state_digest", side.stateDigest.description)
                    json.member("metrics", object: { $0.members(of: side.metrics) })
                })
            }
            json.member("period", object: { json in
                json.member("labels", period.labelCount)
                json.member("metrics", object: { $0.members(of: period.metrics) })
            })
            json.member("spec_removed", array: { json in for line in removed { json.string(line) } })
            json.member("spec_added", array: { json in for line in added { json.string(line) } })
            json.member("events", object: { json in for (kind, count) in events { json.member(kind.name, count) } })
            json.member("changes", array: { json in
                for change in changes {
                    json.object { json in
                        json.member("offset", change.offset)
                        json.member("what", change.what)
                    }
                }
            })
        }
    }
}
