import Determinism

/// A JSON text as a tree, for the places where speed does not matter: what clients of the server's own answers read.
/// The members of an object keep their order.
public indirect enum JSONValue: Sendable, Equatable {
    case object([(key: String, value: JSONValue)])
    case array([JSONValue])
    case string(String)
    case number(Double)
    case boolean(Bool)
    case null

    public init(parsing bytes: [UInt8]) throws(JSONReader.Failure) {
        var result: Result<JSONValue, JSONReader.Failure> = .success(.null)
        bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            do throws(JSONReader.Failure) {
                let value = try JSONValue(from: &reader)
                try reader.finish()
                result = .success(value)
            } catch {
                result = .failure(error)
            }
        }
        self = try result.get()
    }

    init(from reader: inout JSONReader) throws(JSONReader.Failure) {
        switch try reader.peek() {
        case .object:
            var members: [(key: String, value: JSONValue)] = []
            try reader.beginObject()
            while let key = try reader.nextKey(isFirst: members.isEmpty) {
                let name = String(decoding: key, as: UTF8.self)
                members.append((name, try JSONValue(from: &reader)))
            }
            self = .object(members)
        case .array:
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement(isFirst: elements.isEmpty) { elements.append(try JSONValue(from: &reader)) }
            self = .array(elements)
        case .string: self = .string(String(decoding: try reader.string(), as: UTF8.self))
        case .number:
            let offset = reader.offset
            guard case .value(let value) = DecimalText.parse(try reader.numberText()) else {
                throw JSONReader.Failure(offset: offset, reason: "the number is too large")
            }
            self = .number(value)
        case .boolean: self = .boolean(try reader.boolean())
        case .null:
            try reader.null()
            self = .null
        }
    }

    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var number: Double? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    public var integer: Int? {
        number.flatMap { Int(exactly: $0) }
    }

    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var members: [(key: String, value: JSONValue)]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    public func write(to writer: inout JSONWriter) {
        switch self {
        case .object(let members):
            writer.object { writer in
                for (key, value) in members {
                    writer.key(key)
                    value.write(to: &writer)
                }
            }
        case .array(let elements): writer.array { writer in for element in elements { element.write(to: &writer) } }
        case .string(let value): writer.string(value)
        case .number(let value): writer.number(value)
        case .boolean(let value): writer.boolean(value)
        case .null: writer.null()
        }
    }

    public static func == (a: JSONValue, b: JSONValue) -> Bool {
        switch (a, b) {
        case (.object(let x), .object(let y)): x.elementsEqual(y) { $0.key == $1.key && $0.value == $1.value }
        case (.array(let x), .array(let y)): x == y
        case (.string(let x), .string(let y)): x == y
        case (.number(let x), .number(let y)): x == y
        case (.boolean(let x), .boolean(let y)): x == y
        case (.null, .null): true
        default: false
        }
    }
}
