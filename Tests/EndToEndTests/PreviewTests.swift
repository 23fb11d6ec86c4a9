import Foundation
import Testing

extension EndToEnd {
    /// Questions that leave no trace, the spec in force, and the pages of the log.
    @Suite(.serialized)
    struct Previews {
        @Test("A preview answers what a prediction would, and changes nothing")
        func preview() async throws {
            let (_, server) = try await BadRequests.serve()
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 50)).status == 200)
            let before = Standing(try await server.status("prices"))
            let one = try await server.post("\(Prices.path)/preview", Prices.prediction("new"))
            #expect(one.status == 200)
            let withoutID = #"{"features":{"size":10,"city":"Rome"}}"#
            let array = "[\(withoutID),\(Prices.prediction("b", city: "X"))]"
            let two = try await server.post("\(Prices.path)/preview", array)
            let lines = try await server.post("\(Prices.path)/preview", withoutID + "\n" + withoutID + "\n")
            #expect(Standing(try await server.status("prices")) == before)
            #expect(one.json["state_offset"].int == before.offset)
            #expect(one.json["version"].int == 0)
            #expect(two.json[0]["status"].int == 200)
            #expect(two.json[1]["type"].string == "urn:headrace:unknown-category")
            #expect(lines.lines.count == 2)
            // The id was not taken: it may still ask, and gets the same.
            let asked = try await server.post("\(Prices.path)/predictions", Prices.prediction("new", size: "10"))
            for answer in [one.json, two.json[0], lines.lines[1]] {
                #expect(answer["prediction"].double == asked.json["prediction"].double)
            }
            let log = try await server.get("\(Prices.path)/events?limit=1000").json["events"].array
            #expect(log.count == (before.offset ?? 0) + 1)
            for mistake in BadRequests.features.filter({ $0.path == "predictions" && $0.status == 422 }) {
                let answer = try await server.post("\(Prices.path)/preview", mistake.body)
                BadRequests.expectProblem(answer, mistake.status, mistake.kind, mistake.words, mistake.what)
            }
        }

        @Test("The spec in force is taken by check and changes nothing when it is served")
        func spec() async throws {
            let (scratch, server) = try await BadRequests.serve()
            let yaml = try await server.get("\(Prices.path)/spec")
            #expect(yaml.mediaType.hasPrefix("application/yaml"))
            #expect(try await server.get("\(Prices.path)/spec?format=json").json["application"].string == "prices")
            let candidate = try scratch.file(
                "c.yaml", Prices.spec().replacingOccurrences(of: "linear_regression", with: "hoeffding_tree_regressor"))
            #expect(try Program.headrace("adopt", candidate, "--url", server.url).status == 0)
            let adopted = try Program.headrace("status", "--spec", "--url", server.url)
            #expect(adopted.text.contains("hoeffding_tree_regressor"))
            #expect(adopted.text.contains("linear_regression") == false)
            #expect(try await server.post("\(Prices.path)/restore", #"{"to":"@3"}"#).status == 200)
            #expect(try await server.get("\(Prices.path)/spec").text == yaml.text)
            #expect(try server.stop() == 0)
            // Under another name, as an import gives it.
            let bundle = scratch("p.bundle")
            #expect(try Program.headrace("export", "--to", bundle, "--data-dir", scratch("data")).status == 0)
            let imported = try Program.headrace("import", bundle, "--as", "other", "--data-dir", scratch("two"))
            #expect(imported.status == 0, "\(imported.errors)")
            let written = try Program.headrace("status", "--spec", "--data-dir", scratch("two"))
            let renamed = yaml.text.replacingOccurrences(of: "application: prices", with: "application: other")
            #expect(written.text == renamed)
            let file = try scratch.file("o.yaml", written.text)
            #expect(try Program.headrace("check", file).status == 0)
            // Served with it, nothing begins anew: the models go on.
            let before = try Program.headrace("status", "--format", "json", "--data-dir", scratch("two")).json
            let again = try await HeadraceProcess(file, directory: scratch("two"))
            #expect(try await again.status("other")["state_digest"].string == before["state_digest"].string)
        }

        @Test("Every page leads to the next, the last to none, and together they are the whole")
        func pages() async throws {
            let (_, server) = try await BadRequests.serve()
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 10)).status == 200)
            let end = 13
            for limit in [1, 2, 3, 12, 13, 14] {
                var (next, offsets, pages): (Int?, [Int], Int) = (0, [], 0)
                while let from = next, pages <= end {
                    let page = try await server.get("\(Prices.path)/events?from=\(from)&limit=\(limit)").json
                    offsets += page["events"].array.compactMap { $0["offset"].int }
                    #expect(page["end"].int == end)
                    (next, pages) = (page["next"].int, pages + 1)
                }
                #expect(next == nil, "limit \(limit)")
                #expect(offsets == Array(0..<end), "limit \(limit)")
                #expect(pages == (end + limit - 1) / limit, "limit \(limit): no page is empty")
            }
            let part = try await server.get("\(Prices.path)/events?from=@4&to=@6").json
            #expect(part["events"].array.compactMap { $0["offset"].int } == [4, 5])
            #expect(part["next"].int == nil)
            #expect(try await server.get("\(Prices.path)/events?from=99").json["next"].int == nil)
        }

        @Test("Every page of experiments leads to the next, the last to none")
        func experimentPages() async throws {
            let (scratch, server) = try await BadRequests.serve()
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 30)).status == 200)
            let spec = try scratch.file("p2.yaml", Prices.spec())
            for to in ["@10", "@20", "@30"] {
                let run = try Program.headrace("backtest", spec, "--data-dir", scratch("data"), "--to", to)
                #expect(run.status == 0, "\(run.errors)")
            }
            for limit in [1, 2, 3, 4] {
                var (next, numbers, pages): (Int?, [Int], Int) = (0, [], 0)
                while let from = next, pages <= 3 {
                    let page = try await server.get("\(Prices.path)/experiments?from=\(from)&limit=\(limit)").json
                    numbers += page["experiments"].array.compactMap { $0["experiment"].int }
                    (next, pages) = (page["next"].int, pages + 1)
                }
                #expect(next == nil, "limit \(limit)")
                #expect(numbers.count == 3 && Set(numbers).count == 3, "limit \(limit)")
                #expect(pages == (3 + limit - 1) / limit, "limit \(limit)")
            }
        }

        @Test("What a restore has gone around is said, and said again when an adoption brings it back")
        func passedOver() async throws {
            let (scratch, server) = try await BadRequests.serve()
            #expect(try await server.post("\(Prices.path)/examples", Prices.examples("e", 10)).status == 200)
            let poison = Prices.example("poison", label: 900)
            #expect(try await server.post("\(Prices.path)/examples", poison).status == 200)
            let restored = try await server.post("\(Prices.path)/restore", #"{"to":"@13"}"#).json
            #expect(restored["set_aside"].array.count == 1)
            #expect(restored["set_aside"][0]["from"].int == 13)
            #expect(restored["set_aside"][0]["to"].int == 14)
            let candidate = try scratch.file("c.yaml", Prices.spec())
            let adopted = try Program.headrace("adopt", candidate, "--url", server.url)
            #expect(adopted.text.contains("@13..@14"), "\(adopted.text)")
            #expect(adopted.text.contains("headrace amend"))
            // Once it is excluded there is nothing to be said any more.
            let out = try await server.post("\(Prices.path)/amend", #"{"exclude":"offset in @13..@14"}"#)
            #expect(out.status == 200, "\(out.text)")
            let again = try Program.headrace("adopt", candidate, "--url", server.url, "--format", "json")
            #expect(again.json["taken_up_again"].array.isEmpty, "\(again.text)")
            // What a restore sets aside now has taught nothing: adoptions, an amendment, and what is excluded.
            let silent = try Program.headrace("restore", "--to", "@13", "--url", server.url).text
            #expect(silent.contains("(event ") && !silent.contains("stay in the log"), "\(silent)")
            let one = try await server.post("\(Prices.path)/examples", Prices.example("last", label: 5)).json
            let last = try #require(one["offset"].int)
            let text = try Program.headrace("restore", "--to", "@13", "--url", server.url).text
            #expect(text.contains("the events @\(last)..@\(last + 1) stay in the log"), "\(text)")
            #expect(text.contains("headrace amend --exclude 'offset in @\(last)..@\(last + 1)'"), "\(text)")
        }

        @Test("Times in words are times, over files as over a server")
        func timesInWords() async throws {
            let (scratch, server) = try await BadRequests.serve()
            func listed(_ words: String...) throws -> Int {
                let arguments = ["log"] + words
                let here = try Program.run(Program.headrace, arguments + ["--data-dir", scratch("data")])
                let there = try Program.run(Program.headrace, arguments + ["--url", server.url])
                #expect(here.status == 0 && there.status == 0, "\(words) \(here.errors) \(there.errors)")
                #expect(here.text == there.text, "\(words)")
                return here.text.split(separator: "\n").count
            }
            // A prediction and its label. The spec was adopted before any time there is.
            #expect(try listed("--from", "yesterday") == 2)
            #expect(try listed("--from", "1h ago", "--to", "now") == 2)
            #expect(try listed("--to", "7d ago") == 1)
            #expect(try listed("--to", "now") == 3)
            #expect(try listed("--from", "now") == 0)
            let diff = try Program.headrace("diff", "@1", "now", "--url", server.url, "--format", "json")
            #expect(diff.json["to"]["offset"].int == 3, "\(diff.errors)")
            #expect(diff.json["period"]["labels"].int == 1)
            let restored = try await server.post("\(Prices.path)/restore", #"{"to":"7d ago"}"#)
            BadRequests.expectProblem(restored, 422, "impossible-restore", ["before the first event"], "7d ago")
            let named = try Program.headrace("versions", "--name", "b", "--at", "now", "--url", server.url)
            #expect(named.text == "@3 is 'b'\n", "\(named.errors)")
        }
    }
}
