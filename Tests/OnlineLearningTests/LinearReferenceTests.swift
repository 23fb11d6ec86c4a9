import Foundation
import OnlineLearning
import Testing

/// The answers that River 0.26.1 and the prototype of `twin_ada_grad` give, see linear_reference.py.
@Suite struct LinearReferenceTests {
    struct Reference: Sendable {
        var examples: [Example] = []
        var answers: [String: [[Double]]] = [:]
        /// The classes in the order of their first appearance.
        var classes: [Int] = []
    }

    static let reference: Reference? = try? read()

    static func read() throws -> Reference {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("linear_reference.txt")
        var reference = Reference()
        for line in try String(contentsOf: url, encoding: .utf8).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words[0] == "row" else {
                reference.answers[String(words[0]), default: []].append(words.dropFirst().compactMap { Double($0) })
                continue
            }
            let label = try #require(Int(words[6]))
            if !reference.classes.contains(label) { reference.classes.append(label) }
            reference.examples.append(
                Example(
                    numbers: words[1...3].map { Double($0) ?? .nan },
                    category: words[4] == "-" ? nil : String(words[4]),
                    value: try #require(Double(words[5])), label: label))
        }
        return reference
    }

    @Test(arguments: TestModel.all) func answersAsTheReferenceDoes(_ model: TestModel) throws {
        let reference = try #require(Self.reference)
        let expected = try #require(reference.answers[model.description])
        #expect(expected.count == 80)
        var pipeline = TestPipeline(model)
        for (example, expectedAnswer) in zip(reference.examples, expected) {
            let answer = pipeline.predict(example)
            #expect(answer.count == expectedAnswer.count)
            #expect(zip(answer, expectedAnswer).allSatisfy { isClose($0, $1) }, "\(answer) \(expectedAnswer)")
            let slot = reference.classes.firstIndex(of: example.label) ?? 0
            let target = model.task == .multiclass ? .label(slot) : example.target(model.task)
            let isLearned = pipeline.learn(example, target)
            #expect(isLearned)
        }
    }

    @Test func everyModelOfTheReferenceIsTested() throws {
        let reference = try #require(Self.reference)
        #expect(Set(reference.answers.keys) == Set(TestModel.all.map(\.description)))
    }
}
