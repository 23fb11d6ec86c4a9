import Engine
import Hummingbird
import ServiceLifecycle

/// Requests that fold the log for long.
extension Routes {
    /// Answers such a request. When its client hangs up, folding ends, and nothing is changed.
    func folding(
        _ request: Request, _ answer: @Sendable (Request) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await request.body.consumeWithCancellationOnInboundClose { body in
                var request = request
                request.body = body
                return try await answer(request)
            }
        } catch {
            response = Problem(error).response
        }
        // It was read on to see its end, and cannot carry another request.
        response.headers[.connection] = "close"
        return response
    }
}

/// Ends long folds as soon as the server is told to stop, so that their requests do not hold it up.
struct FoldsEnd: Service {
    func run() async throws {
        try await gracefulShutdown()
        WorkThreads.folds.stop()
    }
}
