import Engine

/// The value of one column in one record, as the file spells it.
package enum RecordCell {
    /// Absent, null or a bare empty cell.
    case missing
    /// An empty cell in quotes: an empty string, where the column holds strings.
    case empty
    /// An object or a list of JSON, which is no value.
    case nested
    /// Text that may spell a number, a boolean, a time or a word: a CSV field, or a JSON number or literal.
    case plain(UnsafeBufferPointer<UInt8>)
    /// Text that is a string by its syntax, as in JSON: never a number and never a boolean.
    case string(UnsafeBufferPointer<UInt8>)
}

/// Records with named columns, whatever the file format: what `DataProfile` reads.
package protocol RecordSource: ~Copyable {
    /// The file as it was named.
    var path: String { get }
    /// The columns met so far. Where the records name them (NDJSON), a later record may append to the list.
    var columnNames: [String] { get }
    /// Whether `columnNames` is final before the first record is read.
    var hasHeader: Bool { get }
    /// Records left out so far because they have another number of fields than the header.
    var refusedRows: Int { get }
    /// The first of them, from 1.
    var firstRefusedRow: Int? { get }
    /// How much of the file was read, 0 to 1; `nil` where its length is unknown.
    var fraction: Double? { get }

    /// Moves to the next record; `false` at the end.
    mutating func next() throws(InitError) -> Bool
    /// A column of the current record; valid until the next `next()`. A column the record does not name is missing.
    func cell(_ column: Int) -> RecordCell
}

/// The records of a CSV file. Rows with another number of fields than the header are counted and left out.
package struct CSVRecordSource: RecordSource, ~Copyable {
    private var reader: CSVReader
    package private(set) var refusedRows = 0
    package private(set) var firstRefusedRow: Int?

    package init(source: ByteSource) throws(InitError) {
        do throws(DataFileError) {
            reader = try CSVReader(source: source)
        } catch {
            throw .dataFile(error)
        }
    }

    package init(path: String) throws(InitError) {
        do throws(DataFileError) {
            reader = try CSVReader(path: path)
        } catch {
            throw .dataFile(error)
        }
    }

    package var path: String { reader.path }
    package var columnNames: [String] { reader.header }
    package var hasHeader: Bool { true }
    package var fraction: Double? { reader.source.fraction }

    package mutating func next() throws(InitError) -> Bool {
        do throws(DataFileError) {
            while try reader.next() {
                if reader.fieldCount == reader.header.count { return true }
                refusedRows += 1
                if firstRefusedRow == nil { firstRefusedRow = reader.rowNumber }
            }
            return false
        } catch {
            throw .dataFile(error)
        }
    }

    package func cell(_ column: Int) -> RecordCell {
        let bytes = reader.field(column)
        guard bytes.isEmpty else { return .plain(bytes) }
        return bytes.baseAddress == nil ? .missing : .empty
    }
}
