import Engine
import Foundation
import Testing

/// Tables and JSON as programs write them, and what is neither.
@Suite("Formats of data files")
struct DataFileFormatTests {
    private func rows(_ bytes: some Sequence<UInt8>, chunkBytes: Int = 64) throws -> [[String]] {
        let file = try DataFileFixture(bytes)
        var reader = try CSVReader(path: file.path, chunkBytes: chunkBytes)
        var rows = [reader.header]
        while try reader.next() {
            rows.append((0..<reader.fieldCount).map { String(decoding: reader.field($0), as: UTF8.self) })
        }
        return rows
    }

    @Test(arguments: [",", ";", "\t", "|"])
    func theFirstLineSaysWhatSeparatesFields(separator: String) throws {
        let others = [",", ";", "\t", "|"].filter { $0 != separator }.joined()
        let text = "a¦\"b\(others)\"¦c\r\n1¦\"\(others)\"\"¦\"\"\"¦\n".replacingOccurrences(of: "¦", with: separator)
        #expect(try rows(text.utf8) == [["a", "b\(others)", "c"], ["1", others + "\"" + separator + "\"", ""]])
    }

    @Test func whereTwoAreLikelyTheSecondLineDecides() throws {
        #expect(try rows("a;b, in EUR;c\n1;2;3\n".utf8) == [["a", "b, in EUR", "c"], ["1", "2", "3"]])
        #expect(try rows("a,b;c\n1,2\n".utf8) == [["a", "b;c"], ["1", "2"]])
    }

    @Test func aLineSaysSo() throws {
        #expect(try rows("sep=;\r\na;b\r\n1;2,5\r\n".utf8) == [["a", "b"], ["1", "2,5"]])
        let file = try DataFileFixture(text: "sep=|\na|b\n1|2\n")
        var reader = try CSVReader(path: file.path)
        let hasRow = try reader.next()
        let (row, line) = (reader.rowNumber, reader.lineNumber)
        #expect(hasRow && row == 1 && line == 3)
    }

    @Test func onlyAQuotedEmptyFieldIsAnEmptyString() throws {
        let file = try DataFileFixture(text: "a,b,c,d\n,\"\",,\"\"\n\"\",,\"\",\n\"x\",,\"y\"\"\",\n")
        for chunkBytes in [4, 7, 64, 4096] {
            var reader = try CSVReader(path: file.path, chunkBytes: chunkBytes)
            var empty: [[Bool]] = []
            while try reader.next() { empty.append((0..<4).map { reader.field($0).baseAddress == nil }) }
            #expect(empty == [[true, false, true, false], [false, true, false, true], [false, true, false, true]])
        }
    }

    @Test func aTitleIsNamed() {
        #expect(throws: DataFileError.self) { try rows("Sales of 2024\na,b\n1,2\n".utf8) }
        #expect(throws: Never.self) { try rows("a\n1\n2\n".utf8) }
    }

    private static let foreign: [(ForeignFormat, [UInt8])] = [
        (.utf16, [0xff, 0xfe, 0x78, 0]), (.utf16, [0xfe, 0xff, 0, 0x78]), (.utf16, Array("x\0,\0y\0\n\0".utf8)),
        (.utf32, [0xff, 0xfe, 0, 0, 0x78, 0, 0, 0]), (.parquet, Array("PAR1".utf8) + [0x15, 4, 0x15]),
        (.excel, [0x50, 0x4b, 3, 4, 0x14]), (.oldExcel, [0xd0, 0xcf, 0x11, 0xe0, 0xa1]),
        (.zstandard, [0x28, 0xb5, 0x2f, 0xfd, 4]), (.bzip2, Array("BZh91AY&SY".utf8)),
        (.xz, [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]), (.avro, Array("Obj".utf8) + [1]), (.orc, Array("ORC\n".utf8) + [1]),
        (.arrow, Array("ARROW1".utf8) + [0, 0]), (.sqlite, Array("SQLite format 3".utf8) + [0]),
        (.html, Array("<!DOCTYPE html>".utf8)), (.xml, Array("<?xml version=\"1.0\"?>".utf8)),
        (.json, Array("{\n \"a\": 1\n}".utf8)),
    ]

    @Test(arguments: foreign.indices, ["", ".csv", ".gz"])
    func whatIsNoTextIsNamedGzippedOrNot(index: Int, suffix: String) throws {
        let (format, bytes) = Self.foreign[index]
        let suffix = suffix == ".csv" && format == .json ? ".ndjson" : suffix
        let file = try DataFileFixture(suffix == ".gz" ? StoredGzip.member(bytes) : bytes, suffix: suffix)
        let error = #expect(throws: DataFileError.self) {
            let source = try ByteSource(path: file.path)
            if try FileFormat(of: source) == .csv {
                _ = try CSVReader(source: source)
            } else {
                var lines = try NDJSONLineReader(source: source)
                while try lines.next() != nil {}
            }
        }
        #expect(error == .foreign(path: file.path, format))
        #expect(error?.description.contains("this is ") == true)
    }

    @Test func columnsThatBeginLikeAFormatAreColumns() throws {
        for text in ["PAR1,b", "BZhang,b", "ORC,b", "Objects,b", "SQLite format,b", "ARROW1,b", "PK,b"] {
            #expect(try rows("\(text)\n1,2\n".utf8).count == 2)
        }
    }

    private func elements(_ text: String, chunkBytes: Int) throws -> [String] {
        let file = try DataFileFixture(text: text, suffix: ".json")
        var reader = try NDJSONLineReader(path: file.path, chunkBytes: chunkBytes)
        var elements: [String] = []
        while let element = try reader.next() {
            elements.append("\(reader.rowNumber) \(reader.lineNumber) " + String(decoding: element, as: UTF8.self))
        }
        return elements
    }

    @Test(arguments: [4, 5, 16, 4096])
    func anArrayIsReadElementByElement(chunkBytes: Int) throws {
        let text = "\u{FEFF} [\n {\"a\": \"]},\\\"\"},\n\n{\"b\": [1, {\"c\": 2}]} , 3\n]\n"
        #expect(
            try elements(text, chunkBytes: chunkBytes) == [
                "1 2 {\"a\": \"]},\\\"\"}", "2 4 {\"b\": [1, {\"c\": 2}]}", "3 4 3\n",
            ])
        #expect(try elements("[]", chunkBytes: chunkBytes) == [])
        for bad in ["[{}", "[{} {}]", "[{},]", "[,{}]", "[{}] x", "[{]"] {
            #expect(throws: DataFileError.self, "\(bad)") { try elements(bad, chunkBytes: chunkBytes) }
        }
    }
}
