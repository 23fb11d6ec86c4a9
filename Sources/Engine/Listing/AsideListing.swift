import Determinism
import EventLog
import ModelLifecycle

/// Labels that were set aside of late, because they lie far outside the range of those learned before, with what became
/// of each. The newest ``AsideLabels/listedMax`` are known.
public struct AsideListing: Sendable {
    public struct Entry: Sendable {
        /// The offset of the question, and of the event that gave the label.
        public let question: Int
        public let offset: Int
        public let id: EventID
        /// When the label came.
        public let time: Timestamp
        public let label: Label
        public let fate: AsideLabels.Fate
    }

    /// In the order in which they came.
    public let entries: [Entry]
    private let target: TargetDeclaration

    /// Recovers the state from a log without writing to it.
    public init(reading log: StoreAccess.Store) throws {
        let state = try ApplicationState(reading: log)
        try self.init(state.asideListed, state.contract.target, in: log)
    }

    /// - Throws: where the log cannot be read. What has been forgotten, or is not on the disk yet, is left out.
    init(_ items: [AsideLabels.Item], _ target: TargetDeclaration, in log: StoreAccess.Store) throws {
        var (reader, entries) = (LogReader(log), [Entry]())
        for item in items {
            guard let event = try reader.read(item.label)?.event, let label = event.label else { continue }
            entries.append(
                Entry(
                    question: item.question, offset: item.label, id: event.id, time: event.time, label: label,
                    fate: item.fate))
        }
        (self.entries, self.target) = (entries, target)
    }

    /// `{"labels": [{"offset", "question", "id", "time", "label", "fate"}]}`.
    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("labels", array: { json in
                for entry in entries {
                    json.object { json in
                        json.member("offset", entry.offset)
                        json.member("question", entry.question)
                        json.key("id")
                        json.string(utf8: entry.id.bytes)
                        json.member("time", entry.time.description)
                        json.key("label")
                        entry.label.write(to: &json, target: target)
                        json.member("fate", entry.fate.name)
                    }
                }
            })
        }
    }
}

extension Application {
    /// The labels that were set aside of late.
    public func labelsSetAside() async throws -> AsideListing {
        let (items, target) = try await inspect { ($0.asideListed, $0.contract.target) }
        return try await withLog { try AsideListing(items, target, in: $0) }
    }
}
