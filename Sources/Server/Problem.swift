import Engine
import EventLog
import Hummingbird
import ModelLifecycle

/// An error as RFC 9457 problem details.
struct Problem: Error, Sendable {
    static let mediaType = "application/problem+json"

    let status: Int
    /// The last part of `type`, `urn:headrace:…`: part of the interface.
    let kind: String
    let title: String
    let detail: String
    var hint: String?
    var retryAfterSeconds: Int?

    init(_ refusal: Refusal) {
        (status, title) = Self.words(refusal.kind)
        (kind, detail, hint) = (refusal.kind.rawValue, refusal.message, refusal.hint)
    }

    init(_ unavailable: Unavailable) {
        status = 503
        detail = unavailable.description
        switch unavailable {
        case .overloaded(let seconds):
            (kind, title, retryAfterSeconds) = ("overloaded", "Too many requests wait", seconds)
        case .tooMuchWork(let seconds):
            (kind, title, retryAfterSeconds) = ("too-much-work", "Too many long requests wait", seconds)
        case .outcomeUnknown: (kind, title, retryAfterSeconds) = ("outcome-unknown", "Outcome unknown", 1)
        case .recovering: (kind, title, retryAfterSeconds) = ("recovering", "Recovering", 1)
        case .clockJump:
            (kind, title, retryAfterSeconds) = ("clock-jump", "The server's clock has jumped", 10)
            hint = "the same request is answered once the server's clock is right"
        case .stopping: (kind, title, retryAfterSeconds) = ("stopping", "Shutting down", 5)
        }
    }

    init(_ failure: LogFailure) {
        (status, kind, title) = (500, "log-failure", "The log cannot be read")
        (detail, hint) = (failure.message, failure.hint)
    }

    init(status: Int, kind: String, title: String, detail: String, hint: String? = nil) {
        (self.status, self.kind, self.title, self.detail, self.hint) = (status, kind, title, detail, hint)
    }

    /// Any error that a handler may meet.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as Refusal: self.init(refusal)
        case let unavailable as Unavailable: self.init(unavailable)
        // Its client has gone, or the server ends.
        case is CancellationError: self.init(Unavailable.stopping)
        case let failure as LogFailure: self.init(failure)
        case let missing as PastEventMissing: self.init(LogFailure(.damaged, missing.description))
        case let error as HTTPError:
            self.init(
                status: error.status.code, kind: "http", title: error.status.reasonPhrase,
                detail: error.body ?? error.status.reasonPhrase)
        default:
            self.init(status: 500, kind: "internal", title: "Internal error", detail: "\(error)")
        }
    }

    private static func words(_ kind: Refusal.Kind) -> (Int, String) {
        switch kind {
        case .malformed: (400, "Malformed request")
        case .tooLarge: (413, "Too large")
        case .conflict: (409, "Conflict with what is known")
        case .impossibleRestore: (422, "Impossible restore")
        case .unknownQuestion: (404, "Unknown question")
        case .impossibleBacktest: (422, "Impossible back-test")
        case .unknownField: (422, "Unknown field")
        case .missingField: (422, "Missing field")
        case .unknownFeature: (422, "Unknown feature")
        case .missingFeature: (422, "Missing feature")
        case .wrongType: (422, "Wrong type")
        case .outOfRange: (422, "Out of range")
        case .unknownCategory: (422, "Unknown category")
        case .wrongTime: (422, "Wrong time")
        }
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("type", "urn:headrace:\(kind)")
            json.member("title", title)
            json.member("status", status)
            json.member("detail", detail)
            if let hint { json.member("hint", hint) }
        }
    }

    var response: Response {
        var json = JSONWriter()
        write(to: &json)
        var response = Response(
            status: .init(code: status), headers: [.contentType: Self.mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
        if let retryAfterSeconds { response.headers[.retryAfter] = String(retryAfterSeconds) }
        return response
    }
}

/// Turns whatever a handler throws into problem details, and answers what no route does: OPTIONS, and wrong methods.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    let methods: PathMethods

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let response = unrouted(request)
            return request.method == .head ? response.createHeadResponse() : response
        } catch {
            let response = Problem(error).response
            return request.method == .head ? response.createHeadResponse() : response
        }
    }

    private func unrouted(_ request: Request) -> Response {
        let path = request.uri.path
        guard let allowed = request.method == .options && path == "*" ? "*" : methods.allowed(path) else {
            return Problem(
                status: 404, kind: "not-found", title: "Not found", detail: "there is nothing at \(path)",
                hint: "/openapi.json lists what there is, /docs shows it"
            ).response
        }
        if request.method == .options {
            let every = "GET, HEAD, OPTIONS, POST"
            return Response(status: .noContent, headers: [.allow: allowed == "*" ? every : allowed])
        }
        var response = Problem(
            status: 405, kind: "wrong-method", title: "Wrong method",
            detail: "\(path) does not answer \(request.method.rawValue)", hint: "it answers \(allowed)"
        ).response
        response.headers[.allow] = allowed
        return response
    }
}
