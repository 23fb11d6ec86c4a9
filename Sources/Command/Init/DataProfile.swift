/// What a data file holds, column by column: one streaming pass over the whole file in bounded memory.
///
/// The whole, because a column is a number only if every value is: the word in the last row is found here, not by a
/// refused request in production.
package struct DataProfile {
    package let path: String
    package let columns: [ColumnProfile]
    /// Rows read, those left out not counted.
    package let rows: Int
    /// Rows with another number of fields than the header, left out.
    package let refusedRows: Int
    package let firstRefusedRow: Int?
    private let timeOrder: TimeOrder

    /// Reads `source` to its end.
    ///
    /// - Parameter progress: called every 4,096 rows with the rows read and the fraction of the file, where known.
    /// - Throws: what the source throws; `rowsMissing`.
    package init<Source: RecordSource & ~Copyable>(
        reading source: inout Source, progress: (_ rows: Int, _ fraction: Double?) -> Void = { _, _ in }
    ) throws(InitError) {
        var columns: [ColumnProfile] = []
        var timeOrder = TimeOrder()
        var rows = 0
        while try source.next() {
            if columns.count < source.columnNames.count {
                for name in source.columnNames[columns.count...] {
                    columns.append(ColumnProfile(name: name, missing: rows))
                }
            }
            rows += 1
            for index in columns.indices { columns[index].add(source.cell(index), row: rows) }
            timeOrder.add(columns)
            if rows % 4096 == 0 { progress(rows, source.fraction) }
        }
        guard rows > 0 else { throw .rowsMissing(path: source.path, refusedRows: source.refusedRows) }
        path = source.path
        refusedRows = source.refusedRows
        firstRefusedRow = source.firstRefusedRow
        self.columns = columns
        self.rows = rows
        self.timeOrder = timeOrder
    }

    /// Both columns are times, and no row has `later` before `earlier`.
    func isNever(_ later: Int, before earlier: Int) -> Bool {
        timeOrder.isNever(later, before: earlier)
    }
}
