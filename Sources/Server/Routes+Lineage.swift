import Engine
import Hummingbird
import ModelLifecycle

/// What changes which past the models are folded from.
extension Routes {
    /// Amendments on a page.
    static let pageAmendmentsMax = 1_000

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
        router.get("/v1/applications/:name/amendments") { request, context in
            let application = try application(context)
            let listing = try await application.amendments(
                from: number(request, "from", default: 0, 0...Int.max / 2),
                limit: number(request, "limit", default: Self.pageAmendmentsMax, 1...Self.pageAmendmentsMax))
            var json = JSONWriter()
            listing.write(to: &json, of: application.name)
            return Response.json(json)
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
        let body = try buffer.withUnsafeReadableBytes { try AmendBody(reading: $0.bindMemory(to: UInt8.self)) }
        let wanted: AmendmentRequest =
            switch body.wish {
            case .exclude(let condition): .exclude(condition)
            case .labels(let labels): .correct(labels)
            case .withdraw(let offset): .withdraw(offset)
            }
        return try await answer(application, wanted, body.remark, isDryRun: body.isDryRun)
    }

    private func answer(
        _ application: Engine.Application, _ wanted: AmendmentRequest, _ remark: Remark, isDryRun: Bool
    ) async throws -> Response {
        var json = JSONWriter()
        if isDryRun {
            try await application.previewAmending(wanted).write(to: &json)
        } else {
            try await application.amend(wanted, remark).write(to: &json)
        }
        return .json(json)
    }

    @Sendable
    private func forget(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await object(request, allowing: ["where", "ids", "by", "note", "dry_run"])
        let application = try application(context)
        let wanted: AmendmentRequest
        switch (body["where"]?.string, body["ids"]?.array) {
        case (let condition?, nil): wanted = .forgetWhere(condition)
        case (nil, let ids?):
            let texts = ids.compactMap(\.string)
            guard texts.count == ids.count else { throw Refusal(.wrongType, "\"ids\" is a list of strings") }
            wanted = .forgetIDs(texts)
        default:
            throw Refusal(
                .missingField, "either \"where\" or \"ids\" is needed",
                hint: "{\"where\": \"carrier = UA\"} or {\"ids\": [\"1\"]}")
        }
        var isDryRun = false
        if let flag = body["dry_run"] {
            guard case .boolean(let value) = flag else { throw Refusal(.wrongType, "\"dry_run\" is true or false") }
            isDryRun = value
        }
        let remark = try Remark(by: text(body, "by"), note: text(body, "note"))
        return try await answer(application, wanted, remark, isDryRun: isDryRun)
    }

    private func text(_ body: JSONValue, _ name: String) throws(Refusal) -> String {
        guard let value = body[name] else { return "" }
        guard let text = value.string else { throw Refusal(.wrongType, "\"\(name)\" is a string") }
        return text
    }
}
