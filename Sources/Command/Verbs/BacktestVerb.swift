import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

struct BacktestVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Try candidates on the application's own past, with the labels arriving when they really did.",
        discussion: """
            Each candidate begins untrained, is asked every question that was asked and learns every label when it \
            came. All are compared with what was really answered, example by example, over one reading of the log. \
            Every run is kept as an experiment: `headrace experiments` lists them, `headrace adopt` puts one in \
            production. With --data the same over a file, without an application; then nothing is kept, and the \
            candidates are compared with the first. Runs beside a server, at a lower priority.
            """)

    @ArgumentParser.Argument(help: "Spec files of the candidates.")
    var candidates: [String] = []

    @OptionGroup var options: ApplicationOptions

    @Option(name: .long, help: "Where candidates begin: @OFFSET, a time or a name, by default the log's beginning.")
    var from: String?

    @Option(name: .long, help: "Where they end: @OFFSET, a time or a name, by default the log's end.")
    var to: String?

    @Option(name: .long, help: "Run this experiment again and say whether the same comes out.")
    var rerun: Int?

    @Option(name: .long, help: "A CSV or NDJSON file instead of a log, gzipped or not; '-' is standard input.")
    var data: String?

    @Option(name: .long, help: "Labels between two points of the curves, by default about 400 points.")
    var every: Int?

    @Option(name: .long, help: "Threads at most, by default one a core.")
    var threads: Int?

    @OptionGroup var predicting: PredictionOptions
    @OptionGroup var plotting: PlotOptions
    @OptionGroup var rows: RowOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if options.url != nil {
            throw ValidationError("backtest reads the files: --data-dir DIR, also beside a server")
        }
        if candidates.isEmpty == (rerun == nil) { throw ValidationError("name spec files, or --rerun N") }
        if let every, every < 1 { throw ValidationError("--every takes a number from 1") }
        if let threads, threads < 1 { throw ValidationError("--threads takes a number from 1") }
        if data != nil, from != nil || to != nil || rerun != nil {
            throw ValidationError("--from, --to and --rerun are about a log, not about --data")
        }
        if data == nil, rows.limit != nil || rows.sort { throw ValidationError("--limit and --sort go with --data") }
        if rerun != nil, from != nil || to != nil { throw ValidationError("--rerun N has its own range") }
    }

    mutating func run() async throws {
        try plotting.check(reading: inputs)
        if let data { return try overFile(data) }
        if Engines.holder(of: options.directory) != nil { _ = nice(10) }
        let store = try options.openForReading()
        let present: ApplicationState
        let result: BacktestResult
        do {
            present = try ApplicationState(reading: store)
            if let rerun {
                try runAgain(rerun, store, present)
                return try store.close()
            }
            let backtest = try Backtest(
                try load(), on: store, present: present, from: try from.map { try RestorePoint($0) },
                to: try to.map { try RestorePoint($0) }, every: every, threads: threads)
            result = try run(backtest)
            try store.close()
        } catch {
            try? store.close()
            throw error
        }
        var kept: [StoredExperiment] = []
        var problem: (any Error)?
        do { kept = try await Experiments.keep(result.experiments, candidates, options) } catch { problem = error }
        try report(result, kept)
        if let problem {
            Failure.say("the experiments were not kept: \(problem)")
            throw Failure.somethingWrong
        }
    }

    private var inputs: [String] { candidates + (data.map { [$0] } ?? []) }

    private func load() throws -> [Candidate] {
        try candidates.map { path in
            let (spec, warnings) = try SpecFile.load(path: path)
            for warning in warnings { Failure.say("\(path):\(warning)") }
            let name = Self.name(path)
            return Candidate(name: candidates.count { Self.name($0) == name } == 1 ? name : path, spec: spec)
        }
    }

    private static func name(_ path: String) -> String {
        URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    }

    private func overFile(_ path: String) throws {
        let candidates = try load()
        let contract = try FileBatches.contract(of: candidates)
        let refusals = Refusals(path)
        let schedule = try rows.schedule(path, contract, candidates[0].spec.data)
        let file = try FileBatches(schedule, for: candidates, refused: { refusals.add($0, $1, $2) })
        let result = try run(Backtest(candidates, over: file, every: every, threads: threads))
        refusals.rows.finish()
        try report(result, [])
        if result.refusedCount > 0 { throw Failure.somethingWrong }
    }

    /// Runs to the end, with a line of progress. Ctrl-C leaves nothing behind.
    private func run(_ backtest: Backtest) throws -> BacktestResult {
        let interruption = Interruption()
        let file = try predicting.file(reading: inputs)
        if let file { backtest.writePredictions { try file.write($0) } }
        var bar = ProgressBar("back-testing", unit: "events")
        defer { bar.finish() }
        while try backtest.step() {
            let (events, fraction) = backtest.progress
            bar.update(
                count: events, fraction: fraction,
                detail: backtest.headline.map { "\($0.name) \(Status.short($0.value))" }.joined(separator: ", "))
            if interruption.isRequested { throw Failure.interrupted }
        }
        try backtest.finishPredictions()
        try file?.close()
        return backtest.results
    }

    private func report(_ result: BacktestResult, _ kept: [StoredExperiment]) throws {
        let report = BacktestReport(result, kept)
        let curves = report.curves
        try plotting.writeSVG(curves, report.plotTitle)
        if format.isJSON {
            format.print { result.write(kept, to: &$0) }
        } else {
            print(plotting.render(curves, report.plotTitle), terminator: "")
            print(report.text, terminator: "")
        }
    }

    /// Runs an experiment again: the same candidate on the same range under the amendments of that time.
    private func runAgain(_ number: Int, _ store: StoreAccess.Store, _ present: ApplicationState) throws {
        let (experiment, _) = try Experiment.find(number, in: store)
        let backtest = try Backtest(
            [Candidate(name: experiment.name, spec: experiment.spec)], on: store, present: present,
            under: present.amendments.prefix(experiment.amendmentCount), from: .offset(experiment.from),
            to: .offset(experiment.to), by: experiment.loss, every: every, threads: threads)
        let again = try run(backtest).experiments[0]
        let isEqual = again.resultDigest == experiment.resultDigest
        if format.isJSON {
            format.print { json in
                json.object { json in
                    json.member("experiment", number)
                    json.member("ok", isEqual)
                    json.member("result_digest", experiment.resultDigest.description)
                    json.member("result_digest_again", again.resultDigest.description)
                    json.member("state_digest", experiment.stateDigest.description)
                    json.member("state_digest_again", again.stateDigest.description)
                    json.member("revision", experiment.revision.description)
                    json.member("revision_again", again.revision.description)
                }
            }
        } else {
            print("experiment \(number) again: \(isEqual ? "the same" : "DIFFERENT")")
            print("result_digest \(experiment.resultDigest)" + (isEqual ? "" : ", now \(again.resultDigest)"))
            print("state_digest  \(experiment.stateDigest)" + (isEqual ? "" : ", now \(again.stateDigest)"))
            if again.revision != experiment.revision {
                print("it was run by another arithmetic: \(experiment.revision); this is \(again.revision)")
            }
        }
        if !isEqual { throw Failure.somethingWrong }
    }
}

/// Rows that are refused while another thread waits.
private final class Refusals: @unchecked Sendable {
    // One thread at a time reads the file.
    var rows: RefusedRows

    init(_ path: String) {
        rows = RefusedRows(path: path)
    }

    func add(_ row: Int, _ line: Int, _ refusal: Refusal) {
        rows.add(row, line, refusal)
    }
}
