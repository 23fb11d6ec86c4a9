import Foundation
import Testing

extension EndToEnd {
    /// Invariant 2, *acknowledged is durable*, and what happens when the disk fails.
    @Suite(.serialized)
    struct Durability {
        static let needsTracer: Comment = "needs strace and leave to trace; `make test` installs it"

        @Test(
            "A flush lies between every request and its answer",
            .enabled(if: Tracer.isAvailable || Program.isOnCI, needsTracer))
        func flushBeforeAnswer() async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), directory: scratch("data"))
            let tracer = try await Tracer(
                server.pid, "-s", "24", "-e", "trace=fdatasync,fsync,read,recvfrom,write,writev,sendto,sendmsg")
            for index in 0..<20 {
                #expect(try await server.post("\(Prices.path)/examples", Prices.example("e\(index)")).status == 200)
            }
            let calls = try tracer.detach()
            try server.stop()
            // One request at a time, so everything since the last answer belongs to the next.
            var answered = 0
            var flushed = 0
            var isFlushed = false
            for call in calls {
                if call.contains("sync"), call.hasSuffix("= 0") { isFlushed = true }
                guard call.contains("HTTP/1.1 200") else { continue }
                answered += 1
                if isFlushed { flushed += 1 }
                isFlushed = false
            }
            #expect(answered == 20)
            #expect(flushed == 20, "every answer follows a flush of its own")
        }

        @Test(
            "When a flush fails the outcome is unknown, and a retry gets one answer, flushed",
            .enabled(if: Tracer.isAvailable || Program.isOnCI, needsTracer), arguments: [1, 2, 5])
        func failingFlush(failures: Int) async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), directory: scratch("data"))
            #expect(try await server.post("\(Prices.path)/examples", Prices.example("before")).status == 200)
            let tracer = try await Tracer(
                server.pid, "-s", "24", "-e", "trace=fdatasync,fsync,write,writev,sendto,sendmsg",
                "-e", "inject=fdatasync,fsync:error=EIO:when=1..\(failures)")
            let failed = try await server.post("\(Prices.path)/examples", Prices.example("x", label: 5))
            #expect(failed.status == 503)
            #expect(failed.mediaType == "application/problem+json")
            #expect(failed.json["type"].string == "urn:headrace:outcome-unknown")
            #expect(failed.json["detail"].string?.contains("outcome unknown, retry with the same id") == true)
            #expect(failed.retryAfter != nil)
            var answer = failed
            #expect(
                try await eventually {
                    answer = try await server.post("\(Prices.path)/examples", Prices.example("x", label: 5))
                    return answer.status != 503
                })
            let calls = try tracer.detach()
            #expect(answer.status == 200)
            #expect(answer.json["offset"].int == 2)
            #expect(try await server.post("\(Prices.path)/examples", Prices.example("after")).status == 200)
            Self.expectFlushAfterFailure(calls)

            let live = try await server.status("prices")
            #expect(try server.stop() == 0)
            try Self.expectWhole(scratch("data"), live)
            let log = try Program.headrace("log", "--data-dir", scratch("data"), "--format", "json").text
            #expect(log.components(separatedBy: #""id":"x""#).count == 2, "the event is in the log once")
        }

        /// What a failed flush left may be in the page cache only: it is not answered for before one succeeded.
        private static func expectFlushAfterFailure(_ calls: [String]) {
            let lastFailure = calls.lastIndex { $0.contains("sync") && $0.contains("EIO") } ?? 0
            let flush = calls[lastFailure...].firstIndex { $0.contains("sync") && $0.hasSuffix("= 0") }
            let answer = calls.firstIndex { $0.contains("HTTP/1.1 200") }
            #expect(flush != nil && answer != nil)
            if let flush, let answer { #expect(flush < answer) }
        }

        @Test(
            "On a full disk nothing is lost, and when there is room again it goes on",
            .enabled(if: SmallDisk.isAvailable || Program.isOnCI, "needs leave to mount a tmpfs (root)"))
        func fullDisk() async throws {
            let scratch = try Scratch()
            let disk = try SmallDisk(scratch("disk"), kilobytes: 1_024)
            let directory = "\(disk.path)/data"
            let server = try await HeadraceProcess(try scratch.file("p.yaml", Prices.spec()), directory: directory)
            var accepted = 0
            var refused: Answer?
            while refused == nil, accepted < 400 {
                let answer = try await server.post("\(Prices.path)/examples", Prices.examples("b\(accepted)", 300))
                if answer.status == 200 { accepted += 1 } else { refused = answer }
            }
            #expect(refused?.status == 503)
            #expect(refused?.json["type"].string == "urn:headrace:outcome-unknown")
            #expect(refused?.json["detail"].string?.contains("disk is full") == true)
            let again = try await server.post("\(Prices.path)/examples", Prices.examples("b\(accepted)", 300))
            #expect(again.status == 503)
            #expect(try await server.get("/healthz").status == 200)

            try disk.resize(kilobytes: 16_384)
            var answer: Answer?
            #expect(
                try await eventually {
                    answer = try await server.post("\(Prices.path)/examples", Prices.examples("b\(accepted)", 300))
                    return answer?.status == 200
                })
            #expect(answer?.json.array.allSatisfy { $0["status"].int == 200 } == true)
            let live = try await server.status("prices")
            #expect(live["offset"].int == 1 + 300 * (accepted + 1), "each event is there once")
            #expect(try server.stop() == 0)
            try Self.expectWhole(directory, live)
        }

        /// The state equals a fresh fold of what is on the disk.
        private static func expectWhole(_ directory: String, _ live: JSON) throws {
            let verified = try Program.headrace("verify", "--data-dir", directory, "--format", "json")
            #expect(verified.status == 0, "\(verified.text)")
            #expect(verified.json["state_digest"].string == live["state_digest"].string)
            #expect(verified.json["ledger_digest"].string == live["ledger_digest"].string)
            #expect(verified.json["events"].int == live["offset"].int)
        }
    }
}
