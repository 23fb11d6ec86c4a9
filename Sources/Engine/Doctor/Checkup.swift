import EventLog
import ModelLifecycle

/// Whether what a log holds can be read, and what starting it would cost: without folding it, which `verify` does.
package struct Checkup: Sendable {
    /// Something that is not as it should be.
    package struct Finding: Sendable {
        package let what: String
        /// What is to be done, by a person.
        package let hint: String

        package init(what: String, hint: String) {
            (self.what, self.hint) = (what, hint)
        }
    }

    package private(set) var eventCount = 0
    package private(set) var snapshotCount = 0
    /// Of the newest snapshot that is whole.
    package private(set) var newestSnapshot: Int?
    /// What the newest whole snapshot was folded by; nil where there is none.
    package private(set) var revision: String?
    /// Whether that is this program's arithmetic.
    package private(set) var isOwnRevision = true
    /// What was adopted and has no whole snapshot, ascending.
    package private(set) var underived: [Underived] = []
    package private(set) var findings: [Finding] = []
    /// The whole snapshots, ascending.
    private var bases: [Base] = []
    /// As the newest of them knows them.
    private var amendments = Amendments()
    private var isChainWhole = false

    /// Events that a start folds again.
    package var recoveryEvents: Int { eventCount - (newestSnapshot ?? 0) }

    package init(of log: StoreAccess.Store) throws {
        eventCount = try log.endOffset
        for look in [Self.snapshots, Self.blocks, Self.adoptions, Self.names, Self.experiments] {
            do { try look(&self, log) } catch { note(error) }
        }
    }

    private static func snapshots(_ checkup: inout Checkup, _ log: StoreAccess.Store) throws {
        let snapshots = try log.snapshots()
        checkup.snapshotCount = snapshots.count
        for snapshot in snapshots {
            do throws(LogFailure) {
                try checkup.look(at: snapshot, log)
            } catch {
                checkup.note(error)
            }
        }
    }

    private mutating func look(at snapshot: Snapshot, _ log: StoreAccess.Store) throws(LogFailure) {
        guard snapshot.offset <= eventCount else {
            throw LogFailure(.damaged, "the snapshot at @\(snapshot.offset) lies beyond the log's end", hint: Self.hint)
        }
        let state = try log.state(of: snapshot)
        guard state.stateDigest == snapshot.stateDigest, state.ledgerDigest == snapshot.ledgerDigest else {
            throw LogFailure(
                .damaged, "the snapshot at @\(snapshot.offset) has other digests than stand beside it", hint: Self.hint)
        }
        (newestSnapshot, revision) = (snapshot.offset, state.revision.description)
        isOwnRevision = state.revisionOfOthers == nil
        bases.append((snapshot.offset, state.learned.lineage.amendmentCount))
        amendments = state.amendments
    }

    private static let hint = "`headrace doctor --repair` puts it right"

    /// The chain, block by block up to the first that is damaged.
    private static func blocks(_ checkup: inout Checkup, _ log: StoreAccess.Store) throws {
        var next = 0
        _ = try log.read(after: .start) { _, tip in
            next = tip.endOffset
            return true
        }
        checkup.isChainWhole = next >= checkup.eventCount
        guard !checkup.isChainWhole else { return }
        throw LogFailure(.damaged, "event @\(next) is not there")
    }

    /// Where blocks are damaged, that is found already.
    private static func adoptions(_ checkup: inout Checkup, _ log: StoreAccess.Store) throws {
        guard checkup.isChainWhole else { return }
        checkup.underived = try underived(in: log, checkup.bases, checkup.amendments)
    }

    private static func names(_ checkup: inout Checkup, _ log: StoreAccess.Store) throws {
        for (name, offset) in try log.formerNames() where !(0...checkup.eventCount).contains(offset) {
            checkup.findings.append(
                Finding(
                    what: "the version named '\(name)' is said to be @\(offset), which is not in the log",
                    hint: "name it anew: `headrace versions --name NAME --at @OFFSET`"))
        }
    }

    private static func experiments(_ checkup: inout Checkup, _ log: StoreAccess.Store) throws {
        for stored in try log.experiments() {
            do throws(LogFailure) { _ = try Experiment(stored) } catch { checkup.note(error) }
        }
    }

    private mutating func note(_ error: any Error) {
        let failure = error as? LogFailure
        findings.append(
            Finding(what: failure?.message ?? "\(error)", hint: failure?.hint ?? "`headrace verify` says more"))
    }
}

extension SnapshotRepair {
    /// Puts right what the log itself says how: drops or derives damaged snapshots, packs what was not packed.
    /// - Returns: what was done, and what could not be.
    package static func repair(_ log: StoreAccess.Store) throws -> [String] {
        var done: [String] = []
        let end = try log.endOffset
        for snapshot in try log.snapshots() {
            let name = "the snapshot at @\(snapshot.offset)"
            guard snapshot.offset <= end else {
                try log.dropSnapshots(at: [snapshot.offset])
                done.append("dropped \(name), which lies beyond the log's end")
                continue
            }
            do {
                guard let mended = try mended(snapshot, in: log) else {
                    try log.dropSnapshots(at: [snapshot.offset])
                    done.append("dropped \(name): the one before it and the events since say the same")
                    continue
                }
                guard mended.withoutPayload != snapshot || isDamaged(snapshot, log) else { continue }
                try log.save(mended)
                done.append("derived \(name) again")
            } catch {
                done.append("left \(name): \((error as? LogFailure)?.message ?? "\(error)")")
            }
        }
        var (compaction, steps) = (Compaction(log), 0)
        do {
            while try compaction.step() { steps += 1 }
        } catch {
            done.append("stopped packing: \((error as? LogFailure)?.message ?? "\(error)")")
        }
        if steps > 0 { done.append("packed what lay loose, in \(steps) \(steps == 1 ? "step" : "steps")") }
        return done
    }

    private static func isDamaged(_ snapshot: Snapshot, _ log: StoreAccess.Store) -> Bool {
        (try? log.state(of: snapshot)) == nil
    }
}
