import BundledStreams
import Foundation
import OnlineLearning

/// How the model `auto` does: against the best single model of River at its defaults on every bundled stream, and
/// against its own experts there and on generated streams.
struct AutoTable {
    /// The best line of `Tests/RiverNumbers/singles.csv` for each stream.
    private let river: [String: (model: String, loss: Double)]

    init() throws {
        let file = BundledStream.root.appending(path: "Tests/RiverNumbers/singles.csv")
        var river: [String: (model: String, loss: Double)] = [:]
        for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst() {
            // The model's name may be quoted, with a comma inside.
            let cells = line.split(separator: ",")
            guard let stream = cells.first.map(String.init), let loss = cells.last.flatMap({ Double($0) }) else {
                throw Program.Failure("singles.csv: \(line)")
            }
            let model = cells[1..<cells.count - 2].joined(separator: ",").replacing("\"", with: "")
            if loss < river[stream]?.loss ?? .infinity { river[stream] = (model, loss) }
        }
        self.river = river
    }

    /// Two tables in Markdown.
    func text() throws -> String { "\(try bundled())\n\(generated)" }

    private func bundled() throws -> String {
        var text = "| stream | loss | River's best | its loss | `auto` | difference | best expert | its loss "
        text += "| bound | ns an event | bytes |\n|---|---|---|\(String(repeating: "---:|", count: 3))---"
        text += "|\(String(repeating: "---:|", count: 4))\n"
        for stream in BundledStream.all {
            let declaration = PipelineDeclaration(
                numbers: stream.features(of: .number), categories: stream.features(of: .category), transformers: [],
                learner: Component(named: "auto"))
            let row = try Row(stream.rows(), declaration)
            guard let best = river[stream.description] else { throw Program.Failure("River has no \(stream)") }
            let percent = (row.loss / best.loss - 1) * 100
            let model = code(best.model.replacing(",", with: ""))
            text += "| \(stream) | \(row.lossName) | \(model) | \(number(best.loss)) "
            text += "| \(number(row.loss)) | \(percent < 0 ? "−" : "+")\(fixed(abs(percent), digits: 1)) % "
            text += "\(row.cells)\n"
        }
        return text
    }

    private var generated: String {
        var text = "| generated stream | events | loss | baseline | `auto` | best expert | its loss | bound "
        text += "| ns an event | bytes |\n|---|---:|---|---:|---:|---|\(String(repeating: "---:|", count: 4))\n"
        for stream in GeneratedStream.allCases {
            let row = Row(stream.rows(), stream.declaration(Component(named: "auto")))
            text += "| \(stream) | \(stream.count) | \(row.lossName) | \(number(row.baseline)) | \(number(row.loss)) "
            text += "\(row.cells)\n"
        }
        return text
    }

    /// What is measured on one stream.
    private struct Row {
        let lossName: String
        let loss: Double
        let baseline: Double
        /// The best expert and how far above it the model may come, an event; time and memory.
        let cells: String

        init(_ rows: StreamRows, _ declaration: PipelineDeclaration) {
            let run = AutoRun(rows, declaration)
            let name = Progressive.metrics(of: rows.task)[0]
            lossName = name.replacing("_", with: " ")
            loss = run.metric(name) ?? .nan
            let count = Double(run.count)
            baseline = (run.experts.first?.loss ?? .nan) / count
            let cost = nanoseconds(rows.count, runs: rows.count > 10_000 ? 1 : 3) {
                var model = Pipeline(declaration, task: rows.task, layout: rows.layout)
                var (workspace, answer) = (Pipeline.Workspace(), [Double]())
                for index in 0..<rows.count {
                    answer.removeAll(keepingCapacity: true)
                    model.predict(rows.features[index], into: &answer, workspace: &workspace)
                    model.learn(rows.features[index], rows.targets[index], workspace: &workspace)
                }
            }
            let best = run.best
            cells =
                "| `\(best?.name ?? "")` | \(number((best?.loss ?? .nan) / count)) | "
                + "\(number((best?.bound ?? .nan) / count)) | \(rounded(cost)) | \(run.byteCount) |"
        }
    }
}
