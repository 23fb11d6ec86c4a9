import Determinism
import ModelLifecycle
import OnlineLearning

/// The events of a log as `headrace log` lists it, CSV or NDJSON, read back in their order.
///
/// What was answered is passed over. What was done to the application, or noted by it, is left out: nobody asks or
/// teaches with it. Not thread-safe.
package final class LoggedEvents {
    package let source: ByteSource
    private var lines: NDJSONLineReader?
    private let table: Table?
    private var reader: EventReader
    private let contract: Contract

    /// A listing as CSV: which column is what.
    private final class Table {
        var records: CSVReader
        let kind: Int
        let id: Int?
        /// Reads questions and examples, whose features all count.
        var rows: RowReader
        /// Reads labels, whose cells of features are empty.
        var labels: RowReader
        var row: RowReader.Row
        var label: RowReader.Row

        init(_ records: consuming CSVReader, kind: Int, id: Int?, rows: RowReader, labels: RowReader) {
            self.records = records
            (self.kind, self.id, self.rows, self.labels) = (kind, id, rows, labels)
            (row, label) = (rows.makeRow(), labels.makeRow())
        }
    }

    /// - Throws: `DataFileError`, or a `Refusal` where the file is no listing, or lacks a column.
    package init(path: String, contract: Contract) throws {
        self.contract = contract
        source = try ByteSource(path: path)
        reader = EventReader(contract, passesOverAnswers: true)
        if try FileFormat(of: source) == .csv {
            table = try Self.table(CSVReader(source: source), contract)
            lines = nil
        } else {
            table = nil
            lines = try NDJSONLineReader(source: source)
        }
    }

    /// The line of the file in which the event read last begins.
    var lineNumber: Int { table?.records.lineNumber ?? lines?.lineNumber ?? 0 }
    /// Its row, counted from 1.
    var rowNumber: Int { table?.records.rowNumber ?? lines?.rowNumber ?? 0 }

    /// The next event; nil at the end of the file.
    /// - Throws: where the file itself cannot be read on.
    package func next(into event: inout Event) throws -> EventSchedule.Step? {
        guard let table else { return try nextLine(into: &event) }
        return try nextRecord(table, into: &event)
    }

    func makeRow() -> RowReader.Row {
        RowReader(contract, DataMapping(id: nil, time: nil, labelTime: nil)).makeRow()
    }

    // MARK: NDJSON

    private func nextLine(into event: inout Event) throws -> EventSchedule.Step? {
        while let line = try lines?.next() {
            // A spec is adopted by `up`, a state by `restore`; neither is an event that somebody sends.
            guard !Self.isGoverning(line) else { continue }
            var json = JSONReader(line)
            do throws(Refusal) {
                try reader.read(&json, expecting: nil, into: &event)
                return .event
            } catch {
                return .refused(row: lines?.rowNumber ?? 0, line: lines?.lineNumber ?? 0, error)
            }
        }
        return nil
    }

    /// Whether a line says what was done to the application or noted by it, not what somebody asked or labelled.
    private static func isGoverning(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        var json = JSONReader(line)
        do {
            try json.beginObject()
            var isFirst = true
            while let key = try json.nextKey(isFirst: isFirst) {
                isFirst = false
                if key.elementsEqual("event".utf8) {
                    guard try json.peek() == .string else { return false }
                    let word = try json.string()
                    return Event.Kind.allCases.contains { !$0.isOfClients && $0.name.utf8.elementsEqual(word) }
                }
                try json.skip()
            }
        } catch {
            // The reader of events says what is wrong.
        }
        return false
    }

    // MARK: CSV

    private static func table(_ records: consuming CSVReader, _ contract: Contract) throws -> Table {
        let header = records.header
        // Listings of before call it 'kind', which no feature's column is; there 'event' is a feature.
        let old = header.firstIndex(of: EventTable.Column.kind.rawValue)
        guard let kind = old ?? header.firstIndex(of: EventTable.Column.event.rawValue) else {
            throw Refusal(
                .missingField, "\(records.path) is no listing of a log: it has no column 'event'",
                hint: "`headrace log --format csv` writes one; leave out --events for rows of your own")
        }
        // Columns under names of the reader's own, so that a feature named 'id' is not taken for the id.
        let mapping = DataMapping(id: "\u{0}id", time: "\u{0}time", labelTime: nil)
        let names = header.enumerated().map { place, name in
            old != nil && name == EventTable.Column.event.rawValue ? name : Self.role(of: name, place, contract)
        }
        let bare = Contract(features: [], target: contract.target, clock: contract.clock)
        let rows = try RowReader(contract, mapping, header: names)
        let labels = try RowReader(bare, mapping, header: names)
        let id = header.firstIndex(of: EventTable.Column.id.rawValue)
        return Table(records, kind: kind, id: id, rows: rows, labels: labels)
    }

    private static func role(of column: String, _ place: Int, _ contract: Contract) -> String {
        switch EventTable.Column(rawValue: column) {
        case .id, .time: return "\u{0}" + column
        case .label: return contract.target.name
        case .some: return "\u{0}\(place)"
        case nil:
            if column.hasPrefix(EventTable.featurePrefix) {
                return String(column.dropFirst(EventTable.featurePrefix.count))
            }
            return column.hasPrefix(EventTable.probabilityPrefix) ? "\u{0}\(place)" : column
        }
    }

    private func nextRecord(_ table: Table, into event: inout Event) throws -> EventSchedule.Step? {
        while try table.records.next() {
            do throws(Refusal) {
                if try record(table, into: &event) { return .event }
            } catch {
                return .refused(row: table.records.rowNumber, line: table.records.lineNumber, error)
            }
        }
        return nil
    }

    /// - Returns: false where the row tells what was done to the application.
    private func record(_ table: Table, into event: inout Event) throws(Refusal) -> Bool {
        let fields = table.records.fields
        guard table.kind < fields.count else { throw Refusal(.malformed, "the row has no event") }
        let word = fields[table.kind]
        guard let kind = Event.Kind.allCases.first(where: { $0.name.utf8.elementsEqual(word) }) else {
            throw Refusal(.outOfRange, "no event is called '\(String(decoding: word, as: UTF8.self))'")
        }
        let count = fields.count
        let hasID = table.id.map { $0 < count && !fields[$0].isEmpty } ?? false
        if kind.isQuestion {
            try table.rows.read(into: &table.row, cells: fields)
            try event.take(&table.row, kind)
            swap(&event.features, &table.row.features)
            return true
        }
        // In listings of before a correction is an amendment with an id.
        guard kind.isOfClients || kind == .amended && hasID else { return false }
        try table.labels.read(into: &table.label, cells: fields)
        try event.take(&table.label, kind)
        return true
    }
}

extension Event {
    /// Takes over what a row of a listing says beside its features.
    fileprivate mutating func take(_ row: inout RowReader.Row, _ kind: Kind) throws(Refusal) {
        switch (kind, row.label) {
        case (.prediction, nil): payload = .prediction
        case (.prediction, .some): throw Refusal(.unknownField, "a prediction has no label")
        case (_, nil): throw Refusal(.missingField, "a \(kind.name) needs a label")
        case (.example, let label?): payload = .example(label)
        case (.label, let label?): payload = .label(label)
        case (_, let label?): payload = .corrected(label)
        }
        swap(&id, &row.id)
        time = row.time ?? .unclaimed
    }
}
