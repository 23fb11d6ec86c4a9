import Foundation
import Testing

extension EndToEnd {
    /// Files sent to a server: which row is at fault, what ids are made of, and what is corrected.
    @Suite(.serialized)
    struct Feeding {
        private static func spec(_ more: String) -> String {
            """
            application: f
            features: {x: number}
            target: {name: y, type: regression, horizon: 1h}
            model: linear_regression
            metrics: [mae]
            \(more)

            """
        }

        private func serve(_ more: String = "") async throws -> (Scratch, HeadraceProcess) {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("f.yaml", Self.spec(more)), directory: scratch("data"))
            server.scratch = scratch
            return (scratch, server)
        }

        private func feed(_ file: String, _ server: HeadraceProcess, _ more: String...) throws -> Program.Result {
            try Program.run(
                Program.headrace, ["feed", "--data", file, "--url", server.url, "--format", "json"] + more)
        }

        @Test("A row that is refused, here or by the server, is named once with its id, and the status is 1")
        func refusedRows() async throws {
            let (scratch, server) = try await serve("data: {id: id}")
            let twice = try scratch.file("twice.csv", "id,x,y\na,1,1\na,2,2\nb,3,3\n")
            for concurrency in ["1", "4"] {
                let result = try feed(twice, server, "--concurrency", concurrency)
                #expect(result.status == 1)
                #expect(result.json["refused"].int == 1)
                #expect(result.errors.contains("twice.csv:3: row 2 refused: id 'a': "))
                #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
            }
            let bad = try feed(try scratch.file("bad.csv", "id,x,y\nc,one,1\nd,3,3\n"), server)
            #expect(bad.status == 1 && bad.json["refused"].int == 1 && bad.json["labels"].int == 3)
            #expect(try feed(try scratch.file("good.csv", "id,x,y\ne,1,1\n"), server).status == 0)
            let evaluated = try Program.headrace(
                "evaluate", scratch("f.yaml"), "--data", twice, "--format", "json")
            #expect(evaluated.status == 1 && evaluated.json["refused"].int == 1)
            #expect(evaluated.errors.contains("twice.csv:3: row 2 refused: id 'a': "))
            let tried = try Program.headrace("backtest", scratch("f.yaml"), "--data", twice, "--format", "json")
            #expect(tried.status == 1 && tried.json["refused"].int == 1)
            #expect(tried.errors.contains("twice.csv:3: row 2 refused: id 'a': "))
        }

        @Test("What a pipe holds is told from what another holds, however short")
        func pipesWithoutIDs() async throws {
            let (_, server) = try await serve()
            func feed(_ rows: String) throws -> JSON {
                let line = "printf '\(rows)' | '\(Program.headrace)' feed --data - --url \(server.url) --format json"
                let result = try Program.run("/bin/sh", ["-c", line])
                #expect(result.status == 0, "\(result.errors)")
                return result.json
            }
            for _ in 0..<2 { #expect(try feed("x,y\\n6,1\\n7,2\\n")["labels"].int == 2) }
            #expect(try feed("x,y\\n6,1\\n8,2\\n")["labels"].int == 4)
            #expect(try feed(#"{"x":6,"y":1}"# + "\\n")["labels"].int == 5)
        }

        @Test("A listing that is one array is played to its end", arguments: ["ndjson", "json", "csv"])
        func listingsOfAllForms(_ form: String) async throws {
            let (scratch, server) = try await serve("data: {id: id}")
            #expect(try feed(try scratch.file("a.csv", "id,x,y\na,1,1\nb,2,2\n"), server).status == 0)
            let listing = try Program.headrace("log", "--data-dir", scratch("data"), "--format", form).text
            let file = try scratch.file("listing.\(form)", listing)
            let other = try await HeadraceProcess(scratch("f.yaml"), directory: scratch("other"))
            let played = try self.feed(file, other, "--events")
            #expect(played.status == 0 && played.json["labels"].int == 2, "\(played.errors)")
            #expect(try await other.status("f")["state_digest"].string == server.status("f")["state_digest"].string)
        }

        @Test("Without ids one file is told from another, and the same file is a retry")
        func filesWithoutIDs() async throws {
            let (scratch, server) = try await serve()
            let (one, two) = (
                try scratch.file("1.csv", "x,y\n1,1\n2,2\n"), try scratch.file("2.csv", "x,y\n1,1\n5,5\n")
            )
            let first = try feed(one, server)
            #expect(first.status == 0 && first.json["labels"].int == 2 && first.json["repeated"].int == 0)
            #expect(first.errors.contains("has no column of ids"))
            let second = try feed(two, server)
            #expect(second.status == 0 && second.json["labels"].int == 4 && second.json["repeated"].int == 0)
            let again = try feed(one, server)
            #expect(again.status == 0 && again.json["labels"].int == 4 && again.json["repeated"].int == 4)
        }

        @Test("A label file is told its line and id, and equal labels of one id pass")
        func labelFiles() async throws {
            let (scratch, server) = try await serve("data: {id: id}")
            _ = try feed(try scratch.file("rows.csv", "id,x,y\na,1,1\nb,2,2\nc,3,3\n"), server)
            func amend(_ text: String) throws -> Program.Result {
                try Program.headrace(
                    "amend", "--labels", try scratch.file("labels.csv", text), "--url", server.url)
            }
            let bad = try amend("id,label\na,1\nb,oops\n")
            #expect(bad.status == 2 && bad.errors.contains("labels.csv:3: id 'b': "))
            let two = try amend("id,label\na,7\nb,2\na,8\n")
            #expect(two.status == 2 && two.errors.contains("labels.csv:4: id 'a' has another label in line 2"))
            #expect(try amend("id,label\na,7\nb,2\na,7.0\n").status == 0)
            let path = "/v1/applications/f/amend"
            let labels = #"{"labels":[{"id":"a","label":"1"},{"id":"a","label":"2"}]}"#
            #expect(try await server.post(path, labels).json["detail"].string?.contains("'a'") == true)
            let equal = #"{"labels":[{"id":"a","label":"1"},{"id":"a","label":"1.0"}]}"#
            #expect(try await server.post(path, equal).status == 200)
        }

        @Test("Every answer is written with its label, by model, over a file and over a log")
        func predictions() async throws {
            let (scratch, server) = try await serve("data: {id: id}\nchallengers: {twin: linear_regression}")
            let rows = try scratch.file("rows.csv", "id,x,y\na,1,1\nb,2,2\nc,3,\n")
            #expect(try feed(rows, server).status == 0)
            try server.stop()
            func lines(_ name: String) throws -> [String] {
                try String(contentsOfFile: scratch(name), encoding: .utf8).split(whereSeparator: \.isNewline)
                    .map(String.init)
            }
            func run(_ arguments: String...) throws -> Int32 {
                try Program.run(Program.headrace, arguments).status
            }
            let spec = scratch("f.yaml")
            #expect(try run("evaluate", spec, "--data", rows, "--predictions", scratch("e.csv")) == 0)
            let evaluated = try lines("e.csv")
            #expect(evaluated[0] == "id,time,model,label,prediction,lower,upper")
            #expect(evaluated.count == 10)
            #expect(evaluated[1] == "a,1970-01-01T00:00:00Z,champion,1,0,,")
            #expect(evaluated.filter { $0.hasPrefix("b,1970-01-01T00:00:01Z,") }.count == 3)
            #expect(evaluated[7].hasPrefix("c,1970-01-01T00:00:02Z,champion,,"))
            #expect(try run("evaluate", spec, "--data", rows, "--predictions", scratch("e.csv")) == 64)
            #expect(try run("evaluate", spec, "--data", rows, "--predictions", scratch("e.csv"), "--force") == 0)
            #expect(try run("backtest", spec, "--data", rows, "--predictions", scratch("b.csv")) == 0)
            let champion = evaluated.filter { $0.contains(",champion,") }
            #expect(try lines("b.csv").dropFirst() == champion.map { $0.replacing(",champion,", with: ",f,") }[...])
            let store = scratch("data")
            #expect(try run("backtest", spec, "--data-dir", store, "--predictions", scratch("l.csv")) == 0)
            let logged = try lines("l.csv").dropFirst()
            #expect(logged.filter { $0.contains(",champion,") }.count == 3)
            #expect(
                logged.filter { $0.contains(",f,") }
                    == champion.map { $0.replacing(",champion,", with: ",f,") })
        }
    }
}
