import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Where an application stands, for people and programs: the same from a server and from a data directory.
public struct StatusReport: Sendable {
    public let state: ApplicationState
    public let versions: [Version]

    public init(_ state: ApplicationState, log: StoreAccess.Store) throws {
        self.state = state
        versions = try Version.list(in: log)
    }

    /// Recovers the state from a log without writing to it.
    public init(reading log: StoreAccess.Store) throws {
        var replay = try Replay(log)
        try replay.run()
        guard let state = replay.state else {
            throw LogFailure(.unavailable, "the log is empty", hint: "`headrace up SPEC` begins one")
        }
        try self.init(state, log: log)
    }

    /// - Parameter application: of a server, which tells what only who serves knows.
    public func write(to json: inout JSONWriter, of application: Application? = nil) {
        json.object { json in
            state.writeSummary(to: &json)
            if let application {
                json.key("recovery")
                application.snapshotReport.write(to: &json)
                let (running, waiting) = application.folds.load
                json.member("long_folds", object: { json in
                    json.member("running", running)
                    json.member("waiting", waiting)
                })
            }
            json.member("version", state.version)
            json.member("versions", array: { json in
                for version in versions { version.write(to: &json) }
            })
            json.member("task", state.contract.target.task.name)
            json.member("durability", state.spec.durability.name)
            json.key("contract")
            state.spec.writeContract(to: &json)
        }
    }
}

extension ApplicationState {
    /// The members that status and evaluation have in common.
    package func writeSummary(to json: inout JSONWriter) {
        json.member("application", spec.application)
        json.member("offset", offset)
        if ledger.time != Ledger.beginning { json.member("log_time", ledger.time.description) }
        json.member("state_digest", stateDigest.description)
        json.member("ledger_digest", ledgerDigest.description)
        json.key("metrics")
        learned.models[0].metrics.write(to: &json)
        json.key("baseline")
        learned.baselineMetrics.write(to: &json)
        json.member("challengers", object: { json in
            for model in learned.models.dropFirst() {
                json.key(model.name)
                model.metrics.write(to: &json)
            }
        })
        if learned.models.contains(where: { $0.pipeline.expertHistory != nil }) {
            json.member("experts", object: { json in
                for model in learned.models {
                    guard let history = model.pipeline.expertHistory else { continue }
                    json.member(model.name, object: { history.write(to: &$0) })
                }
            })
        }
        json.member("failed_updates", object: { json in
            for model in learned.models { json.member(model.name, model.failedUpdates) }
        })
        ledger.write(to: &json)
    }
}

extension ExpertHistory {
    /// Each expert's weight now, and what the weights were after so many examples, in the same order.
    func write(to json: inout JSONWriter) {
        json.member("weights", object: { json in
            for (name, weight) in zip(names, now.weights) { json.member(name, weight) }
        })
        json.member("history", array: { json in
            for moment in moments {
                json.object { json in
                    json.member("examples", moment.count)
                    json.member("weights", array: { json in for weight in moment.weights { json.number(weight) } })
                }
            }
        })
    }
}

extension Scorecard {
    func write(to json: inout JSONWriter) {
        json.object { json in
            for (name, reading) in readings {
                switch reading {
                case .value(let value): json.member(name, value)
                case .slices(let slices):
                    json.member(name, object: { json in
                        for slice in slices { json.member(slice.name, slice.value) }
                    })
                }
            }
        }
    }
}

extension Ledger {
    /// The stream's counts, as members.
    func write(to json: inout JSONWriter) {
        json.member("predictions", counts.predictions + counts.examples)
        json.member("labels", counts.labels + counts.examples)
        json.member("awaiting_label", pendingCount)
        json.member("awaiting_prediction", waitingCount)
        json.member("known_ids", knownCount)
        json.member("late_labels", counts.lateLabels)
        json.member("unmatched_labels", counts.unmatchedLabels)
        json.member("expired_predictions", counts.expiredPredictions)
        json.member("unlabelled_share", counts.unlabelledShare)
        json.member("corrections", counts.corrections)
        json.member("dropped_ids", counts.droppedIDs)
        json.member("replaced_answers", counts.replacedAnswers)
        json.member("label_lag_seconds_mean", counts.labelLag.value / 1e6)
        json.member("label_lag_seconds_max", Double(counts.labelLagMaxMicroseconds) / 1e6)
    }
}

/// A state that can be named and restored: (offset, digest), with why it is there.
public struct Version: Sendable {
    public let offset: Int
    public let time: Timestamp?
    public let stateDigest: Digest?
    public let reason: String
    public let names: [String]

    /// Adoptions, snapshots and named offsets, oldest first.
    static func list(in log: StoreAccess.Store) throws -> [Version] {
        let names = try log.names()
        var reader = LogReader(log)
        var versions = try log.snapshots().map { snapshot in
            Version(
                offset: snapshot.offset, time: snapshot.time == Ledger.beginning ? nil : snapshot.time,
                stateDigest: snapshot.stateDigest, reason: try snapshot.explanation(&reader),
                names: names.filter { $0.offset == snapshot.offset }.map(\.name))
        }
        for (name, offset) in names where !versions.contains(where: { $0.offset == offset }) {
            let all = names.filter { $0.offset == offset }.map(\.name)
            guard all.first == name else { continue }
            versions.append(Version(offset: offset, time: nil, stateDigest: nil, reason: "named", names: all))
        }
        return versions.sorted { $0.offset < $1.offset }
    }

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("offset", offset)
            if let time { json.member("time", time.description) }
            if let stateDigest { json.member("state_digest", stateDigest.description) }
            json.member("reason", reason)
            json.member("names", array: { json in for name in names { json.string(name) } })
        }
    }
}

extension Snapshot {
    /// Why it is there; an adoption is asked what it adopted.
    fileprivate func explanation(_ reader: inout LogReader) throws -> String {
        switch reason {
        case .growth: return "snapshot"
        case .stop: return "clean stop"
        case .recovery: return "snapshot for a short recovery"
        case .adoption: return try reader.read(offset - 1)?.event.change(at: offset - 1) ?? "adopted"
        }
    }
}
