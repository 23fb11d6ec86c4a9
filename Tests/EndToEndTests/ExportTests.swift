import Foundation
import Testing

extension EndToEnd {
    /// An application leaves one machine and goes on at another.
    @Suite(.serialized)
    struct Exports {
        private static func served(_ scratch: Scratch, requests: Int = 6) async throws -> HeadraceProcess {
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), directory: scratch("data"))
            for index in 0..<requests {
                let answer = try await server.post("\(Prices.path)/examples", Prices.examples("e\(index)", 300))
                #expect(answer.status == 200)
            }
            return server
        }

        @Test("A bundle written beside a running server is the application elsewhere")
        func bundle() async throws {
            let scratch = try Scratch()
            let server = try await Self.served(scratch)
            let live = try await server.status("prices")
            let exported = try Program.headrace(
                "export", "--data-dir", scratch("data"), "--to", scratch("prices.bundle"), "--format", "json")
            #expect(exported.status == 0, "\(exported.errors)")
            #expect(exported.json["events"].int == 1_801)
            #expect(try server.stop() == 0)
            let again = try Program.headrace("export", "--data-dir", scratch("data"), "--to", scratch("prices.bundle"))
            #expect(again.status == 2 && again.errors.contains("is there already"))

            let imported = try Program.headrace(
                "import", scratch("prices.bundle"), "--data-dir", scratch("other"), "--format", "json")
            #expect(imported.status == 0, "\(imported.errors)")
            #expect(imported.json["head"].string == exported.json["head"].string)
            #expect(try names(in: scratch("other")) == ["prices.headrace"])
            let verified = try Program.headrace("verify", "--data-dir", scratch("other"), "--format", "json")
            #expect(verified.json["ok"].bool == true)
            #expect(verified.json["state_digest"].string == live["state_digest"].string)
            #expect(verified.json["ledger_digest"].string == live["ledger_digest"].string)

            let twice = try Program.headrace("import", scratch("prices.bundle"), "--data-dir", scratch("other"))
            #expect(twice.status == 2 && twice.errors.contains("--as NAME"), "\(twice.errors)")
            let renamed = try Program.headrace(
                "import", scratch("prices.bundle"), "--as", "copy", "--data-dir", scratch("other"))
            #expect(renamed.status == 0, "\(renamed.errors)")
            let stores = try names(in: scratch("other")).filter { $0.hasSuffix(".headrace") }
            #expect(stores == ["copy.headrace", "prices.headrace"])
            let moved = try await HeadraceProcess(
                try scratch.file("c.yaml", Prices.spec(name: "copy")), directory: scratch("other"))
            #expect(try await moved.status("copy")["state_digest"].string == live["state_digest"].string)
            #expect(try moved.stop() == 0)
        }

        @Test("A bundle that is not whole leaves nothing, not even a directory")
        func damagedBundle() async throws {
            let scratch = try Scratch()
            let server = try await Self.served(scratch, requests: 1)
            #expect(try server.stop() == 0)
            let bundle = scratch("prices.bundle")
            #expect(try Program.headrace("export", "--data-dir", scratch("data"), "--to", bundle).status == 0)
            let whole = try Data(contentsOf: URL(fileURLWithPath: bundle))
            var altered = whole
            altered[whole.count / 2] ^= 1
            var newer = whole
            newer[10] = 9
            for (bytes, words) in [
                (whole.dropLast(7), "cut short"), (altered, "altered"), (newer, "newer Headrace"),
                (Data("hello\n".utf8), "no bundle"),
            ] {
                try Data(bytes).write(to: URL(fileURLWithPath: scratch("bad")))
                let result = try Program.headrace("import", scratch("bad"), "--data-dir", scratch("fresh"))
                #expect(result.status == 2)
                #expect(result.errors.contains(words), "\(result.errors)")
                #expect(!FileManager.default.fileExists(atPath: scratch("fresh")))
            }
            for name in ["../up", "Capital", ""] {
                let result = try Program.headrace("import", bundle, "--as", name, "--data-dir", scratch("fresh"))
                #expect(result.status == 2 && result.errors.contains("cannot name"), "\(result.errors)")
            }
        }

        @Test("The models alone are JSON with the names of features")
        func models() async throws {
            let scratch = try Scratch()
            let server = try await Self.served(scratch, requests: 1)
            let live = try await server.status("prices")
            let result = try Program.headrace("export", "--data-dir", scratch("data"), "--model", "-")
            #expect(try server.stop() == 0)
            #expect(result.status == 0, "\(result.errors)")
            #expect(result.json["state_digest"].string == live["state_digest"].string)
            let model = result.json["models"][0]
            #expect(model["name"].string == "model" && model["role"].string == "champion")
            #expect(model["columns"].array.compactMap(\.string) == ["size", "city=Rome"])
            #expect(model["steps"][1]["component"].string == "standard_scaler")
            #expect(model["steps"][1]["state"]["size"]["count"].double == 300)
        }

        @Test("A listed log, fed again, gives the same state", arguments: ["csv", "ndjson"])
        func listing(format: String) async throws {
            let scratch = try Scratch()
            let server = try await Self.served(scratch, requests: 3)
            let live = try await server.status("prices")
            let listed = try Program.headrace("log", "--data-dir", scratch("data"), "--format", format)
            #expect(try server.stop() == 0)
            let file = try scratch.file("log.\(format)", listed.text)
            let other = try await HeadraceProcess(scratch("p.yaml"), directory: scratch("other"))
            let fed = try Program.headrace("feed", "--events", "--data", file, "--url", other.url, "--format", "json")
            #expect(fed.status == 0, "\(fed.errors)")
            #expect(fed.json["events"].int == 900)
            #expect(Standing(try await other.status("prices")) == Standing(live))
            #expect(try other.stop() == 0)
            let evaluated = try Program.headrace(
                "evaluate", scratch("p.yaml"), "--events", "--data", file, "--format", "json")
            #expect(evaluated.json["state_digest"].string == live["state_digest"].string)
        }

        @Test("A range of the log is named by offsets, and what is none is refused")
        func range() async throws {
            let scratch = try Scratch()
            let server = try await Self.served(scratch, requests: 1)
            #expect(try server.stop() == 0)
            func log(_ arguments: String...) throws -> Program.Result {
                try Program.run(Program.headrace, ["log", "--data-dir", scratch("data")] + arguments)
            }
            let array = try log("--format", "json", "--from", "@10", "--to", "@13")
            #expect(array.json.array.map { $0["offset"].int } == [10, 11, 12])
            #expect(try log("--format", "json", "--from", "@5", "--to", "@5").json.array.isEmpty)
            #expect(try log("--from", "@299", "--limit", "5").text.split(separator: "\n").count == 2)
            #expect(try log("--format", "csv", "--limit", "3").text.split(separator: "\r\n").count == 4)
            for arguments in [["--from", "@9", "--to", "@3"], ["--from", "@9999"], ["--from", "@x"]] {
                let result = try Program.run(
                    Program.headrace, ["log", "--data-dir", scratch("data")] + arguments)
                #expect(result.status == 2, "\(arguments)")
            }
            #expect(try log("--format", "xml").status == 64)
        }

        @Test("A server killed while it stops has lost nothing, wherever it was")
        func killedWhilePacking() async throws {
            let scratch = try Scratch()
            for attempt in 0..<8 {
                let directory = scratch("data-\(attempt)")
                let server = try await HeadraceProcess(
                    try scratch.file("p.yaml", Prices.spec()), directory: directory)
                for index in 0..<20 {
                    let answer = try await server.post("\(Prices.path)/examples", Prices.examples("e\(index)", 300))
                    #expect(answer.status == 200)
                }
                let live = try await server.status("prices")
                kill(server.pid, SIGTERM)
                try await Task.sleep(for: .milliseconds(attempt * 8))
                try server.kill()
                let verified = try Program.headrace("verify", "--data-dir", directory, "--format", "json")
                #expect(verified.json["ok"].bool == true, "\(verified.text)")
                #expect(verified.json["events"].int == 6_001)
                #expect(verified.json["state_digest"].string == live["state_digest"].string)
                let again = try await HeadraceProcess(scratch("p.yaml"), directory: directory)
                #expect(Standing(try await again.status("prices")) == Standing(live))
                #expect(try again.stop() == 0)
                #expect(try names(in: directory) == ["prices.headrace"])
            }
        }
    }
}
