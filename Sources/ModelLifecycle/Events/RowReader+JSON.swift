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
        case .string, .number, .boolean:
            guard let text = try reader.scalarText() else { return }
            for role in roles {
                guard case .feature(let index) = role else {
                    try read(role, text, &row)
                    continue
                }
                // An empty string is a value; only null and absence are missing.
                try features.give(index)
                try features.set(text: text, index, in: &row.features)
            }
        case .object, .array:
            guard roles.allSatisfy({ if case .ignored = $0 { true } else { false } }) else {
                throw Refusal(.wrongType, "a row's values are no \(kind == .array ? "arrays" : "objects")")
            }
            try reader.skip()
        }
    }

    private static var empty: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: nil, count: 0) }
}
