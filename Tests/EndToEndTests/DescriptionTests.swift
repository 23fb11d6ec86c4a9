import Foundation
import Testing

extension EndToEnd {
    /// `/openapi.json` says what the server does.
    @Suite(.serialized)
    struct Description {
        @Test("The document is OpenAPI 3.1, every reference leads somewhere, and answers have what it requires")
        func openAPI() async throws {
            let (_, server) = try await BadRequests.serve()
            let answer = try await server.get("/openapi.json")
            #expect(answer.mediaType == "application/json")
            let document = answer.json
            #expect(document["openapi"].string?.hasPrefix("3.1") == true)
            #expect(document["info"]["title"].string != nil)
            #expect(document["info"]["version"].string != nil)
            for part in answer.text.components(separatedBy: #""$ref":""#).dropFirst() {
                let reference = part.prefix { $0 != "\"" }
                let found = reference.split(separator: "/").dropFirst().reduce(document) { $0[String($1)] }
                #expect(found.value != nil, "\(reference)")
            }
            let schemas = document["components"]["schemas"]
            let status = try await server.status("prices")
            try Self.expect(status, as: "Status", schemas)
            let versions = try await server.get("\(Prices.path)/versions").json
            try Self.expect(versions, as: "Versions", schemas)
            let prediction = try await server.post("\(Prices.path)/predictions", Prices.prediction("n")).json
            try Self.expect(prediction, as: "prices.Answer", schemas)
            let label = try await server.post("\(Prices.path)/labels", #"{"id":"n","label":1}"#).json
            try Self.expect(label, as: "LabelReply", schemas)
            let audit = try await server.get("\(Prices.path)/audit?id=n").json
            try Self.expect(audit, as: "Audit", schemas)
            let events = try await server.get("\(Prices.path)/events?limit=2").json
            try Self.expect(events, as: "EventPage", schemas)
            let problem = try await server.post("\(Prices.path)/predictions", "{").json
            try Self.expect(problem, as: "Problem", schemas)
            let restored = try await server.post("\(Prices.path)/restore", #"{"to":"@1"}"#).json
            try Self.expect(restored, as: "Restored", schemas)
        }

        /// What is required is there; what is there, and described, has the type described.
        private static func expect(_ value: JSON, as name: String, _ schemas: JSON) throws {
            let schema = schemas[name]
            #expect(!schema["required"].array.isEmpty, "\(name)")
            for field in schema["required"].array.compactMap(\.string) {
                #expect(value.keys.contains(field), "\(name).\(field)")
            }
            for (field, found) in value.value as? [String: Any] ?? [:] {
                guard let type = schema["properties"][field]["type"].string else { continue }
                let fits =
                    switch type {
                    case "string": found is String
                    case "array": found is [Any]
                    case "object": found is [String: Any]
                    default: found is NSNumber
                    }
                #expect(fits, "\(name).\(field) is to be a \(type)")
            }
        }

        @Test("Every path described exists, and pages for people and for probes are there")
        func paths() async throws {
            let (_, server) = try await BadRequests.serve()
            let paths = try await server.get("/openapi.json").json["paths"]
            #expect(paths.keys.count >= 10)
            for path in paths.keys {
                for method in paths[path].keys {
                    let answer = try await server.send(method.uppercased(), path, method == "post" ? Data() : nil)
                    #expect(answer.json["type"].string != "urn:headrace:not-found", "\(method) \(path)")
                    let described = paths[path][method]["responses"].keys
                    #expect(described.contains(String(answer.status)), "\(method) \(path): \(answer.status)")
                }
            }
            #expect(try await server.get("/healthz").status == 200)
            #expect(try await server.get("/readyz").status == 200)
            for page in ["/docs", "/"] {
                let answer = try await server.get(page)
                #expect(answer.status == 200)
                #expect(answer.mediaType.hasPrefix("text/html"))
            }
        }
    }
}
