import Determinism
import Engine
import EventLog
import Hummingbird
import ModelLifecycle
import NIOCore
import NIOPosix

/// What the server answers, route by route; `OpenAPI.swift` says the same to programs.
struct Routes: Sendable {
    /// The largest body, in bytes.
    static let bodyBytesMax = 16 << 20
    /// A body that takes longer to read, in bytes, is not read on the thread of its connection.
    private static let longBodyBytes = 16 << 10
    let applications: [Engine.Application]
    /// Those that could not start.
    var failed: [FailedApplication] = []
    /// By the application's name.
    var quarantines: [String: Quarantine] = [:]
    var hosts = AllowedHosts(listening: "127.0.0.1")

    func router() -> Router<BasicRequestContext> {
        // Built twice: what becomes of a wrong method depends on which methods all routes have.
        let bare = Router(context: BasicRequestContext.self)
        addRoutes(to: bare)
        let methods = PathMethods(bare.routes.map { ($0.path.description, $0.method) })
        let router = Router(context: BasicRequestContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: ProblemMiddleware(methods: methods))
        router.add(middleware: BrowserGuard(hosts: hosts))
        addRoutes(to: router)
        return router
    }

    private func addRoutes(to router: Router<BasicRequestContext>) {
        addEvents(to: router)
        addNotices(to: router)
        addPreview(to: router)
        addHistory(to: router)
        addLineage(to: router)
        addExperiments(to: router)
        addQuarantine(to: router)
        addSpec(to: router)
        addService(to: router)
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
        let contract = application.spec.contract
        let source = EventSource(kind, request)
        // Long ones are read and written on another thread, so that no connection waits for them.
        let isLong = buffer.readableBytes > Self.longBodyBytes
        let events: EventBody
        do {
            events = try await Self.run(elsewhere: isLong) {
                try buffer.withUnsafeReadableBytes { bytes in
                    try EventBody(bytes.bindMemory(to: UInt8.self), kind: kind, contract: contract)
                }
            }
        } catch let refusal as Refusal {
            keepRefused(refusal, of: buffer, application, source)
            throw refusal
        }
        let accepted = events.events
        let replies = accepted.isEmpty ? [] : try await application.submit(accepted)
        keepRefused(events, replies, of: buffer, application, source)
        return try await Self.run(elsewhere: isLong) { events.response(replies) }
    }

    private static func run<T: Sendable>(
        elsewhere isLong: Bool, _ body: @escaping @Sendable () throws -> T
    ) async throws -> T {
        guard isLong else { return try body() }
        return try await NIOThreadPool.singleton.runIfActive(body)
    }

    // MARK: History

    private func addHistory(to router: Router<BasicRequestContext>) {
        router.get("/v1/applications") { _, _ in
            var json = JSONWriter()
            json.object { json in
                json.member("applications", array: { json in for one in applications { json.string(one.name) } })
                json.member("failed", array: { json in for one in failed { one.write(to: &json) } })
            }
            return Response.json(json)
        }
        router.get("/v1/applications/:name") { _, context in
            var json = JSONWriter()
            try await report(context).write(to: &json, of: application(context))
            return Response.json(json)
        }
        router.get("/v1/applications/:name/versions") { _, context in
            let application = try application(context)
            let versions = try await application.versions()
            var json = JSONWriter()
            json.object { json in
                json.member("application", application.name)
                json.member("versions", array: { json in for version in versions { version.write(to: &json) } })
            }
            return Response.json(json)
        }
        router.post("/v1/applications/:name/versions") { request, context in
            let body = try await object(request, allowing: ["name", "offset", "at"])
            guard let name = body["name"]?.string else {
                throw Refusal(
                    .missingField, "\"name\" is missing", hint: "{\"name\": \"before-holidays\", \"offset\": 1234}")
            }
            let offset = try offset(body["offset"])
            let point = try body["at"]?.string.map { try RestorePoint($0) } ?? offset.map { .offset($0) }
            let named = try await application(context).setName(name, at: point)
            var json = JSONWriter()
            json.object { json in
                json.member("name", name)
                json.member("offset", named)
            }
            return Response.json(json, status: .created)
        }
        router.get("/v1/applications/:name/events") { request, context in try await page(request, context) }
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
        var report = try await application.status()
        report.quarantineCount = await quarantineCount(application)
        return report
    }

    // MARK: Service

    private func addService(to router: Router<BasicRequestContext>) {
        router.get("/healthz") { _, _ in Self.text("ok\n") }
        router.get("/readyz") { _, _ in
            for application in applications { try application.checkReady() }
            if !failed.isEmpty { throw FailedApplication.problem(failed) }
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
        if let failed = failed.first(where: { $0.name == name }) { throw FailedApplication.problem([failed]) }
        let nearest = Spelling.nearest(name, in: applications.map(\.name))
        throw Problem(
            status: 404, kind: "unknown-application", title: "Unknown application",
            detail: "no application is named '\(name)'",
            hint: nearest.map { "did you mean '\($0)'?" }
                ?? "this server has \(applications.map(\.name).joined(separator: ", "))")
    }

    func body(_ request: Request) async throws -> ByteBuffer {
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
