import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// What really answered: the stored answers of the log, scored with the labels that the candidates are scored with.
final class Witness: @unchecked Sendable {
    // Filled in by one thread at a time.
    private var rerun: Rerun
    private(set) var curve: MetricCurves
    /// Of the stretch scored last: the loss of what was answered to the example that an event labelled, else NaN.
    private(set) var losses = [Double](repeating: .nan, count: EventStretch.eventsMax)
    private let loss: ProperLoss
    /// Of an open target: for each version, from its offset on, where each place of its answers lies here.
    private let slots: [(version: Int, slots: [Int])]

    /// - Parameter metrics: the present champion's, then those of candidates.
    init(
        _ present: Spec, metrics: [Component], _ range: Range<Int>, in log: StoreAccess.Store,
        under amendments: Amendments, loss: ProperLoss, every: Int?
    ) throws {
        let names = try ChampionClasses.names(present, range, in: log)
        var all: [String] = []
        for name in names.flatMap(\.names) where !all.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            all.append(name)
        }
        slots = names.map { version, names in
            (version, names.map { name in all.firstIndex { $0.utf8.elementsEqual(name.utf8) } ?? 0 })
        }
        let state = ApplicationState(witness: present, metrics: metrics, classes: all, from: range.lowerBound)
        rerun = Rerun(
            witness: state, log: log, under: amendments, recentRows: Backtest.recentRowsMax,
            readsFeatures: metrics.contains { ScoredMetric($0).feature != nil })
        (self.loss, curve) = (loss, MetricCurves(every: every))
    }

    var champion: Scorecard { rerun.state.learned.models[0].metrics }
    var baseline: Scorecard { rerun.state.learned.baselineMetrics }

    func bear(_ stretch: EventStretch) throws {
        let (loss, base) = (loss, stretch.firstOffset)
        try losses.withUnsafeMutableBufferPointer { losses in
            for batch in stretch.batches {
                let first = batch.firstOffset - base
                try rerun.bear(batch, slots: slots.last { $0.version <= batch.version }?.slots) {
                    index, state, decision in
                    losses[first + index] = decision.hasLearned ? state.loss(loss) ?? .nan : .nan
                    if decision.hasLearned, state.ledger.counts.scoredLabels >= curve.next { curve.record(state) }
                }
            }
        }
    }
}

/// The classes that stored answers speak of. Where a target is open, the log alone does not have their names: they are
/// those of the state that answered, in the order in which it had learned them.
enum ChampionClasses {
    /// For each version that answered in a range, the names by the places of its answers; empty where the contract
    /// lists them.
    static func names(
        _ present: Spec, _ range: Range<Int>, in log: StoreAccess.Store
    ) throws -> [(version: Int, names: [String])] {
        guard present.contract.target.task == .multiclass, present.contract.target.classes == nil else { return [] }
        let versions = try log.snapshots().filter { $0.reason == .adoption }.map { $0.offset - 1 }
        let ends = versions.dropFirst() + [try log.endOffset]
        return try zip(versions, ends).compactMap { version, end in
            guard end > range.lowerBound, version < range.upperBound else { return nil }
            // Within a version classes are only added, so the last state has them all, in their places.
            var replay = try Replay(log, atOrBefore: end)
            try replay.run(to: end)
            let classes = replay.state?.learned.classes
            return (version, (0..<(classes?.count ?? 0)).compactMap { classes?.name(at: $0) })
        }
    }
}
