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

    /// Compares what two logs hold, event by event, with the answers that each was given when it was folded, and the
    /// digests of the snapshots that both have. Folding them here would show no more: equal events give equal states.
    public init(_ log: StoreAccess.Store, _ other: StoreAccess.Store) throws {
        let end = min(try log.endOffset, try other.endOffset)
        let (snapshots, others) = (try log.snapshots(), try other.snapshots())
        let common = snapshots.compactMap { one in others.first { $0.offset == one.offset }.map { (one, $0) } }
        let parted = common.first { $0.stateDigest != $1.stateDigest || $0.ledgerDigest != $1.ledgerDigest }
        var (a, b) = (LogReader(log), LogReader(other))
        for offset in 0..<min(end, parted?.0.offset ?? end) {
            guard let what = try Self.difference(offset, &a, &b) else { continue }
            finding = .event(offset: offset, what: what)
            return
        }
        guard let (one, another) = parted else {
            finding = .equal(events: end)
            return
        }
        let before = common.last { $0.0.offset < one.offset }?.0.offset ?? 0
        let what = "state_digest there: \(one.stateDigest); in the other: \(another.stateDigest)"
        finding = .between(before, one.offset, what: what)
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
