/// Why a data file could not be read on: where it happened, what is wrong and what to do about it.
///
/// Only the file as such fails here. A record that is well formed and does not fit the contract (too few fields, a word
/// where a number belongs) is bad *data*: its consumer refuses it and reads on.
package enum DataFileError: Error, Equatable, Sendable {
    case cannotOpen(path: String, reason: String)
    /// `offset` counts bytes of the file as stored.
    case readFailed(path: String, offset: Int, reason: String)
    /// `offset` counts bytes of the compressed file.
    case gzipDamaged(path: String, offset: Int, reason: String)
    /// No table of text at all.
    case foreign(path: String, ForeignFormat)
    /// One name above rows of several fields.
    case titleLine(path: String, line: Int, title: String)
    /// Lines end in a carriage return alone.
    case lineEndsAlone(path: String)
    /// Not a JSON array of objects, or not to its end.
    case arrayMalformed(path: String, line: Int, row: Int, reason: String)
    case headerMissing(path: String)
    case headerNotUTF8(path: String, line: Int, column: Int)
    case columnNameEmpty(path: String, line: Int, column: Int)
    case columnNameDuplicate(path: String, line: Int, name: String, firstColumn: Int, secondColumn: Int)
    /// `line` is the one in which the quote opened.
    case quoteUnterminated(path: String, line: Int, row: Int)
    /// A closing quote followed by anything but a comma or the end of the record.
    case quoteFollowedByText(path: String, line: Int, row: Int, column: Int)
    /// `quoteLine` is the line of the quote that was open when the limit was reached, if one was.
    case recordTooLong(path: String, line: Int, row: Int, limitBytes: Int, quoteLine: Int?)

    /// The file as the user named it; `-` is standard input.
    package var path: String {
        switch self {
        case .cannotOpen(let path, _), .readFailed(let path, _, _), .gzipDamaged(let path, _, _),
            .foreign(let path, _), .titleLine(let path, _, _), .lineEndsAlone(let path),
            .arrayMalformed(let path, _, _, _), .headerMissing(let path), .headerNotUTF8(let path, _, _),
            .columnNameEmpty(let path, _, _),
            .columnNameDuplicate(let path, _, _, _, _), .quoteUnterminated(let path, _, _),
            .quoteFollowedByText(let path, _, _, _), .recordTooLong(let path, _, _, _, _):
            path
        }
    }

    /// The line of the file the error points at, from 1; `nil` where the error is not one of a line.
    package var line: Int? {
        switch self {
        case .cannotOpen, .readFailed, .gzipDamaged, .headerMissing, .foreign, .lineEndsAlone: nil
        case .titleLine(_, let line, _), .arrayMalformed(_, let line, _, _), .headerNotUTF8(_, let line, _),
            .columnNameEmpty(_, let line, _),
            .columnNameDuplicate(_, let line, _, _, _), .quoteUnterminated(_, let line, _),
            .quoteFollowedByText(_, let line, _, _), .recordTooLong(_, let line, _, _, _):
            line
        }
    }

    /// The data row the error points at, from 1; `nil` in the header and where the error is not one of a row.
    package var row: Int? {
        switch self {
        case .quoteUnterminated(_, _, let row), .quoteFollowedByText(_, _, let row, _),
            .recordTooLong(_, _, let row, _, _), .arrayMalformed(_, _, let row, _):
            row > 0 ? row : nil
        default: nil
        }
    }

    /// What is wrong, in one clause.
    package var reason: String {
        switch self {
        case .cannotOpen(_, let reason): "cannot be opened: \(reason)"
        case .readFailed(_, let offset, let reason): "reading failed at byte \(offset): \(reason)"
        case .gzipDamaged(_, let offset, let reason): "the gzip data is damaged at byte \(offset): \(reason)"
        case .foreign(_, let format): "this is \(format.name)"
        case .titleLine(_, _, let title):
            "'\(title.prefix(40))' is a title and no header: the line below has more fields"
        case .lineEndsAlone: "its lines end in a carriage return alone"
        case .arrayMalformed(_, _, _, let reason): reason
        case .headerMissing: "has no header line"
        case .headerNotUTF8(_, _, let column): "the name of column \(column) is not UTF-8"
        case .columnNameEmpty(_, _, let column): "column \(column) has no name"
        case .columnNameDuplicate(_, _, let name, let first, let second):
            "columns \(first) and \(second) are both named '\(name)'"
        case .quoteUnterminated: "a quote opened here is never closed"
        case .quoteFollowedByText(_, _, _, let column): "text follows the closing quote of field \(column)"
        case .recordTooLong(_, _, _, let limitBytes, let quoteLine):
            "the record is longer than \(limitBytes) bytes"
                + (quoteLine.map { ", and a quote opened in line \($0) is still open" } ?? "")
        }
    }

    /// The next step.
    package var hint: String {
        switch self {
        case .cannotOpen: "check the name and the permissions; '-' reads standard input"
        case .readFailed: "the disk or the pipe failed, not the data; try again"
        case .gzipDamaged: "'gzip -t FILE' tells more; copy or download the file again"
        case .foreign(_, let format): format.remedy
        case .titleLine: "remove it: tail -n +2 FILE > NEW.csv"
        case .lineEndsAlone: "convert it: tr '\\r' '\\n' < FILE > NEW.csv"
        case .arrayMalformed: "a JSON file is an array of objects, or one object a line"
        case .headerMissing: "the first line of a CSV file must name its columns"
        case .headerNotUTF8: "convert the file, for example with 'iconv -f ISO-8859-1 -t UTF-8'"
        case .columnNameEmpty(_, _, 1):
            "name every column in the header line (pandas: to_csv(index=False)); remove a title line above it"
        case .columnNameEmpty: "give every column a name in the header line; remove a title line above it"
        case .columnNameDuplicate: "rename one of them in the header line"
        case .quoteUnterminated: "close the quote; a quote inside a quoted field is written twice"
        case .quoteFollowedByText: "a quote inside a quoted field is written twice"
        case .recordTooLong(_, _, _, _, .some): "is the closing quote missing?"
        case .recordTooLong: "does the file end its lines with a line feed?"
        }
    }
}

extension DataFileError: CustomStringConvertible {
    package var description: String {
        var place = path == "-" ? "standard input" : path
        if let line { place += ":\(line)" }
        if let row { place += " (row \(row))" }
        return "\(place): \(reason); \(hint)"
    }
}
