import Determinism
import Engine
import EventLog
import Hummingbird
import ModelLifecycle
import NIOCore

/// What the server answers, route by route; `OpenAPI.swift` says the same to programs.
struct Routes: Sendable {
    /// The largest body, in bytes.
    static let bodyBytesMax = 16 << 20
    /// Events on a page of the log.
    static let pageEventsMax = 1_000

    let applications: [Engine.Application]

    func router() -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        router.add(middleware: ProblemMiddleware())
        addEvents(to: router)
        addHistory(to: router)
        addLineage(to: router)
        addExperiments(to: router)
        addService(to: router)
        return router
    }

    // MARK: Events

    private func addEvents(to router: Router<BasicRequestContext>) {
        for (path, kind) in [("predictions", Event.Kind.prediction), ("labels", .label), ("examples", .example)] {
            router.post("/v1/applications/:name/\(path)") { request, context in
                try await submit(request, context, kind)
            }
        }
        router.post("/v1/applications/:name/events") { request, context in
            try await submit(request, context, nil)
        }
    }

    @Sendable
    private func submit(
        _ request: Request, _ context: BasicRequestContext, _ kind: Event.Kind?
    ) async throws -> Response {
        let application = try application(context)
        let buffer = try await body(request)
        let events = try buffer.withUnsafeReadableBytes { bytes in
            try EventBody(bytes.bindMemory(to: UInt8.self), kind: kind, contract: application.spec.contract)
        }
        let accepted = events.events
        return events.response(accepted.isEmpty ? [] : try await application.submit(accepted))
    }

    // MARK: History

    private func addHistory(to router: Router<BasicRequestContext>) {
        router.get("/v1/applications") { _, _ in
            var json = JSONWriter()
            json.object { json in
                json.member("applications", array: { json in for one in applications { json.string(one.name) } })
            }
            return Response.json(json)
        }
        router.get("/v1/applications/:name") { _, context in
            var json = JSONWriter()
            try await report(context).write(to: &json, of: application(context))
            return Response.json(json)
        }
        router.get("/v1/applications/:name/versions") { _, context in
            let report = try await report(context)
            var json = JSONWriter()
            json.object { json in
                json.member("application", report.state.spec.application)
                json.member("versions", array: { json in for version in report.versions { version.write(to: &json) } })
            }
            return Response.json(json)
        }
        router.post("/v1/applications/:name/versions") { request, context in
            let body = try await object(request, allowing: ["name", "offset"])
            guard let name = body["name"]?.string else {
                throw Refusal(
                    .missingField, "\"name\" is missing", hint: "{\"name\": \"before-holidays\", \"offset\": 1234}")
            }
            let offset = try await application(context).setName(name, offset: try offset(body["offset"]))
            var json = JSONWriter()
            json.object { json in
                json.member("name", name)
                json.member("offset", offset)
            }
            return Response.json(json, status: .created)
        }
        router.get("/v1/applications/:name/events") { request, context in try await events(request, context) }
        router.get("/v1/applications/:name/audit") { request, context in
            try await folding(request) { try await audit($0, context) }
        }
    }

    private func addExperiments(to router: Router<BasicRequestContext>) {
        router.get("/v1/applications/:name/experiments") { request, context in
            try await experiments(request, context)
        }
        router.post("/v1/applications/:name/experiments") { request, context in try await keep(request, context) }
        router.post("/v1/applications/:name/adopt") { request, context in
            try await folding(request) { try await adopt($0, context) }
        }
    }

    @Sendable
    private func events(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let from = try number(request, "from", default: 0, 0...Int.max / 2)
        let limit = try number(request, "limit", default: 100, 1...Self.pageEventsMax)
        let bytes = try await application(context).withLog { log in
            let end = try log.endOffset
            var json = JSONWriter()
            var failure: (any Error)?
            json.object { json in
                var next = from
                json.member("events", array: { json in
                    do {
                        next = try EventListing.write(from: from, limit: limit, in: log) { $0(&json) }
                    } catch { failure = error }
                })
                json.key("next")
                if next < end { json.integer(next) } else { json.null() }
                json.member("end", end)
            }
            if let failure { throw failure }
            return json
        }
        return .json(bytes)
    }

    @Sendable
    private func audit(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let application = try application(context)
        let parameters = request.uri.queryParameters
        let subject: AuditSubject
        switch (parameters["id"], parameters["offset"]) {
        case (let id?, nil): subject = try AuditSubject(id: String(id))
        case (nil, _?): subject = .offset(try number(request, "offset", default: 0, 0...Int.max / 2))
        default:
            throw Refusal(.missingField, "an audit is of one 'id' or of one 'offset'", hint: "?id=a or ?offset=1234")
        }
        return .json(try await application.folding { log in
            var json = JSONWriter()
            try Audit(subject, in: log).write(to: &json)
            return json
        })
    }

    private func report(_ context: BasicRequestContext) async throws -> StatusReport {
        let application = try application(context)
        let state = try await application.inspect { $0 }
        return try await application.withLog { try StatusReport(state, log: $0) }
    }

    // MARK: Service

    private func addService(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in Self.text("ok\n") }
        router.get("/readyz") { _, _ in
            for application in applications { _ = try await application.inspect { $0.offset } }
            return Self.text("ready\n")
        }
        let document = OpenAPI.document(applications.map(\.spec))
        router.get("/openapi.json") { _, _ in Response.json(document) }
        router.get("/docs") { _, _ in Self.text(DocumentationPage.html, mediaType: "text/html; charset=utf-8") }
        router.get("/") { _, _ in Response.redirect(to: "/docs", type: .found) }
    }

    private static func text(_ text: String, mediaType: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    // MARK: Requests

    func application(_ context: BasicRequestContext) throws -> Engine.Application {
        let name = try context.parameters.require("name")
        if let found = applications.first(where: { $0.name == name }) { return found }
        let nearest = Spelling.nearest(name, in: applications.map(\.name))
        throw Problem(
            status: 404, kind: "unknown-application", title: "Unknown application",
            detail: "no application is named '\(name)'",
            hint: nearest.map { "did you mean '\($0)'?" }
                ?? "this server has \(applications.map(\.name).joined(separator: ", "))")
    }

    private func body(_ request: Request) async throws -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: Self.bodyBytesMax)
        } catch is NIOTooManyBytesError {
            throw Refusal(
                .tooLarge, "the body has more than \(Self.bodyBytesMax) bytes", hint: "send it in several requests")
        }
    }

    func object(_ request: Request, allowing keys: [String]) async throws -> JSONValue {
        let buffer = try await body(request)
        let value: JSONValue
        do {
            value = try JSONValue(parsing: Array(buffer.readableBytesView))
        } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
        guard let members = value.members else { throw Refusal(.malformed, "an object is expected") }
        for (key, _) in members where !keys.contains(key) {
            throw Refusal(
                .unknownField, "there is no field \"\(key)\" here",
                hint: Spelling.nearest(key, in: keys).map { "did you mean \"\($0)\"?" })
        }
        return value
    }

    private func offset(_ value: JSONValue?) throws(Refusal) -> Int? {
        guard let value, value != .null else { return nil }
        guard let offset = value.integer, offset >= 0 else {
            throw Refusal(.wrongType, "\"offset\" is a whole number from 0")
        }
        return offset
    }

    func number(
        _ request: Request, _ name: String, default standard: Int, _ range: ClosedRange<Int>
    ) throws(Refusal) -> Int {
        guard let text = request.uri.queryParameters[name[...]] else { return standard }
        guard let value = Int(text), range.contains(value) else {
            let upper = range.upperBound > 1 << 40 ? "" : " to \(range.upperBound)"
            throw Refusal(.outOfRange, "'\(name)' is a whole number from \(range.lowerBound)\(upper), found '\(text)'")
        }
        return value
    }
}
