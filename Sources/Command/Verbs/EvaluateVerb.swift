import ArgumentParser
import Engine
import Foundation
import ModelLifecycle
import OnlineLearning

struct EvaluateVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Validate a spec progressively over a file: predict, score, then learn, labels at their real delay.",
        discussion: """
            The same fold as a server's, in this process; nothing is kept. Ends with status 1 where rows were refused.
            """)

    @ArgumentParser.Argument(help: "The spec file.")
    var spec: String

    @Option(name: .long, help: "A CSV or NDJSON file, gzipped or not; '-' is standard input.")
    var data: String

    @Option(name: .long, help: "Labels between two points of the curve (default: about 400 points).")
    var every: Int?

    @OptionGroup var predicting: PredictionOptions
    @OptionGroup var plotting: PlotOptions
    @OptionGroup var lateness: LatenessPlotOptions
    @OptionGroup var rows: RowOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if let every, every < 1 { throw ValidationError("--every takes a number from 1") }
    }

    mutating func run() async throws {
        let path = spec
        try plotting.check(reading: [path, data])
        try lateness.check(reading: [path, data])
        let (spec, warnings) = try SpecFile.load(path: path)
        for warning in warnings { Failure.say("\(path):\(warning)") }
        let interruption = Interruption()
        let clock = ContinuousClock()
        let start = clock.now
        var evaluation = Evaluation(
            spec, try rows.schedule(data, spec.contract, spec.data), every: every)
        let file = try predicting.file(reading: [path, data])
        var writer = PredictionWriter(spec.contract.target)
        if file != nil { evaluation.predictions = PredictionTable() }
        var bar = ProgressBar("evaluating", unit: "events")
        var refusals = RefusedRows(path: data)
        while try evaluation.run(events: 8_192, refused: { refusals.add($0, $1, $2) }) {
            try file?.write(evaluation.takePredictions(&writer))
            let (events, fraction) = evaluation.progress
            bar.update(count: events, fraction: fraction, detail: evaluation.headline)
            if interruption.isRequested { break }
        }
        evaluation.predictions?.finish()
        try file?.write(evaluation.takePredictions(&writer))
        try file?.close()
        bar.finish()
        refusals.finish()
        let seconds = (clock.now - start) / .seconds(1)
        let report = EvaluationReport(evaluation, seconds: seconds)
        let curves = report.curves(evaluation.curve)
        try plotting.writeSVG(curves, report.plotTitle)
        try lateness.writeSVG(report.summary)
        if format.isJSON {
            format.print { report.write(to: &$0, curve: evaluation.curve) }
        } else {
            print(plotting.render(curves, report.plotTitle), terminator: "")
            print(report.text, terminator: "")
        }
        if interruption.isRequested { throw Failure.interrupted }
        if refusals.count > 0 { throw Failure.somethingWrong }
    }
}

extension Evaluation {
    /// What was answered to the questions that got their label since, or will not, as CSV.
    mutating func takePredictions(_ writer: inout PredictionWriter) -> [UInt8] {
        let learned = state.learned
        let models = learned.models.indices.map { learned.label(ofPlace: $0) } + [ApplicationState.baselineRole]
        for question in predictions?.done ?? [] { writer.write(question, models: models) }
        predictions?.removeDone()
        return writer.take()
    }

    /// The first metric of champion and baseline, for the progress line.
    var headline: String {
        let metrics = state.learned.plainMetrics
        guard let (name, value) = metrics[0].first, let baseline = metrics[1].first?.value
        else { return "" }
        return "\(name) \(Status.short(value)), baseline \(Status.short(baseline))"
    }
}
