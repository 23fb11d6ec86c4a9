import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What is made of sections refuses what it does not know, and says what that is and who wrote it.
@Suite struct SectionTests {
    private static let spec = tenSecondSpec

    private func block(_ payloads: [Event.Payload]) throws -> [UInt8] {
        let contract = try Self.spec.spec.contract
        var builder = BlockBuilder(contract: contract, version: 0, firstOffset: 1)
        for payload in payloads {
            let event = Event(payload, time: second(1), features: FeatureRow(contract.layout))
            builder.append(event, time: event.time, decision: .noted, values: [], isBaseline: false)
        }
        return builder.payload()
    }

    private func snapshot() throws -> [UInt8] {
        var fold = try TestFold(Self.spec)
        fold.predict("a", at: 1)
        fold.apply(Event(.named(Naming("one", offset: nil)), time: second(1), features: FeatureRow(fold.layout)))
        return fold.state.encoded
    }

    /// What is said of bytes that are refused.
    private func error(_ body: () throws -> Void) -> CanonicalDecodingError? {
        do { try body() } catch { return error as? CanonicalDecodingError }
        return nil
    }

    private func read(_ payload: [UInt8]) throws -> [Event.Payload] {
        let (reader, contract) = (try BlockReader(payload), try Self.spec.spec.contract)
        var event = Event(contract.layout)
        return try (0..<reader.count).map { index in
            _ = try reader.read(index, contract: contract, into: &event)
            return event.payload
        }
    }

    @Test func aSectionThatIsNotKnownIsNamed() throws {
        for bytes in [try block([.tick]), try snapshot()] {
            let isBlock = bytes.first == 3 && (try? BlockReader(bytes)) != nil
            for number in [UInt8(99), 177, 255] {
                let found = error {
                    if isBlock { _ = try BlockReader(bytes + [number, 0]) } else {
                        _ = try ApplicationState(encoded: bytes + [number, 0])
                    }
                }
                let what = "section \(number) of a \(isBlock ? "block" : "snapshot")"
                #expect(found?.isNewer == true && found?.reason.contains(what) == true, "\(String(describing: found))")
            }
        }
    }

    @Test func sectionsOutOfOrderOrMissingAreDamage() throws {
        let bytes = try snapshot()
        let twice = error { _ = try ApplicationState(encoded: bytes + [4, 0]) }
        #expect(twice?.isNewer == false && twice?.reason.contains("out of order") == true)
        let none = error { _ = try ApplicationState(encoded: []) }
        #expect(none?.isNewer == false && none?.reason.contains("head") == true)
    }

    @Test func anEventThatIsNotKnownIsNamed() throws {
        var bytes = try block([.tick])
        // Kind, time, no id, decision.
        #expect(bytes.suffix(4) == [Event.Kind.tick.rawValue, 0, 0, 20])
        bytes[bytes.count - 4] = 99
        let found = error { _ = try read(bytes) }
        #expect(found?.isNewer == true && found?.reason.contains("event of kind 99") == true)
        var directed = try block([.directed(try Directive(.freeze, by: "me", why: ""))])
        let place = try #require(directed.lastIndex(of: Directive.Action.freeze.rawValue))
        directed[place] = 88
        #expect(error { _ = try read(directed) }?.isNewer == true)
    }

    @Test func everyKindComesBack() throws {
        let payloads: [Event.Payload] = [
            .tick, .named(Naming("before holidays", offset: 12)), .named(Naming("e\u{301}", offset: nil)),
            .measured(try Measured([("p99", 0.25), ("a", -1), ("b", 1e300)])), .measured(try Measured([])),
            .clock(ClockCorrection(from: 3, opened: OffsetRanges([1, 2, 9]))),
            .signed(
                SignedAmendment(.withdrawal(of: 7), try Remark(by: "Ada", note: "meant another"), questionCount: 2)),
        ] + (try Directive.Action.allCases.map { .directed(try Directive($0, model: "m", by: "Ada", why: "so")) })
        #expect(try read(try block(payloads)) == payloads)
        // Signed or not, an amendment is called one.
        let kinds = Event.Kind.allCases.filter { $0 != .signed }
        #expect(Set(kinds.map(\.name)).count == kinds.count)
    }

    @Test func whatCannotBeMeasuredOrDirectedIsRefused() {
        let wrong: [[(name: String, value: Double)]] = [
            [("a", 1), ("a", 2)], [("", 1)], [("a", .nan)], [("a", .infinity)],
        ]
        for values in wrong {
            #expect(throws: Refusal.self) { try Measured(values) }
        }
        #expect(throws: Refusal.self) { try Measured((0...Measured.valuesMax).map { ("\($0)", 1) }) }
        #expect(throws: Refusal.self) { try Directive(.hold, by: "", why: "") }
        let long = String(repeating: "x", count: Directive.textBytesMax + 1)
        #expect(throws: Refusal.self) { try Directive(.hold, by: "me", why: long) }
    }
}
