import Engine
import ModelLifecycle

/// A CSV file of corrected labels: a column of ids and one of labels, whatever else there is.
enum LabelFile {
    /// - Throws: `DataFileError`, or a `Refusal` that names the column that is not there or the line without a value.
    static func read(
        _ path: String, _ contract: Contract, _ mapping: DataMapping
    ) throws -> [(id: String, label: String)] {
        var reader = try CSVReader(path: path)
        let header = reader.header
        func column(_ names: [String]) throws(Refusal) -> Int {
            for name in names {
                if let index = header.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) { return index }
            }
            throw Refusal(
                .missingField, "\(path) has no column '\(names[0])'", hint: "it has \(header.joined(separator: ", "))")
        }
        let id = try column([mapping.id ?? "id", "id"])
        let label = try column([contract.target.name, "label"])
        var labels: [(id: String, label: String)] = []
        while try reader.next() {
            guard reader.fieldCount == header.count else {
                throw Refusal(
                    .malformed, "\(path):\(reader.lineNumber): the row has \(reader.fieldCount) cells, "
                        + "the header \(header.count)")
            }
            let (idText, labelText) = (reader.field(id), reader.field(label))
            guard !idText.isEmpty, !labelText.isEmpty else {
                throw Refusal(.missingField, "\(path):\(reader.lineNumber): an id and a label are needed")
            }
            labels.append((String(decoding: idText, as: UTF8.self), String(decoding: labelText, as: UTF8.self)))
        }
        return labels
    }
}
