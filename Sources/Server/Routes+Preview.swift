import Engine
import Hummingbird
import ModelLifecycle

/// Questions that are answered and leave no trace.
extension Routes {
    func addPreview(to router: Router<BasicRequestContext>) {
        router.post("/v1/applications/:name/preview") { request, context in try await preview(request, context) }
    }

    /// Takes what `predictions` takes, and replies in the same forms.
    @Sendable
    private func preview(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let application = try application(context)
        let buffer = try await body(request)
        let questions = try buffer.withUnsafeReadableBytes { bytes in
            try EventBody(bytes.bindMemory(to: UInt8.self), kind: .prediction, contract: application.spec.contract)
        }
        return questions.response(try await application.preview(questions.events).map { $0.mapError { Problem($0) } })
    }
}
