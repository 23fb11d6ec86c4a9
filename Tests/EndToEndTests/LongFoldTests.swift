import Foundation
import Testing

extension EndToEnd {
    /// Requests that fold the log for long: few at once, the rest waits or is refused, and none holds up a stop.
    @Suite(.serialized)
    struct LongFolds {
        /// A server of a model that takes its time, with a log that takes some to fold.
        private static func server(_ scratch: Scratch, onOneCore: Bool) async throws -> HeadraceProcess {
            let spec = Prices.spec().replacing(/model:\n( .*\n)+/, with: "model: auto\n")
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", spec), directory: scratch("data"), onOneCore: onOneCore)
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 3_000)).status == 200)
            return server
        }

        @Test("Ctrl-C ends a server on one core while audits fold", arguments: [SIGINT, SIGTERM])
        func interrupted(signal: Int32) async throws {
            let scratch = try Scratch()
            let server = try await Self.server(scratch, onOneCore: true)
            let asking = server.asking
            async let answers = Self.audits(asking, 12)
            #expect(
                try await eventually { try await server.status("prices")["long_folds"]["waiting"].int ?? 0 >= 8 })
            #expect(try server.stop(signal) == 0)
            let ended = await answers
            #expect(ended.contains { $0 == nil || $0?.status == 503 }, "the stop waited for every audit")
            for answer in ended.compactMap({ $0 }) where answer.status != 200 {
                #expect(answer.json["type"].string == "urn:headrace:stopping")
            }
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("What does not fit is refused with Retry-After, and what is short does not wait")
        func refused() async throws {
            let scratch = try Scratch()
            let server = try await Self.server(scratch, onOneCore: true)
            let asking = server.asking
            async let answers = Self.audits(asking, 30)
            #expect(
                try await eventually { try await server.status("prices")["long_folds"]["waiting"].int ?? 0 >= 12 })
            #expect(try await server.get("\(Prices.path)/versions").status == 200)
            #expect(try await server.get("\(Prices.path)/events?limit=3").status == 200)
            #expect(try await server.status("prices")["long_folds"]["running"].int == 1)
            let ended = await answers.compactMap { $0 }
            let refused = ended.filter { $0.status == 503 }
            #expect(refused.count >= 30 - 17 && refused.count < 30)
            for answer in refused {
                #expect(answer.json["type"].string == "urn:headrace:too-much-work")
                #expect(answer.retryAfter == "5")
            }
            #expect(ended.count { $0.status == 200 } == ended.count - refused.count)
            #expect(try server.stop() == 0)
        }

        /// So many audits at once; nil where the connection ended without an answer.
        private static func audits(_ asking: HeadraceProcess.Asking, _ count: Int) async -> [Answer?] {
            await withTaskGroup(of: Answer?.self) { group in
                for _ in 0..<count { group.addTask { try? await asking.get("\(Prices.path)/audit?id=e-2999") } }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
    }
}
