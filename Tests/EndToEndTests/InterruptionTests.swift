import Foundation
import Testing

extension EndToEnd {
    /// Ctrl-C leaves everything whole.
    @Suite(.serialized)
    struct Interruptions {
        @Test("Ctrl-C ends a server cleanly, with one file for each application", arguments: [SIGINT, SIGTERM])
        func server(signal: Int32) async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("a.yaml", Prices.spec()), try scratch.file("b.yaml", Prices.spec(name: "other")),
                directory: scratch("data"))
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 500)).status == 200)
            #expect(try await server.get("\(Prices.path)/versions").status == 200)
            #expect(try names(in: scratch("data")).contains("lock"))
            #expect(try server.stop(signal) == 0)
            #expect(try names(in: scratch("data")) == ["other.headrace", "prices.headrace"])
            let verified = try Program.headrace(
                "verify", "--data-dir", scratch("data"), "--application", "prices", "--format", "json")
            #expect(verified.json["ok"].bool == true)
            #expect(verified.json["events"].int == 501)
        }

        @Test("Ctrl-C ends a feed with what was sent, and the rest can be fed later")
        func feed() async throws {
            let scratch = try Scratch()
            // Ids are known for one horizon, and the rest is fed from the beginning: it must be long enough for that.
            let spec = try String(contentsOfFile: Program.flights, encoding: .utf8)
                .replacing("horizon: 24h", with: "horizon: 60d")
            let server = try await HeadraceProcess(try scratch.file("f.yaml", spec), directory: scratch("data"))
            let arguments = ["feed", "--data", Program.january, "--url", server.url, "--format", "json"]
            let feed = try Running(Program.headrace, arguments)
            let application = ReplayEqualsLive.application
            #expect(try await eventually { try await server.status(application)["offset"].int ?? 0 > 3_000 })
            feed.send(SIGINT)
            let ended = try feed.wait()
            #expect(ended.status == 130)
            let sent = try #require(ended.json["events"].int)
            #expect(ended.json["offset"].int == sent + 1)
            #expect(sent < 53_402)
            let rest = try Program.run(Program.headrace, arguments)
            #expect(rest.status == 0, "\(rest.errors)")
            #expect(rest.json["repeated"].int == sent)
            #expect(rest.json["offset"].int == 53_403)
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("Ctrl-C ends an evaluation with what it has seen, also on one core", arguments: [false, true])
        func evaluate(isOnOneCore: Bool) async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let rows = (0..<400_000).map { "\($0 % 900),Rome,\($0 % 7)" }.joined(separator: "\n")
            let data = try scratch.file("r.csv", "size,city,price\n\(rows)\n")
            let command = (isOnOneCore ? Program.onOneCore : [])
                + [Program.headrace, "evaluate", spec, "--data", data, "--format", "json"]
            let running = try Running(command[0], Array(command.dropFirst()))
            // Before its handler is in place, the signal would end it at once.
            #expect(try await eventually { Self.handlesInterrupt(running.process.processIdentifier) })
            running.send(SIGINT)
            let ended = try running.wait()
            #expect(ended.status == 130)
            let events = try #require(ended.json["events"].int)
            #expect(ended.json["offset"].int == events + 1)
            #expect(events < 800_000)
        }

        private static func handlesInterrupt(_ pid: Int32) -> Bool {
            let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
            let line = status.split(separator: "\n").first { $0.hasPrefix("SigCgt:") } ?? ""
            let mask = UInt64(line.split(separator: "\t").last ?? "", radix: 16) ?? 0
            return mask >> UInt64(SIGINT - 1) & 1 == 1
        }
    }
}
