import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// What a back-test found is kept, byte for byte, and can be run again.
@Suite struct ExperimentTests {
    private func run(_ log: MemoryLog, _ fixture: BacktestFixture) throws -> [Experiment] {
        try fixture.backtest(fixture.pipelines.map { fixture.spec($0) }, log).experiments
    }

    @Test func itsBytesComeBackAndOthersAreRefused() async throws {
        let fixture = try BacktestFixture(rows: 300)
        let (log, application) = try await fixture.lived()
        await application.stop()
        for experiment in try run(log, fixture) {
            let bytes = experiment.canonicalBytes
            let again = try Experiment(canonicalBytes: bytes)
            #expect(again.canonicalBytes == bytes)
            #expect(again.resultDigest == experiment.resultDigest)
            #expect(Hexadecimal.bytes(Hexadecimal.text(bytes)) == bytes)
            for count in stride(from: 0, to: bytes.count, by: 7) {
                #expect(throws: (any Error).self) { try Experiment(canonicalBytes: Array(bytes[..<count])) }
            }
            // What is damaged is refused, or is another experiment: it is stored as it was read.
            var refused = 0
            for position in bytes.indices {
                var damaged = bytes
                damaged[position] ^= 0x41
                guard let other = try? Experiment(canonicalBytes: damaged) else {
                    refused += 1
                    continue
                }
                #expect(other.canonicalBytes == damaged, "byte \(position)")
            }
            #expect(refused > 0 && refused < bytes.count, "\(refused)")
        }
        #expect(Hexadecimal.bytes("0g") == nil && Hexadecimal.bytes("012") == nil)
    }

    /// `Tests/Golden/experiment-v1.bin` and `-v2.bin` hold a run of 300 flights; a file that is not there is written.
    @Test(arguments: [1, 2]) func goldenBytesAreReadByEveryRelease(_ format: Int) async throws {
        let url = RiverNumbers.root.appending(path: "Tests/Golden/experiment-v\(format).bin")
        guard FileManager.default.fileExists(atPath: url.path) else {
            let fixture = try BacktestFixture(rows: 300)
            let (log, application) = try await fixture.lived()
            await application.stop()
            try Data(try run(log, fixture)[0].canonicalBytes).write(to: url)
            Issue.record("\(url.lastPathComponent) was missing; it has been written")
            return
        }
        let bytes = Array(try Data(contentsOf: url))
        let experiment = try Experiment(canonicalBytes: bytes)
        #expect(experiment.canonicalBytes.dropFirst() == bytes.dropFirst() && bytes[0] == format)
        #expect(experiment.name == "candidate 0" && experiment.loss == .absoluteError)
        #expect(experiment.from == 0 && experiment.to > 500 && experiment.labelCount > 250)
        #expect(experiment.difference?.mean == 0)
    }

    @Test func runAgainWhenMoreHasHappenedItGivesTheSameDigest() async throws {
        let fixture = try BacktestFixture(rows: 1_500)
        let (log, application) = try await fixture.lived(Array(fixture.events.prefix(2_000)))
        let before = try run(log, fixture)[0]
        _ = try await application.submit(Array(fixture.events[2_000...]))
        _ = try await application.exclude("offset in @100..@400")
        await application.stop()
        let present = try fixture.present(log)
        func again(_ amendments: Amendments) throws -> Experiment {
            let backtest = try Backtest(
                [Candidate(name: "again", spec: before.spec)], on: log, present: present, under: amendments,
                from: .offset(before.from), to: .offset(before.to), by: before.loss)
            while try backtest.step() {}
            return backtest.results.experiments[0]
        }
        #expect(try again(present.amendments.prefix(before.amendmentCount)).resultDigest == before.resultDigest)
        #expect(try again(present.amendments).resultDigest != before.resultDigest)
    }

    @Test(arguments: [false, true])
    func storesKeepExperimentsUnderNumbers(_ isFile: Bool) async throws {
        let fixture = try BacktestFixture(rows: 300)
        let (log, application) = try await fixture.lived()
        await application.stop()
        let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let path = scratch.appending(path: "kept.headrace").path
        let store: StoreAccess.Store = isFile ? try SQLiteStore.begun(path) : MemoryLog()
        let experiments = try run(log, fixture)
        #expect(try store.experiments().isEmpty)
        let time = Timestamp(microseconds: 1_700_000_000_000_000)
        let numbers = try experiments.map { try store.add($0.stored(at: time)) }
        #expect(numbers == Array(1...experiments.count))
        #expect(try store.experiment(experiments.count + 1) == nil)
        let kept = try #require(try store.experiment(2))
        #expect(kept == experiments[1].stored(at: time).numbered(2))
        #expect(try Experiment(kept).resultDigest == experiments[1].resultDigest)
        #expect(try store.experiments().map(\.number) == numbers)
        #expect(throws: Refusal.self) { try Experiment.find(99, in: store) }
        var json = JSONWriter()
        var next: Int?
        json.array { next = try? ExperimentListing.write(from: 1, limit: 1, in: store, to: &$0) }
        #expect(next == 2)
        #expect(try JSONValue(parsing: json.bytes).array?[0]["experiment"]?.integer == 1)
    }

    /// `Tests/Golden/store-v1.headrace` was written before there were experiments.
    @Test func aStoreOfTheFirstFormatIsReadAsItIsAndMigratedWhenItIsWritten() async throws {
        let golden = RiverNumbers.root.appending(path: "Tests/Golden/store-v1.headrace")
        let scratch = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let path = scratch.appending(path: "old.headrace").path
        try FileManager.default.copyItem(at: golden, to: URL(filePath: path))
        let reader = try SQLiteStore(path: path, readOnly: true)
        let (end, state) = (try reader.endOffset, try ApplicationState(reading: reader))
        #expect(end > 100)
        #expect(try reader.experiments().isEmpty)
        #expect(try reader.experiment(1) == nil)
        try reader.close()
        let writer = try SQLiteStore(path: path)
        #expect(try writer.endOffset == end)
        let present = try ApplicationState(reading: writer)
        #expect(present.stateDigest == state.stateDigest && present.ledgerDigest == state.ledgerDigest)
        let backtest = try Backtest(
            [Candidate(name: "own", spec: state.spec)], on: writer, present: present)
        while try backtest.step() {}
        let number = try writer.add(backtest.results.experiments[0].stored(at: Timestamp(microseconds: 0)))
        try writer.close()
        let header = try Data(contentsOf: URL(filePath: path)).prefix(64)
        #expect(header[63] == 3)
        let again = try SQLiteStore(path: path)
        #expect(try again.experiment(number) != nil)
        try again.close()
    }
}
