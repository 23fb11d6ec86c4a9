import Engine
import ModelLifecycle

/// The records of a file of JSON objects. Columns are the members' keys, in the order in which they are met.
package struct JSONRecordSource: RecordSource, ~Copyable {
    private var reader: NDJSONLineReader
    private let source: ByteSource
    package private(set) var columnNames: [String] = []
    private var columns: [[UInt8]: Int] = [:]
    private var cells: [Cell] = []
    private var bytes: [UInt8] = []

    private struct Cell {
        enum Kind { case missing, plain, string, nested }
        var kind = Kind.missing
        var range = 0..<0
    }

    package init(source: ByteSource) throws(InitError) {
        self.source = source
        do throws(DataFileError) {
            reader = try NDJSONLineReader(source: source)
        } catch {
            throw .dataFile(error)
        }
    }

    package var path: String { source.path }
    package var hasHeader: Bool { false }
    package var refusedRows: Int { 0 }
    package var firstRefusedRow: Int? { nil }
    package var fraction: Double? { source.fraction }

    package mutating func next() throws(InitError) -> Bool {
        var found: UnsafeBufferPointer<UInt8>?
        do throws(DataFileError) {
            found = try reader.next()
        } catch {
            throw .dataFile(error)
        }
        guard let line = found else { return false }
        for index in cells.indices { cells[index].kind = .missing }
        bytes.removeAll(keepingCapacity: true)
        do throws(JSONReader.Failure) {
            try read(line)
        } catch {
            throw .recordMalformed(path: path, line: reader.lineNumber, row: reader.rowNumber, reason: "\(error)")
        }
        return true
    }

    private mutating func read(_ line: UnsafeBufferPointer<UInt8>) throws(JSONReader.Failure) {
        var json = JSONReader(line)
        try json.beginObject()
        var isFirst = true
        while let key = try json.nextKey(isFirst: isFirst) {
            isFirst = false
            let column = column(Array(key))
            switch try json.peek() {
            case .null: try json.null()
            case .string: set(column, .string, try json.string())
            case .number: set(column, .plain, try json.numberText())
            case .boolean:
                let text: StaticString = try json.boolean() ? "true" : "false"
                set(column, .plain, UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
            case .object, .array:
                try json.skip()
                cells[column].kind = .nested
            }
        }
        try json.finish()
    }

    private mutating func column(_ key: [UInt8]) -> Int {
        if let column = columns[key] { return column }
        columns[key] = columnNames.count
        columnNames.append(String(decoding: key, as: UTF8.self))
        cells.append(Cell())
        return columnNames.count - 1
    }

    private mutating func set(_ column: Int, _ kind: Cell.Kind, _ text: UnsafeBufferPointer<UInt8>) {
        cells[column] = Cell(kind: kind, range: bytes.count..<bytes.count + text.count)
        bytes.append(contentsOf: text)
    }

    package func cell(_ column: Int) -> RecordCell {
        guard column < cells.count, cells[column].kind != .missing else { return .missing }
        let cell = cells[column]
        if cell.kind == .nested { return .nested }
        // The bytes stay where they are until the next record is read.
        let text = bytes.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[cell.range]) }
        return cell.kind == .string ? .string(text) : .plain(text)
    }
}
