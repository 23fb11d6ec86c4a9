import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// Long folds of an application: they can be ended, and then have changed nothing.
@Suite struct FoldingTests {
    private static func open(_ log: MemoryLog, _ folds: WorkThreads) async throws -> Application {
        let application = try Application(
            name: "prices", spec: try SpecText.spec(StoreFixture.spec),
            store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock, folds: folds)
        let layout = application.spec.contract.layout
        _ = try await application.submit(
            (0..<2_000).map { index in
                var row = FeatureRow(layout)
                row.setNumber(Double(index % 91), at: 0)
                row.setString("town-\(index % 7)", at: 0)
                return Event(
                    .example(.number(Double(index % 13))), time: .unclaimed, id: EventID("e-\(index)"),
                    features: row)
            })
        return application
    }

    /// Every kind of long work, again and again until it is told to end: each of its loops has to ask.
    enum Long: CaseIterable {
        case audit, diff, search

        func run(_ log: any AppendOnlyLog & SnapshotStore & ExperimentStore, _ spec: Spec) throws {
            switch self {
            case .audit: _ = try Audit(AuditSubject(id: "e-1999"), in: log)
            case .diff: _ = try VersionDiff(.offset(10), .offset(1_990), in: log)
            case .search:
                let selection = try Selection("size > 3", contract: spec.contract)
                _ = try QuestionSearch(selection, in: log, under: Amendments())
            }
        }
    }

    @Test(arguments: Long.allCases)
    func whatFoldsForLongEndsWhenWhoeverAskedHasGone(_ long: Long) async throws {
        let (log, folds) = (MemoryLog(), WorkThreads("test", count: 1, waitingMax: 4, priority: .low))
        let application = try await Self.open(log, folds)
        let end = log.endOffset
        let spec = application.spec
        let asked = Swift.Task { try await application.folding { log in while true { try long.run(log, spec) } } }
        while folds.load.running == 0 { try await Swift.Task.sleep(for: .milliseconds(2)) }
        asked.cancel()
        await #expect(throws: CancellationError.self) { try await asked.value }
        #expect(log.endOffset == end)
        #expect(try await application.folding { try $0.endOffset } == end, "its place is free")
        await application.stop()
    }

    @Test func whatIsAskedForByOneWhoHasGoneChangesNothing() async throws {
        let (log, folds) = (MemoryLog(), WorkThreads("test", count: 1, waitingMax: 8, priority: .low))
        let application = try await Self.open(log, folds)
        let (end, spec) = (log.endOffset, application.spec)
        let blocking = Swift.Task { try await folds.run { while true { try StopFlag.current?.check() } } }
        while folds.load.running == 0 { try await Swift.Task.sleep(for: .milliseconds(2)) }
        let asked = [
            Swift.Task { _ = try await application.restore(to: .offset(10)) },
            Swift.Task { _ = try await application.exclude("size > 3") },
            Swift.Task { _ = try await application.correct([(id: "e-9", label: "1")]) },
            Swift.Task { _ = try await application.forget(ids: ["e-9"]) },
            Swift.Task { _ = try await application.adopt(spec, from: 0) },
        ]
        while folds.load.waiting < asked.count { try await Swift.Task.sleep(for: .milliseconds(2)) }
        // What is short does not wait for them, and what serves goes on.
        #expect(try await application.withLog { try $0.endOffset } == end)
        for task in asked { task.cancel() }
        for task in asked { await #expect(throws: CancellationError.self) { try await task.value } }
        blocking.cancel()
        #expect(log.endOffset == end)
        #expect(try await application.restore(to: .offset(10)).offset == end)
        await application.stop()
    }

    @Test func aPursuitEndsWhereLittleIsLeftOrNothingIsGained() {
        var pursuit = Pursuit()
        #expect(!goesOn(&pursuit, from: 10, to: 10))
        pursuit = Pursuit()
        #expect(goesOn(&pursuit, from: 0, to: 100_000), "nothing is known yet")
        #expect(goesOn(&pursuit, from: 0, to: 100_000), "nothing was folded")
        #expect(!goesOn(&pursuit, from: 100_000, to: 100_000))
        // As many have come as were folded: it must end all the same, with what may be left.
        pursuit = Pursuit()
        _ = pursuit.goesOn(from: 0, to: 2_000)
        #expect(!goesOn(&pursuit, from: 2_000, to: 4_000))
        pursuit = Pursuit()
        _ = pursuit.goesOn(from: 0, to: 1_000_000)
        #expect(!goesOn(&pursuit, from: 1_000_000, to: 1_000_001))
    }
    private func goesOn(_ pursuit: inout Pursuit, from offset: Int, to end: Int) -> Bool {
        pursuit.goesOn(from: offset, to: end)
    }
}
