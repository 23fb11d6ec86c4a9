import Determinism
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// The bytes of a block: what goes in comes out, bit for bit, and nothing else ever does harm.
@Suite struct BlockTests {
    private static let tree: SpecTree = [
        "application": "blocks",
        "features": [
            "x": ["type": "number", "optional": "true"], "c": ["type": "category", "optional": "true"],
            "f": ["type": "boolean", "optional": "true"], "t": ["type": "timestamp", "optional": "true"],
            "z": ["type": "number", "optional": "true"],
        ],
        "target": ["name": "y", "type": "regression"],
        "model": ["linear_regression"],
    ]

    private static let numbers: [Double] = [
        0, 1, -1, 0.1, 0.3, -2.675, 1e-6, 1e-7, 123_456.789012, 4_503_599_627_370_496, 4_503_599_627_370_497, 1e300,
        .leastNonzeroMagnitude, .greatestFiniteMagnitude, .pi, 1.0 / 3, 0.1 + 0.2, 99.999999, 1e15, -1e22,
    ]
    private static let strings = [
        "", "red", "caf\u{E9}", "cafe\u{301}", "日本", "\u{0}", String(repeating: "x", count: 1_024),
    ]

    private static func random(_ count: Int, _ contract: Contract, seed: UInt64) -> [(Event, StoredAnswer)] {
        var generator = SeededGenerator(seed: seed)
        let layout = contract.layout
        func slot(_ name: String) -> Int { layout.slots[layout.index(of: name) ?? 0] }
        func number() -> Double {
            let value = Double(bitPattern: generator.next())
            return generator.below(3) > 0 || !value.isFinite ? numbers[generator.below(numbers.count)] : value
        }
        return (0..<count).map { index in
            let kind: [(Event.Kind, Decision)] = [
                (.prediction, .predicted), (.label, .learned), (.example, .predictedAndLearned),
                (.corrected, .corrected), (.label, .late), (.label, .waiting),
            ]
            let (eventKind, decision) = kind[generator.below(kind.count)]
            var row = FeatureRow(layout)
            if eventKind == .prediction || eventKind == .example {
                if generator.below(4) > 0 { row.setNumber(number(), at: slot("x")) }
                if generator.below(4) > 0 { row.setNumber(number(), at: slot("z")) }
                if generator.below(4) > 0 { row.setString(strings[generator.below(strings.count)], at: slot("c")) }
                if generator.below(4) > 0 { row.setNumber(Double(generator.below(2)), at: slot("f")) }
                if generator.below(4) > 0 { row.setTimestamp(Int64(generator.below(1 << 50)), at: slot("t")) }
            }
            let id = EventID("id-\(generator.below(50))")
            let label = eventKind == .prediction ? nil : Label.number(number())
            let event = Event(.of(eventKind, label), time: second(Int64(index)), id: id, features: row)
            let values = decision.hasAnswer ? (0..<generator.below(4)).map { _ in number() } : []
            let told = Notice(
                Notice.Kind.allCases[index % 4], model: index % 2 == 0 ? "caf\u{E9}" : nil, cause: "because \(index)",
                evidence: [.init("count", Double(index) / 4)])
            let notices = [[], [told], [], [told, told]][index % 7 == 0 ? index % 4 : 0]
            return (
                event,
                StoredAnswer(decision, values: values, isBaseline: generator.below(5) == 0, notices: notices)
            )
        }
    }

    private static func block(_ events: [(Event, StoredAnswer)], _ contract: Contract) -> [UInt8] {
        var builder = BlockBuilder(contract: contract, version: 3, firstOffset: 17)
        for (event, answer) in events {
            builder.append(
                event, time: event.time, decision: answer.decision, values: answer.values[...],
                isBaseline: answer.isBaseline, notices: answer.notices ?? [])
        }
        return builder.payload()
    }

    @Test(arguments: [UInt64(1), 2, 3]) func whatGoesInComesOutInAnyOrder(_ seed: UInt64) throws {
        let contract = try Self.tree.spec.contract
        let events = Self.random(300, contract, seed: seed)
        let reader = try BlockReader(Self.block(events, contract))
        #expect(reader.firstOffset == 17)
        #expect(reader.version == 3)
        #expect(reader.count == 300)
        #expect(reader.contractDigest == contract.canonicalDigest)
        var event = Event(contract.layout)
        for index in events.indices.reversed() {
            let answer = try reader.read(index, contract: contract, into: &event)
            let (expected, given) = events[index]
            #expect(event == expected)
            #expect(event.features.numbers.map(\.bitPattern) == expected.features.numbers.map(\.bitPattern))
            #expect(answer.decision == given.decision && answer.isBaseline == given.isBaseline)
            #expect(answer.values.map(\.bitPattern) == given.values.map(\.bitPattern))
            #expect(answer.notices == given.notices)
        }
        let told = events.enumerated().flatMap { index, event in (event.1.notices ?? []).map { (index, $0) } }
        #expect(reader.told.map(\.index) == told.map(\.0) && reader.told.map(\.notice) == told.map(\.1))
        #expect(told.count > 30)
    }

    @Test func normalizationsStayApart() throws {
        let contract = try Self.tree.spec.contract
        var rows: [FeatureRow] = []
        for text in ["\u{E9}", "e\u{301}"] {
            var row = FeatureRow(contract.layout)
            row.setString(text, at: 0)
            rows.append(row)
        }
        #expect(rows[0] != rows[1])
        let events = rows.map { row in
            let event = Event(.prediction, time: second(1), id: EventID("a"), features: row)
            return (event, StoredAnswer(.predicted, values: [1]))
        }
        let reader = try BlockReader(Self.block(events, contract))
        var event = Event(contract.layout)
        for index in 0..<2 {
            _ = try reader.read(index, contract: contract, into: &event)
            #expect(event.features == rows[index])
        }
    }

    @Test func damagedBytesAreAnErrorOrAnotherValueAndNeverATrap() throws {
        let contract = try Self.tree.spec.contract
        let payload = Self.block(Self.random(40, contract, seed: 4), contract)
        var generator = SeededGenerator(seed: 8)
        // Cut where the notices begin it is a block without any; only the chain tells.
        let plain = Self.random(40, contract, seed: 4).map { event, answer in
            (event, StoredAnswer(answer.decision, values: answer.values, isBaseline: answer.isBaseline))
        }
        let recordsEnd = Self.block(plain, contract).count
        for length in 0..<payload.count where length != recordsEnd {
            #expect(!readAll(Array(payload[..<length]), contract))
        }
        for _ in 0..<20_000 {
            var damaged = payload
            for _ in 0...generator.below(4) {
                let place = generator.below(4) == 0 ? generator.below(64) : generator.below(payload.count)
                damaged[place] = [UInt8(generator.below(256)), 0xFF, damaged[place] ^ 0x80][generator.below(3)]
            }
            _ = readAll(damaged, contract)
        }
    }

    @Test func aNumberBeyondAllOffsetsIsAnError() throws {
        let contract = try Self.tree.spec.contract
        let payload = Self.block([], contract)
        // After the format and the digest of the contract lie the version and the first offset.
        let huge = [UInt8](repeating: 0xFF, count: 9) + [1]
        for place in [33, 34] {
            #expect(!readAll(Array(payload[..<place]) + huge + payload[(place + 1)...], contract))
        }
    }

    /// Whether a block is read to its end.
    private func readAll(_ payload: [UInt8], _ contract: Contract) -> Bool {
        guard let reader = try? BlockReader(payload) else { return false }
        var event = Event(contract.layout)
        for index in 0..<reader.count {
            guard (try? reader.read(index, contract: contract, into: &event)) != nil else { return false }
        }
        return true
    }

    @Test func goldenBytesAreReadByEveryRelease() throws {
        let contract = try Self.tree.spec.contract
        let events = Self.random(30, contract, seed: 1)
        try Golden.expect(Self.block(events, contract), "block-v3.bin")
        for name in ["block-v1.bin", "block-v2.bin", "block-v3.bin"] {
            let reader = try BlockReader(try Golden.bytes(name))
            var event = Event(contract.layout)
            for index in events.indices {
                let answer = try reader.read(index, contract: contract, into: &event)
                #expect(event == events[index].0)
                #expect(answer.notices == (name == "block-v3.bin" ? events[index].1.notices : nil))
            }
        }
    }
}

/// The bytes of a snapshot.
@Suite struct SnapshotBytesTests {
    /// As the programs of formats 1 and 2 found it; they kept nothing of what was served.
    private static let oldLedgerDigest = "b32caf6687277129cbdc99411bfa68adf28bccc3036ede35d0142789844ba2da"

    private func state() throws -> ApplicationState {
        var fold = TestFold(try RandomTask.all[0].specs[0].spec, revision: 2)
        for index in 0..<5 { fold.example("e\(index)", at: Int64(index), x: Double(index), Double(index)) }
        fold.predict("open", at: 5, x: 2, c: "cafe\u{301}")
        fold.label("early", at: 6, 4)
        return fold.state
    }

    @Test func goldenBytesAreReadByEveryRelease() throws {
        try Golden.expect(try state().encoded, "snapshot-v3.bin")
        let bytes = try Golden.bytes("snapshot-v3.bin")
        #expect(try ApplicationState(encoded: bytes).encoded == bytes)
    }

    /// Format 2 knew no extras of specs.
    @Test func theSecondFormatIsReadAsTheSameState() throws {
        var decoder = CanonicalDecoder(try Golden.bytes("snapshot-v2.bin"))
        let old = try ApplicationState(from: &decoder, format: 2)
        let state = try state()
        #expect(old.stateDigest == state.stateDigest)
        #expect(old.ledgerDigest.description == Self.oldLedgerDigest)
        #expect(old.spec == state.spec && old.offset == state.offset)
    }

    /// Format 1 knew neither amendments nor revisions.
    @Test func theFirstFormatIsReadAsAStateOfAnUnrecordedRevision() throws {
        var decoder = CanonicalDecoder(try Golden.bytes("snapshot-v1.bin"))
        let old = try ApplicationState(from: &decoder, format: 1)
        let state = try state()
        #expect(old.stateDigest == state.stateDigest)
        #expect(old.ledgerDigest.description == Self.oldLedgerDigest)
        #expect(old.revision == .unrecorded)
        #expect(old.amendments.isEmpty)
    }

    @Test func cutBytesAreAnError() throws {
        let bytes = try state().encoded
        for length in 0..<bytes.count { #expect((try? ApplicationState(encoded: Array(bytes[..<length]))) == nil) }
    }
}

/// Files that keep a format as it was when it was released.
enum Golden {
    private static func url(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Golden").appending(path: name)
    }

    static func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: url(name))) }

    /// Compares with the file; a file that is not there is written, to be looked at and committed.
    static func expect(_ bytes: [UInt8], _ name: String) throws {
        guard FileManager.default.fileExists(atPath: url(name).path) else {
            try Data(bytes).write(to: url(name))
            Issue.record("\(name) was missing; it has been written")
            return
        }
        #expect(bytes == (try Self.bytes(name)), "the bytes of \(name) have changed: that needs a new format version")
    }
}
