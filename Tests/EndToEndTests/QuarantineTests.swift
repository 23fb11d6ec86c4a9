import Foundation
import Testing

extension EndToEnd {
    /// What the contract refuses is kept, put right and sent again.
    @Suite(.serialized)
    struct QuarantineOverHTTP {
        private static let path = "\(Prices.path)/quarantine"

        private static func serve() async throws -> (Scratch, HeadraceProcess) {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            server.scratch = scratch
            return (scratch, server)
        }

        @Test("Every way in: what the contract refuses is kept with reason, source and text; other mistakes are not")
        func whatIsKept() async throws {
            let (scratch, server) = try await Self.serve()
            let good = Prices.example("good", size: 1)
            let bad = Prices.example("bad", size: 5_000)
            #expect(try await server.post("\(Prices.path)/examples", bad).status == 422)
            #expect(try await server.post("\(Prices.path)/examples", "[\(good), \(bad)]").status == 200)
            #expect(try await server.post("\(Prices.path)/labels", #"{"id":"good2","label":"x"}"#).status == 422)
            let line = #"{"event":"prediction","id":"q","features":{"size":1,"city":"Paris"}}"#
            #expect(try await server.post("\(Prices.path)/events", "\(line)\n\(line)\n").status == 200)
            let late = #"{"id":"late","time":"2999-01-01T00:00:00Z","features":{"size":1,"city":"Rome"}}"#
            #expect(try await server.post("\(Prices.path)/predictions", late).status == 422)
            // No JSON, a conflict, and what is no event of the contract's making.
            #expect(try await server.post("\(Prices.path)/examples", "{").status == 400)
            #expect(try await server.post("\(Prices.path)/examples", "[1,").status == 400)
            #expect(try await server.post("\(Prices.path)/examples", Prices.example("good", size: 2)).status == 409)
            let page = try await server.get(Self.path).json
            #expect(page["count"].int == 6 && page["next"].int == nil)
            let entries = page["entries"].array
            #expect(entries.map { $0["number"].int } == [1, 2, 3, 4, 5, 6])
            #expect(
                entries.map { $0["type"].string?.split(separator: ":").last.map(String.init) }
                    == ["out-of-range", "out-of-range", "wrong-type", "unknown-category", "unknown-category",
                        "wrong-time"])
            #expect(
                entries.map { $0["source"].string } == [
                    "POST examples", "POST examples", "POST labels", "POST events", "POST events", "POST predictions",
                ])
            #expect(entries[1]["event"]["id"].string == "bad" && entries[1]["event"]["features"]["size"].int == 5_000)
            for limit in [1, 2, 3, 5, 6, 7] {
                var (next, numbers, pages): (Int?, [Int], Int) = (0, [], 0)
                while let from = next, pages <= 6 {
                    let page = try await server.get("\(Self.path)?from=\(from)&limit=\(limit)").json
                    numbers += page["entries"].array.compactMap { $0["number"].int }
                    (next, pages) = (page["next"].int, pages + 1)
                }
                #expect(next == nil && numbers == [1, 2, 3, 4, 5, 6], "limit \(limit)")
                #expect(pages == (6 + limit - 1) / limit, "limit \(limit): no page is empty")
            }
            #expect(try await server.status("prices")["quarantined"].int == 6)
            let second = try await server.get("\(Self.path)?from=2&limit=2").json
            #expect(second["entries"].array.map { $0["number"].int } == [2, 3] && second["next"].int == 4)
            #expect(try server.stop() == 0)
            let status = try Program.headrace("status", "--data-dir", scratch("data"), "--format", "json")
            #expect(status.json["quarantined"].int == 6)
        }

        @Test("Rows that feed refuses are kept with file and line, as events that can be put right, and teach nothing")
        func rowsOfAFile() async throws {
            let scratch = try Scratch()
            let spec = Prices.spec() + "data: {id: id, time: at}\n"
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", spec), directory: scratch("data"))
            let at = "2026-01-01T00:00:0"
            let file = try scratch.file(
                "rows.csv",
                """
                id,at,size,city,price,note
                a,\(at)1Z,10,Rome,3,fine
                b,\(at)2Z,5000,Rome,3,too large
                c,\(at)3Z,10,Rome,three,no number
                d,,10,Rome,3,no time
                e,\(at)5Z,10,"",,no label
                f,\(at)6Z,10,Rome,4,fine

                """)
            let lines = #"{"id":"g","at":"2026-01-01T00:00:07Z","size":-1,"city":"Rome","price":2}"#
            #expect(try Program.headrace("feed", "--data", file, "--url", server.url).status == 1)
            let other = try scratch.file("rows.ndjson", lines + "\n")
            #expect(try Program.headrace("feed", "--data", other, "--url", server.url).status == 1)
            #expect(try await server.status("prices")["labels"].int == 2)
            let entries = try await server.get(Self.path).json["entries"].array
            let sources = ["rows.csv:3", "rows.csv:4", "rows.csv:5", "rows.csv:6", "rows.ndjson:1"]
            #expect(entries.map { $0["source"].string } == sources)
            #expect(entries.map { $0["event"]["id"].string } == ["b", "c", "d", "e", "g"])
            let first = try #require(entries.first)
            #expect(first["type"].string == "urn:headrace:out-of-range")
            #expect(first["event"]["event"].string == "example" && first["event"]["time"].string == "\(at)2Z")
            #expect(first["event"]["features"]["size"].string == "5000" && first["event"]["label"].string == "3")
            #expect(first["event"]["features"]["note"].string == nil, "the spec does not mention it")
            #expect(try await server.post("\(Self.path)/1/send", "").status == 422, "as it was")
            let right = #"{"event":"example","id":"b","features":{"size":500,"city":"Rome"},"label":3}"#
            #expect(try await server.post("\(Self.path)/1/send", right).json["outcome"].string == "learned")
        }

        @Test("What a client hands in is a refused row, or it is refused itself", arguments: [
            ("{}", 400), ("[1]", 422),
            (#"[{"source":"f:1","type":"urn:headrace:conflict","detail":"d","event":{}}]"#, 422),
            (#"[{"source":"f:1","type":"urn:headrace:wrong-type","detail":"d"}]"#, 422),
            (#"[{"source":"f:1","type":"wrong-type","detail":"d","event":{},"more":1}]"#, 422),
            (#"[{"source":"f:1","type":"wrong-type","detail":"d","event":{"id":"a"}}]"#, 200),
        ])
        func handedIn(_ body: String, _ status: Int) async throws {
            let (_, server) = try await Self.serve()
            let answer = try await server.post(Self.path, body)
            #expect(answer.status == status, "\(answer.text)")
            #expect(try await server.get(Self.path).json["count"].int == (status == 200 ? 1 : 0))
        }

        @Test("What is sent and taken leaves; what is refused again stays; sent twice it is one event")
        func sendingAgain() async throws {
            let (scratch, server) = try await Self.serve()
            for id in ["a", "b", "c", "d"] {
                #expect(try await server.post("\(Prices.path)/examples", Prices.example(id, size: 5_000)).status == 422)
            }
            #expect(try await server.post("\(Self.path)/1/send", "").status == 422)
            #expect(try await server.post("\(Self.path)/1/send", "{").status == 400)
            let sent = try await server.post("\(Self.path)/1/send", Prices.example("a", size: 50))
            #expect(sent.status == 200 && sent.json["outcome"].string == "learned", "\(sent.text)")
            #expect(try await server.post("\(Self.path)/1/send", Prices.example("a", size: 50)).status == 404)
            let retry = try await server.post("\(Prices.path)/examples", Prices.example("a", size: 50))
            #expect(retry.json["repeated"].bool == true)
            #expect(try await server.send("DELETE", "\(Self.path)/2", nil).status == 204)
            #expect(try await server.send("DELETE", "\(Self.path)/2", nil).status == 404)
            #expect(try await server.post("\(Self.path)/none/send", "").status == 422)
            let url = server.url
            let fixed = try scratch.file("fixed.json", Prices.example("c", size: 7))
            let over = try Program.headrace("quarantine", "send", "3", "--with", fixed, "--url", url)
            #expect(over.status == 0 && over.text.contains("entry 3 was sent: c learned"), "\(over.errors)")
            #expect(try Program.headrace("quarantine", "send", "4", "--data-dir", scratch("data")).status == 2)
            #expect(try server.stop() == 0)
            let again = try scratch.file("again.json", Prices.example("d", size: 9))
            let files = ["--data-dir", scratch("data")]
            #expect(try Program.run(Program.headrace, ["quarantine", "show", "4"] + files).text.contains("size"))
            #expect(try Program.run(Program.headrace, ["quarantine", "show", "5"] + files).status == 2)
            let offline = try Program.run(Program.headrace, ["quarantine", "send", "4", "--with", again] + files)
            #expect(offline.status == 0, "\(offline.errors)")
            let left = try Program.run(Program.headrace, ["quarantine", "list", "--format", "json"] + files)
            #expect(left.json.array.isEmpty)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
            let status = try Program.headrace("status", "--data-dir", scratch("data"), "--format", "json")
            #expect(status.json["labels"].int == 3)
        }

        @Test("A quarantine that cannot be kept fails no answer, and is said once")
        func cannotBeKept() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("p.yaml", Prices.spec())
            try FileManager.default.createDirectory(
                atPath: scratch("data/prices.quarantine"), withIntermediateDirectories: true)
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            for _ in 0..<5 {
                let bad = Prices.example("a", size: 5_000)
                #expect(try await server.post("\(Prices.path)/examples", bad).status == 422)
                #expect(try await server.post("\(Prices.path)/examples", Prices.example("b", size: 5)).status == 200)
            }
            #expect(try await server.status("prices")["offset"].int == 2)
            #expect(try await eventually { server.errorText.contains("what is refused is not kept") })
            #expect(server.errorText.components(separatedBy: "is not kept").count == 2)
        }
    }
}
