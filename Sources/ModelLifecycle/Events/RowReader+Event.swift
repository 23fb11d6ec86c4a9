import OnlineLearning

/// What a row would be as one event, whether the contract takes it or not: for whoever puts it right.
extension RowReader {
    /// An `example`, or a `prediction` where there is no label, in the form of the events route. Values are texts,
    /// which mean there what they mean in a cell.
    /// - Returns: nil where the row has another number of cells than the header.
    package func event(cells table: TableCells) -> JSONValue? {
        guard table.count == columnCount else { return nil }
        return event(
            cells.compactMap { cell in
                let text = table[cell.column]
                return text.baseAddress == nil ? nil : (cell.role, .string(String(decoding: text, as: UTF8.self)))
            })
    }

    /// The same of a row that is a JSON object. - Returns: nil where it is none.
    package func event(json line: UnsafeBufferPointer<UInt8>) -> JSONValue? {
        guard let members = (try? JSONValue(parsing: Array(line)))?.members else { return nil }
        return event(
            members.flatMap { name, value in
                let bytes = Array(name.utf8)
                return bytes.withUnsafeBufferPointer { Self.roles(of: $0, contract, data) }.map { ($0, value) }
            })
    }

    private func event(_ values: [(role: Role, value: JSONValue)]) -> JSONValue {
        var (fields, features): ([(key: String, value: JSONValue)], [(key: String, value: JSONValue)]) = ([], [])
        var label: JSONValue?
        for (role, value) in values {
            switch role {
            case .feature(let index): features.append((contract.features[index].name, value))
            case .target: if !isMissing(value) { label = value }
            case .id: fields.append(("id", value))
            case .time: fields.append(("time", value))
            case .labelTime, .ignored: break
            }
        }
        let kind: Event.Kind = label == nil ? .prediction : .example
        return .object(
            [("event", .string(kind.name))] + fields + [("features", .object(features))]
                + (label.map { [("label", $0)] } ?? []))
    }

    private func isMissing(_ value: JSONValue) -> Bool {
        guard value != .null else { return true }
        guard let text = value.string else { return false }
        return text.isEmpty || Array(text.utf8).withUnsafeBufferPointer { labels.isMissing($0) }
    }
}
