import Determinism
import ModelLifecycle
import OnlineLearning

/// The events of a log as `headrace log` lists it, CSV or NDJSON, read back in their order.
///
/// What was answered is passed over. Adoptions, amendments of the past and what was forgotten are left out, because a
/// row cannot say what they did. Not thread-safe.
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

    /// Whether a line says what was done to the application, not what somebody asked or labelled: an adoption, an
    /// amendment of the past, or that something was forgotten.
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
                    return [Event.Kind.adopted, .amended, .forgotten].contains { $0.name.utf8.elementsEqual(word) }
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
            if let refusal = record(table, into: &event) {
                return .refused(row: table.records.rowNumber, line: table.records.lineNumber, refusal)
            }
            guard event.kind == .adopted else { return .event }
        }
        return nil
    }

    private func record(_ table: Table, into event: inout Event) -> Refusal? {
        let fields = table.records.fields
        guard table.kind < fields.spans.count else { return Refusal(.malformed, "the row has no event") }
        let word = fields[table.kind]
        guard let kind = Event.Kind.allCases.first(where: { $0.name.utf8.elementsEqual(word) }) else {
            return Refusal(.outOfRange, "no event is called '\(String(decoding: word, as: UTF8.self))'")
        }
        let count = fields.spans.count
        let hasID = table.id.map { $0 < count && !fields[$0].isEmpty } ?? false
        // What was done to the application, not what somebody asked or labelled.
        let isGoverning = kind == .adopted || kind == .forgotten || (kind == .amended && !hasID)
        event.kind = isGoverning ? .adopted : kind
        guard !isGoverning else { return nil }
        do throws(Refusal) {
            if kind == .prediction || kind == .example {
                try table.rows.read(into: &table.row, cellCount: count) { fields[$0] }
                event.take(&table.row)
                swap(&event.features, &table.row.features)
            } else {
                try table.labels.read(into: &table.label, cellCount: count) { fields[$0] }
                event.take(&table.label)
            }
        } catch {
            return error
        }
        let wantsLabel = kind != .prediction
        guard wantsLabel == (event.label != nil) else {
            return Refusal(
                wantsLabel ? .missingField : .unknownField, "a \(kind.name) \(wantsLabel ? "needs a" : "has no") label")
        }
        return nil
    }
}

extension Event {
    /// Takes over what a row of a listing says beside its features.
    fileprivate mutating func take(_ row: inout RowReader.Row) {
        swap(&id, &row.id)
        time = row.time ?? .unclaimed
        label = row.label
    }
}
