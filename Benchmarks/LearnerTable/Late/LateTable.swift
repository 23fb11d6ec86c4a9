import BundledStreams
import Foundation
import OnlineLearning

/// What models lose where labels come late, on every bundled stream and in every month of a year of flights: before
/// they were judged by what they said when asked, and now.
struct LateTable {
    /// The columns: what they are called, and when labels come.
    private static let schedules: [(name: String, make: @Sendable (LateStream) -> LateStream.Schedule?)] = [
        ("0", { $0.delayed(by: 0) }), ("10", { $0.delayed(by: 10) }),
        ("100", { $0.targets.count > 100 ? $0.delayed(by: 100) : nil }),
        ("1,000", { $0.targets.count > 1_000 ? $0.delayed(by: 1_000) : nil }),
        ("10,000", { $0.targets.count >= 20_000 ? $0.delayed(by: 10_000) : nil }),
        ("batches of 48", { $0.batches(of: 48) }), ("of 336", { $0.batches(of: 336) }),
        ("positive late", { $0.depending(onOutcome: true) }), ("negative late", { $0.depending(onOutcome: false) }),
    ]

    private let streams: [LateStream]
    private let months: [(stream: LateStream, schedule: LateStream.Schedule)]?
    /// What `auto` lost before, over the baseline's loss, by stream and column.
    private let autoBefore: [String: Double]

    init() throws {
        streams = try (BundledStream.all + BundledStream.derived).map { try LateStream($0) }
        months = try LateStream.months(BundledStream.root.appending(path: "Benchmarks/data/flights_year.csv").path)
        let file = BundledStream.root.appending(path: "Benchmarks/LearnerTable/Late/auto_before.csv")
        var before: [String: Double] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ";")
            before["\(cells[0]);\(cells[1])"] = Double(cells[2])
        }
        autoBefore = before
    }

    /// One cell: losses over the baseline's.
    private struct Cell {
        let isAtOnce: Bool
        let before: Double
        let now: Double
        /// The best of plain models with a fixed rate, chosen in hindsight; nil where none was measured.
        var best: Double?

        /// Whether it breaks what is promised: 0.3 % worse than before at once, 7 % late, 1 % above the baseline.
        var isBroken: Bool { now > before * (isAtOnce ? 1.003 : 1.07) || now > 1.01 && now > before }

        var text: String {
            let text = "\(fixed(before, digits: 3)) → \(fixed(now, digits: 3))"
            return (isBroken ? "**\(text)**" : text) + (best.map { " (\(fixed($0, digits: 3)))" } ?? "")
        }
    }

    // MARK: Linear models

    /// Of the bundled streams, in Markdown.
    var linear: String {
        table { stream, schedule, name in
            stream.losses.map { loss in
                let base = LateRun(baselineOn: stream, schedule).loss(loss)
                func ratio(_ optimizer: String, asked: Bool) -> Double {
                    let learner = Self.learner(stream, Component(named: optimizer), loss)
                    return LateRun(learner, on: stream, schedule, asked: asked).loss(loss) / base
                }
                return (
                    loss,
                    Cell(
                        isAtOnce: name == "0", before: ratio("twin_ada_grad", asked: false),
                        now: ratio("ladder", asked: true), best: Self.best(stream, schedule, loss) / base)
                )
            }
        }
    }

    private static func learner(_ stream: LateStream, _ optimizer: Component, _ loss: String?) -> Component {
        switch stream.task {
        case .regression:
            Component(
                named: "linear_regression",
                ["optimizer": .component(optimizer), "loss": .component(Component(named: loss ?? "squared"))])
        case .binary: Component(named: "logistic_regression", ["optimizer": .component(optimizer)])
        case .multiclass: Component(named: "softmax_regression", ["optimizer": .component(optimizer)])
        }
    }

    /// The least loss of plain models, with one rate each for the whole stream: `sgd` and `ada_grad`.
    private static func best(_ stream: LateStream, _ schedule: LateStream.Schedule, _ loss: String?) -> Double {
        var unit = 1.0
        if stream.task == .regression {
            let values = stream.targets.map { if case .value(let value) = $0 { value } else { 0.0 } }
            let mean = values.reduce(0, +) / Double(values.count)
            unit = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
        }
        let sgd = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3].map { ("sgd", loss == "absolute" ? $0 * unit : $0) }
        let adaGrad = [0.005, 0.016, 0.05, 0.16, 0.5, 1.6, 5].map { ("ada_grad", $0 * unit) }
        return (sgd + adaGrad).reduce(Double.infinity) { least, rule in
            let optimizer = Component(named: rule.0, ["lr": .number(rule.1)])
            let found = LateRun(learner(stream, optimizer, loss), on: stream, schedule, asked: false).loss(loss)
            return found < least ? found : least
        }
    }

    // MARK: `auto`

    /// Of the bundled streams, in Markdown.
    var auto: String {
        table { stream, schedule, name in
            let loss = stream.task == .regression ? "absolute" : nil
            let base = LateRun(baselineOn: stream, schedule).loss(loss)
            let found = LateRun(Component(named: "auto"), on: stream, schedule).loss(loss) / base
            return [
                (
                    loss,
                    Cell(
                        isAtOnce: name == "0", before: autoBefore["\(stream.name);\(name)"] ?? .nan, now: found,
                        best: nil)
                )
            ]
        }
    }

    // MARK: Flights

    /// Every month of the year, in Markdown; nil where its file is not there.
    var flights: String? {
        guard let months else { return nil }
        var text = "| flights of | linear, squared: RMSE | linear, absolute: MAE | `auto`: MAE |\n"
        text += "|---|---:|---:|---:|\n"
        var cells: [[Cell]] = []
        for (stream, schedule) in months {
            Self.report("\(stream.name)")
            let base = LateRun(baselineOn: stream, schedule)
            func run(_ learner: Component, _ loss: String, asked: Bool) -> Double {
                LateRun(learner, on: stream, schedule, asked: asked).loss(loss) / base.loss(loss)
            }
            func linear(_ optimizer: String, _ loss: String, asked: Bool) -> Double {
                run(Self.learner(stream, Component(named: optimizer), loss), loss, asked: asked)
            }
            var row = ["squared", "absolute"].map { loss in
                Cell(
                    isAtOnce: false, before: linear("twin_ada_grad", loss, asked: false),
                    now: linear("ladder", loss, asked: true),
                    best: Self.best(stream, schedule, loss) / base.loss(loss))
            }
            row.append(
                Cell(
                    isAtOnce: false, before: autoBefore["\(stream.name);real"] ?? .nan,
                    now: run(Component(named: "auto"), "absolute", asked: true), best: nil))
            text += "| \(stream.name) | \(row.map(\.text).joined(separator: " | ")) |\n"
            cells.append(row)
        }
        let means = (0..<3).map { k in cells.prefix(12).reduce(0) { $0 + $1[k].now } / 12 }
        let most = (0..<3).map { k in cells.reduce(0) { max($0, $1[k].now) } }
        text += "| mean of the months | \(means.map { fixed($0, digits: 3) }.joined(separator: " | ")) |\n"
        return text + "| the most | \(most.map { fixed($0, digits: 3) }.joined(separator: " | ")) |\n"
    }

    // MARK: Tables

    private typealias Rows = [(loss: String?, cell: Cell)]

    private func table(_ measure: (LateStream, LateStream.Schedule, String) -> Rows) -> String {
        var text = "| stream | loss | \(Self.schedules.map(\.name).joined(separator: " | ")) |\n"
        text += "|---|---|\(String(repeating: "---|", count: Self.schedules.count))\n"
        var all: [Cell] = []
        for stream in streams {
            Self.report(stream.name)
            var rows: [(loss: String?, texts: [String])] = []
            for (column, schedule) in Self.schedules.enumerated() {
                let found = schedule.make(stream).map { measure(stream, $0, schedule.name) } ?? []
                if rows.isEmpty { rows = found.map { ($0.loss, []) } }
                for (index, row) in found.enumerated() {
                    rows[index].texts.append(row.cell.text)
                    all.append(row.cell)
                }
                for index in rows.indices where rows[index].texts.count == column { rows[index].texts.append("") }
            }
            for row in rows {
                text += "| `\(stream.name)` | \(row.loss ?? "log") | \(row.texts.joined(separator: " | ")) |\n"
            }
        }
        return Self.summary(all) + "\n\n" + text
    }

    private static func summary(_ cells: [Cell]) -> String {
        func median(_ values: [Double]) -> Double {
            let sorted = values.filter(\.isFinite).sorted()
            return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
        }
        let late = cells.filter { !$0.isAtOnce }
        let best = cells.compactMap { cell in cell.best.map { cell.now / $0 } }
        var text = "\(late.count) cells late: \(fixed(median(late.map { $0.now / $0.before }), digits: 3)) of before "
        text += "in the median, \(late.filter { $0.now > 1.07 * $0.before }.count) more than 7 % worse, "
        text += "\(late.filter { $0.now < 0.93 * $0.before }.count) more than 7 % better; "
        text += "\(late.filter { $0.now > 1.01 }.count) more than 1 % above the baseline, "
        text += "before it was \(late.filter { $0.before > 1.01 }.count). "
        text += "\(cells.count - late.count) at once: the worst "
        text += "\(fixed(cells.filter(\.isAtOnce).reduce(0) { max($0, $1.now / $1.before) }, digits: 4)) of before."
        if !best.isEmpty { text += " Of the best fixed rate \(fixed(median(best), digits: 3)) in the median." }
        return text
    }

    private static func report(_ name: String) {
        FileHandle.standardError.write(Data("late labels: \(name)\n".utf8))
    }
}
