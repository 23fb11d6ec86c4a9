import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// January's events, and an application that has lived through them in memory.
struct January {
    let spec: Spec
    let events: [Event]
    let log = MemoryLog()
    let application: Application

    init() async throws {
        let stream = try #require(RiverNumbers.streams.first { $0.description == "flights_january_24h" })
        spec = try stream.spec()
        let source = try RowSource(path: stream.path, contract: spec.contract, data: spec.data)
        var schedule = EventSchedule(source, data: spec.data)
        var event = Event(spec.contract.layout)
        var events: [Event] = []
        while case .event = try schedule.next(into: &event) { events.append(event) }
        self.events = events
        application = try January.open(spec, log)
        try await feed(events)
    }

    static func open(_ spec: Spec?, _ log: MemoryLog) throws -> Application {
        try Application(
            name: "january", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    func feed(_ events: [Event]) async throws {
        var rest = events[...]
        while !rest.isEmpty {
            for reply in try await application.submit(Array(rest.prefix(400))) {
                guard case .accepted = reply else { throw Refusal(.malformed, "\(reply)") }
            }
            rest = rest.dropFirst(400)
        }
    }

    var stateDigest: Digest {
        get async throws { try await application.inspect { $0.stateDigest } }
    }

    /// The state digest of a new application that is told these events.
    func digest(of events: [Event]) async throws -> Digest {
        let other = try January.open(spec, MemoryLog())
        var rest = events[...]
        while !rest.isEmpty {
            _ = try await other.submit(Array(rest.prefix(400)))
            rest = rest.dropFirst(400)
        }
        let digest = try await other.inspect { $0.stateDigest }
        await other.stop()
        return digest
    }

    func carrier(_ event: Event) -> String? {
        let layout = spec.contract.layout
        guard event.kind == .prediction, let index = layout.index(of: "carrier") else { return nil }
        return event.features.string(at: layout.slots[index])
    }

    /// The ids of the questions that fulfil a condition.
    func ids(where fulfils: (Event) -> Bool) -> Set<String> {
        Set(events.filter { $0.kind == .prediction && fulfils($0) }.map(\.id.text))
    }
}
