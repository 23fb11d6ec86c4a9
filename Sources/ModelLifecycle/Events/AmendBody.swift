/// What somebody asks to amend, as JSON: `{"exclude": CONDITION}`, or `{"labels": [{"id": "1", "label": 3.5}]}`. Labels
/// keep their spelling, so that they mean what the same cell of a file would.
public enum AmendBody: Sendable {
    case exclude(String)
    case labels([(id: String, label: String)])

    public init(reading bytes: UnsafeBufferPointer<UInt8>) throws(Refusal) {
        var reader = JSONReader(bytes)
        do {
            self = try Self.read(&reader)
            try reader.finish()
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
    }

    private static func read(_ reader: inout JSONReader) throws -> AmendBody {
        guard try reader.peek() == .object else { throw Refusal(.malformed, "an object is expected") }
        try reader.beginObject()
        var body: AmendBody?
        var isFirst = true
        while let key = try reader.nextKey(isFirst: isFirst) {
            isFirst = false
            guard body == nil else { throw needed }
            if key.elementsEqual("exclude".utf8) {
                guard try reader.peek() == .string else { throw needed }
                body = .exclude(String(decoding: try reader.string(), as: UTF8.self))
            } else if key.elementsEqual("labels".utf8) {
                guard try reader.peek() == .array else { throw needed }
                body = .labels(try labels(&reader))
            } else {
                throw unknown(key, ["exclude", "labels"])
            }
        }
        guard let body else { throw needed }
        return body
    }

    private static func labels(_ reader: inout JSONReader) throws -> [(id: String, label: String)] {
        var labels: [(id: String, label: String)] = []
        try reader.beginArray()
        while try reader.nextElement(isFirst: labels.isEmpty) { labels.append(try label(&reader)) }
        return labels
    }

    private static func label(_ reader: inout JSONReader) throws -> (id: String, label: String) {
        guard try reader.peek() == .object else {
            throw Refusal(.wrongType, "a label is an object, found \(try reader.peek().name)")
        }
        try reader.beginObject()
        var (id, label): (String?, String?)
        var isFirst = true
        while let key = try reader.nextKey(isFirst: isFirst) {
            isFirst = false
            let isID = key.elementsEqual("id".utf8)
            guard isID || key.elementsEqual("label".utf8) else { throw unknown(key, ["id", "label"]) }
            guard let text = try reader.scalarText().map({ String(decoding: $0, as: UTF8.self) }) else {
                throw Refusal(.wrongType, "\"\(isID ? "id" : "label")\" is \(try reader.peek().name)")
            }
            if isID { id = text } else { label = text }
        }
        guard let id else { throw Refusal(.missingField, "a label needs its \"id\"") }
        guard let label else { throw Refusal(.missingField, "the id '\(id)' has no \"label\"") }
        return (id, label)
    }

    private static func unknown(_ key: UnsafeBufferPointer<UInt8>, _ keys: [String]) -> Refusal {
        let text = FeatureCheck.excerpt(key)
        return Refusal(
            .unknownField, "there is no field \"\(text)\" here",
            hint: Spelling.nearest(text, in: keys).map { "did you mean \"\($0)\"?" })
    }

    private static var needed: Refusal {
        Refusal(
            .missingField, "either \"exclude\" or \"labels\" is needed",
            hint: "{\"exclude\": \"carrier = UA\"} or {\"labels\": [{\"id\": \"1\", \"label\": 3.5}]}")
    }
}
