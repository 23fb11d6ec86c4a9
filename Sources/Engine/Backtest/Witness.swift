import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// What really answered: the stored answers of the log, scored with the labels that the candidates are scored with.
///
/// It folds nothing. A fold that follows the label protocol of the present tells it which question each label came to:
/// a candidate's, or, where none of them does, one that asks no model.
struct Witness: Sendable {
    private(set) var champion: Scorecard
    private(set) var baseline: Scorecard
    private(set) var curve: MetricCurves
    /// Of the stretch scored last: the loss of what was answered to the example that an event labelled, else NaN.
    private(set) var losses: [Double] = []
    /// Of the same stretch: the losses on the questions that were concluded.
    private(set) var concluded = ConcludedLosses()
    /// Whether metrics are sliced by features.
    let readsFeatures: Bool
    /// Where a fold of the present's label protocol begins that asks no model.
    let protocolState: ApplicationState
    private let task: OnlineLearning.Task
    private let loss: ProperLoss
    /// Of an open target: for each version, from its offset on, where each place of its answers lies here.
    private let slots: [(version: Int, slots: [Int])]
    /// What was answered to the questions that have no label yet, as it was stored.
    private var answers = RecentRows<[Double]>(capacity: Backtest.recentRowsMax)
    private var reader: LogReader
    private var stored: [Double] = []
    /// The answer being scored, by the slots here.
    private var answer: [Double]

    /// - Parameter metrics: the present champion's, then those of candidates.
    init(
        _ present: Spec, metrics: [Component], _ range: Range<Int>, in log: StoreAccess.Store, loss: ProperLoss,
        every: Int?
    ) throws {
        let names = try ChampionClasses.names(present, range, in: log)
        var all: [String] = []
        for name in names.flatMap(\.names) where !all.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            all.append(name)
        }
        slots = names.map { version, names in
            (version, names.map { name in all.firstIndex { $0.utf8.elementsEqual(name.utf8) } ?? 0 })
        }
        let card = Scorecard(metrics, present.contract)
        (champion, baseline, task) = (card, card, present.contract.target.task)
        readsFeatures = metrics.contains { ScoredMetric($0).feature != nil }
        protocolState = ApplicationState(labelProtocolOf: present, classes: all, from: range.lowerBound)
        // Room for a value and the bounds of its interval, whether or not the champion gave one.
        answer = [Double](repeating: .nan, count: task == .regression ? 3 : protocolState.voiceWidth)
        reader = LogReader(log)
        (self.loss, curve) = (loss, MetricCurves(every: every))
    }

    /// Whether the fold of a candidate tells it all it has to know.
    func canBeTold(by candidate: ApplicationState) -> Bool {
        candidate.followsProtocol(of: protocolState)
            && (!readsFeatures || candidate.contract.layout == protocolState.contract.layout)
    }

    /// What a fold must note for it.
    var emptyNotes: ProtocolNotes {
        ProtocolNotes(keeping: readsFeatures ? protocolState.contract.layout : nil)
    }

    /// Scores what was answered to the questions of a stretch.
    mutating func take(_ notes: borrowing ProtocolNotes, of stretch: EventStretch) throws {
        var batches = stretch.batches.makeIterator()
        let base = stretch.firstOffset
        guard var batch = batches.next() else { return }
        losses.removeAll(keepingCapacity: true)
        losses.append(contentsOf: repeatElement(.nan, count: stretch.eventCount))
        concluded.removeAll()
        var row = FeatureRow(readsFeatures ? protocolState.contract.layout : FeatureLayout([]))
        var labelCount = 0
        for index in notes.notes.indices {
            let note = notes.notes[index]
            while note.place + base >= batch.endOffset, let next = batches.next() { batch = next }
            switch note {
            case .asked(let place):
                stored.removeAll(keepingCapacity: true)
                stored.append(contentsOf: batch.answer(place + base - batch.firstOffset))
                answers.take(over: &stored, at: place + base)
            case .labelled(let label):
                if label.question == label.place + base {
                    arrange(batch.answer(label.question - batch.firstOffset), of: label.question)
                } else {
                    if !answers.take(label.question, into: &stored) {
                        stored = try reader.read(label.question)?.answer.values ?? []
                    }
                    arrange(stored[...], of: label.question)
                }
                if readsFeatures { notes.rows.copy(labelCount, into: &row) }
                notes.withBaseline(labelCount) { score(label, baseline: $0, row) }
                labelCount += 1
            }
        }
    }

    private mutating func score(
        _ label: ProtocolNotes.Labelled, baseline given: UnsafeBufferPointer<Double>, _ row: borrowing FeatureRow
    ) {
        if let target = label.target {
            answer.withUnsafeBufferPointer { answer in
                champion.score(answer, target, row, at: Timestamp(microseconds: label.time))
                let loss = loss.ofAnswer(answer, target, task: task)
                if label.isConcluded {
                    concluded.add(loss, label.question)
                } else {
                    losses[label.place] = loss ?? .nan
                }
            }
            baseline.score(given, target, row, at: Timestamp(microseconds: label.time))
        }
        guard label.labels >= curve.next else { return }
        curve.record(at: label.labels, [champion, baseline].map { $0.values.map(\.value) })
    }

    /// Lays an answer out by the slots here.
    private mutating func arrange(_ stored: ArraySlice<Double>, of question: Int) {
        for place in answer.indices { answer[place] = .nan }
        if slots.isEmpty {
            for (place, value) in zip(answer.indices, stored) { answer[place] = value }
        } else if let slots = slots.last(where: { $0.version <= question })?.slots {
            for (place, value) in zip(slots, stored) { answer[place] = value }
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
        let end = try log.endOffset
        let versions = try Adoptions.list(in: log, 0..<end).map(\.offset)
        let ends = versions.dropFirst() + [end]
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
