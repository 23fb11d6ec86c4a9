import Engine

/// Why `headrace init` could not write a spec.
package enum InitError: Error, Equatable, CustomStringConvertible {
    case dataFile(DataFileError)
    /// A record that cannot be read as one, such as a line that is not JSON.
    case recordMalformed(path: String, line: Int, row: Int, reason: String)
    /// No row has as many fields as the header; `refusedRows` have another number.
    case rowsMissing(path: String, refusedRows: Int)
    case targetUnknown(name: String, nearest: String?, columns: [String])
    case targetEmpty(name: String, rows: Int)
    /// A column that cannot be what an option, or the target, wants of it.
    case unfit(option: String, column: String, reason: String)
    /// No column is left to predict from.
    case featuresMissing(leftOut: [String])
    /// The spec that was written is none: our mistake, or a name that cannot be.
    case specRefused(reason: String)

    package var description: String {
        switch self {
        case .dataFile(let error):
            return error.description
        case .recordMalformed(let path, let line, let row, let reason):
            return "\(path):\(line) (row \(row)): \(reason)"
        case .rowsMissing(let path, 0):
            return "\(path): there are no rows below the header; a spec is inferred from data"
        case .rowsMissing(let path, let refusedRows):
            return "\(path): none of the \(refusedRows) rows has as many fields as the header; "
                + "is the first line a title? then remove it"
        case .targetUnknown(let name, let nearest, let columns):
            let listed = columns.prefix(20).map(\.printable).joined(separator: ", ")
            let guess = nearest.map { "; did you mean '\($0.printable)'?" } ?? ";"
            return "there is no column '\(name.printable)'\(guess) the columns are \(listed)"
                + (columns.count > 20 ? " and \(columns.count - 20) more" : "")
        case .targetEmpty(let name, let rows):
            return "the target column '\(name.printable)' is empty in all \(rows) rows; there is nothing to learn from"
        case .unfit(let option, let column, let reason):
            return "\(option) '\(ColumnNote.shortened(column, to: 40))' cannot be used: \(reason)"
        case .featuresMissing(let leftOut):
            return "no column is left to predict from: " + leftOut.prefix(10).joined(separator: "; ")
        case .specRefused(let reason):
            return "no spec can be written for this file: \(reason)"
        }
    }
}
