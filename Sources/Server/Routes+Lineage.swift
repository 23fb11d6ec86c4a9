import Engine
import Hummingbird
import ModelLifecycle

/// What changes which past the models are folded from.
extension Routes {
    func addLineage(to router: Router<BasicRequestContext>) {
        router.post("/v1/applications/:name/restore") { request, context in
            try await folding(request) { try await restore($0, context) }
        }
        router.get("/v1/applications/:name/diff") { request, context in
            try await folding(request) { try await diff($0, context) }
        }
        router.post("/v1/applications/:name/amend") { request, context in
            try await folding(request) { try await amend($0, context) }
        }
        router.post("/v1/applications/:name/forget") { request, context in
            try await folding(request) { try await forget($0, context) }
        }
    }

    @Sendable
    private func restore(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await object(request, allowing: ["to"])
        guard let to = body["to"]?.string else {
            throw Refusal(
                .missingField, "\"to\" is missing",
                hint: "{\"to\": \"@1234\"}, a time like 2013-01-16T00:00:00Z, or a name")
        }
        let application = try application(context)
        let restored = try await application.restore(to: RestorePoint(to))
        let passedOver = try await application.passedOver(by: restored)
        var json = JSONWriter()
        restored.write(to: &json, passedOver)
        return .json(json)
    }

    @Sendable
    private func diff(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let points = try ["from", "to"].map { name in
            guard let text = request.uri.queryParameters[name[...]] else {
                throw Refusal(.missingField, "'\(name)' is missing", hint: "?from=@1000&to=@2000, times or names")
            }
            return try RestorePoint(String(text))
        }
        let json = try await application(context).folding { log in
            var json = JSONWriter()
            try VersionDiff(points[0], points[1], in: log).write(to: &json)
            return json
        }
        return .json(json)
    }

    @Sendable
    private func amend(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let application = try application(context)
        let buffer = try await body(request)
        var json = JSONWriter()
        switch try buffer.withUnsafeReadableBytes({ try AmendBody(reading: $0.bindMemory(to: UInt8.self)) }) {
        case .exclude(let condition): try await application.exclude(condition).write(to: &json)
        case .labels(let labels): try await application.correct(labels).write(to: &json)
        }
        return .json(json)
    }

    @Sendable
    private func forget(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await object(request, allowing: ["where", "ids"])
        let application = try application(context)
        var json = JSONWriter()
        switch (body["where"]?.string, body["ids"]?.array) {
        case (let condition?, nil): try await application.forget(where: condition).write(to: &json)
        case (nil, let ids?):
            let texts = ids.compactMap(\.string)
            guard texts.count == ids.count else { throw Refusal(.wrongType, "\"ids\" is a list of strings") }
            try await application.forget(ids: texts).write(to: &json)
        default:
            throw Refusal(
                .missingField, "either \"where\" or \"ids\" is needed",
                hint: "{\"where\": \"carrier = UA\"} or {\"ids\": [\"1\"]}")
        }
        return .json(json)
    }
}
