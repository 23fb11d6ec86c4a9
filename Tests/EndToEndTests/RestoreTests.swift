import Foundation
import Testing

extension EndToEnd {
    /// Going back to an earlier state, as a new event.
    @Suite(.serialized)
    struct Restores {
        private static let path = "/v1/applications/flight-delays"

        /// A server with the first flights, after each thousand rows of which its state was written down.
        private static func fed() async throws -> (Scratch, HeadraceProcess, moments: [JSON]) {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            var moments: [JSON] = []
            for rows in [1_000, 2_000, 3_000] {
                // The labels due after the last row come at the end of a limited feed, so a state written down here is
                // one that a longer feed does not pass through; ids make the overlap harmless.
                let fed = try Program.headrace(
                    "feed", "--data", Program.january, "--url", server.url, "--limit", String(rows), "--format", "json")
                #expect(fed.status == 0, "\(fed.errors)")
                moments.append(try await server.status("flight-delays"))
            }
            return (scratch, server, moments)
        }

        private static func restore(_ server: HeadraceProcess, _ to: String) async throws -> JSON {
            let answer = try await server.post("\(path)/restore", #"{"to":"\#(to)"}"#)
            #expect(answer.status == 200, "\(answer.text)")
            return answer.json
        }

        @Test("By offset, by time and by name: the state is the one recorded there")
        func threeWays() async throws {
            let (scratch, server, moments) = try await Self.fed()
            let offset = try #require(moments[0]["offset"].int)
            let named = try await server.post("\(Self.path)/versions", #"{"name":"first","offset":\#(offset)}"#)
            #expect(named.status == 201)
            let digest = moments[0]["state_digest"].string
            let evaluated = try Program.headrace(
                "evaluate", Program.flights, "--data", Program.january, "--limit", "1000", "--format", "json")
            #expect(evaluated.json["state_digest"].string == digest)
            let time = try #require(moments[1]["log_time"].string)
            // The name is an event.
            var end = try #require(moments[2]["offset"].int) + 1
            for (to, target, expected) in [
                ("@\(offset)", offset, digest), ("first", offset, digest), (time, nil, nil),
                ("@\(moments[2]["offset"].int ?? 0)", moments[2]["offset"].int, moments[2]["state_digest"].string),
            ] {
                let restored = try await Self.restore(server, to)
                #expect(restored["offset"].int == end)
                if let target { #expect(restored["restored_offset"].int == target) }
                if let expected { #expect(restored["state_digest"].string == expected) }
                let status = try await server.status("flight-delays")
                #expect(status["state_digest"].string == restored["state_digest"].string)
                #expect(status["ledger_digest"].string == moments[2]["ledger_digest"].string)
                end += 1
                #expect(status["offset"].int == end)
            }
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("To a time: the state after the last event at or before it")
        func byTime() async throws {
            let (_, server, _) = try await Self.fed()
            let restored = try await Self.restore(server, "2013-01-02T12:00:00Z")
            let target = try #require(restored["restored_offset"].int)
            let events = try await server.get("\(Self.path)/events?from=\(target - 1)&limit=2").json["events"]
            #expect(try #require(events[0]["time"].string) <= "2013-01-02T12:00:00Z")
            #expect(try #require(events[1]["time"].string) > "2013-01-02T12:00:00Z")
        }

        @Test("To now: nothing changes, and it serves on")
        func identity() async throws {
            let (scratch, server, moments) = try await Self.fed()
            let now = try #require(moments[2]["offset"].int)
            let restored = try await Self.restore(server, "@\(now)")
            #expect(restored["state_digest"].string == moments[2]["state_digest"].string)
            let status = try await server.status("flight-delays")
            #expect(status["state_digest"].string == moments[2]["state_digest"].string)
            #expect(status["ledger_digest"].string == moments[2]["ledger_digest"].string)
            #expect(status["metrics"]["mae"].double == moments[2]["metrics"]["mae"].double)
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("A kill -9 right after a restore does not undo it, and the command line restores a stopped one")
        func killed() async throws {
            let (scratch, server, moments) = try await Self.fed()
            let offset = try #require(moments[0]["offset"].int)
            _ = try await Self.restore(server, "@\(offset)")
            try server.kill()
            let next = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            let status = try await next.status("flight-delays")
            #expect(status["state_digest"].string == moments[0]["state_digest"].string)
            #expect(status["ledger_digest"].string == moments[2]["ledger_digest"].string)
            #expect(try next.stop() == 0)
            let back = try Program.headrace(
                "restore", "--data-dir", scratch("data"), "--to", "@\(moments[2]["offset"].int ?? 0)", "--format",
                "json")
            #expect(back.status == 0, "\(back.errors)")
            #expect(back.json["state_digest"].string == moments[2]["state_digest"].string)
            let versions = try Program.headrace("versions", "--data-dir", scratch("data"), "--format", "json").text
            #expect(versions.contains("restored to @\(offset)"))
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }
    }
}
