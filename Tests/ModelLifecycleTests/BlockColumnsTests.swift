import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Blocks as columns: the same bytes come back, and nothing else ever does harm.
@Suite struct BlockColumnsTests {
    private static let tree: SpecTree = [
        "application": "columns",
        "features": [
            "x": ["type": "number", "optional": "true"], "c": ["type": "category", "optional": "true"],
            "f": ["type": "boolean", "optional": "true"], "t": ["type": "timestamp", "optional": "true"],
        ],
        "target": ["name": "y", "type": "multiclass"],
        "model": ["softmax_regression"],
    ]

    /// Blocks of random lengths with events of every kind.
    static func blocks(_ counts: [Int], seed: UInt64 = 1) throws -> (payloads: [[UInt8]], spec: Spec) {
        let spec = try tree.spec
        let contract = spec.contract
        var generator = SeededGenerator(seed: seed)
        var payloads: [[UInt8]] = []
        var offset = 7
        for count in counts {
            var builder = BlockBuilder(contract: contract, version: 3, firstOffset: offset)
            for index in 0..<count {
                let kinds: [(Event.Kind, Decision)] = [
                    (.prediction, .predicted), (.label, .learned), (.example, .predictedAndLearned),
                    (.amended, .corrected), (.adopted, .adopted),
                ]
                let (kind, decision) = kinds[generator.below(count > 1 && index == 0 ? 5 : 4)]
                var row = FeatureRow(contract.layout)
                if generator.below(3) > 0 { row.setNumber(Double(generator.below(900)) / 7, at: 0) }
                if generator.below(3) > 0 { row.setString("c\(generator.below(9))", at: 0) }
                if generator.below(3) > 0 { row.setNumber(1, at: 1) }
                if generator.below(3) > 0 { row.setTimestamp(Int64(generator.below(1 << 40)), at: 0) }
                let label = Label.named(Array("class-\(generator.below(5))".utf8))
                let restored = Adoption(.restore(offset: 2), stateDigest: Digest(hashing: [1]), revision: .unrecorded)
                let adoption = kind == .adopted ? restored : nil
                let event = Event(
                    kind, time: second(0), id: kind == .adopted ? EventID() : EventID("id-\(generator.below(40))"),
                    features: row, label: kind == .prediction || kind == .adopted ? nil : label, adoption: adoption)
                let values = (0..<3).map { _ in Double(generator.below(1 << 20)) / 1_048_576 }
                builder.append(
                    event, time: second(Int64(offset + index)), decision: decision,
                    values: decision.hasAnswer ? values[...] : [], isBaseline: generator.below(9) == 0)
            }
            payloads.append(builder.payload())
            offset += count
        }
        return (payloads, spec)
    }

    @Test(arguments: [[1], [300], [1, 1, 1], [5, 1, 90, 2, 33], Array(repeating: 1, count: 200)])
    func theSameBytesComeBack(_ counts: [Int]) throws {
        let (payloads, spec) = try Self.blocks(counts)
        let parts = try BlockColumns(payloads, contract: spec.contract).parts()
        #expect(parts.map(\.payload) == payloads)
        #expect(parts.map(\.count) == counts)
        var offset = 7
        for part in parts {
            #expect(part.firstOffset == offset)
            #expect(part.firstTime == second(Int64(offset)))
            offset += part.count
            #expect(part.lastTime == second(Int64(offset - 1)))
        }
    }

    @Test func blocksThatDoNotBelongTogetherAreRefused() throws {
        let (payloads, spec) = try Self.blocks([5, 6, 7])
        #expect(throws: CanonicalDecodingError.self) {
            _ = try BlockColumns([payloads[0], payloads[2]], contract: spec.contract)
        }
        var other = payloads[1]
        other[1] ^= 1
        #expect(throws: CanonicalDecodingError.self) {
            _ = try BlockColumns([payloads[0], other], contract: spec.contract)
        }
        let foreign: SpecTree = [
            "application": "columns", "features": ["x": "number"], "target": ["name": "y", "type": "regression"],
            "model": ["linear_regression"],
        ]
        let contract = try foreign.spec.contract
        // Records under another contract are cut elsewhere: an error, or at least never the same bytes.
        if let columns = try? BlockColumns(payloads, contract: contract) {
            #expect((try? columns.parts().map(\.payload)) != payloads)
        }
    }

    @Test func damagedColumnsAreAnErrorOrAnotherValueAndNeverATrap() throws {
        let (payloads, spec) = try Self.blocks([20, 1, 20])
        let columns = try BlockColumns(payloads, contract: spec.contract)
        for length in 0..<columns.head.count {
            let cut = BlockColumns(head: Array(columns.head[..<length]), columns: columns.columns)
            #expect(throws: CanonicalDecodingError.self) { try cut.parts() }
        }
        for index in columns.columns.indices where !columns.columns[index].isEmpty {
            var cut = columns.columns
            cut[index].removeLast()
            #expect(throws: CanonicalDecodingError.self) {
                try BlockColumns(head: columns.head, columns: cut).parts()
            }
        }
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            var (head, all) = (columns.head, columns.columns)
            if generator.below(2) == 0 {
                head[generator.below(head.count)] = [UInt8(generator.below(256)), 0xFF][generator.below(2)]
            } else {
                let index = generator.below(all.count)
                guard !all[index].isEmpty else { continue }
                all[index][generator.below(all[index].count)] = [UInt8(generator.below(256)), 0xFF][generator.below(2)]
            }
            _ = try? BlockColumns(head: head, columns: all).parts()
        }
    }
}
