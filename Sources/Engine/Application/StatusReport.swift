import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Where an application stands, for people and programs: the same from a server and from a data directory.
public struct StatusReport: Sendable {
    public let standing: Standing
    public let versions: [Version]
    /// Snapshots that were passed over, because they are damaged.
    public var damage: [SnapshotDamage] = []
    /// What snapshots take, and what they may, in bytes; nil where nobody has looked.
    public var snapshotBytes: (stored: Int, max: Int)?
    /// The oldest state that can be had, where retention has dropped what came before it.
    public var oldest: (offset: Int, time: Timestamp)?
    /// Events in quarantine; nil where nobody counts them.
    public var quarantineCount: Int?

    init(_ standing: Standing, versions: [Version]) {
        (self.standing, self.versions) = (standing, versions)
    }

    /// Recovers the state from a log without writing to it.
    public init(reading log: StoreAccess.Store) throws {
        let (state, damage) = try ApplicationState.recovered(from: log)
        self.init(
            Standing(state, Standing.Digests(state)),
            versions: try Version.list(
                in: log, named: VersionNames(in: log).byOffset, adoptions: Adoptions.list(in: log, 0..<log.endOffset)))
        self.damage = damage
        oldest = try LogFloor(log).map { ($0.state, $0.time) }
        let sizes = try log.sizes()
        let budget = SnapshotBudget(limit: state.spec.limits.snapshotBytes)
        snapshotBytes = (sizes.snapshotBytes, budget.bytes(logBytes: sizes.logBytes))
    }

    static let emptyLog = LogFailure(.unavailable, "the log is empty", hint: "`headrace up SPEC` begins one")

    /// - Parameter application: of a server, which tells what only who serves knows.
    public func write(to json: inout JSONWriter, of application: Application? = nil) {
        json.object { json in
            standing.write(to: &json)
            json.member("digest_offset", standing.digests.offset)
            json.member("alarms", array: { json in for alarm in standing.alarms { json.string(alarm) } })
            if let application {
                json.key("recovery")
                application.snapshotReport.write(to: &json)
                let (running, waiting) = application.folds.load
                json.member("long_folds", object: { json in
                    json.member("running", running)
                    json.member("waiting", waiting)
                })
            }
            if let oldest {
                json.member("oldest", object: { json in
                    json.member("offset", oldest.offset)
                    json.member("time", oldest.time.description)
                })
            }
            if let snapshotBytes {
                json.member("snapshots_bytes", snapshotBytes.stored)
                json.member("snapshots_bytes_max", snapshotBytes.max)
            }
            json.member("version", standing.version)
            json.member("versions", array: { json in
                for version in versions { version.write(to: &json) }
            })
            json.member("damaged_snapshots", array: { json in
                for damage in damage { damage.write(to: &json) }
            })
            if let quarantineCount { json.member("quarantined", quarantineCount) }
            json.member("task", standing.spec.contract.target.task.name)
            json.member("durability", standing.spec.durability.name)
            json.key("contract")
            standing.spec.writeContract(to: &json)
        }
    }
}

extension ApplicationState {
    /// Recovers the state from a log without writing to it. Complexity: O(state + events since the last snapshot).
    public init(reading log: StoreAccess.Store) throws {
        self = try Self.recovered(from: log).state
    }

    /// The same, with the snapshots that were passed over on the way.
    fileprivate static func recovered(
        from log: StoreAccess.Store
    ) throws -> (state: ApplicationState, damage: [SnapshotDamage]) {
        var replay = try Replay(log)
        try replay.run()
        guard let state = replay.state else { throw StatusReport.emptyLog }
        return (state, replay.damage)
    }
}

/// A state that can be named and restored: (offset, digest), with why it is there.
public struct Version: Sendable {
    public let offset: Int
    public let time: Timestamp?
    public let stateDigest: Digest?
    public let reason: String
    public let names: [String]
    /// The amendment that led to it, where it is a rebuild.
    var amendment: AmendmentListing.Item?

    /// Adoptions, snapshots and named offsets, oldest first.
    /// - Parameter adoptions: all there are; those whose snapshots are not there can be restored, too.
    static func list(
        in log: StoreAccess.Store, named names: [VersionNames.Entry], adoptions: [Adoptions.Entry]
    ) throws -> [Version] {
        var reader = LogReader(log)
        var versions = try log.snapshots().map { snapshot in
            Version(
                offset: snapshot.offset, time: snapshot.time == Ledger.beginning ? nil : snapshot.time,
                stateDigest: snapshot.stateDigest, reason: snapshot.explanation(&reader),
                names: names.filter { $0.offset == snapshot.offset }.map(\.name),
                amendment: snapshot.amendment(&reader))
        }
        let kept = Set(versions.map(\.offset))
        let floor = try LogFloor(log)?.state ?? 0
        for entry in adoptions where !kept.contains(entry.offset + 1) && entry.offset >= floor {
            versions.append(
                Version(
                    offset: entry.offset + 1, time: entry.time == Ledger.beginning ? nil : entry.time,
                    stateDigest: entry.adoption.stateDigest, reason: entry.adoption.recipe.change(at: entry.offset),
                    names: names.filter { $0.offset == entry.offset + 1 }.map(\.name),
                    amendment: entry.amendment(&reader)))
        }
        for name in names where !versions.contains(where: { $0.offset == name.offset }) {
            let all = names.filter { $0.offset == name.offset }.map(\.name)
            guard all.first == name.name else { continue }
            versions.append(Version(offset: name.offset, time: nil, stateDigest: nil, reason: "named", names: all))
        }
        return versions.sorted { $0.offset < $1.offset }
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("offset", offset)
            if let time { json.member("time", time.description) }
            if let stateDigest { json.member("state_digest", stateDigest.description) }
            json.member("reason", reason)
            if let amendment {
                json.key("amendment")
                amendment.write(to: &json)
            }
            json.member("names", array: { json in for name in names { json.string(name) } })
        }
    }
}

extension Snapshot {
    fileprivate func amendment(_ reader: inout LogReader) -> AmendmentListing.Item? {
        guard reason == .adoption, let restoredOffset else { return nil }
        return AmendmentListing.Item(adoptedAt: offset - 1, goingBackTo: restoredOffset, &reader)
    }

    /// Why it is there; an adoption is asked what it adopted.
    fileprivate func explanation(_ reader: inout LogReader) -> String {
        switch reason {
        case .growth: return "snapshot"
        case .stop: return "clean stop"
        case .recovery: return "snapshot for a short recovery"
        // What was adopted is in the event before; where that cannot be read, the version is still one.
        case .adoption: return (try? reader.read(offset - 1)?.event.change(at: offset - 1)) ?? "adopted"
        }
    }
}

extension Adoptions.Entry {
    fileprivate func amendment(_ reader: inout LogReader) -> AmendmentListing.Item? {
        guard case .restore(let target) = adoption.recipe else { return nil }
        return AmendmentListing.Item(adoptedAt: offset, goingBackTo: target, &reader)
    }
}

extension AmendmentListing.Item {
    /// The amendment under which what was adopted was derived: it lies right before the adoption, which then goes back
    /// to itself.
    fileprivate init?(adoptedAt offset: Int, goingBackTo target: Int, _ reader: inout LogReader) {
        guard target == offset, offset > 0, let item = try? Self(at: offset - 1, &reader) else { return nil }
        self = item
    }
}
