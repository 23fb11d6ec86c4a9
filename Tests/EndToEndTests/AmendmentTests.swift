import Foundation
import Testing

extension EndToEnd {
    /// Amending, forgetting, comparing and bisecting as a person does it.
    @Suite(.serialized)
    struct Amendments {
        private static let condition = "carrier = UA and time in 2013-01-01..2013-01-02"

        private static func fed() async throws -> (Scratch, HeadraceProcess) {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            let fed = try Program.headrace(
                "feed", "--data", Program.january, "--url", server.url, "--limit", "1500", "--format", "json")
            #expect(fed.status == 0, "\(fed.errors)")
            return (scratch, server)
        }

        @Test("Excluding over HTTP and from the files gives one state, and the models forget nothing else")
        func excluding() async throws {
            let (scratch, server) = try await Self.fed()
            let copy = try Scratch()
            #expect(try server.stop() == 0)
            try FileManager.default.createDirectory(atPath: copy("data"), withIntermediateDirectories: true)
            try FileManager.default.copyItem(
                atPath: scratch("data") + "/flight-delays.headrace", toPath: copy("data") + "/flight-delays.headrace")
            let before = try Program.headrace("status", "--data-dir", copy("data"), "--format", "json").json

            let again = try await HeadraceProcess(Program.flights, directory: scratch("data"))
            let live = try Program.headrace(
                "amend", "--exclude", Self.condition, "--url", again.url, "--format", "json")
            #expect(live.status == 0, "\(live.errors)")
            #expect((live.json["questions"].int ?? 0) > 50)
            #expect(try again.stop() == 0)
            let offline = try Program.headrace(
                "amend", "--exclude", Self.condition, "--data-dir", copy("data"), "--format", "json")
            #expect(offline.json["state_digest"].string == live.json["state_digest"].string)
            #expect(offline.json["state_digest"].string != before["state_digest"].string)

            let end = try #require(before["offset"].int)
            let diff = try Program.headrace("diff", "@\(end)", "@\(end + 2)", "--data-dir", copy("data"))
            #expect(diff.text.contains("between: 1 adopted, 1 amended"), "\(diff.text)")
            #expect(diff.text.contains("rebuilt as amended"))
            #expect(try Program.headrace("verify", "--data-dir", copy("data")).status == 0)
            #expect(try Program.headrace("bisect", "--data-dir", copy("data")).status == 0)
            // Both went on from the same log by the same amendment.
            let same = try Program.headrace("bisect", "--data-dir", copy("data"), "--against", scratch("data"))
            #expect(same.status == 0, "\(same.text)")
        }

        @Test("Labels of a file, and what cannot be corrected")
        func correcting() async throws {
            let (scratch, server) = try await Self.fed()
            defer { _ = try? server.stop() }
            let log = try Program.headrace("log", "--url", server.url, "--limit", "2000")
            let lines = log.text.split(separator: "\n").map { JSON(Data($0.utf8)) }
            let ids = lines.filter { $0["event"].string == "label" }.compactMap { $0["id"].string }.prefix(3)
            try #require(ids.count == 3)
            func amend(_ content: String) throws -> Program.Result {
                let file = try scratch.file("labels.csv", content)
                return try Program.headrace("amend", "--labels", file, "--url", server.url, "--format", "json")
            }
            let before = try await server.status("flight-delays")
            for (content, words) in [
                ("flight_id,arr_delay\nnobody,3\n", "nobody"), ("id\n1\n", "has no column 'arr_delay'"),
                ("flight_id,arr_delay\n\(ids[0]),late\n", "late"), ("flight_id,arr_delay\n\(ids[0]),\n", "needed"),
            ] {
                let result = try amend(content)
                #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
            }
            #expect(try await server.status("flight-delays")["offset"].int == before["offset"].int)
            let rows = ids.map { "\($0),99\n" }.joined()
            let done = try amend("flight_id,arr_delay\n" + rows)
            #expect(done.status == 0 && done.json["questions"].int == 3, "\(done.errors)")
            #expect(done.json["state_digest"].string != before["state_digest"].string)
        }

        @Test("A wrong exclusion is previewed, listed and withdrawn, over HTTP and in a directory")
        func withdrawing() async throws {
            let (scratch, server) = try await Self.fed()
            let path = "/v1/applications/flight-delays"
            let before = try await server.status("flight-delays")
            let end = try #require(before["offset"].int)
            let log = try Program.headrace("log", "--url", server.url).text
            let shown = try Program.headrace(
                "amend", "--exclude", Self.condition, "--dry-run", "--url", server.url, "--format", "json")
            #expect(shown.status == 0 && shown.json["dry_run"].bool == true, "\(shown.errors)")
            #expect(shown.json["roles_after"]["model"].string == "champion")
            #expect(try Program.headrace("log", "--url", server.url).text == log)
            let done = try Program.headrace(
                "amend", "--exclude", Self.condition, "--note", "wrong carrier", "--by", "anna", "--url", server.url,
                "--format", "json")
            #expect(done.json["amendment"].int == end && done.json["offset"].int == end + 1, "\(done.text)")
            for key in ["questions", "open", "labels"] { #expect(done.json[key].int == shown.json[key].int, "\(key)") }
            for role in ["champion", "baseline"] {
                let (one, other) = (shown.json["after"][role]["mae"].double, done.json["after"][role]["mae"].double)
                #expect(one == other && one != nil)
            }
            let list = try await server.get("\(path)/amendments").json["amendments"]
            #expect(list[0]["kind"].string == "exclude" && list[0]["by"].string == "anna", "\(list)")
            #expect(list[0]["note"].string == "wrong carrier" && list[0]["adopted"].int == end + 1)
            #expect(list[0]["questions"].int == done.json["questions"].int)
            let withdrawn = try await server.post("\(path)/amend", #"{"withdraw": \#(end), "by": "anna"}"#)
            #expect(withdrawn.status == 200, "\(withdrawn.text)")
            #expect(withdrawn.json["questions"].int == done.json["questions"].int)
            let after = try await server.status("flight-delays")
            for key in ["state_digest", "ledger_digest"] { #expect(after[key].string == before[key].string, "\(key)") }
            for (offset, words) in [(end, "withdrawn already"), (end + 2, "is a withdrawal"), (3, "no amendment")] {
                let refused = try await server.post("\(path)/amend", #"{"withdraw": \#(offset)}"#)
                #expect(refused.status == 422 && refused.text.contains(words), "\(refused.text)")
            }
            let id = log.split(separator: "\n").map { JSON(Data($0.utf8)) }.first {
                $0["event"].string == "prediction" && $0["features"]["carrier"].string == "UA"
            }?["id"].string
            #expect(try server.stop() == 0)
            let directory = scratch("data")
            let text = try Program.headrace("amend", "--list", "--data-dir", directory).text
            #expect(text.contains("wrong carrier") && text.contains("withdraw event \(end)"), "\(text)")
            let audit = try Program.headrace("audit", try #require(id), "--data-dir", directory).text
            #expect(audit.contains("excluded  event \(end)") && audit.contains("by anna: wrong carrier"), "\(audit)")
            #expect(audit.contains("the amendment of event \(end) was withdrawn"))
            let versions = try Program.headrace("versions", "--data-dir", directory).text
            #expect(versions.contains("rebuilt as amended by event \(end), by anna: wrong carrier"), "\(versions)")
            #expect(try Program.headrace("verify", "--data-dir", directory).status == 0)
            let file = URL(fileURLWithPath: directory + "/flight-delays.headrace")
            let bytes = try Data(contentsOf: file)
            let dry = try Program.headrace("forget", "--where", Self.condition, "--dry-run", "--data-dir", directory)
            #expect(dry.status == 0 && dry.text.contains("would be forgotten"), "\(dry.errors)")
            #expect(try Data(contentsOf: file) == bytes, "a dry run only reads")
            let again = try Program.headrace("amend", "--withdraw", "\(end)", "--data-dir", directory)
            #expect(again.status == 2 && again.errors.contains("withdrawn already"), "\(again.errors)")
        }

        @Test("A condition that does not parse is named by its column, over HTTP as well")
        func badConditions() async throws {
            let (_, server) = try await Self.fed()
            defer { _ = try? server.stop() }
            let typo = try Program.headrace("amend", "--exclude", "carier = UA", "--url", server.url)
            #expect(typo.status == 2 && typo.errors.contains("column 1: "), "\(typo.errors)")
            #expect(typo.errors.contains("did you mean 'carrier'"))
            let path = "/v1/applications/flight-delays"
            for (verb, body) in [
                ("amend", #"{"exclude":"distance >"}"#), ("amend", "{}"), ("forget", #"{"where":"("}"#),
                ("forget", #"{"ids":[3]}"#), ("forget", #"{"ids":["nobody"]}"#),
                ("amend", #"{"exclude":"distance >= 0"}"#),
            ] {
                let answer = try await server.post("\(path)/\(verb)", body)
                #expect((400..<500).contains(answer.status), "\(verb) \(body): \(answer.text)")
            }
            #expect(try Program.headrace("amend", "--url", server.url).status == 64)
            #expect(try Program.headrace("forget", "--url", server.url).status == 64)
        }

        @Test("Forgetting over HTTP leaves no byte in the file")
        func forgetting() async throws {
            let (scratch, server) = try await Self.fed()
            let id = "forget-me-\(UUID().uuidString)"
            let features = #"{"carrier":"UA","origin":"EWR","dest":"IAH","hour":"5","weekday":"2","distance":1400}"#
            let asked = try await server.post(
                "/v1/applications/flight-delays/predictions",
                #"{"id":"\#(id)","time":"2013-01-03T10:00:00Z","features":\#(features)}"#)
            #expect(asked.status == 200, "\(asked.text)")
            let forgotten = try Program.headrace("forget", "--id", id, "--url", server.url)
            #expect(forgotten.status == 0 && forgotten.text.contains("1 question forgotten"), "\(forgotten.errors)")
            #expect(try server.stop() == 0)
            let file = try Data(contentsOf: URL(fileURLWithPath: scratch("data") + "/flight-delays.headrace"))
            #expect(file.range(of: Data(id.utf8)) == nil)
            let verified = try Program.headrace("verify", "--data-dir", scratch("data"), "--format", "json")
            #expect(verified.json["ok"].bool == true, "\(verified.text)")
            #expect(verified.json["ranges"][1]["kind"].string == "sealed")
        }
    }
}
