import Foundation
import Testing

extension EndToEnd {
    /// Several applications in one process, and more requests than it can take.
    @Suite(.serialized)
    struct Isolation {
        @Test("Bad requests and a restore of one application leave the other as it is")
        func sideBySide() async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("a.yaml", Prices.spec()), try scratch.file("b.yaml", Prices.spec(name: "other")),
                directory: scratch("data"))
            #expect(
                try await server.get("/v1/applications").json["applications"].array.map(\.string)
                    == ["prices", "other"])
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 50)).status == 200)
            let before = Standing(try await server.status("prices"))
            let other = "/v1/applications/other"
            #expect(try await server.post("\(other)/examples", Prices.example("e-1", label: 9)).status == 200)
            #expect(try await server.post("\(other)/examples", "{").status == 400)
            #expect(try await server.post("\(other)/restore", #"{"to":"@1"}"#).status == 200)
            #expect(Standing(try await server.status("prices")) == before)
            #expect(try server.stop() == 0)
            for name in ["prices", "other"] {
                let verified = try Program.headrace(
                    "verify", "--data-dir", scratch("data"), "--application", name)
                #expect(verified.status == 0)
            }
        }

        @Test(
            "While one application cannot commit, the other serves",
            .enabled(if: SmallDisk.isAvailable || Program.isOnCI, "needs leave to mount a tmpfs (root)"))
        func otherDiskFull() async throws {
            let scratch = try Scratch()
            let disk = try SmallDisk(scratch("disk"), kilobytes: 1_024)
            let specs = [
                try scratch.file("a.yaml", Prices.spec()), try scratch.file("b.yaml", Prices.spec(name: "other")),
            ]
            // One application's file lies on the full disk, the other's elsewhere.
            try FileManager.default.createDirectory(atPath: scratch("data"), withIntermediateDirectories: true)
            let directory = scratch("data")
            let first = try await HeadraceProcess(specs[0], directory: "\(disk.path)/d")
            try first.stop()
            try FileManager.default.createSymbolicLink(
                atPath: "\(directory)/prices.headrace", withDestinationPath: "\(disk.path)/d/prices.headrace")
            let server = try await HeadraceProcess(specs[0], specs[1], directory: directory)
            var status = 200
            for batch in 0..<400 where status == 200 {
                status = try await server.post("\(Prices.path)/examples", Prices.examples("b\(batch)", 300)).status
            }
            #expect(status == 503)
            for index in 0..<20 {
                let path = "/v1/applications/other/examples"
                #expect(try await server.post(path, Prices.example("o\(index)")).status == 200)
                #expect(try await server.post("\(Prices.path)/examples", Prices.examples("c", 300)).status == 503)
            }
            #expect(try await server.status("other")["offset"].int == 21)
        }

        @Test("A full queue answers 503 with Retry-After, and a retry then goes through once")
        func backPressure() async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec("limits: {queue: 2000}")), directory: scratch("data"))
            let batches = (0..<64).map { Prices.examples("q\($0)", 1_500) }
            let answers = try await server.postAll("\(Prices.path)/examples", batches)
            let refused = answers.filter { $0.status != 200 }
            #expect(!refused.isEmpty, "64 requests at once fit into a queue for one")
            for answer in refused {
                #expect(answer.status == 503)
                #expect(answer.json["type"].string == "urn:headrace:overloaded")
                #expect(answer.retryAfter == "1")
            }
            let accepted = answers.count - refused.count
            #expect(accepted > 0)
            #expect(try await server.status("prices")["offset"].int == 1 + 1_500 * accepted)
            for batch in batches {
                #expect(
                    try await eventually {
                        try await server.post("\(Prices.path)/examples", batch).status == 200
                    })
            }
            #expect(try await server.status("prices")["offset"].int == 1 + 1_500 * batches.count)
            #expect(try server.memoryKilobytes() < 400_000)
        }
    }
}
