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
    /// Whether the file tells numbers from texts, as JSON does.
    let isTyped: Bool
    let timeOrder: TimeOrder
    /// What the target has to do with other columns; nil where it is none of them.
    let relations: TargetRelations?

    /// Reads `source` to its end.
    ///
    /// - Parameters:
    ///   - target: the column to predict.
    ///   - progress: called every 4,096 rows with the rows read and the fraction of the file, where known.
    /// - Throws: what the source throws; `rowsMissing`.
    package init<Source: RecordSource & ~Copyable>(
        reading source: inout Source, target: String = "",
        progress: (_ rows: Int, _ fraction: Double?) -> Void = { _, _ in }
    ) throws(InitError) {
        var columns: [ColumnProfile] = []
        var timeOrder = TimeOrder()
        var relations: TargetRelations?
        var targetColumn: Int?
        var rows = 0
        let isTyped = !source.hasHeader
        while try source.next() {
            if columns.count < source.columnNames.count {
                for name in source.columnNames[columns.count...] {
                    if name.utf8.elementsEqual(target.utf8) { targetColumn = columns.count }
                    columns.append(ColumnProfile(name: name, missing: rows, isTyped: isTyped))
                }
            }
            rows += 1
            for index in columns.indices { columns[index].add(source.cell(index), row: rows) }
            if relations == nil { relations = targetColumn.map { TargetRelations(target: $0) } }
            relations?.add(columns) { source.cell($0) }
            timeOrder.add(columns, hasLabel: targetColumn.map { source.cell($0).bytes != nil } ?? false)
            if rows % 4096 == 0 { progress(rows, source.fraction) }
        }
        guard rows > 0 else { throw .rowsMissing(path: source.path, refusedRows: source.refusedRows) }
        relations?.finish()
        if columns.contains(where: \.isEpoch) {
            for index in columns.indices where index != targetColumn { columns[index].isBesideEpoch = true }
        }
        path = source.path
        refusedRows = source.refusedRows
        firstRefusedRow = source.firstRefusedRow
        (self.columns, self.rows, self.isTyped) = (columns, rows, isTyped)
        (self.timeOrder, self.relations) = (timeOrder, relations)
    }
}
