import ArgumentParser
import Foundation

/// Whether and where the progressive metric is drawn.
struct PlotOptions: ParsableArguments {
    @Option(name: .long, help: "Draw the progressive metric as a picture, too: an SVG file.")
    var plot: String?

    func render(_ curves: [MetricCurve], _ title: String) -> String {
        guard curves.contains(where: { $0.points.count > 1 }) else { return "" }
        return TerminalPlot(title: title, xLabel: "labels").render(curves) + "\n"
    }

    /// - Parameter inputs: the files that are read meanwhile.
    func check(reading inputs: [String]) throws {
        try OutputFile.check(picture: plot, reading: inputs)
    }

    func writeSVG(_ curves: [MetricCurve], _ title: String) throws {
        guard let plot else { return }
        do {
            try SVGPlot(title: title, xLabel: "labels").render(curves)
                .write(toFile: plot, atomically: true, encoding: .utf8)
        } catch {
            throw ValidationError("cannot write \(plot): \(error.localizedDescription)")
        }
    }
}
