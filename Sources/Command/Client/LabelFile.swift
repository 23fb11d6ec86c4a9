import Determinism
import Engine
import ModelLifecycle

/// A CSV file of corrected labels: a column of ids and one of labels, whatever else there is.
enum LabelFile {
    /// The labels of a file, each id once; equal ones of one id count as one.
    /// - Throws: `DataFileError`, or a `Refusal` that names the column that is not there, or the line and the id whose
    ///   label is missing, cannot be, or is another than in a line before.
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
        let idColumn = try column([mapping.id ?? "id", "id"])
        let label = try column([contract.target.name, "label"])
        var labels: [(id: String, label: String)] = []
        var known: [Fingerprint: (label: Label, line: Int)] = [:]
        while try reader.next() {
            guard reader.fieldCount == header.count else {
                throw Refusal(
                    .malformed, "\(path):\(reader.lineNumber): the row has \(reader.fieldCount) cells, "
                        + "the header \(header.count)")
            }
            let (idText, labelText) = (reader.field(idColumn), reader.field(label))
            guard !idText.isEmpty, !labelText.isEmpty else {
                throw Refusal(.missingField, "\(path):\(reader.lineNumber): an id and a label are needed")
            }
            let text = (id: String(decoding: idText, as: UTF8.self), label: String(decoding: labelText, as: UTF8.self))
            let value = try value(text, "\(path):\(reader.lineNumber)", contract.target)
            let id = EventID(text.id).fingerprint
            if let before = known[id] {
                guard before.label != value else { continue }
                throw Refusal(
                    .malformed,
                    "\(path):\(reader.lineNumber): id '\(text.id)' has another label in line \(before.line)",
                    hint: "nothing was changed; keep one of them")
            }
            known[id] = (value, reader.lineNumber)
            labels.append(text)
        }
        return labels
    }

    private static func value(
        _ text: (id: String, label: String), _ place: String, _ target: TargetDeclaration
    ) throws(Refusal) -> Label {
        do throws(Refusal) { return try target.label(reading: text.label) } catch {
            throw Refusal(error.kind, "\(place): id '\(text.id)': \(error.message)", hint: error.hint)
        }
    }
}
