import Determinism
import Engine
import Hummingbird
import ModelLifecycle

/// Experiments, which other processes run, and what comes of them.
extension Routes {
    /// Experiments on a page.
    static let pageExperimentsMax = 100

    @Sendable
    func experiments(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let from = try number(request, "from", default: 0, 0...Int.max / 2)
        let limit = try number(request, "limit", default: Self.pageExperimentsMax, 1...Self.pageExperimentsMax)
        let page = try await application(context).withLog { log in
            var json = JSONWriter()
            var failure: (any Error)?
            json.object { json in
                var next: Int?
                json.member("experiments", array: { json in
                    do {
                        next = try ExperimentListing.write(from: from, limit: limit, in: log, to: &json)
                    } catch { failure = error }
                })
                json.key("next")
                if let next { json.integer(next) } else { json.null() }
            }
            if let failure { throw failure }
            return json
        }
        return .json(page)
    }

    /// Keeps experiments that somebody has run on a copy of the log, or beside this server.
    @Sendable
    func keep(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await object(request, allowing: ["time", "records"])
        guard let time = body["time"]?.string.flatMap({ Timestamp($0) }), let records = body["records"]?.array else {
            throw Refusal(
                .missingField, "\"time\" and \"records\" are expected", hint: "`headrace backtest` sends them")
        }
        let numbers = try await application(context).keep(try records.map(Self.experiment), ranAt: time)
        var json = JSONWriter()
        json.object { json in
            json.member("experiments", array: { json in for number in numbers { json.integer(number) } })
        }
        return .json(json, status: .created)
    }

    /// A record beside its spec. What is not checked is not built: bytes alone could claim models that no spec makes.
    private static func experiment(_ value: JSONValue) throws(Refusal) -> Experiment {
        guard let bytes = value["record"]?.string.flatMap({ Hexadecimal.bytes($0) }),
            let experiment = try? Experiment(canonicalBytes: bytes)
        else {
            throw Refusal(.malformed, "\"record\" is no experiment", hint: "`headrace backtest` sends them")
        }
        guard try spec(value["spec"]) == experiment.spec else {
            throw Refusal(.malformed, "\"record\" is the experiment of another spec than \"spec\"")
        }
        return experiment
    }

    /// A spec as JSON, checked as a file is.
    private static func spec(_ value: JSONValue?) throws(Refusal) -> Spec {
        guard let value, value.members != nil else {
            throw Refusal(.missingField, "\"spec\" is expected: a spec as JSON")
        }
        do {
            return try SpecChecker.check(SpecNode(value)).spec
        } catch {
            throw Refusal(
                .malformed,
                "the spec has mistakes: " + error.mistakes.prefix(10).map(\.description).joined(separator: "; "),
                hint: "`headrace check SPEC` names them with their lines")
        }
    }

    @Sendable
    func adopt(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = try await object(request, allowing: ["experiment", "spec", "from"])
        let application = try application(context)
        let adopted: Adopted
        switch (body["experiment"]?.integer, body["spec"]) {
        case (let number?, nil): adopted = try await application.adopt(experiment: number)
        case (nil, let spec?):
            adopted = try await application.adopt(
                try Self.spec(spec), from: try body["from"]?.string.map { try RestorePoint($0) })
        default:
            throw Refusal(
                .missingField, "either \"experiment\" or \"spec\" is expected", hint: "{\"experiment\": 1}")
        }
        let passedOver = try await application.passedOver(by: adopted)
        var json = JSONWriter()
        adopted.write(to: &json, passedOver)
        return .json(json)
    }
}
