import Foundation

/// A JSON value as Foundation reads it, so that the tests do not trust the program's own reader.
struct JSON {
    let value: Any?

    init(_ value: Any?) { self.value = value }

    init(_ data: Data) {
        value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    }

    subscript(key: String) -> JSON { JSON((value as? [String: Any])?[key]) }
    subscript(index: Int) -> JSON { array.indices.contains(index) ? array[index] : JSON(nil) }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var double: Double? { (value as? NSNumber)?.doubleValue }
    var bool: Bool? { (value as? NSNumber)?.boolValue }
    var array: [JSON] { (value as? [Any] ?? []).map(JSON.init) }
    var keys: Set<String> { Set((value as? [String: Any] ?? [:]).keys) }
}

/// What must be the same however an application got where it is.
struct Standing: Equatable {
    let offset: Int?
    let stateDigest: String?
    let ledgerDigest: String?

    init(_ json: JSON) {
        offset = json["offset"].int
        stateDigest = json["state_digest"].string
        ledgerDigest = json["ledger_digest"].string
    }
}
