/// Aligned columns of text: a header, then rows, two spaces between columns, no trailing spaces.
package struct TextTable {
    package enum Alignment {
        case left
        /// For numbers.
        case right
    }

    package struct Column {
        var title: String
        var alignment: Alignment

        package init(_ title: String, _ alignment: Alignment = .left) {
            self.title = title
            self.alignment = alignment
        }
    }

    private let columns: [Column]
    private var rows: [[String]] = []

    package init(_ columns: [Column]) {
        precondition(!columns.isEmpty)
        self.columns = columns
    }

    /// Adds a row of as many cells as there are columns.
    package mutating func add(_ cells: [String]) {
        precondition(cells.count == columns.count, "a row has one cell a column")
        rows.append(cells.map(\.printable))
    }

    /// The table as lines, each ending in a line feed; the header is left out where all titles are empty.
    package func render() -> String {
        let titles = columns.map(\.title.printable)
        let lines = titles.allSatisfy(\.isEmpty) ? rows : [titles] + rows
        let widths = columns.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { cells in
            let padded = cells.indices.map { column -> String in
                let padding = String(repeating: " ", count: widths[column] - cells[column].count)
                return columns[column].alignment == .left ? cells[column] + padding : padding + cells[column]
            }
            return padded.joined(separator: "  ").trimmingTrailingSpaces() + "\n"
        }.joined()
    }
}
