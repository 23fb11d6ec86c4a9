/// What somebody asks to amend, as JSON: `{"exclude": CONDITION}`, `{"labels": [{"id": "1", "label": 3.5}]}` or
/// `{"withdraw": OFFSET}`, each with `"by"`, `"note"` and `"dry_run"` where they are wanted. Labels keep their
/// spelling, so that they mean what the same cell of a file would.
public struct AmendBody: Sendable {
    public enum Wish: Sendable {
        case exclude(String)
        case labels([(id: String, label: String)])
        /// The amendment of the event at this offset.
        case withdraw(Int)
    }

    public let wish: Wish
    public let remark: Remark
    /// Whether it is only to be shown what it would change.
    public let isDryRun: Bool

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

    private init(_ wish: Wish, _ remark: Remark, isDryRun: Bool) {
        (self.wish, self.remark, self.isDryRun) = (wish, remark, isDryRun)
    }

    private static let keys = ["exclude", "labels", "withdraw", "by", "note", "dry_run"]

    private static func read(_ reader: inout JSONReader) throws -> AmendBody {
        guard try reader.peek() == .object else { throw Refusal(.malformed, "an object is expected") }
        try reader.beginObject()
        var wish: Wish?
        var (by, note, isDryRun) = ("", "", false)
        var isFirst = true
        while let key = try reader.nextKey(isFirst: isFirst) {
            isFirst = false
            switch String(decoding: key, as: UTF8.self) {
            case "by": by = try text("by", &reader)
            case "note": note = try text("note", &reader)
            case "dry_run":
                guard case .boolean(let flag) = try JSONValue(from: &reader) else {
                    throw Refusal(.wrongType, "\"dry_run\" is true or false")
                }
                isDryRun = flag
            case let name where keys.contains(name):
                guard wish == nil else { throw needed }
                wish = try Self.wish(name, &reader)
            default: throw unknown(key, keys)
            }
        }
        guard let wish else { throw needed }
        return AmendBody(wish, try Remark(by: by, note: note), isDryRun: isDryRun)
    }

    private static func wish(_ name: String, _ reader: inout JSONReader) throws -> Wish {
        switch name {
        case "exclude":
            guard try reader.peek() == .string else { throw needed }
            return .exclude(String(decoding: try reader.string(), as: UTF8.self))
        case "labels":
            guard try reader.peek() == .array else { throw needed }
            return .labels(try labels(&reader))
        default:
            guard let offset = try JSONValue(from: &reader).integer, offset >= 0 else {
                throw Refusal(
                    .wrongType, "\"withdraw\" is the offset of the amendment's event",
                    hint: "`headrace amend --list` lists them")
            }
            return .withdraw(offset)
        }
    }

    private static func text(_ name: String, _ reader: inout JSONReader) throws -> String {
        guard try reader.peek() == .string else { throw Refusal(.wrongType, "\"\(name)\" is a string") }
        return String(decoding: try reader.string(), as: UTF8.self)
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
            .missingField, "one of \"exclude\", \"labels\" and \"withdraw\" is needed",
            hint: "{\"exclude\": \"carrier = UA\"}, {\"labels\": [{\"id\": \"1\", \"label\": 3.5}]} or "
                + "{\"withdraw\": 1234}")
    }
}
