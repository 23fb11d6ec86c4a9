import Foundation
import Testing

extension EndToEnd {
    /// Bad input over HTTP: each a clear error, nothing logged, nothing learned.
    @Suite(.serialized)
    struct BadRequests {
        /// A request that must be refused: to which route, and which words the refusal must have.
        struct Mistake: Sendable, CustomTestStringConvertible {
            let what: String
            let path: String
            let body: String
            let status: Int
            let kind: String
            let words: [String]

            init(_ what: String, _ path: String, _ body: String, _ status: Int, _ kind: String, _ words: String...) {
                (self.what, self.path, self.body) = (what, path, body)
                (self.status, self.kind, self.words) = (status, kind, words)
            }

            var testDescription: String { what }
        }

        static let features: [Mistake] = [
            Mistake("an unknown feature", "predictions", #"{"features":{"sise":1,"city":"Rome"}}"#, 422,
                "unknown-feature", "'sise'", "did you mean 'size'?"),
            Mistake("a missing feature", "predictions", #"{"features":{"city":"Rome"}}"#, 422, "missing-feature",
                "size", "optional: true"),
            Mistake("a wrong type", "predictions", Prices.prediction("b", size: #""ten""#), 422, "wrong-type",
                "'size' is a number", "found 'ten'"),
            Mistake("out of range", "predictions", Prices.prediction("b", size: "1001"), 422, "out-of-range",
                "'size'", "at most 1000", "found 1001"),
            Mistake("beyond a double", "predictions", Prices.prediction("b", size: "1e999"), 422, "out-of-range",
                "'size'", "range of a double"),
            Mistake("NaN", "predictions", Prices.prediction("b", size: "NaN"), 400, "malformed", "byte 29"),
            Mistake("Infinity", "predictions", Prices.prediction("b", size: "-Infinity"), 400, "malformed", "byte 30"),
            Mistake("an unknown category", "predictions", Prices.prediction("b", city: "Romw"), 422,
                "unknown-category", "'Romw'", "did you mean 'Rome'?"),
            Mistake("a label that is no number", "labels", #"{"id":"known","label":"x"}"#, 422, "wrong-type",
                "'price'", "'x'"),
            Mistake("a label without an id", "labels", #"{"label":3}"#, 422, "missing-field", "\"id\""),
            Mistake("an unknown field", "predictions", #"{"featurs":{}}"#, 422, "unknown-field", "featurs",
                "did you mean"),
            Mistake("an id that is too long", "predictions", Prices.prediction(String(repeating: "i", count: 300)), 422,
                "out-of-range", "256 bytes", "300"),
            Mistake("features again that differ", "predictions", Prices.prediction("known", size: "11"), 409,
                "conflict", "asked before with other features"),
            Mistake("a second, different label", "labels", #"{"id":"known","label":4}"#, 409, "conflict",
                "another label", "correction"),
        ]

        static let json: [Mistake] = [
            Mistake("no body", "predictions", "", 400, "malformed", "byte 0"),
            Mistake("a broken object", "predictions", #"{"features":{"size":1,"city"="Rome"}}"#, 400, "malformed",
                "byte 28", "':'"),
            Mistake("an object cut off", "predictions", #"{"features":{"size":1,"city":"Rome"}"#, 400, "malformed",
                "byte 36", "end of the text"),
            Mistake("something after the object", "predictions", Prices.prediction("b") + " x", 400, "malformed",
                "nothing is expected"),
            Mistake("a broken array", "predictions", "[\(Prices.prediction("b")),{]", 400, "malformed", "byte"),
            Mistake("a key twice", "predictions", #"{"id":"d","id":"e","features":{}}"#, 400, "malformed", "twice"),
            Mistake("100,000 arrays in each other", "predictions", String(repeating: "[", count: 100_000), 400,
                "malformed", "nested deeper"),
            Mistake("100,000 objects in each other", "predictions",
                #"{"features":{"size":"# + String(repeating: #"{"a":"#, count: 100_000), 422, "wrong-type", "'size'"),
        ]

        static let history: [Mistake] = [
            Mistake("a restore to the future", "restore", #"{"to":"@99999"}"#, 422, "impossible-restore", "future",
                "@3"),
            Mistake("a restore to a later time", "restore", #"{"to":"2999-01-01T00:00:00Z"}"#, 422,
                "impossible-restore", "after the newest event"),
            Mistake("a restore to before the beginning", "restore", #"{"to":"@0"}"#, 422, "impossible-restore",
                "before the spec"),
            Mistake("a restore to an unknown name", "restore", #"{"to":"nobody"}"#, 422, "impossible-restore",
                "'nobody'", "headrace versions"),
            Mistake("a restore to no offset", "restore", #"{"to":"@x"}"#, 422, "impossible-restore", "'@x'", "@1234"),
            Mistake("a restore to nothing", "restore", "{}", 422, "missing-field", "\"to\""),
            Mistake("a name for the future", "versions", #"{"name":"n","offset":99999}"#, 422, "impossible-restore",
                "future"),
            Mistake("a name like an offset", "versions", #"{"name":"@1"}"#, 422, "out-of-range", "'@1'"),
        ]

        @Test("Every mistake is named, and changes nothing")
        func mistakes() async throws {
            let (scratch, server) = try await Self.serve()
            let before = Standing(try await server.status("prices"))
            #expect(before.offset == 3)
            for mistake in Self.features + Self.json + Self.history {
                let answer = try await server.post("\(Prices.path)/\(mistake.path)", mistake.body)
                Self.expectProblem(answer, mistake.status, mistake.kind, mistake.words, mistake.what)
                #expect(Standing(try await server.status("prices")) == before, "\(mistake.what)")
            }
            #expect(try server.stop() == 0)
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }

        @Test("A body of 100 MB is refused, and memory stays bounded")
        func hugeBody() async throws {
            let (_, server) = try await Self.serve()
            let memory = try server.memoryKilobytes()
            let body = Data(repeating: UInt8(ascii: "1"), count: 100_000_000)
            let answer = try await server.send("POST", "\(Prices.path)/predictions", body)
            Self.expectProblem(answer, 413, "too-large", ["16777216"], "100 MB")
            #expect(try await server.status("prices")["offset"].int == 3)
            // What may be held of it is the largest body allowed, and a copy.
            #expect(try server.memoryKilobytes() - memory < 50_000)
        }

        @Test("A body of 16 MiB is read, and one byte more is refused")
        func largestBody() async throws {
            let (_, server) = try await Self.serve()
            let most = 16 << 20
            let event = Data(Prices.prediction("large").utf8)
            for (bytes, status) in [(most, 200), (most + 1, 413)] {
                let body = event + Data(repeating: UInt8(ascii: " "), count: bytes - event.count)
                let answer = try await server.send("POST", "\(Prices.path)/predictions", body)
                #expect(answer.status == status, "\(bytes) bytes: \(answer.text)")
            }
        }

        @Test("What leads nowhere is a problem, too")
        func nowhere() async throws {
            let (_, server) = try await Self.serve()
            let application = try await server.post("/v1/applications/price/predictions", Prices.prediction("b"))
            Self.expectProblem(application, 404, "unknown-application", ["'price'", "did you mean 'prices'?"], "name")
            for (method, path) in [
                ("GET", "/nowhere"), ("PUT", "\(Prices.path)/labels"), ("DELETE", Prices.path),
                ("GET", "\(Prices.path)/predictions"), ("POST", "/healthz"),
            ] {
                let answer = try await server.send(method, path, nil)
                #expect([404, 405].contains(answer.status), "\(method) \(path)")
                #expect(answer.mediaType == "application/problem+json", "\(method) \(path)")
                #expect(answer.json["type"].string?.hasPrefix("urn:headrace:") == true)
            }
            for query in ["from=-1", "limit=0", "limit=5000"] {
                let answer = try await server.get("\(Prices.path)/events?\(query)")
                Self.expectProblem(answer, 422, "out-of-range", ["whole number"], query)
            }
            for query in ["from=x", "to=x"] {
                let answer = try await server.get("\(Prices.path)/events?\(query)")
                Self.expectProblem(answer, 422, "impossible-restore", ["no version is named"], query)
            }
        }

        @Test("Times: none where the clock is claimed, and one that lies ahead of the server's clock")
        func times() async throws {
            let (scratch, server) = try await Self.serve()
            let ahead = Date(timeIntervalSinceNow: 600).formatted(.iso8601)
            let body = #"{"id":"f","time":"\#(ahead)","features":{"size":1,"city":"Rome"}}"#
            Self.expectProblem(
                try await server.post("\(Prices.path)/predictions", body), 422, "wrong-time", ["5 minutes ahead"],
                "ahead")
            #expect(try await server.status("prices")["offset"].int == 3)

            let claimed = try await HeadraceProcess(
                try scratch.file("c.yaml", Prices.spec("clock: claimed")), directory: scratch("claimed"))
            Self.expectProblem(
                try await claimed.post("\(Prices.path)/predictions", Prices.prediction("b")), 422, "wrong-time",
                ["\"time\" is missing", "clock: claimed"], "no time")
            #expect(try await claimed.status("prices")["offset"].int == 1)
        }

        /// A server that knows one prediction, `known`, with its label 3.
        static func serve() async throws -> (Scratch, HeadraceProcess) {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), directory: scratch("data"))
            let asked = try await server.post("\(Prices.path)/predictions", Prices.prediction("known"))
            #expect(asked.status == 200)
            let told = try await server.post("\(Prices.path)/labels", #"{"id":"known","label":3}"#)
            #expect(told.status == 200)
            server.scratch = scratch
            return (scratch, server)
        }

        static func expectProblem(
            _ answer: Answer, _ status: Int, _ kind: String, _ words: [String], _ what: String
        ) {
            #expect(answer.status == status, "\(what): \(answer.text)")
            #expect(answer.mediaType == "application/problem+json", "\(what)")
            #expect(answer.json["type"].string == "urn:headrace:\(kind)", "\(what): \(answer.text)")
            #expect(answer.json["status"].int == status, "\(what)")
            #expect(answer.json["title"].string?.isEmpty == false, "\(what)")
            let said = (answer.json["detail"].string ?? "") + " " + (answer.json["hint"].string ?? "")
            for word in words { #expect(said.contains(word), "\(what): \(said)") }
        }
    }
}
