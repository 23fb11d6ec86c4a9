import Engine
import EventLog
import Hummingbird
import ModelLifecycle
import NIOCore

/// What the contract refused: kept, listed, put right and sent again.
extension Routes {
    /// Entries on a page.
    static let pageQuarantineMax = 100

    func addQuarantine(to router: Router<BasicRequestContext>) {
        router.get("/v1/applications/:name/quarantine") { request, context in try await quarantined(request, context) }
        router.get("/v1/applications/:name/quarantine/labels") { _, context in
            let listing = try await application(context).labelsSetAside()
            var json = JSONWriter()
            listing.write(to: &json)
            return Response.json(json)
        }
        router.post("/v1/applications/:name/quarantine") { request, context in try await keepRows(request, context) }
        router.post("/v1/applications/:name/quarantine/:number/send") { request, context in
            try await send(request, context)
        }
        router.delete("/v1/applications/:name/quarantine/:number") { _, context in
            try await quarantine(context).remove(try entry(context))
            return Response(status: .noContent)
        }
    }

    @Sendable
    private func quarantined(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let from = try number(request, "from", default: 0, 0...Int.max / 2)
        let limit = try number(request, "limit", default: Self.pageQuarantineMax, 1...Self.pageQuarantineMax)
        let quarantine = try quarantine(context)
        let entries = try await quarantine.events(from: from, limit: limit + 1)
        let count = try await quarantine.count()
        var json = JSONWriter()
        json.object { json in
            json.member("entries", array: { json in for entry in entries.prefix(limit) { entry.write(to: &json) } })
            json.key("next")
            if entries.count > limit { json.integer(entries[limit].number) } else { json.null() }
            json.member("count", count)
        }
        return .json(json)
    }

    /// Keeps rows that whoever plays a file has refused by the contract, before it sent them.
    @Sendable
    private func keepRows(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let quarantine = try quarantine(context)
        let value: JSONValue
        do { value = try JSONValue(parsing: Array(try await body(request).readableBytesView)) } catch let failure
            as JSONReader.Failure
        {
            throw Refusal(.malformed, "this is not JSON: \(failure)")
        }
        guard let rows = value.array else { throw Refusal(.malformed, "the body is an array of refused rows") }
        let refused = try rows.map { row in try RefusedEvent(row) }
        quarantine.keep(refused)
        var json = JSONWriter()
        json.object { $0.member("kept", refused.count) }
        return .json(json)
    }

    @Sendable
    private func send(_ request: Request, _ context: BasicRequestContext) async throws -> Response {
        let body = Array(try await body(request).readableBytesView)
        let isEmpty = body.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
        let acceptance = try await quarantine(context).send(
            try entry(context), corrected: isEmpty ? nil : body, to: try application(context))
        var json = JSONWriter()
        acceptance.write(to: &json)
        return .json(json, status: .init(code: acceptance.httpStatus))
    }

    private func entry(_ context: BasicRequestContext) throws -> Int {
        let text = try context.parameters.require("number")
        guard let number = Int(text), number > 0 else {
            throw Refusal(.outOfRange, "an entry is a whole number from 1, found '\(text)'")
        }
        return number
    }

    private func quarantine(_ context: BasicRequestContext) throws -> Quarantine {
        let application = try application(context)
        guard let quarantine = quarantines[application.name] else {
            throw LogFailure(.unavailable, "this server keeps nothing that it refuses")
        }
        return quarantine
    }

    /// How many events of an application are in quarantine, as far as that is known.
    func quarantineCount(_ application: Engine.Application) async -> Int? {
        try? await quarantines[application.name]?.count()
    }

    // MARK: Keeping

    /// Keeps those of a body's events that the contract refused, at its door or before the log.
    func keepRefused(
        _ events: EventBody, _ replies: [Reply], of buffer: ByteBuffer, _ application: Engine.Application,
        _ source: EventSource
    ) {
        guard let quarantine = quarantines[application.name] else { return }
        let refused = events.refused(replies).filter { $0.refusal.isOfContract }
        guard !refused.isEmpty else { return }
        quarantine.keep(refused.map { index, range, refusal in source.event(index, refusal, buffer, range) })
    }

    /// The same of a body that is one event.
    func keepRefused(
        _ refusal: Refusal, of buffer: ByteBuffer, _ application: Engine.Application, _ source: EventSource
    ) {
        guard refusal.isOfContract else { return }
        quarantines[application.name]?.keep([source.event(0, refusal, buffer, 0..<buffer.readableBytes)])
    }
}

/// Where the events of a request come from: the route, or a file and its lines, where whoever plays it says so.
struct EventSource {
    /// Its value is `FILE:LINE,LINE,…`: a line for each event of the body, in order.
    private static let header = "headrace-source"

    private let kind: Event.Kind?
    private let file: Substring
    private let lines: [Substring]

    init(_ kind: Event.Kind?, _ request: Request) {
        self.kind = kind
        let text = request.headers.first { $0.name.canonicalName == Self.header }?.value ?? ""
        let colon = text.lastIndex(of: ":") ?? text.endIndex
        file = text[..<colon]
        lines = text[colon...].dropFirst().split(separator: ",")
    }

    func event(_ index: Int, _ refusal: Refusal, _ buffer: ByteBuffer, _ range: Range<Int>) -> RefusedEvent {
        let text = Array(buffer.readableBytesView.dropFirst(range.lowerBound).prefix(range.count))
        let place = lines.indices.contains(index) ? "\(file):\(lines[index])" : nil
        return RefusedEvent(
            kind: kind, source: place ?? "POST \(kind.map { "\($0.name)s" } ?? "events")", refusal: refusal, text: text)
    }
}
