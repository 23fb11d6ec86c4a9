import Determinism
import Foundation
import OnlineLearning
import OnlineLearningChecks
import Testing

/// Every transformer of the catalogue keeps every law.
@Suite struct TransformerLawTests {
    @Test(arguments: TransformerChecks.subjects)
    func keepsEveryLaw(_ subject: TransformerSubject) {
        for violation in TransformerChecks.violations(of: subject) { Issue.record("\(violation)") }
    }

    @Test func everyTransformerIsChecked() {
        let names = TransformerChecks.subjects.map(\.declaration.name)
        for transformer in Catalogue.transformers { #expect(names.contains(transformer.declaration.name)) }
    }

    @Test func aFaultyTransformerIsToldByName() {
        let found = Set(TransformerChecks.violations(of: FaultyTransformer.self).map(\.law))
        #expect(
            found.isSuperset(of: [
                "transformingIsPure", "undoingRestoresTheBits", "declarationIsSound", "nothingStaysNotFinite",
            ]) || found.isSuperset(of: ["undoingRestoresTheBits", "declarationIsSound"]), "\(found.sorted())")
        #expect(TransformerChecks.violations(of: StandardScaler.self) == [])
    }
}

/// The laws of weights: a right transformer breaks none, and each wrong one its own.
@Suite struct TransformerWeightLawTests {
    private static let laws: [TransformerLaw] = [.weightZeroChangesNothing, .weightTwoIsTwice]

    @Test(arguments: [("none", [] as [String]), ("zero", ["weightZeroChangesNothing"]), ("two", ["weightTwoIsTwice"])])
    func eachLawSeesItsFault(_ fault: String, _ broken: [String]) {
        let component = Component(name: "centering", arguments: [.choice(fault)])
        let subject = TransformerSubject(CenteringTransformer.self, component: component)
        #expect(Self.laws.flatMap { $0.violations(of: subject) }.map(\.law) == broken)
    }
}

/// Adds the mean of the first number as a column, and counts weights rightly or not.
private struct CenteringTransformer: Transformer {
    static let declaration = ComponentDeclaration(
        "centering", .transformer, takes: .numbers,
        parameters: [
            ParameterDeclaration(
                "fault", .choice(["none", "zero", "two"]), default: .choice("none"), "the weight that is miscounted")
        ])
    private let fault: String
    private let slot: Int
    private var mean = Mean()
    private var before = Mean()
    private var exampleCount = 0

    init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        (fault, slot) = (arguments.choice("fault"), inputs[0].slot)
    }

    mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 || fault == "zero" else { return true }
        before = mean
        exampleCount += 1
        if weight > 0, !x.numbers[slot].isNaN { mean.update(x.numbers[slot], weight: fault == "two" ? 1 : weight) }
        return true
    }

    mutating func undo(_ journal: inout Journal) {
        mean = before
        exampleCount -= 1
    }

    func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        x.append(column: x.columnCount, value: mean.value)
    }

    var byteCount: Int { 16 }

    func encode(to encoder: inout CanonicalEncoder) {
        mean.encode(to: &encoder)
        encoder.count(exampleCount)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
        exampleCount = try decoder.count()
    }
}

/// Sums what it learns without a thought of undoing.
private struct FaultyTransformer: Transformer {
    static let declaration = ComponentDeclaration(
        "Faulty", .transformer, takes: .numbers,
        parameters: [ParameterDeclaration("x", .number(0...1), default: .number(2), "")])
    private let slots: [Int]
    private var sum = 0.0

    init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) { slots = inputs.map(\.slot) }

    mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        for slot in slots where !x.numbers[slot].isNaN { sum += x.numbers[slot] }
        return true
    }

    mutating func undo(_ journal: inout Journal) {}
    func transform(_ row: FeatureRow, _ x: inout FeatureVector) {}
    var byteCount: Int { 8 }
    func encode(to encoder: inout CanonicalEncoder) { encoder.double(sum) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        sum = try decoder.double()
    }
}

/// One changed bit of what a transformer makes or keeps is a new revision of it; see `LearnerDigestTests`.
/// `RECORD_DIGESTS=1 swift test -c release --disable-testable-imports --filter TransformerDigestTests` adds what is
/// new.
@Suite struct TransformerDigestTests {
    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/transformers.txt")

    private static func line(_ subject: TransformerSubject) -> String {
        "\(subject) | \(subject.declaration.revision) | \(TransformerChecks.digest(of: subject))"
    }

    private static func key(_ line: some StringProtocol) -> String {
        line.split(separator: "|").dropLast().joined(separator: "|")
    }

    @Test func everyTransformerHasTheSameBitsAsEver() throws {
        var recorded = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").map(String.init)
        let current = TransformerChecks.subjects.map(Self.line)
        if ProcessInfo.processInfo.environment["RECORD_DIGESTS"] != nil {
            recorded.removeAll { line in !current.contains { Self.key($0) == Self.key(line) } }
            recorded += current.filter { line in !recorded.contains { Self.key($0) == Self.key(line) } }
            let text = recorded.sorted().joined(separator: "\n") + "\n"
            try text.write(to: Self.file, atomically: true, encoding: .utf8)
        }
        for line in current {
            let other = recorded.first { Self.key($0) == Self.key(line) } ?? "nothing; record it"
            #expect(recorded.contains(line), "recorded is \(other)")
        }
        for line in recorded { #expect(current.contains { Self.key($0) == Self.key(line) }, "gone: \(line)") }
    }
}
