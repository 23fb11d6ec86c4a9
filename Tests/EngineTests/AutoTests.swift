import BundledStreams
import Foundation
import OnlineLearning
import Testing

/// The model `auto` on every bundled stream: against its own experts, and against River's single models.
@Suite("auto")
struct AutoTests {
    @Test("auto is within its bound of every expert and near River's best model", arguments: BundledStream.all)
    func bound(_ stream: BundledStream) throws {
        let declaration = PipelineDeclaration(
            numbers: stream.features(of: .number), categories: stream.features(of: .category), transformers: [],
            learner: Component(named: "auto"))
        let run = AutoRun(try stream.rows(), declaration)
        // The stack among them; of several classes there is none.
        let count = [Task.regression: 12, .binary: 11, .multiclass: 8][stream.task]
        #expect(run.experts.count == count)
        #expect(abs(run.experts.reduce(0) { $0 + $1.weight } - 1) < 1e-9)
        for expert in run.experts {
            let room = expert.bound * 1.000001
            #expect(
                run.loss <= expert.loss + room,
                "\(expert.name): \(run.loss) of auto against \(expert.loss), room \(room)")
        }
        try compareWithRiver(stream, try #require(run.metric(Progressive.metrics(of: stream.task)[0])))
    }

    /// River's best single model at its defaults is not better by more than two percent.
    private func compareWithRiver(_ stream: BundledStream, _ own: Double) throws {
        let file = BundledStream.root.appending(path: "Tests/RiverNumbers/singles.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
        let values = lines.filter { $0.hasPrefix(stream.description + ",") }
            .compactMap { Double($0.split(separator: ",").last ?? "") }
        #expect(values.count >= 9)
        let best = try #require(values.min())
        #expect(own <= 1.02 * best, "\(own) against River's best \(best)")
    }
}
