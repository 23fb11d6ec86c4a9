import Foundation
import Testing

extension EndToEnd {
    /// What lies between a write and its flush, and who is told.
    @Suite(.serialized, .enabled(if: FaultyDisk.isAvailable, "needs a C compiler"))
    struct Unsynced {
        /// How many changes a server makes that starts and stops and is asked nothing.
        private func changesOfAnIdleServer(_ spec: String) async throws -> Int {
            let scratch = try Scratch()
            let (running, changes) = try FaultyDisk.counting(
                ["up", try scratch.file("p.yaml", spec), "--data-dir", scratch("data"), "--port", "0"],
                under: scratch(""))
            _ = try await eventually { running.outputText.contains("\n") || !running.process.isRunning }
            running.send(SIGTERM)
            #expect(try running.wait().status == 0)
            return try changes()
        }

        @Test("What a kill left unflushed is flushed before it is answered for")
        func flushedBeforeItIsServedAgain() async throws {
            let idle = try await changesOfAnIdleServer(Prices.spec())
            var repeated = 0
            for change in stride(from: max(1, idle - 10), to: idle + 12, by: 1) {
                let scratch = try Scratch()
                let spec = try scratch.file("p.yaml", Prices.spec())
                guard
                    let first = try? await HeadraceProcess(
                        spec, directory: scratch("data"),
                        environment: try FaultyDisk.environment(scratch(""), .kill, at: change))
                else { continue }
                // It is killed while it writes or flushes one of these.
                for id in ["a", "b"] { _ = try? await first.post("\(Prices.path)/examples", Prices.example(id)) }
                try? first.kill()
                let (environment, flushed) = try FaultyDisk.noting(under: scratch(""))
                let second = try await HeadraceProcess(spec, directory: scratch("data"), environment: environment)
                let answer = try await second.post("\(Prices.path)/examples", Prices.example("a"))
                #expect(answer.status == 200)
                if answer.json["repeated"].bool == true {
                    repeated += 1
                    // The first write of an opening flushes the -wal, too; but after a flush that failed only pages
                    // that are written anew are safe: they go into the file, and that is flushed.
                    let files = try flushed()
                    let file = files.firstIndex { $0.hasSuffix(".headrace") } ?? 0
                    #expect(
                        files[..<file].contains { $0.hasSuffix("-wal") }, "killed at change \(change): \(files)")
                }
                #expect(try second.stop() == 0)
            }
            #expect(repeated > 2, "the event was written \(repeated) times")
        }

        @Test("A relaxed server whose last flush fails says so, and ends with status 2")
        func failingFlushAtTheStop() async throws {
            let spec = Prices.spec("durability: relaxed")
            let idle = try await changesOfAnIdleServer(spec)
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", spec), directory: scratch("data"),
                environment: try FaultyDisk.environment(scratch(""), .from, at: idle + 1))
            for index in 0..<20 { _ = try await server.post("\(Prices.path)/examples", Prices.example("e\(index)")) }
            #expect(try server.stop() == 2)
            #expect(server.errorText.contains("not stopped cleanly: prices: "), "\(server.errorText)")
        }
    }
}
