import Determinism
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

/// Candidates tried on the past, side by side, over one reading of it: each begins untrained where the range begins, is
/// asked every question that was asked and learns every label when it really came, under the amendments in force.
///
/// What really answered is the champion of the comparison; over a file, where nothing has answered, it is the first
/// candidate. Events are decoded once, a stretch ahead of the candidates, which fold on as many threads as there
/// are; what comes out does not depend on their number.
package final class Backtest: @unchecked Sendable {
    // Whoever made it steps it. Within a step every run, and what is read next, is touched by one thread alone.
    /// Candidates of one back-test.
    public static let candidatesMax = 32
    /// Rows of features that each keeps in memory for labels to come; what is older is read back from the log.
    static let recentRowsMax = 65_536

    /// What is read and under which amendments; nil over a file.
    private let present: (spec: Spec, amendments: Amendments)?
    package let range: Range<Int>
    private let runs: [CandidateRun]
    /// How what really answered stands; nil over a file.
    private var witness: Witness?
    /// Which run tells the witness.
    private let teller: Int?
    /// Tells the witness where no run does; nil too where there is none.
    private let protocolRun: ProtocolRun?
    private let loss: ProperLoss
    private let threads: Int
    private let log: StretchReader?
    private let file: FileBatches?
    /// What is folded next, what was folded and waits for the witness, and what is being read.
    private var stretch: EventStretch
    private var lastStretch: EventStretch
    private var nextStretch: EventStretch
    private var hasBegun = false
    private let started = ContinuousClock.now
    private var predictionWriter: PredictionWriter?
    private var predictionSink: (([UInt8]) throws -> Void)?
    private var predictionLog: LogReader?

    /// A back-test on an application's own past.
    ///
    /// - Parameters:
    ///   - present: the state at the log's end.
    ///   - amendments: nil for those in force.
    ///   - loss: what to compare by; nil for what fits the first metric of the present spec.
    ///   - from: where the candidates begin; nil for the beginning of the log.
    ///   - to: nil for its end.
    ///   - every: labels between two points of the curves.
    ///   - threads: nil for one a core.
    /// - Throws: a `Refusal` where the log cannot feed a candidate, or there is nothing to read.
    package init(
        _ candidates: [Candidate], on log: StoreAccess.Store, present: ApplicationState,
        under amendments: Amendments? = nil, from: RestorePoint? = nil, to: RestorePoint? = nil,
        by loss: ProperLoss? = nil, every: Int? = nil, threads: Int? = nil
    ) throws {
        try Candidate.check(candidates)
        let range = try BacktestRange.resolve(from, to, in: log)
        for (start, contract) in try LogContracts(range, in: log).parts {
            let isPresent = contract == present.contract
            for candidate in candidates { try candidate.check(contract, isPresent ? "" : " from @\(start) on") }
        }
        let amendments = amendments ?? present.amendments
        let loss =
            loss ?? ProperLoss(present.contract.target.task, metric: present.spec.settings.metrics.first)
        let witness = try Witness(
            present.spec, metrics: Self.union(present.spec, candidates), range, in: log, loss: loss, every: every)
        let teller = candidates.firstIndex {
            witness.canBeTold(by: ApplicationState(candidate: $0.spec, from: range.lowerBound))
        }
        runs = candidates.enumerated().map { index, candidate in
            let rerun = Rerun(
                candidate.spec, log: log, from: range.lowerBound, under: amendments, recentRows: Self.recentRowsMax)
            return CandidateRun(
                candidate, rerun, taking: index == teller ? witness.emptyNotes : nil, loss: loss, every: every)
        }
        self.teller = teller
        protocolRun = teller == nil ? ProtocolRun(witness, on: log, under: amendments) : nil
        self.witness = witness
        (self.present, self.range, self.loss) = ((present.spec, amendments), range, loss)
        self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        self.log = StretchReader(log, range)
        predictionLog = LogReader(log)
        file = nil
        (stretch, lastStretch) = (EventStretch(present.contract), EventStretch(present.contract))
        nextStretch = EventStretch(present.contract)
    }

    /// A back-test over a file.
    package init(_ candidates: [Candidate], over file: FileBatches, every: Int? = nil, threads: Int? = nil) throws {
        try Candidate.check(candidates)
        let (first, log) = (candidates[0].spec, MemoryLog())
        let loss = ProperLoss(first.contract.target.task, metric: first.settings.metrics.first)
        runs = candidates.map { candidate in
            let rerun = Rerun(candidate.spec, log: log, from: 0, under: Amendments(), recentRows: nil)
            return CandidateRun(candidate, rerun, loss: loss, every: every)
        }
        (witness, teller, protocolRun, present, range) = (nil, nil, nil, nil, 0..<Int.max)
        self.loss = loss
        self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
        self.log = nil
        self.file = file
        (stretch, lastStretch) = (EventStretch(first.contract), EventStretch(first.contract))
        nextStretch = EventStretch(first.contract)
    }

    /// The present spec's metrics, then those that candidates add, each once, as far as the present features allow.
    private static func union(_ present: Spec, _ candidates: [Candidate]) -> [Component] {
        var metrics = present.settings.metrics
        for metric in candidates.flatMap(\.spec.settings.metrics) where !metrics.contains(metric) {
            if ScoredMetric(metric).canBeSliced(in: present.contract.layout) { metrics.append(metric) }
        }
        return metrics
    }

    // MARK: Predictions

    /// From here on every question is written with what each candidate answered, and over a log with what was really
    /// answered. To be called before the first step.
    package func writePredictions(to sink: @escaping ([UInt8]) throws -> Void) {
        predictionWriter = PredictionWriter(runs[0].candidate.spec.contract.target)
        predictionSink = sink
        file?.keepsIDs = true
        for run in runs { run.predictions = PredictionTable() }
    }

    /// The questions that never got a label. To be called after the last step.
    package func finishPredictions() throws {
        guard let predictionSink else { return }
        let rest = runs.map { run in
            run.predictions?.finish()
            return run.predictions?.done ?? []
        }
        try writePredictions(rest, to: predictionSink)
    }

    private func writePredictions(
        _ questions: [[PredictionTable.Question]], to sink: ([UInt8]) throws -> Void
    ) throws {
        var ids: [Int: EventID] = [:]
        for question in questions.joined() where ids[question.offset] == nil {
            ids[question.offset] = try id(of: question)
        }
        for (run, questions) in zip(runs, questions) {
            for question in questions {
                let learned = run.state.learned
                let width = question.answers.count / (learned.models.count + 1)
                let start = learned.roles.champion * width
                predictionWriter?.write(
                    ids[question.offset] ?? question.id, question.time, run.candidate.name, question.label,
                    Array(question.answers[start..<start + width]), question.classes)
            }
        }
        for offset in ids.keys { file?.forgetID(offset) }
        if let bytes = predictionWriter?.take(), !bytes.isEmpty { try sink(bytes) }
    }

    /// Folding does with the fingerprints of ids; what they are stands in the file or the log. Over a log, what was
    /// really answered stands beside it, and is written.
    private func id(of question: PredictionTable.Question) throws -> EventID {
        if let file { return file.id(of: question.offset) ?? question.id }
        guard let logged = try predictionLog?.read(question.offset) else { return question.id }
        // The names of open classes are the state's, and the log alone does not have them.
        if let target = present?.spec.contract.target, target.classes != nil || target.task == .regression {
            predictionWriter?.write(
                logged.event.id, question.time, "champion", question.label, logged.answer.values, [])
        }
        return logged.event.id
    }

    // MARK: Running

    /// Folds the next few thousand events, and scores what answered those before them.
    /// - Returns: false at the end.
    package func step() throws -> Bool {
        if !hasBegun {
            hasBegun = true
            try Parallel(threads).perform(reading(into: stretch))
        }
        guard !stretch.isEmpty || !lastStretch.isEmpty else { return false }
        // None of these depends on another: the witness is one stretch behind, the reader one ahead.
        var work: [@Sendable () throws -> Void] = []
        if !stretch.isEmpty {
            for run in runs { work.append { [stretch] in try run.fold(stretch) } }
            if let protocolRun { work.append { [stretch] in try protocolRun.fold(stretch) } }
        }
        if witness != nil, !lastStretch.isEmpty { work.append { [self] in try tellWitness() } }
        if !stretch.isEmpty { work += reading(into: nextStretch) }
        try Parallel(threads).perform(work)
        let reference = witness?.losses ?? runs[0].settled.losses
        let concluded = witness?.concluded ?? runs[0].settled.concluded
        for run in witness == nil ? runs.dropFirst() : runs[...] { run.compare(with: reference, concluded) }
        for run in runs { run.settle() }
        protocolRun?.settle()
        if let predictionSink { try writePredictions(runs.map(\.settled.questions), to: predictionSink) }
        (lastStretch, stretch, nextStretch) = (stretch, nextStretch, lastStretch)
        nextStretch.removeAll()
        return !stretch.isEmpty || !lastStretch.isEmpty
    }

    private func tellWitness() throws {
        guard let notes = teller.flatMap({ runs[$0].settled.notes }) ?? protocolRun?.settled else { return }
        try witness?.take(notes, of: lastStretch)
    }

    /// What fills an empty stretch with what comes next, part by part.
    private func reading(into stretch: EventStretch) -> [@Sendable () throws -> Void] {
        if let log {
            log.begin(stretch)
            return stretch.parts.map { _ in { try log.fill(stretch) } }
        }
        // A file is read by one.
        guard let file else { return [] }
        return [{ for part in stretch.parts { try part.add { try file.fill(&$0) } } }]
    }

    /// Events folded so far, and the share of all; nil where that is not known.
    package var progress: (events: Int, fraction: Double?) {
        let count = runs[0].eventCount
        return (count, file.map(\.fraction) ?? Double(count) / Double(max(1, range.count)))
    }

    /// The first metric of what is compared with and of the candidates, for a line of progress.
    package var headline: [(name: String, value: Double)] {
        let all = witness.map { [("champion", $0.champion)] } ?? []
        return (all + runs.map { ($0.candidate.name, $0.state.learned.champion.metrics) }).compactMap { name, card in
            card.values.first.map { (name, $0.value) }
        }
    }

    // MARK: Results

    /// How each went. Before the end what was really answered, and the differences from it, are a stretch behind.
    package var results: BacktestResult {
        let champion = witness.map { witness in
            BacktestResult.Standing(
                metrics: witness.champion.readings, baseline: witness.baseline.readings, curve: witness.curve)
        }
        let end = present == nil ? runs[0].eventCount : range.upperBound
        let experiments = runs.enumerated().map { index, run in
            Experiment(
                run, from: range.lowerBound, to: end, amendmentCount: present?.amendments.count ?? 0, loss: loss,
                champion: champion, isReference: witness == nil && index == 0)
        }
        return BacktestResult(
            application: (present?.spec ?? runs[0].candidate.spec).application, eventCount: runs[0].eventCount,
            refusedCount: file?.refusedCount ?? 0, loss: loss, champion: champion, experiments: experiments,
            curves: runs.map(\.curve), elapsed: ContinuousClock.now - started)
    }
}
