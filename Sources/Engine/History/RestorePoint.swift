import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// A moment in an application's history, as somebody names it.
public enum RestorePoint: Sendable, Equatable {
    /// The state before the event at this offset.
    case offset(Int)
    /// The state after the last event at or before this time.
    case time(Timestamp)
    case name(String)

    /// Reads `@OFFSET`, a time, or a name. A time is a timestamp, a day such as `2013-01-16`, or in words, of this
    /// machine's clock and in UTC: `now`, `today`, `yesterday`, `7d ago`.
    /// - Throws: a `Refusal` where `@` is not followed by a number.
    public init(_ text: String, now: Timestamp = .now()) throws(Refusal) {
        if text.hasPrefix("@") {
            guard let offset = Int(text.dropFirst()), offset >= 0 else {
                throw Refusal(.impossibleRestore, "'\(text)' is no offset", hint: "write it like @1234")
            }
            self = .offset(offset)
        } else if let time = Timestamp(shortened: text, now: now) {
            self = .time(time)
        } else {
            self = .name(text)
        }
    }

    /// Finds the offset that is meant.
    /// - Throws: a `Refusal` where it is none of the past, or of a past that was dropped.
    func offset(in log: StoreAccess.Store) throws -> Int {
        let offset = try anyOffset(in: log)
        try LogFloor.checkState(offset, in: log)
        return offset
    }

    private func anyOffset(in log: StoreAccess.Store) throws -> Int {
        let end = try log.endOffset
        switch self {
        case .offset(let offset):
            guard offset <= end else { throw Self.future(offset, end: end) }
            guard offset > 0 else {
                throw Refusal(
                    .impossibleRestore, "@0 is before the spec was adopted",
                    hint: "the first state that can be restored is @1")
            }
            return offset
        case .name(let name):
            let names = try VersionNames(in: log)
            if let found = names.offset(of: name) { return try RestorePoint.offset(found).anyOffset(in: log) }
            let nearest = Spelling.nearest(name, in: names.byOffset.map(\.name))
            throw Refusal(
                .impossibleRestore, "no version is named '\(name)'",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "`headrace versions` lists them")
        case .time(let time):
            let offset = try Self.offset(after: time, in: log, end: end)
            // The spec is adopted before any time there is; a moment before the first question is none of the past.
            guard offset > 1 || end == 1 else {
                throw Refusal(
                    .impossibleRestore, "\(time) is before the first event",
                    hint: "@1 is the state that has learned nothing")
            }
            return offset
        }
    }

    private static func offset(after time: Timestamp, in log: StoreAccess.Store, end: Int) throws -> Int {
        guard let block = try log.block(at: time) else {
            throw Refusal(.impossibleRestore, "\(time) is before the first event")
        }
        if block.lastTime <= time {
            // Beyond the newest event only the present is known; a later moment is no restore.
            guard block.endOffset < end || block.lastTime == time else {
                throw Refusal(
                    .impossibleRestore, "\(time) is after the newest event, at \(block.lastTime)",
                    hint: "to keep the present state, restore to @\(end)")
            }
            return block.endOffset
        }
        var reader = LogReader(log)
        var offset = block.firstOffset
        while offset < block.endOffset, let found = try reader.read(offset), found.event.time <= time { offset += 1 }
        return offset
    }

    /// A name may be anything that is not an offset or a time.
    static func checkName(_ name: String) throws(Refusal) {
        let isName = !name.isEmpty && name.utf8.count <= Naming.nameBytesMax && !name.hasPrefix("@")
            && Timestamp(shortened: name, now: .now()) == nil && name != VersionName.damaged
        guard isName else {
            throw Refusal(
                .outOfRange, "'\(name)' cannot name a version",
                hint: "1 to \(Naming.nameBytesMax) bytes, neither @OFFSET nor a time")
        }
    }

    /// The same, but that a time after the newest event means the end of the log: nothing has happened since.
    func offsetOrEnd(in log: StoreAccess.Store) throws -> Int {
        guard case .time(let time) = self else { return try offset(in: log) }
        let end = try log.endOffset
        guard end > 0, let last = try log.block(containing: end - 1)?.lastTime, last <= time else {
            return try offset(in: log)
        }
        return end
    }

    static func future(_ offset: Int, end: Int) -> Refusal {
        Refusal(
            .impossibleRestore, "@\(offset) is in the future: the log ends at @\(end)",
            hint: "`headrace versions` lists what there is to restore")
    }
}
