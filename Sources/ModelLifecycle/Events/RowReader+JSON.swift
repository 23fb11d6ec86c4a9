import Determinism
import OnlineLearning

/// Rows as JSON objects, a member a column.
extension RowReader {
    /// Reads one object. Members that the spec does not mention are passed over, as columns of a table are.
    public mutating func read(into row: inout Row, json line: UnsafeBufferPointer<UInt8>) throws(Refusal) {
        begin(&row)
        var reader = JSONReader(line)
        do {
            try reader.beginObject()
            var isFirst = true
            while let key = try reader.nextKey(isFirst: isFirst) {
                isFirst = false
                let roles = Self.roles(of: key, contract, data)
                try read(roles, &reader, &row)
            }
            try reader.finish()
        } catch let refusal as Refusal {
            throw refusal
        } catch {
            throw Refusal(.malformed, "this is not JSON: \(error)")
        }
        try features.finish()
    }

    private mutating func read(_ roles: [Role], _ reader: inout JSONReader, _ row: inout Row) throws {
        let kind = try reader.peek()
        switch kind {
        case .null:
            try reader.null()
            for role in roles {
                if case .feature(let index) = role { try features.give(index) }
                try read(role, Self.empty, &row)
            }
        case .string:
            let text = try reader.string()
            for role in roles {
                if case .feature(let index) = role, Self.isNumeric(contract.features[index].kind) {
                    throw features.wrongType(index, found: "a string")
                }
                // An empty string is a value; only null and absence are missing.
                if case .feature(let index) = role { try features.give(index) }
                if text.isEmpty, case .feature(let index) = role {
                    try features.set(string: text, index, in: &row.features)
                } else {
                    try read(role, text, &row)
                }
            }
        case .number:
            let text = try reader.numberText()
            for role in roles {
                if case .feature(let index) = role {
                    guard contract.features[index].kind == .number else {
                        throw features.wrongType(index, found: "a number")
                    }
                    try features.give(index)
                }
                try read(role, text, &row)
            }
        case .boolean:
            let value = try reader.boolean()
            for role in roles { try read(role, value, &row) }
        case .object, .array:
            guard roles.allSatisfy({ if case .ignored = $0 { true } else { false } }) else {
                throw Refusal(.wrongType, "a row's values are no \(kind == .array ? "arrays" : "objects")")
            }
            try reader.skip()
        }
    }

    private mutating func read(_ role: Role, _ value: Bool, _ row: inout Row) throws(Refusal) {
        switch role {
        case .feature(let index):
            guard contract.features[index].kind == .boolean else {
                throw features.wrongType(index, found: value ? "true" : "false")
            }
            try features.give(index)
            features.set(value, index, in: &row.features)
        case .target: row.label = try labels.boolean(value)
        case .id, .time, .labelTime: throw Refusal(.wrongType, "true and false are neither ids nor times")
        case .ignored: return
        }
    }

    private static func isNumeric(_ kind: FeatureKind) -> Bool { kind == .number || kind == .boolean }
    private static var empty: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }
}
