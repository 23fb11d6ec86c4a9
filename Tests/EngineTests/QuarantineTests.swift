import Determinism
import Engine
import EventLog
import SQLiteStore
import Testing

/// A quarantine is bounded, and its numbers are never used again.
@Suite struct QuarantineTests {
    private func event(_ index: Int, bytes: Int = 20) -> QuarantinedEvent {
        QuarantinedEvent(
            time: StoreFixture.clock(), kind: "label", source: "day.csv:\(index)", problem: "wrong-type",
            detail: "detail \(index)", hint: nil, text: [UInt8](repeating: 0x20, count: bytes))
    }

    @Test("Beyond as many, the oldest go; numbers go on, also after all are gone and the file is opened anew")
    func count() throws {
        let fixture = try StoreFixture()
        let path = DataDirectory.quarantinePath(fixture.directory, "prices")
        let quarantine = SQLiteQuarantine(path: path)
        #expect(try quarantine.count == 0)
        #expect(try quarantine.events(from: 0, limit: 10).isEmpty)
        for start in stride(from: 0, to: QuarantineLimit.eventsMax, by: 1_000) {
            try quarantine.add((start..<start + 1_000).map { event($0) })
        }
        #expect(try quarantine.count == QuarantineLimit.eventsMax)
        #expect(try quarantine.events(from: 0, limit: 1).first?.number == 1)
        try quarantine.add([event(1)])
        #expect(try quarantine.count == QuarantineLimit.eventsMax)
        #expect(try quarantine.events(from: 0, limit: 1).first?.number == 2)
        try quarantine.removeAll()
        quarantine.close()
        let again = SQLiteQuarantine(path: path)
        try again.add([event(7)])
        let kept = try again.events(from: 0, limit: 10)
        #expect(kept.map(\.number) == [QuarantineLimit.eventsMax + 2])
        #expect(kept.first?.source == "day.csv:7" && kept.first?.kind == "label" && kept.first?.hint == nil)
        #expect(try again.remove(QuarantineLimit.eventsMax + 2))
        #expect(try !again.remove(QuarantineLimit.eventsMax + 2))
        again.close()
    }

    @Test("Beyond as many bytes, the oldest go; one text that is too long is not kept")
    func bytes() throws {
        let fixture = try StoreFixture()
        let quarantine = SQLiteQuarantine(path: DataDirectory.quarantinePath(fixture.directory, "prices"))
        let fitting = QuarantineLimit.bytesMax / QuarantineLimit.eventBytesMax
        for index in 0..<fitting { try quarantine.add([event(index, bytes: QuarantineLimit.eventBytesMax)]) }
        #expect(try quarantine.count == fitting)
        try quarantine.add([event(99, bytes: QuarantineLimit.eventBytesMax + 1)])
        #expect(try quarantine.count == fitting)
        try quarantine.add([event(100, bytes: 1)])
        #expect(try quarantine.events(from: 0, limit: 99).map(\.number) == Array(2...fitting + 1))
        quarantine.close()
    }
}
