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

    /// Reads a body. Of an array or of lines, an item that breaks the contract is refused for itself; text that is not
    /// JSON ends an array with everything in it refused, and a line only for itself.
    ///
    /// - Parameter kind: what the events are; nil where each says so itself.
    init(_ bytes: UnsafeBufferPointer<UInt8>, kind: Event.Kind?, contract: Contract) throws(Refusal) {
        var reader = EventReader(contract)
        if kind != nil, let event = Self.single(bytes, &reader, kind, contract) {
            (form, items) = (.single, [.event(event)])
            return
        }
        form = kind == nil ? .lines : Self.form(bytes)
        switch form {
        case .single:
            var json = JSONReader(bytes)
            items = [.event(try Self.event(&json, &reader, kind, contract))]
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

    // MARK: Replying

    /// The response to a body whose events got these replies, in order.
    func response(_ replies: [Reply]) -> Response {
        var json = JSONWriter(reserving: 160 * items.count)
        if form == .single, case .accepted(let acceptance)? = replies.first {
            acceptance.write(to: &json)
            return .json(json, status: .init(code: Self.status(acceptance)))
        }
        if form == .single, case .refused(let refusal)? = replies.first { return Problem(refusal).response }
        if form == .single, case .unavailable(let reason)? = replies.first { return Problem(reason).response }
        if form == .lines {
            forEachReply(replies) { reply in
                Self.write(reply, to: &json)
                json.newline()
            }
            return .json(json, mediaType: "application/x-ndjson")
        }
        json.array { json in
            forEachReply(replies) { Self.write($0, to: &json) }
        }
        return .json(json)
    }

    private func forEachReply(_ replies: [Reply], _ body: (Reply) -> Void) {
        var next = 0
        for item in items {
            switch item {
            case .event:
                body(replies[next])
                next += 1
            case .refused(let refusal): body(.refused(refusal))
            }
        }
    }

    private static func write(_ reply: Reply, to json: inout JSONWriter) {
        switch reply {
        case .accepted(let acceptance): acceptance.write(to: &json, httpStatus: status(acceptance))
        case .refused(let refusal): Problem(refusal).write(to: &json)
        case .unavailable(let reason): Problem(reason).write(to: &json)
        }
    }

    /// 202 where what was said takes effect later.
    private static func status(_ acceptance: Acceptance) -> Int {
        acceptance.decision == .waiting || acceptance.decision == .corrected ? 202 : 200
    }
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
