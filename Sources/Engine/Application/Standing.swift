import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Where a state stands: what is shown of it, and nothing else of it, so that whoever looks holds no part of the state.
public struct Standing: Sendable {
    /// The digests of the state at an offset.
    public struct Digests: Sendable, Equatable {
        public let offset: Int
        public let state: Digest
        public let ledger: Digest

        /// Complexity: O(state).
        init(_ state: borrowing ApplicationState) {
            (offset, self.state, ledger) = (state.offset, state.stateDigest, state.ledgerDigest)
        }

        /// Those that a snapshot was stored with.
        init(_ snapshot: Snapshot) {
            (offset, state, ledger) = (snapshot.offset, snapshot.stateDigest, snapshot.ledgerDigest)
        }
    }

    typealias Metrics = [(name: String, reading: Scorecard.Reading)]

    public let spec: Spec
    /// How many events have been applied.
    public let offset: Int
    /// The offset of the adoption that serves.
    public let version: Int
    /// Log time; nil before the first event that has one.
    public let time: Timestamp?
    /// Those of `offset`, or of an earlier one where finding them takes long.
    public let digests: Digests
    /// What whoever runs the server should do something about.
    public let alarms: [String]
    public let counts: StreamCounts
    public let openCount, waitingCount, knownCount: Int
    /// Questions that lost what was said to them for want of room.
    public let droppedVoices: UInt64
    /// How many of the open questions were learned provisionally; nil where none is.
    public let provisionalCount: Int?
    /// Labels that are set aside now, and what became of all that ever were.
    public let asideCount: Int
    public let asideLabels: AsideLabels
    private let champion: Metrics
    private let served: Metrics
    /// Each model by its name, with its role.
    private let roles: [(name: String, role: Roles.Role)]
    private let baseline: Metrics
    private let challengers: [(name: String, metrics: Metrics)]
    private let experts: [(name: String, history: ExpertHistory)]
    private let failedUpdates: [(name: String, count: UInt64)]
    private let lateness: LatenessReport?

    /// Complexity: O(models × metrics × slices), whatever the models and the ledger hold.
    init(_ state: borrowing ApplicationState, _ digests: Digests, alarms: [String] = []) {
        (spec, offset, version) = (state.spec, state.offset, state.version)
        (self.digests, self.alarms) = (digests, alarms)
        time = state.ledger.time == Ledger.beginning ? nil : state.ledger.time
        counts = state.ledger.counts
        openCount = state.ledger.pendingCount
        waitingCount = state.ledger.waitingCount
        knownCount = state.ledger.knownCount
        droppedVoices = state.voicesDropped
        provisionalCount = state.contract.target.provisionalAfter == nil ? nil : state.ledger.provisionalCount
        (asideCount, asideLabels) = (state.asideCount, state.asideLabels)
        champion = state.learned.champion.metrics.readings
        served = state.servedMetrics.readings
        lateness = state.latenessReport
        baseline = state.learned.baselineMetrics.readings
        var challengers: [(name: String, metrics: Metrics)] = []
        var experts: [(name: String, history: ExpertHistory)] = []
        var failedUpdates: [(name: String, count: UInt64)] = []
        var roles: [(name: String, role: Roles.Role)] = []
        for index in state.learned.models.indices {
            let (name, role) = (state.learned.label(ofPlace: index), state.learned.roles[index])
            roles.append((state.learned.models[index].name, role))
            if role != .champion { challengers.append((name, state.learned.models[index].metrics.readings)) }
            if let history = state.learned.models[index].pipeline.expertHistory { experts.append((name, history)) }
            failedUpdates.append((name, state.learned.models[index].failedUpdates))
        }
        (self.challengers, self.roles) = (challengers, roles)
        (self.experts, self.failedUpdates) = (experts, failedUpdates)
    }

    /// The members that status and evaluation have in common.
    func write(to json: inout JSONWriter) {
        json.member("application", spec.application)
        json.member("offset", offset)
        if let time { json.member("log_time", time.description) }
        json.member("state_digest", digests.state.description)
        json.member("ledger_digest", digests.ledger.description)
        json.member("metrics", of: champion)
        json.member("served", of: served)
        json.member("baseline", of: baseline)
        json.member("challengers", object: { json in
            for (name, metrics) in challengers { json.member(name, of: metrics) }
        })
        json.member("roles", object: { json in for (name, role) in roles { json.member(name, role.name) } })
        if !experts.isEmpty {
            json.member("experts", object: { json in
                for (name, history) in experts { json.member(name, object: { history.write(to: &$0) }) }
            })
        }
        json.member("failed_updates", object: { json in
            for (name, count) in failedUpdates { json.member(name, count) }
        })
        writeCounts(to: &json)
        if let lateness {
            json.key("lateness")
            lateness.write(to: &json)
        }
    }

    /// The stream's counts, as members.
    private func writeCounts(to json: inout JSONWriter) {
        json.member("predictions", counts.predictions + counts.examples)
        json.member("labels", counts.labels + counts.examples)
        json.member("awaiting_label", openCount)
        if let provisionalCount { json.member("learned_provisionally", provisionalCount) }
        json.member("awaiting_prediction", waitingCount)
        json.member("known_ids", knownCount)
        json.member("late_labels", counts.lateLabels)
        json.member("unmatched_labels", counts.unmatchedLabels)
        json.member("expired_predictions", counts.expiredPredictions)
        json.member("unlabelled_share", counts.unlabelledShare)
        json.member("set_aside_labels", object: { json in
            json.member("waiting", asideCount)
            json.member("learned", asideLabels.learnedCount)
            json.member("dropped", asideLabels.droppedCount)
            json.member("total", asideLabels.count)
        })
        json.member("corrections", counts.corrections)
        json.member("dropped_ids", counts.droppedIDs)
        json.member("voices_dropped", droppedVoices)
        json.member("replaced_answers", counts.replacedAnswers)
        json.member("label_lag_seconds_mean", counts.labelLag.value / 1e6)
        json.member("label_lag_seconds_max", Double(counts.labelLagMaxMicroseconds) / 1e6)
    }
}

extension ApplicationState {
    /// The members that status and evaluation have in common. Complexity: O(state).
    package func writeSummary(to json: inout JSONWriter) {
        Standing(self, Standing.Digests(self)).write(to: &json)
    }
}

extension Scorecard {
    func write(to json: inout JSONWriter) {
        json.metrics(readings)
    }
}

extension JSONWriter {
    /// An object of metrics by name.
    fileprivate mutating func metrics(_ metrics: Standing.Metrics) {
        object { json in
            for (name, reading) in metrics {
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

    fileprivate mutating func member(_ name: String, of metrics: Standing.Metrics) {
        key(name)
        self.metrics(metrics)
    }
}

extension ExpertHistory {
    /// Each expert's weight now, and what the weights were after so many examples, in the same order.
    fileprivate func write(to json: inout JSONWriter) {
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
