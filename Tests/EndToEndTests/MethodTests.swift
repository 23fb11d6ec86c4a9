import Foundation
import Testing

extension EndToEnd {
    /// Methods, and who may ask: over raw sockets, because what is tested is what a browser sends and curl does not.
    @Suite(.serialized)
    struct Methods {
        static let body = Array(Prices.prediction("r").utf8)

        @Test("HEAD answers on every route that GET answers on: the same head, and no body")
        func head() async throws {
            let (_, server) = try await BadRequests.serve()
            let paths = try await server.get("/openapi.json").json["paths"]
            let own = ["/docs", "/openapi.json", "/nowhere", "\(Prices.path)/events?from=x"]
            let described = paths.keys.filter { paths[$0].keys.contains("get") }
            #expect(described.count >= 10)
            for path in described.sorted() + own {
                let get = try RawHTTP.send("GET", path, port: server.port)
                let head = try RawHTTP.send("HEAD", path, port: server.port)
                #expect(head.status == get.status, "\(path)")
                #expect(head.headers["content-type"] == get.headers["content-type"], "\(path)")
                #expect(head.body == "", "\(path)")
            }
            #expect(try RawHTTP.send("HEAD", "/healthz", port: server.port).status == 200)
        }

        @Test("Any other method is 405 and names those that a path has; OPTIONS names them, too")
        func wrongMethods() async throws {
            let (_, server) = try await BadRequests.serve()
            let paths = try await server.get("/openapi.json").json["paths"]
            for path in paths.keys.sorted() {
                let known = Set(paths[path].keys.map { $0.uppercased() })
                let all = known.union(known.contains("GET") ? ["HEAD", "OPTIONS"] : ["OPTIONS"])
                let options = try RawHTTP.send("OPTIONS", path, port: server.port)
                #expect(options.status == 204, "\(path)")
                #expect(Self.methods(options) == all, "\(path)")
                for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE"] where !all.contains(method) {
                    let answer = try RawHTTP.send(method, path, port: server.port)
                    #expect(answer.status == 405, "\(method) \(path)")
                    #expect(Self.methods(answer) == all, "\(method) \(path)")
                    #expect(answer.json["type"].string == "urn:headrace:wrong-method", "\(method) \(path)")
                }
            }
            #expect(try RawHTTP.send("PUT", "/nowhere", port: server.port).status == 404)
            #expect(try RawHTTP.send("OPTIONS", "/nowhere", port: server.port).status == 404)
        }

        private static func methods(_ reply: RawHTTP.Reply) -> Set<String> {
            Set((reply.headers["allow"] ?? "").components(separatedBy: ", "))
        }

        @Test(
            "A page of another origin changes nothing",
            arguments: [
                [("Origin", "http://evil.example")], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")],
                [("Origin", "http://127.0.0.1:1")], [("Sec-Fetch-Site", "same-site")],
                [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")],
            ])
        func foreignOrigin(_ headers: [(String, String)]) async throws {
            let (_, server) = try await BadRequests.serve()
            let before = Standing(try await server.status("prices"))
            let types = ["application/x-www-form-urlencoded", "text/plain", "application/json"]
            for path in ["predictions", "versions", "amend", "forget", "restore", "preview"] {
                for type in types {
                    let answer = try RawHTTP.send(
                        "POST", "\(Prices.path)/\(path)", headers + [("Content-Type", type)], body: Self.body,
                        port: server.port)
                    #expect(answer.status == 403, "\(path) \(type)")
                    #expect(answer.json["type"].string == "urn:headrace:foreign-origin", "\(path) \(type)")
                    #expect(!answer.headers.keys.contains { $0.hasPrefix("access-control") })
                }
            }
            #expect(Standing(try await server.status("prices")) == before)
        }

        @Test("A program may send what it likes, but for what only a browser's form sends")
        func ownOrigin() async throws {
            let (_, server) = try await BadRequests.serve()
            let own = "http://127.0.0.1:\(server.port)"
            let form = "application/x-www-form-urlencoded"
            let cases: [(headers: [(String, String)], status: Int)] = [
                ([], 200), ([("Content-Type", form)], 200), ([("Content-Type", "application/json")], 200),
                ([("Content-Type", "application/json; charset=utf-8"), ("Origin", own)], 200),
                ([("Content-Type", "application/json"), ("Origin", own), ("Sec-Fetch-Site", "same-origin")], 200),
                ([("Content-Type", form), ("Origin", own)], 415), ([("Content-Type", "text/plain")], 415),
                ([("Content-Type", "Text/Plain; charset=utf-8")], 415),
                ([("Content-Type", "multipart/form-data")], 415),
            ]
            for (headers, status) in cases {
                let path = "\(Prices.path)/predictions"
                let answer = try RawHTTP.send("POST", path, headers, body: Self.body, port: server.port)
                #expect(answer.status == status, "\(headers): \(answer.body)")
            }
        }

        @Test("Under a name that is not this server's nothing is answered: a private server cannot be rebound")
        func foreignHost() async throws {
            let scratch = try Scratch()
            let server = try await HeadraceProcess(
                try scratch.file("p.yaml", Prices.spec()), "--allowed-host", "models.example",
                directory: scratch("data"))
            let requests = [("GET", Prices.path), ("GET", "/healthz"), ("POST", "\(Prices.path)/predictions")]
            for host in ["evil.example", "evil.example:\(server.port)", "127.0.0.1.evil.example", "10.0.0.1", "[::2]"] {
                for (method, path) in requests {
                    let answer = try RawHTTP.send(method, path, [("Host", host)], body: [], port: server.port)
                    #expect(answer.status == 403, "\(host) \(method) \(path)")
                    #expect(answer.json["type"].string == "urn:headrace:foreign-host", "\(host)")
                }
            }
            for host in ["127.0.0.1", "localhost", "LocalHost:9", "[::1]:80", "models.example", "models.example:443"] {
                let answer = try RawHTTP.send("GET", Prices.path, [("Host", host)], port: server.port)
                #expect(answer.status == 200, "\(host)")
            }
            let proxied = [("Origin", "https://models.example"), ("Content-Type", "application/json")]
            let path = "\(Prices.path)/predictions"
            let answer = try RawHTTP.send("POST", path, proxied, body: Self.body, port: server.port)
            #expect(answer.status == 200)
        }

        @Test("A body of exactly the limit is read, one byte more is refused; both leave no trace")
        func largestBody() async throws {
            let (_, server) = try await BadRequests.serve()
            let limit = 16 << 20
            let event = Array(Prices.prediction("edge").utf8)
            for (size, status) in [(limit, 200), (limit + 1, 413)] {
                let body = event + [UInt8](repeating: 0x20, count: size - event.count)
                let answer = try RawHTTP.send("POST", "\(Prices.path)/preview", body: body, port: server.port)
                #expect(answer.status == status, "\(size) bytes: \(answer.body.prefix(200))")
            }
            #expect(try await server.status("prices")["offset"].int == 3)
        }
    }
}
