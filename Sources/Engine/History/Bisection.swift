import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// The first event where two folds part: a log's own past and the same events folded again, or two logs.
public struct Bisection: Sendable {
    public enum Finding: Sendable {
        case equal(events: Int)
        /// An event that is another in the other log, or was answered otherwise.
        case event(offset: Int, what: String)
        /// Somewhere from the first up to the second offset: all answers in between are equal, and the states differ.
        case between(Int, Int, what: String)
    }

    public let finding: Finding

    /// Folds a log again and looks for the first event that does not come out as it is stored.
    public init(_ log: StoreAccess.Store, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }) throws {
        let verification = try Verification(of: log, progress: progress)
        guard let first = verification.differences.min(by: { $0.offset < $1.offset }) else {
            finding = .equal(events: verification.eventCount)
            return
        }
        let snapshots = try log.snapshots().map(\.offset)
        if snapshots.contains(first.offset), first.what.contains("_digest") {
            let before = snapshots.last { $0 < first.offset } ?? 0
            finding = .between(before, first.offset, what: first.what)
        } else {
            finding = .event(offset: first.offset, what: first.what)
        }
    }

    /// Folds two logs side by side and looks for the first event after which their learned states differ.
    ///
    /// Events are compared one by one; states, which take longer, every thousand events and then, where they have
    /// parted, one by one from the last where they had not.
    public init(_ log: StoreAccess.Store, _ other: StoreAccess.Store) throws {
        let end = min(try log.endOffset, try other.endOffset)
        var (a, b) = (try Replay(fromStart: log), try Replay(fromStart: other))
        var (readerA, readerB) = (LogReader(log), LogReader(other))
        var (equalA, equalB) = (a, b)
        while a.offset < end {
            let next = min(a.offset + Self.stride, end)
            for offset in a.offset..<next {
                if let what = try Self.difference(offset, &readerA, &readerB) {
                    finding = .event(offset: offset, what: what)
                    return
                }
            }
            try a.run(to: next)
            try b.run(to: next)
            guard a.state?.stateDigest == b.state?.stateDigest else {
                finding = try Self.parting(&equalA, &equalB)
                return
            }
            (equalA, equalB) = (a, b)
        }
        finding = .equal(events: end)
    }

    private static let stride = 1_000

    private static func parting(_ a: inout Replay, _ b: inout Replay) throws -> Finding {
        while a.state?.stateDigest == b.state?.stateDigest {
            try a.run(to: a.offset + 1)
            try b.run(to: b.offset + 1)
        }
        let digests = [a, b].map { $0.state?.stateDigest.description ?? "none" }
        return .event(offset: a.offset - 1, what: "state_digest after it: \(digests[0]); in the other: \(digests[1])")
    }

    private static func difference(_ offset: Int, _ a: inout LogReader, _ b: inout LogReader) throws -> String? {
        guard let one = try a.read(offset), let other = try b.read(offset) else { return nil }
        guard one.event.kind == other.event.kind else {
            return "\(one.event.kind.name); in the other: \(other.event.kind.name)"
        }
        guard one.event == other.event else { return "another \(one.event.kind.name)" }
        guard one.answer.isSame(as: other.answer) else {
            return "answered: \(one.answer.summary); in the other: \(other.answer.summary)"
        }
        return nil
    }
}

extension Bisection {
    public func write(to json: inout JSONWriter) {
        json.object { json in
            switch finding {
            case .equal(let events):
                json.member("equal", true)
                json.member("events", events)
            case .event(let offset, let what):
                json.member("equal", false)
                json.member("offset", offset)
                json.member("what", what)
            case .between(let first, let last, let what):
                json.member("equal", false)
                json.member("from", first)
                json.member("to", last)
                json.member("what", what)
            }
        }
    }
}
