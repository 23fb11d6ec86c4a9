import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// January's first flights as events, logs of them, and candidates for them.
struct BacktestFixture {
    let spec: Spec
    let path: String
    /// In the order of the file, ids unique; event *i* lies at offset *i* + 1 of a log that holds them all.
    let events: [Event]

    init(rows: Int = 3_000) throws {
        let stream = try #require(RiverNumbers.streams.first { $0.description == "flights_january_24h" })
        (spec, path) = (try stream.spec(), stream.path)
        events = try Self.events(spec, path, rows)
    }

    static func events(_ spec: Spec, _ path: String, _ rows: Int) throws -> [Event] {
        let source = try RowSource(path: path, contract: spec.contract, data: spec.data)
        var schedule = EventSchedule(source, data: spec.data, limit: rows)
        var event = Event(spec.contract.layout)
        var events: [Event] = []
        while case .event = try schedule.next(into: &event) { events.append(event) }
        return events
    }

    /// A spec with another champion, or other features, and no challengers.
    func spec(
        _ champion: PipelineDeclaration? = nil, features: [FeatureDeclaration]? = nil,
        target: TargetDeclaration? = nil, metrics: [Component]? = nil
    ) -> Spec {
        let contract = Contract(
            features: features ?? spec.contract.features, target: target ?? spec.contract.target,
            clock: spec.contract.clock)
        return Spec(
            application: "other", contract: contract, data: spec.data, durability: spec.durability,
            limits: spec.limits,
            settings: Settings(
                model: champion ?? spec.settings.model.pipeline, metrics: metrics ?? spec.settings.metrics))
    }

    /// The declared pipelines, of which each may be a champion.
    var pipelines: [PipelineDeclaration] { [spec.settings.model.pipeline] + spec.settings.challengers.map(\.pipeline) }

    static func application(_ spec: Spec?, _ log: MemoryLog) throws -> Application {
        try Application(
            name: "january", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    /// A log that holds events, and the application that it belongs to.
    func lived(_ events: [Event]? = nil) async throws -> (MemoryLog, Application) {
        let log = MemoryLog()
        let application = try Self.application(spec, log)
        let all = events ?? self.events
        for start in stride(from: 0, to: all.count, by: 500) {
            for reply in try await application.submit(Array(all[start..<min(all.count, start + 500)])) {
                guard case .accepted = reply else { Issue.record("\(reply)"); continue }
            }
        }
        return (log, application)
    }

    func present(_ log: StoreAccess.Store) throws -> ApplicationState { try ApplicationState(reading: log) }

    func backtest(
        _ specs: [Spec], _ log: StoreAccess.Store, from: RestorePoint? = nil, to: RestorePoint? = nil,
        threads: Int? = nil
    ) throws -> BacktestResult {
        let candidates = specs.enumerated().map { Candidate(name: "candidate \($0)", spec: $1) }
        let backtest = try Backtest(
            candidates, on: log, present: try present(log), from: from, to: to, threads: threads)
        while try backtest.step() {}
        return backtest.results
    }

    /// What `evaluate` ends in over the first rows of the file.
    func evaluated(_ spec: Spec, rows: Int) throws -> ApplicationState {
        let source = try RowSource(path: path, contract: spec.contract, data: spec.data)
        var evaluation = Evaluation(spec, EventSchedule(source, data: spec.data, limit: rows))
        while try evaluation.run(events: 10_000, refused: { Issue.record("row \($0): \($2)") }) {}
        return evaluation.state
    }
}
