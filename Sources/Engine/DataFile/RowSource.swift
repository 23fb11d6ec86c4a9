import Determinism
import ModelLifecycle

/// The rows of a data file, CSV or NDJSON, read against a contract one after the other.
package struct RowSource: ~Copyable {
    /// What the next row was.
    package enum Outcome: Sendable {
        case row
        /// The row breaks the contract; the ones after it are not concerned.
        indirect case refused(Refusal)
        case end
    }

    package let source: ByteSource
    // One of the two, by the file's format, in memory of its own: what a box holds is reached at the price of two
    // counts of its holders, for each row.
    private let records: UnsafeMutablePointer<CSVReader>?
    private let lines: UnsafeMutablePointer<NDJSONLineReader>?
    private var reader: RowReader
    /// The whole file in time order, last row first, where it had to be sorted.
    private var sorted: [Sorted]?
    private var refused: [Refused] = []
    /// Of the current row of a file of JSON: its text, until the next is read.
    private var line: UnsafeBufferPointer<UInt8>?
    /// Of the current row of a file that was sorted, where it was refused.
    private var sortedEvent: JSONValue?

    private struct Sorted {
        let row: RowReader.Row
        let rowNumber: Int
        let lineNumber: Int
    }

    private struct Refused {
        let refusal: Refusal
        let rowNumber: Int
        let lineNumber: Int
        let event: JSONValue?
    }

    /// The current row counted from 1.
    package private(set) var rowNumber = 0
    /// The line of the file in which it begins.
    package private(set) var lineNumber = 0

    /// - Throws: `DataFileError`, or a `Refusal` that names the columns which the header lacks.
    package init(path: String, contract: Contract, data: DataMapping) throws {
        try self.init(ByteSource(path: path), contract: contract, data: data)
    }

    /// The same of a source of which nothing was consumed yet.
    package init(_ source: ByteSource, contract: Contract, data: DataMapping) throws {
        if try FileFormat(of: source) == .csv {
            let table = try CSVReader(source: source)
            reader = try RowReader(contract, data, header: table.header)
            records = .allocate(capacity: 1)
            records?.initialize(to: table)
            lines = nil
        } else {
            let texts = try NDJSONLineReader(source: source)
            reader = RowReader(contract, data)
            lines = .allocate(capacity: 1)
            lines?.initialize(to: texts)
            records = nil
        }
        self.source = source
    }

    deinit {
        records?.deinitialize(count: 1)
        records?.deallocate()
        lines?.deinitialize(count: 1)
        lines?.deallocate()
    }

    /// Reads the whole file into memory and hands its rows out by their times, equal ones as they stand.
    package mutating func sortByTime() throws(DataFileError) {
        var rows: [Sorted] = []
        var row = makeRow()
        reading: while true {
            switch try next(into: &row) {
            case .row: rows.append(Sorted(row: row, rowNumber: rowNumber, lineNumber: lineNumber))
            case .refused(let refusal):
                refused.append(
                    Refused(refusal: refusal, rowNumber: rowNumber, lineNumber: lineNumber, event: event))
            case .end: break reading
            }
        }
        func isBefore(_ a: Sorted, _ b: Sorted) -> Bool {
            let (x, y) = (a.row.time ?? Ledger.beginning, b.row.time ?? Ledger.beginning)
            return x == y ? a.rowNumber < b.rowNumber : x < y
        }
        rows.sort { isBefore($1, $0) }
        sorted = rows
    }

    package func makeRow() -> RowReader.Row { reader.makeRow() }

    /// Reads the next row. - Throws: where the file itself cannot be read on.
    package mutating func next(into row: inout RowReader.Row) throws(DataFileError) -> Outcome {
        if sorted != nil { return nextSorted(into: &row) }
        if let records {
            guard try records.pointee.next() else { return .end }
            (rowNumber, lineNumber) = (records.pointee.rowNumber, records.pointee.lineNumber)
            let fields = records.pointee.fields
            do throws(Refusal) {
                try reader.read(into: &row, cells: fields)
                return .row
            } catch {
                return .refused(error)
            }
        }
        line = try lines?.pointee.next()
        guard let lines, let line else { return .end }
        (rowNumber, lineNumber) = (lines.pointee.rowNumber, lines.pointee.lineNumber)
        do throws(Refusal) {
            try reader.read(into: &row, json: line)
            return .row
        } catch {
            return .refused(error)
        }
    }

    /// The current row as one event, whether it was refused or not, until the next is read; nil where it is none, or a
    /// row of a file that was sorted and was not refused by the contract.
    package var event: JSONValue? {
        if sorted != nil { return sortedEvent }
        if let records { return reader.event(cells: records.pointee.fields) }
        return line.flatMap { reader.event(json: $0) }
    }

    private mutating func nextSorted(into row: inout RowReader.Row) -> Outcome {
        if let first = refused.popLast() {
            (rowNumber, lineNumber, sortedEvent) = (first.rowNumber, first.lineNumber, first.event)
            return .refused(first.refusal)
        }
        guard let next = sorted?.popLast() else { return .end }
        row = next.row
        (rowNumber, lineNumber, sortedEvent) = (next.rowNumber, next.lineNumber, nil)
        return .row
    }
}
