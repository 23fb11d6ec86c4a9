import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Which moments can be restored, and what the log tells afterwards.
@Suite struct RestorePointTests {
    /// An application whose log holds January's first events.
    private func january(_ log: MemoryLog) async throws -> Application {
        let stream = try #require(RiverNumbers.streams.first { $0.description == "flights_january_24h" })
        let spec = try stream.spec()
        let application = try Application(
            name: "january", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
        let source = try RowSource(path: stream.path, contract: spec.contract, data: spec.data)
        var schedule = EventSchedule(source, data: spec.data, limit: 400)
        var event = Event(spec.contract.layout)
        var events: [Event] = []
        while case .event = try schedule.next(into: &event) { events.append(event) }
        _ = try await application.submit(events)
        return application
    }

    @Test func aTimeBeforeTheFirstEventIsRefused() async throws {
        let application = try await january(MemoryLog())
        await #expect(throws: Refusal.self) { try await application.restore(to: RestorePoint("1900-01-01T00:00:00Z")) }
        await #expect(throws: Refusal.self) { try await application.restore(to: RestorePoint("2900-01-01T00:00:00Z")) }
        await application.stop()
    }

    /// A reader that meets a restored block first must find its contract in the adoption or a snapshot.
    @Test func theLogIsListedAcrossARestore() async throws {
        let log = MemoryLog()
        let application = try await january(log)
        let restored = try await application.restore(to: .offset(100))
        for start in [0, 100, restored.offset] {
            var count = 0
            let end = try EventListing.write(from: start, limit: 10_000, in: log) { _ in count += 1 }
            #expect(end == restored.offset + 1)
            #expect(count == end - start)
        }
        await application.stop()
    }
}
