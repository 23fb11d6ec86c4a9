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
    static func blocks(
        _ counts: [Int], seed: UInt64 = 1, withAdoptions: Bool = true
    ) throws -> (payloads: [[UInt8]], spec: Spec) {
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
                    (.corrected, .corrected), (.tick, .noted), (.adopted, .adopted),
                ]
                let (kind, decision) = kinds[generator.below(withAdoptions && count > 1 && index == 0 ? 6 : 5)]
                var row = FeatureRow(contract.layout)
                if generator.below(3) > 0 { row.setNumber(Double(generator.below(900)) / 7, at: 0) }
                if generator.below(3) > 0 { row.setString("c\(generator.below(9))", at: 0) }
                if generator.below(3) > 0 { row.setNumber(1, at: 1) }
                if generator.below(3) > 0 { row.setTimestamp(Int64(generator.below(1 << 40)), at: 0) }
                let label = Label.named(Array("class-\(generator.below(5))".utf8))
                let restored = Adoption(.restore(offset: 2), stateDigest: Digest(hashing: [1]), revision: .unrecorded)
                let payload: Event.Payload =
                    switch kind {
                    case .adopted: .adopted(restored)
                    case .tick: .tick
                    default: .of(kind, kind == .prediction ? nil : label)
                    }
                let id = kind.isOfClients ? EventID("id-\(generator.below(40))") : EventID()
                let event = Event(payload, time: second(0), id: id, features: row)
                let values = (0..<3).map { _ in Double(generator.below(1 << 20)) / 1_048_576 }
                builder.append(
                    event, time: second(Int64(offset + index)), decision: decision,
                    values: decision.hasAnswer ? values[...] : [], isBaseline: generator.below(9) == 0,
                    notices: index % 29 == 4 ? [Notice(.failed, model: "m", cause: "\(index)")] : [])
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

    @Test(arguments: [[1], [300], [1, 1, 1], [5, 1, 90, 2, 33]], [UInt64(1), 2])
    func theEventsAreReadWithoutTheBlocks(_ counts: [Int], _ seed: UInt64) throws {
        let (payloads, spec) = try Self.blocks(counts, seed: seed, withAdoptions: false)
        let reader = try ColumnReader(try BlockColumns(payloads, contract: spec.contract))
        #expect((reader.firstOffset, reader.count, reader.version) == (7, counts.reduce(0, +), 3))
        #expect(!reader.holdsOthers)
        var batch = EventBatch(spec.contract)
        // Twice, because a batch is written over again and again.
        for _ in 0..<2 { try reader.read(spec.contract, into: &batch) }
        #expect((batch.firstOffset, batch.count, batch.contractDigest) == (7, reader.count, reader.contractDigest))
        var (event, row) = (Event(spec.contract.layout), FeatureRow(spec.contract.layout))
        var (index, rowIndex) = (0, 0)
        for block in try payloads.map({ try BlockReader($0) }) {
            for inBlock in 0..<block.count {
                let answer = try block.read(inBlock, contract: spec.contract, into: &event)
                #expect((batch.payloads[index], batch.times[index]) == (event.payload, event.time))
                #expect(batch.ids[index] == event.id.fingerprint)
                #expect(Array(batch.answer(index)) == answer.values)
                if event.kind.isQuestion {
                    batch.rows.copy(rowIndex, into: &row)
                    #expect(row == event.features)
                    rowIndex += 1
                }
                index += 1
            }
        }
        #expect(index == batch.count && rowIndex == batch.rows.count)
    }

    @Test func adoptionsAreForTheBlocksToTell() throws {
        let (payloads, spec) = try Self.blocks(Array(repeating: 10, count: 40))
        let hasAdoption = try payloads.contains { try !BlockReader($0).indices(of: .adopted).isEmpty }
        #expect(hasAdoption)
        #expect(try ColumnReader(try BlockColumns(payloads, contract: spec.contract)).holdsOthers)
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

    @Test(arguments: [false, true])
    func damagedColumnsAreAnErrorOrAnotherValueAndNeverATrap(_ withAdoptions: Bool) throws {
        let (payloads, spec) = try Self.blocks([20, 1, 20], withAdoptions: withAdoptions)
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
        // The last number of the head is how many events the last block has: 2^62 - 1 of them.
        let endless = BlockColumns(
            head: columns.head.dropLast() + [UInt8](repeating: 0xFF, count: 8) + [0x3F], columns: columns.columns)
        #expect(throws: CanonicalDecodingError.self) { try endless.parts() }
        #expect(throws: CanonicalDecodingError.self) { try ColumnReader(endless) }
        var generator = SeededGenerator(seed: 3)
        var (batch, readCount) = (EventBatch(spec.contract), 0)
        for _ in 0..<20_000 {
            var (head, all) = (columns.head, columns.columns)
            if generator.below(2) == 0 {
                head[generator.below(head.count)] = [UInt8(generator.below(256)), 0xFF][generator.below(2)]
            } else {
                let index = generator.below(all.count)
                guard !all[index].isEmpty else { continue }
                all[index][generator.below(all[index].count)] = [UInt8(generator.below(256)), 0xFF][generator.below(2)]
            }
            let damaged = BlockColumns(head: head, columns: all)
            _ = try? damaged.parts()
            guard let reader = try? ColumnReader(damaged), !reader.holdsOthers else { continue }
            readCount += 1
            _ = try? reader.read(spec.contract, into: &batch)
        }
        #expect(withAdoptions || readCount > 1_000)
    }
}
