import BundledStreams
import Foundation
import OnlineLearning

/// What each transformer costs at its defaults, over the flights: three categories and three numbers, to which a text of
/// the three names and a timestamp are added.
struct TransformerTable {
    private let rows: StreamRows
    private let layout: FeatureLayout
    private let features: [FeatureRow]
    private static let repetitions = 5

    init() throws {
        guard let stream = BundledStream.named("flights_delay") else { throw Program.Failure("no flights_delay") }
        rows = try stream.rows()
        let old = rows.layout
        let layout = FeatureLayout(
            old.names.indices.map { (old.names[$0], old.kinds[$0]) } + [("text", .text), ("time", .timestamp)])
        self.layout = layout
        features = rows.features.enumerated().map { index, row in
            var new = FeatureRow(layout)
            for slot in 0..<old.numberCount { new.setNumber(row.numbers[slot], at: slot) }
            let names = (0..<old.stringCount).map { row.string(at: $0) ?? "" }
            for (slot, name) in names.enumerated() { new.setString(name, at: slot) }
            new.setString("\(names[0]) from \(names[1]) to \(names[2])", at: old.stringCount)
            new.setTimestamp(Int64(index) * 1_200_000_000, at: 0)
            return new
        }
    }

    /// A table in Markdown: nanoseconds an event, asked and learned, beyond the same pipeline without the step.
    var text: String {
        let names = layout.names.indices.filter { layout.kinds[$0] == .number }.map { layout.names[$0] }
        let bare = seconds(nil, [])
        var text = "| transformer | features | ns an event | bytes |\n|---|---|---:|---:|\n"
        for transformer in Catalogue.transformers {
            guard let inputs = transformer.declaration.takes else { continue }
            let own = inputs.roles.isEmpty ? usual(inputs) : inputs.roles.flatMap { role(role: $0, names) }
            let found = seconds(transformer.declaration.withDefaults, own)
            let cost = (found.seconds - bare.seconds) / Double(rows.count) * 1e9
            let bytes = found.bytes - bare.bytes
            text += "| `\(transformer.declaration.name)` | \(own.joined(separator: ", ")) | \(Int(max(0, cost).rounded()))"
            text += " | \(bytes) |\n"
        }
        return text
    }

    private func usual(_ inputs: TransformerInputs) -> [String] {
        layout.names.indices.filter { layout.kinds[$0] == inputs.usual }.map { layout.names[$0] }
    }

    private func role(role: TransformerInputs.Role, _ numbers: [String]) -> [String] {
        role.accepted.first == .number ? [numbers[0]] : ["carrier", "origin"]
    }

    /// The least time of several runs, and the memory after.
    private func seconds(_ step: Component?, _ features: [String]) -> (seconds: Double, bytes: Int) {
        let numbers = layout.names.indices.filter { layout.kinds[$0] == .number }.map { layout.names[$0] }
        let declaration = PipelineDeclaration(
            numbers: numbers, transformers: step.map { [.init($0, features: features)] } ?? [],
            learner: Component(named: "statistic_regressor"))
        var (best, bytes) = (Double.infinity, 0)
        for _ in 0..<Self.repetitions {
            var model = Pipeline(declaration, task: rows.task, layout: layout)
            var (workspace, answer) = (Pipeline.Workspace(), [Double]())
            let started = clock()
            for index in 0..<rows.count {
                workspace.time = Int64(index) * 1_200_000_000
                answer.removeAll(keepingCapacity: true)
                model.predict(self.features[index], into: &answer, workspace: &workspace)
                model.learn(self.features[index], rows.targets[index], workspace: &workspace)
            }
            best = min(best, Double(clock() - started) / Double(CLOCKS_PER_SEC))
            bytes = model.byteCount
        }
        return (best, bytes)
    }
}
