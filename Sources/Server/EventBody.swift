import Engine
import Hummingbird
import ModelLifecycle

/// The events of a request's body: one object, a JSON array of them, or NDJSON; and the replies in the same form.
struct EventBody: Sendable {
    enum Form: Sendable {
        case single, array, lines
    }

    /// An item: an event that may go to the log, or why it may not.
    enum Item: Sendable {
        case event(Event)
        case refused(Refusal)
    }

    let form: Form
    private(set) var items: [Item] = []
    /// Where each item stands in the body.
    private var places: [Range<Int>] = []

    /// Reads a body. Of an array or of lines, an item that breaks the contract is refused for itself; text that is not
    /// JSON ends an array with everything in it refused, and a line only for itself.
    ///
    /// - Parameter kind: what the events are; nil where each says so itself.
    init(_ bytes: UnsafeBufferPointer<UInt8>, kind: Event.Kind?, contract: Contract) throws(Refusal) {
        var reader = EventReader(contract)
        if kind != nil, let event = Self.single(bytes, &reader, kind, contract) {
            (form, items, places) = (.single, [.event(event)], [0..<bytes.count])
            return
        }
        form = kind == nil ? .lines : Self.form(bytes)
        switch form {
        case .single:
            var json = JSONReader(bytes)
            (items, places) = ([.event(try Self.event(&json, &reader, kind, contract))], [0..<bytes.count])
            try Self.finish(&json)
        case .array: try readArray(bytes, &reader, kind, contract)
        case .lines: readLines(bytes, &reader, kind, contract)
        }
    }

    var events: [Event] {
        items.compactMap { if case .event(let event) = $0 { event } else { nil } }
    }

    // MARK: Reading

    /// The event of a body that is one good object, by far the commonest; nil where a closer look is needed.
    private static func single(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout EventReader, _ kind: Event.Kind?, _ contract: Contract
    ) -> Event? {
        var json = JSONReader(bytes)
        guard let event = try? event(&json, &reader, kind, contract), (try? json.finish()) != nil else { return nil }
        return event
    }

    /// An array begins with a bracket; lines are more than one object with line ends between them.
    private static func form(_ bytes: UnsafeBufferPointer<UInt8>) -> Form {
        let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        guard let first = bytes.firstIndex(where: { !space.contains($0) }) else { return .single }
        if bytes[first] == UInt8(ascii: "[") { return .array }
        var json = JSONReader(bytes)
        guard (try? json.skip()) != nil else {
            // A broken object: if whole lines stand beside it, these are lines.
            let lines = bytes.split(separator: 0x0A).filter { !$0.allSatisfy(space.contains) }
            return lines.count > 1 && lines.allSatisfy { $0.first { !space.contains($0) } == UInt8(ascii: "{") }
                ? .lines : .single
        }
        // What stands on the object's own line is a mistake in it, not another line.
        let rest = bytes[json.offset...].drop { $0 != 0x0A && space.contains($0) }
        return rest.first == 0x0A && rest.contains { !space.contains($0) } ? .lines : .single
    }

    private static func event(
        _ json: inout JSONReader, _ reader: inout EventReader, _ kind: Event.Kind?, _ contract: Contract
    ) throws(Refusal) -> Event {
        var event = Event(contract.layout)
        try reader.read(&json, expecting: kind, into: &event)
        return event
    }

    private static func finish(_ json: inout JSONReader) throws(Refusal) {
        do { try json.finish() } catch { throw Refusal(.malformed, "this is not JSON: \(error)") }
    }

    private mutating func readArray(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout EventReader, _ kind: Event.Kind?, _ contract: Contract
    ) throws(Refusal) {
        // First the whole text as JSON, so that nothing of a broken array is acted on.
        do {
            var json = JSONReader(bytes)
            try json.skip()
            try json.finish()
        } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
        var json = JSONReader(bytes)
        do {
            try json.beginArray()
            while try json.nextElement(isFirst: items.isEmpty) {
                _ = try json.peek()
                let start = json.offset
                try json.skip()
                var element = JSONReader(UnsafeBufferPointer(rebasing: bytes[start..<json.offset]))
                items.append(Self.item(&element, &reader, kind, contract))
                places.append(start..<json.offset)
            }
        } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
    }

    private mutating func readLines(
        _ bytes: UnsafeBufferPointer<UInt8>, _ reader: inout EventReader, _ kind: Event.Kind?, _ contract: Contract
    ) {
        for line in bytes.split(separator: 0x0A) where !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) {
            var json = JSONReader(UnsafeBufferPointer(rebasing: line))
            var item = Self.item(&json, &reader, kind, contract)
            if case .event = item {
                do throws(Refusal) { try Self.finish(&json) } catch { item = .refused(error) }
            }
            items.append(item)
            places.append(line.startIndex..<line.endIndex)
        }
    }

    private static func item(
        _ json: inout JSONReader, _ reader: inout EventReader, _ kind: Event.Kind?, _ contract: Contract
    ) -> Item {
        do throws(Refusal) {
            return .event(try event(&json, &reader, kind, contract))
        } catch {
            return .refused(error)
        }
    }

    /// The items that were refused, here or by the application: their index, their place in the body, and why.
    func refused(_ replies: [Reply]) -> [(index: Int, place: Range<Int>, refusal: Refusal)] {
        var next = 0
        return zip(items.indices, zip(items, places)).compactMap { index, item in
            if case .refused(let refusal) = item.0 { return (index, item.1, refusal) }
            defer { next += 1 }
            guard next < replies.count, case .refused(let refusal) = replies[next] else { return nil }
            return (index, item.1, refusal)
        }
    }

    // MARK: Replying

    /// The response to a body whose events got these replies, in order.
    func response(_ replies: [Reply]) -> Response {
        response(replies.map { reply -> Result<Acceptance, Problem> in
            switch reply {
            case .accepted(let acceptance): .success(acceptance)
            case .refused(let refusal): .failure(Problem(refusal))
            case .unavailable(let reason): .failure(Problem(reason))
            }
        })
    }

    func response(_ replies: [Result<some BodyReply, Problem>]) -> Response {
        var json = JSONWriter(reserving: 160 * items.count)
        switch (form, replies.first) {
        case (.single, .success(let reply)?):
            reply.write(to: &json, httpStatus: nil)
            return .json(json, status: .init(code: reply.httpStatus))
        case (.single, .failure(let problem)?): return problem.response
        case (.lines, _):
            forEachReply(replies) { reply in
                Self.write(reply, to: &json)
                json.newline()
            }
            return .json(json, mediaType: "application/x-ndjson")
        case (.array, _), (.single, nil):
            json.array { json in
                forEachReply(replies) { Self.write($0, to: &json) }
            }
            return .json(json)
        }
    }

    private func forEachReply<Answer: BodyReply>(
        _ replies: [Result<Answer, Problem>], _ body: (Result<Answer, Problem>) -> Void
    ) {
        var next = 0
        for item in items {
            switch item {
            case .event:
                body(replies[next])
                next += 1
            case .refused(let refusal): body(.failure(Problem(refusal)))
            }
        }
    }

    private static func write(_ reply: Result<some BodyReply, Problem>, to json: inout JSONWriter) {
        switch reply {
        case .success(let reply): reply.write(to: &json, httpStatus: reply.httpStatus)
        case .failure(let problem): problem.write(to: &json)
        }
    }
}

/// What an item of a body is told where it was not refused.
protocol BodyReply {
    var httpStatus: Int { get }
    /// - Parameter httpStatus: is written where each item of a batch has its own.
    func write(to json: inout JSONWriter, httpStatus: Int?)
}

extension Acceptance: BodyReply {
    /// 202 where what was said takes effect later.
    var httpStatus: Int {
        switch decision {
        case .waiting, .corrected, .setAside: 202
        default: 200
        }
    }
}

extension Previewed: BodyReply {
    var httpStatus: Int { 200 }
}

extension Response {
    static func json(
        _ json: JSONWriter, status: HTTPResponse.Status = .ok, mediaType: String = "application/json"
    ) -> Response {
        Response(
            status: status, headers: [.contentType: mediaType],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}
