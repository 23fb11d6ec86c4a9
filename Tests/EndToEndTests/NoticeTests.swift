import Foundation
import Testing

extension EndToEnd {
    /// What the log tells the world, over HTTP and from the files.
    @Suite(.serialized)
    struct Notices {
        private static let path = "/v1/applications/wild"

        /// A model that no update of these examples leaves finite.
        private static let spec = """
            application: wild
            features: {x: number}
            target: {name: y, type: regression, horizon: 1h}
            model:
              - linear_regression: {optimizer: {sgd: {lr: 1.0e+300}}}
            metrics: [mae]

            """

        private static func examples(_ numbers: Range<Int>) -> String {
            "[" + numbers.map { #"{"id":"e\#($0)","features":{"x":1e300},"label":1}"# }.joined(separator: ",") + "]"
        }

        @Test("The route and the listing say the same, page by page, and verify finds the same again")
        func listing() async throws {
            let scratch = try Scratch()
            let spec = try scratch.file("wild.yaml", Self.spec)
            let server = try await HeadraceProcess(spec, directory: scratch("data"))
            #expect(try await server.post("\(Self.path)/examples", Self.examples(0..<20)).status == 200)
            let amended = try await server.post("\(Self.path)/amend", #"{"exclude": "offset in @2..@4"}"#)
            #expect(amended.status == 200, "\(amended.text)")

            let page = try await server.get("\(Self.path)/notices?from=0&limit=100").json
            #expect(page["next"].value is NSNull && page["end"].int == 23)
            let notices = page["notices"].array
            let kinds = notices.map { $0["kind"].string }
            #expect(kinds == ["adopted"] + Array(repeating: "failed", count: 5) + ["amended", "adopted"])
            #expect(notices.map { $0["offset"].int } == [0, 1, 2, 4, 8, 16, 21, 22])
            for notice in notices {
                #expect(
                    Set(notice.keys) == [
                        "offset", "index", "time", "application", "kind", "model", "cause", "evidence",
                    ])
            }
            let first = try await server.get("\(Self.path)/notices?limit=3").json
            #expect(first["notices"].array.count == 3)
            let next = try #require(first["next"].int)
            let second = try await server.get("\(Self.path)/notices?from=\(next)").json
            #expect(second["notices"].array.first?["offset"].int == 4)
            #expect(try await server.get("\(Self.path)/notices?from=99").json["notices"].array.isEmpty)
            #expect(try await server.get("\(Self.path)/notices?limit=0").status == 422)

            let online = try Program.headrace("log", "--notices", "--url", server.url)
            #expect(try server.stop() == 0)
            let offline = try Program.headrace("log", "--notices", "--data-dir", scratch("data"))
            #expect(online.status == 0 && offline.status == 0, "\(online.errors) \(offline.errors)")
            #expect(online.text == offline.text)
            #expect(offline.text.split(separator: "\n").count == notices.count)
            let some = try Program.headrace(
                "log", "--notices", "--from", "@3", "--to", "@9", "--format", "json", "--data-dir", scratch("data"))
            #expect(some.json.array.map { $0["offset"].int } == [4, 8])
            let table = try Program.headrace(
                "log", "--notices", "--format", "csv", "--data-dir", scratch("data"))
            #expect(table.status != 0 && table.errors.contains("ndjson or json"))
            #expect(try Program.headrace("verify", "--data-dir", scratch("data")).status == 0)
        }
    }
}
