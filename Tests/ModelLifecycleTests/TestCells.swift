import ModelLifecycle

extension RowReader {
    /// Reads a row of cells, each of which stands in quotes: an empty one is the empty string.
    mutating func read(into row: inout Row, texts: [String]) throws {
        var (bytes, spans): ([UInt8], [TableCells.Span]) = ([], [])
        for text in texts {
            bytes.append(UInt8(ascii: "\""))
            let start = bytes.count
            bytes += Array(text.utf8)
            spans.append(TableCells.Span(start: UInt32(start), end: UInt32(bytes.count)))
        }
        // Room to read eight bytes wherever a cell begins.
        bytes += [UInt8](repeating: 0xFF, count: 8)
        try bytes.withUnsafeBufferPointer { bytes in
            try spans.withUnsafeBufferPointer { spans in
                guard let start = bytes.baseAddress else { preconditionFailure("a row without cells") }
                try read(into: &row, cells: TableCells(start, spans))
            }
        }
    }
}
