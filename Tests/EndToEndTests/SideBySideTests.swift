import Foundation
import Testing

extension EndToEnd {
    /// What fails for one application concerns only that one.
    @Suite(.serialized)
    struct SideBySide {
        @Test("Whatever keeps one application from starting, the other serves; status, readyz and exit status say it")
        func oneCannotStart() async throws {
            for trouble in ["a bad spec", "no YAML at all", "no such file", "a newer store", "no store", "a lost log"] {
                let scratch = try Scratch()
                let good = try scratch.file("good.yaml", Prices.spec(name: "good"))
                var bad = try scratch.file("prices.yaml", Prices.spec())
                let both = try await HeadraceProcess(good, bad, directory: scratch("data"))
                #expect(try await both.post("\(Prices.path)/examples", Prices.examples("e", 20)).status == 200)
                #expect(try both.stop() == 0)
                let store = URL(fileURLWithPath: scratch("data/prices.headrace"))
                var bytes = try Data(contentsOf: store)
                switch trouble {
                case "a bad spec": bad = try scratch.file("x.yaml", "application: prices\nmodel: nothing\n")
                case "no YAML at all": bad = try scratch.file("prices.yaml", ": : [\n")
                case "no such file": bad = scratch("absent/prices.yaml")
                case "a newer store": bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
                case "no store": bytes = Data("hello\n".utf8)
                default: bytes = bytes.prefix(bytes.count / 4)
                }
                try bytes.write(to: store)
                let server = try await HeadraceProcess(good, bad, directory: scratch("data"))
                #expect(try await server.post("/v1/applications/good/examples", Prices.example("g")).status == 200)
                let status = try await server.get(Prices.path)
                #expect(status.status == 503, "\(trouble)")
                #expect(status.json["type"].string == "urn:headrace:not-started")
                #expect(status.json["detail"].string?.contains("'prices' could not start") == true, "\(status.text)")
                let ready = try await server.get("/readyz")
                #expect(ready.status == 503 && ready.json["detail"].string?.contains("'prices'") == true)
                #expect(try await server.get("/healthz").status == 200)
                let list = try await server.get("/v1/applications").json
                #expect(list["applications"].array.map(\.string) == ["good"])
                #expect(list["failed"][0]["application"].string == "prices")
                #expect(server.errorText.contains("prices is not served: "), "\(server.errorText)")
                #expect(try server.stop() == 1, "\(trouble)")
                if !trouble.hasPrefix("no such"), trouble.contains("store") || trouble.contains("log") {
                    #expect(try Data(contentsOf: store) == bytes, "\(trouble): the file was changed")
                }
            }
        }

        @Test("Where none can start, nothing is served, every reason is said, and the status is 2")
        func noneCanStart() throws {
            let scratch = try Scratch()
            let specs = [try scratch.file("a.yaml", "application: a\n"), scratch("b.yaml")]
            let result = try Program.run(
                Program.headrace, ["up"] + specs + ["--data-dir", scratch("data"), "--port", "0"])
            #expect(result.status == 2)
            #expect(result.errors.contains("a.yaml:1:1: ") && result.errors.contains("b.yaml: cannot be read"))
            #expect(!FileManager.default.fileExists(atPath: scratch("data")))
        }

        @Test("A hang-up ends a server as cleanly as SIGTERM")
        func hangUp() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 20)).status == 200)
            #expect(try server.stop(SIGHUP) == 0)
            // Whoever only reads leaves SQLite's two files beside a store, and nothing in the -wal.
            let left = try names(in: scratch("data"))
            #expect(left.allSatisfy { $0.hasPrefix("prices.headrace") }, "\(left)")
            let wal = scratch("data/prices.headrace-wal")
            let bytes = try? FileManager.default.attributesOfItem(atPath: wal)[.size] as? Int
            #expect((bytes ?? 0) == 0)
            let doctor = try Program.headrace("doctor", "--data-dir", scratch("data"), "--format", "json")
            #expect(doctor.json["applications"][0]["recovery_events"].int == 0)
        }

        @Test("A damaged snapshot is passed over: said at the start and in the status, named by verify, mended")
        func damagedSnapshot() async throws {
            let scratch = try Scratch()
            let (spec, other) = (
                try scratch.file("p.yaml", Prices.spec()), try scratch.file("o.yaml", Prices.spec(name: "other"))
            )
            var server = try await HeadraceProcess(spec, other, directory: scratch("data"))
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 50)).status == 200)
            let before = Standing(try await server.status("prices"))
            try server.stop()
            let sqlite = try #require(Program.path("sqlite3") ?? Program.path("python3"))
            let change = "UPDATE snapshots SET payload = zeroblob(length(payload)) WHERE offset = 51"
            let arguments = sqlite.hasSuffix("sqlite3")
                ? [scratch("data/prices.headrace"), change]
                : [
                    "-c", "import sqlite3,sys\nd=sqlite3.connect(sys.argv[1])\nd.execute(sys.argv[2])\nd.commit()",
                    scratch("data/prices.headrace"), change,
                ]
            #expect(try Program.run(sqlite, arguments).status == 0)
            let one = ["--data-dir", scratch("data"), "--application", "prices"]
            for verb in [["status"], ["versions"], ["export", "--to", scratch("bundle")], ["log"], ["audit", "e-3"]] {
                let result = try Program.run(Program.headrace, verb + one)
                #expect(result.status == 0, "\(verb): \(result.errors)")
            }
            #expect(
                try Program.headrace("import", scratch("bundle"), "--data-dir", scratch("there")).status == 0)
            let verified = try Program.run(Program.headrace, ["verify", "--format", "json"] + one)
            #expect(verified.status == 1 && verified.json["differences"][0]["offset"].int == 51)
            let found = try Program.run(Program.headrace, ["doctor", "--format", "json"] + one)
            #expect(found.status == 1)
            #expect(found.json["applications"][0]["findings"].array.count == 1, "\(found.text)")
            #expect(found.json["applications"][0]["recovery_events"].int == 50)
            let copy = try scratch.copy(of: scratch("data"), as: "copy")

            server = try await HeadraceProcess(spec, other, directory: scratch("data"))
            #expect(server.errorText.contains("the snapshot at @51 is damaged and was passed over"))
            let status = try await server.status("prices")
            #expect(Standing(status) == before)
            #expect(status["damaged_snapshots"][0]["offset"].int == 51)
            #expect(try await server.status("other")["damaged_snapshots"].array.isEmpty)
            #expect(try await server.get("/readyz").status == 200)
            #expect(try await server.post("\(Prices.path)/restore", #"{"to":"@20"}"#).status == 200)
            #expect(try server.stop() == 0)

            let repaired = try Program.headrace(
                "doctor", "--repair", "--data-dir", copy, "--application", "prices", "--format", "json")
            #expect(repaired.status == 0, "\(repaired.text)")
            #expect(repaired.json["repaired"][0].string?.contains("dropped the snapshot at @51") == true)
            #expect(try Program.headrace("verify", "--data-dir", copy, "--application", "prices").status == 0)
        }

        @Test("doctor says what a killed server and a killed import left, and gathers it")
        func leftOvers() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            for index in 0..<300 {
                _ = try await server.post("\(Prices.path)/examples", Prices.examples("e\(index)", 5))
            }
            let beside = try Program.headrace("doctor", "--data-dir", scratch("data"), "--format", "json")
            #expect(beside.status == 0, "\(beside.text)")
            #expect(beside.json["held_by"].string == server.url)
            let held = try Program.headrace("doctor", "--repair", "--data-dir", scratch("data"))
            #expect(held.status == 0, "nothing is to be repaired: \(held.text)")
            try server.kill()
            _ = try scratch.file("data/gone.headrace.importing", "half")
            let found = try Program.headrace("doctor", "--data-dir", scratch("data"), "--format", "json")
            #expect(found.status == 1)
            #expect(found.json["findings"][0]["what"].string?.contains("gone.headrace.importing") == true)
            let what = found.json["applications"][0]["findings"].array.compactMap { $0["what"].string }
            #expect(what.contains { $0.contains("a process was killed") } && what.contains { $0.contains("packing") })
            #expect(try Program.headrace("doctor", "--repair", "--data-dir", scratch("data")).status == 0)
            // Whoever only reads leaves SQLite's two files beside a store, and nothing in the -wal.
            let left = try names(in: scratch("data"))
            #expect(left.allSatisfy { $0.hasPrefix("prices.headrace") }, "\(left)")
            let wal = scratch("data/prices.headrace-wal")
            let bytes = try? FileManager.default.attributesOfItem(atPath: wal)[.size] as? Int
            #expect((bytes ?? 0) == 0)
            let sound = try Program.headrace("doctor", "--data-dir", scratch("data"), "--format", "json")
            #expect(sound.status == 0 && sound.json["applications"][0]["loose_events"].int ?? 9_999 < 1_000)
            #expect(sound.json["flush_ms_median"].double != nil)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
            #expect(try Program.headrace("doctor", "--data-dir", scratch("absent")).status == 2)
        }
    }
}
