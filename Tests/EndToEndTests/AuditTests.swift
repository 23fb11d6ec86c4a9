import Foundation
import Testing

extension EndToEnd {
    /// One answer taken apart, by the verb and by the route.
    @Suite(.serialized)
    struct Audits {
        /// A server that was asked, told and corrected under an id that needs encoding.
        private static func serve() async throws -> (Scratch, HeadraceProcess) {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("prices.yaml", Prices.spec()), directory: scratch("data"))
            _ = try await server.post("\(Prices.path)/examples", Prices.examples("e", 50))
            _ = try await server.post("\(Prices.path)/predictions", Prices.prediction("a/b c", size: "20"))
            _ = try await server.post("\(Prices.path)/labels", #"{"id":"a/b c","label":500}"#)
            server.scratch = scratch
            return (scratch, server)
        }

        @Test("By route and by verb, beside the server and through it: the same findings")
        func threeWays() async throws {
            let (scratch, server) = try await Self.serve()
            let answer = try await server.get("\(Prices.path)/audit?id=a%2Fb%20c")
            #expect(answer.status == 200, "\(answer.text)")
            let audit = answer.json
            #expect(audit["id"].string == "a/b c")
            #expect(audit["question"]["offset"].int == 51)
            #expect(audit["question"]["features"]["size"].double == 20)
            #expect(audit["rederived"]["equal"].bool == true)
            #expect(audit["version"]["offset"].int == 0)
            #expect(audit["version"]["reason"].string == "spec adopted")
            #expect(audit["roles"].keys == ["champion", "baseline"])
            #expect(audit["fate"].string == "learned")
            #expect(audit["labels"][0]["offset"].int == 52)
            #expect(audit["movement"]["offset"].int == 52)
            let change = try #require(audit["movement"]["roles"]["champion"]["change"].double)
            #expect(change > 0)
            let contributions = audit["contributions"]
            #expect(contributions["scale"].string == "value")
            #expect(contributions["features"].array.compactMap { $0["name"].string } == ["size", "city"])
            let sum = contributions["features"].array.reduce(contributions["bias"].double ?? .nan) {
                $0 + ($1["contribution"].double ?? .nan)
            }
            let predicted = try #require(audit["answer"]["prediction"].double)
            #expect(abs(sum - predicted) < 1e-9 * max(1, abs(predicted)))
            let byOffset = try await server.get("\(Prices.path)/audit?offset=52")
            #expect(byOffset.text == answer.text)

            for place in [["--url", server.url], ["--data-dir", scratch("data")]] {
                let verb = try Program.run(Program.headrace, ["audit", "a/b c", "--format", "json"] + place)
                #expect(verb.status == 0, "\(verb.errors)")
                #expect(verb.text.trimmingCharacters(in: .whitespacesAndNewlines) == answer.text)
                let page = try Program.run(Program.headrace, ["audit", "--event", "51"] + place)
                #expect(page.status == 0)
                for word in ["a/b c", "the same, bit for bit", "size", "city", "intercept", "baseline", "learned"] {
                    #expect(page.text.contains(word), "\(word) in \(page.text)")
                }
            }
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("What was never asked: 404 and status 2, with a hint; a label that waits is told")
        func unknown() async throws {
            let (_, server) = try await Self.serve()
            let unknown = try await server.get("\(Prices.path)/audit?id=nobody")
            #expect(unknown.status == 404)
            #expect(unknown.json["type"].string == "urn:headrace:unknown-question")
            #expect(unknown.json["hint"].string != nil)
            let waiting = try await server.post("\(Prices.path)/labels", #"{"id":"w","label":5}"#)
            #expect(waiting.status == 202)
            let waits = try await server.get("\(Prices.path)/audit?id=w")
            #expect(waits.status == 404)
            #expect(waits.json["detail"].string?.contains("waited for the question") == true)
            for query in ["", "?id=", "?id=a&offset=1", "?offset=x"] {
                let answer = try await server.get("\(Prices.path)/audit\(query)")
                #expect(answer.status == 422, "\(query): \(answer.text)")
            }
            let elsewhere = try await server.get("/v1/applications/price/audit?id=w")
            #expect(elsewhere.json["type"].string == "urn:headrace:unknown-application")
            let verb = try Program.headrace("audit", "nobody", "--url", server.url)
            #expect(verb.status == 2)
            #expect(verb.errors.contains("the log has no question with the id 'nobody'"))
            #expect(try Program.headrace("audit", "", "--url", server.url).status == 2)
            #expect(try Program.headrace("audit", "--url", server.url).status == 64)
        }
    }
}
