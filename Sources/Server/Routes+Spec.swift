import Engine
import Hummingbird
import ModelLifecycle

/// The spec in force.
extension Routes {
    func addSpec(to router: Router<BasicRequestContext>) {
        router.get("/v1/applications/:name/spec") { request, context in try await spec(request, context) }
    }

    /// As YAML that `headrace check` takes; as JSON where `?format=json` or the header `Accept` says so.
    @Sendable
    private func spec(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let application = try application(context)
        let name = application.name
        let node = SpecNode(describing: try await application.inspect { $0.specInForce(named: name) })
        guard try Self.wantsJSON(request) else {
            return Response(
                status: .ok, headers: [.contentType: "application/yaml; charset=utf-8"],
                body: ResponseBody(byteBuffer: ByteBuffer(string: node.yaml)))
        }
        var json = JSONWriter()
        node.write(to: &json)
        return .json(json)
    }

    private static func wantsJSON(_ request: Request) throws(Refusal) -> Bool {
        switch request.uri.queryParameters["format"] {
        case "json"?: return true
        case "yaml"?: return false
        case let other?: throw Refusal(.outOfRange, "'format' is yaml or json, found '\(other)'")
        case nil:
            let accepted = request.headers[.accept] ?? ""
            return accepted.contains("json") && !accepted.contains("yaml")
        }
    }
}
