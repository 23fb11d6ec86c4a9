import Engine
import Foundation
import Testing

@Suite("CSV reader")
struct DataFileCSVReaderTests {
    private struct Row: Equatable {
        var fields: [String]
        var row: Int
        var line: Int
    }

    private func read(
        _ text: String, chunkBytes: Int = ByteSource.chunkBytesDefault, recordBytesMax: Int = 1 << 20
    ) throws -> (header: [String], rows: [Row]) {
        let file = try DataFileFixture(text: text)
        var reader = try CSVReader(path: file.path, recordBytesMax: recordBytesMax, chunkBytes: chunkBytes)
        var rows: [Row] = []
        while try reader.next() {
            let fields = (0..<reader.fieldCount).map { String(decoding: reader.field($0), as: UTF8.self) }
            rows.append(Row(fields: fields, row: reader.rowNumber, line: reader.lineNumber))
        }
        return (reader.header, rows)
    }

    private func error(_ text: String, recordBytesMax: Int = 1 << 20) -> DataFileError? {
        #expect(throws: DataFileError.self) { try self.read(text, recordBytesMax: recordBytesMax) }
    }

    @Test func readsPlainRowsWithTheirRowAndLineNumbers() throws {
        let (header, rows) = try read("a,b,c\n1,2,3\n4,,6\n")
        #expect(header == ["a", "b", "c"])
        #expect(rows == [Row(fields: ["1", "2", "3"], row: 1, line: 2), Row(fields: ["4", "", "6"], row: 2, line: 3)])
    }

    @Test(arguments: [
        "a,b\n1,2\n3,4\n", "a,b\n1,2\n3,4", "a,b\r\n1,2\r\n3,4\r\n", "a,b\r\n1,2\r\n3,4", "a,b\n1,2\n3,4\r",
    ])
    func takesEitherLineEndAndALastLineWithoutOne(text: String) throws {
        let (header, rows) = try read(text)
        #expect(header == ["a", "b"])
        #expect(rows.map(\.fields) == [["1", "2"], ["3", "4"]])
    }

    @Test func skipsAByteOrderMarkAndBlankLines() throws {
        let (header, rows) = try read("\u{FEFF}\n\r\na,b\n\n1,2\r\n\r\n\n3,4\n\n")
        #expect(header == ["a", "b"])
        #expect(rows == [Row(fields: ["1", "2"], row: 1, line: 5), Row(fields: ["3", "4"], row: 2, line: 8)])
    }

    @Test func readsQuotedFieldsWithCommasQuotesAndLineEndsInThem() throws {
        let text = "name,\"the \"\"note\"\"\"\n\"a,b\",\"x\r\ny\nz\"\n\"\"\"\",\"\"\"q\"\"\"\r\nplain,\"end\""
        let (header, rows) = try read(text)
        #expect(header == ["name", "the \"note\""])
        #expect(
            rows == [
                Row(fields: ["a,b", "x\r\ny\nz"], row: 1, line: 2),
                Row(fields: ["\"", "\"q\""], row: 2, line: 5),
                Row(fields: ["plain", "end"], row: 3, line: 6),
            ])
    }

    @Test func aQuotedEmptyFieldIsARecordAndNotABlankLine() throws {
        #expect(try read("a\n\"\"\n\n\"\"").rows.map(\.fields) == [[""], [""]])
    }

    @Test func aQuoteInsideAnUnquotedFieldIsAnOrdinaryCharacter() throws {
        #expect(try read("a,b\n5\" pipe,x\"y\"\n").rows.map(\.fields) == [["5\" pipe", "x\"y\""]])
    }

    @Test func recordsWithFewerOrMoreFieldsAreHandedOverAsTheyAre() throws {
        #expect(try read("a,b\n1\n1,2,3\n,\n").rows.map(\.fields) == [["1"], ["1", "2", "3"], ["", ""]])
    }

    @Test func aRecordMayBeManyTimesLongerThanTheChunk() throws {
        let long = String(repeating: "\"\"\n,x", count: 5000)
        let (_, rows) = try read("a,b\n1,\"\(long)\"\n2,3\n", chunkBytes: 64)
        #expect(rows[0].fields[1] == String(repeating: "\"\n,x", count: 5000))
        #expect(rows[1] == Row(fields: ["2", "3"], row: 2, line: 5003))
    }

    @Test func manyColumnsAreRead() throws {
        let names = (0..<1000).map { "c\($0)" }
        let values = (0..<1000).map { "\($0)" }
        let (header, rows) = try read(names.joined(separator: ",") + "\n" + values.joined(separator: ","))
        #expect(header == names)
        #expect(rows.map(\.fields) == [values])
    }

    @Test func namesTheLineInWhichAnUnterminatedQuoteOpened() {
        let path = error("a,b\n1,2\n\"x\ny\",\"open\n3,4\n")
        guard case .quoteUnterminated(_, let line, let row)? = path else {
            Issue.record("\(String(describing: path))")
            return
        }
        #expect(line == 4)
        #expect(row == 2)
        #expect(path?.description.contains(":4 (row 2): a quote opened here is never closed; ") == true)
    }

    @Test func refusesTextBehindAClosingQuote() {
        let found = error("a,b\n1,\"x\" y\n")
        #expect(found?.line == 2)
        #expect(found?.row == 1)
        #expect(found?.reason == "text follows the closing quote of field 2")
    }

    @Test func refusesRecordsBeyondTheLimitAndNamesAnOpenQuote() throws {
        let fits = String(repeating: "x", count: 98)
        #expect(try read("a,b\n\(fits),\n", recordBytesMax: 100).rows.count == 1)
        #expect(try read("a,b\n\(fits),1\n", recordBytesMax: 100).rows.count == 1)
        #expect(error("a,b\n\(fits),12\n", recordBytesMax: 100)?.reason == "the record is longer than 100 bytes")
        let rest = String(repeating: "1,2\n", count: 200_000)
        guard case .recordTooLong(_, 2, 1, 100_000, 3?)? = error("a,b\n\"1\n2\",\"\(rest)", recordBytesMax: 100_000)
        else {
            Issue.record("the quote of line 3 is not named")
            return
        }
    }

    @Test func refusesAHeaderThatDoesNotNameItsColumns() {
        #expect(error("")?.reason == "has no header line")
        #expect(error("\n\n\r\n")?.reason == "has no header line")
        #expect(error("a,,c\n")?.reason == "column 2 has no name")
        #expect(error("a,b,a\n")?.reason == "columns 1 and 3 are both named 'a'")
        #expect(error("\na,b,\n")?.line == 2)
    }

    @Test func columnNamesAreComparedAsBytes() throws {
        #expect(try read("caf\u{e9},cafe\u{301}\n1,2\n").header.count == 2)
    }

    @Test func refusesAHeaderThatIsNotUTF8() throws {
        let file = try DataFileFixture([0x61, 0x2c, 0xe9, 0x0a])
        let found = #expect(throws: DataFileError.self) { _ = try CSVReader(path: file.path) }
        #expect(found == .headerNotUTF8(path: file.path, line: 1, column: 2))
    }

    @Test(arguments: 0..<60)
    func readsWhatANaiveReaderReadsWhateverTheChunk(seed: Int) throws {
        var generator = DataFileGenerator(state: UInt64(seed))
        let alphabet = ["a", "7", ".", ",", "\"", "\n", "\r\n", " ", "é", "\"\"", "long-enough-to-cross-words", "\r"]
        var rows: [[String]] = []
        var text = "h0,h1,h2\n"
        for _ in 0..<Int.random(in: 1...60, using: &generator) {
            let row = (0..<3).map { _ in
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    alphabet.randomElement(using: &generator) ?? ""
                }.joined()
            }
            let lineEnd = Bool.random(using: &generator) ? "\n" : "\r\n"
            let quotesAll = Bool.random(using: &generator)
            text += row.map { written($0, quoted: quotesAll) }.joined(separator: ",") + lineEnd
            rows.append(row)
        }
        for chunkBytes in [2, 3, 7, 16, 61, 4096] {
            #expect(try read(text, chunkBytes: chunkBytes).rows.map(\.fields) == rows)
        }
    }

    private func written(_ field: String, quoted: Bool) -> String {
        let needsQuotes = field.unicodeScalars.contains { ",\"\n\r".unicodeScalars.contains($0) }
        guard quoted || needsQuotes else { return field }
        return "\"" + field.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }

    /// Any bytes whatever: the same records or the same error from one chunk as from many.
    @Test(arguments: 0..<60)
    func hostileBytesGiveTheSameOutcomeWhateverTheChunk(seed: Int) throws {
        var generator = DataFileGenerator(state: 1000 + UInt64(seed))
        let alphabet: [Character] = ["a", ",", ",", "\"", "\n", "\r", "b", "\u{1}", "-"]
        let tail = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
            alphabet.randomElement(using: &generator) ?? "a"
        }
        let outcomes = [2, 5, 9, 32, 4096].map { chunkBytes in
            var lines: [String] = []
            do {
                let file = try DataFileFixture(text: "x,y\n" + String(tail))
                var reader = try CSVReader(path: file.path, chunkBytes: chunkBytes)
                while try reader.next() {
                    lines.append((0..<reader.fieldCount).map { "\(Array(reader.field($0)))" }.joined(separator: "|"))
                }
            } catch let error as DataFileError {
                lines.append("\(error.reason) \(error.line ?? 0) \(error.row ?? 0)")
            } catch {
                lines.append("\(error)")
            }
            return lines
        }
        #expect(Set(outcomes).count == 1)
    }
}
