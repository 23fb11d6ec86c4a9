import ArgumentParser
import Determinism
import Foundation
import ModelLifecycle

/// Whether and where is drawn how late labels come.
struct LatenessPlotOptions: ParsableArguments {
    @Option(name: .long, help: "Draw how late labels come, and how answers proved by that, as a picture: an SVG file.")
    var plotLateness: String?

    /// - Parameter inputs: the files that are read meanwhile.
    func check(reading inputs: [String]) throws {
        try OutputFile.check(picture: plotLateness, reading: inputs)
    }

    /// - Parameter status: as of `headrace status`, or what it has in common with an evaluation.
    func writeSVG(_ status: @autoclosure () -> JSONValue) throws {
        guard let plotLateness else { return }
        let status = status()
        guard let lateness = status["lateness"] else {
            throw ValidationError("nothing to draw in \(plotLateness): no question has been asked")
        }
        do {
            try LatenessPlot(lateness, of: status["application"]?.string ?? "").render()
                .write(toFile: plotLateness, atomically: true, encoding: .utf8)
        } catch {
            throw ValidationError("cannot write \(plotLateness): \(error.localizedDescription)")
        }
    }
}

extension LatenessPlot {
    /// - Parameter lateness: as in the status.
    init(_ lateness: JSONValue, of application: String) {
        func figures(_ row: JSONValue) -> Figures {
            Figures(metric: row["metric"]?.number, baseline: row["baseline"]?.number)
        }
        let days = (lateness["days"]?.array ?? []).compactMap { row -> Day? in
            guard let name = row["day"]?.string, let time = Timestamp(name + "T00:00:00Z") else { return nil }
            return Day(
                number: Int(time.microseconds / 86_400_000_000), name: name, questions: row["questions"]?.number ?? 0,
                open: row["open"]?.number ?? 0, figures(row))
        }
        let (rows, total) = (lateness["ages"]?.array ?? [], max(1, lateness["labels"]?.number ?? 1))
        let ages = rows.indices.compactMap { index -> Age? in
            guard let labels = rows[index]["labels"]?.number, labels > 0 else { return nil }
            return Age(name: LatenessText.age(rows, index), share: labels / total, figures(rows[index]))
        }
        let lags = (lateness["lags"]?.array ?? []).map {
            Lag(
                from: $0["from_seconds"]?.number ?? 0, below: $0["below_seconds"]?.number ?? 0,
                labels: $0["labels"]?.number ?? 0)
        }
        let quantiles = [("half ≤", "p50"), ("90 % ≤", "p90"), ("99 % ≤", "p99")].compactMap { name, key in
            lateness["lag_seconds"]?[key]?.number.map { (name: "\(name) \(LatenessText.span($0))", seconds: $0) }
        }
        self.init(
            title: "Lateness of \(application)", metric: lateness["metric"]?.string ?? "", days: days, ages: ages,
            lags: lags, quantiles: quantiles)
    }
}
