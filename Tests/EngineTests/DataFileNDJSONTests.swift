import Engine
import Foundation
import Testing

@Suite("NDJSON lines and file formats")
struct DataFileNDJSONTests {
    private func lines(_ text: String, chunkBytes: Int = 4096, lineBytesMax: Int = 1 << 20) throws -> [String] {
        let file = try DataFileFixture(text: text, suffix: ".ndjson")
        var reader = try NDJSONLineReader(path: file.path, lineBytesMax: lineBytesMax, chunkBytes: chunkBytes)
        var result: [String] = []
        while let line = try reader.next() {
            result.append("\(reader.rowNumber)@\(reader.lineNumber):" + String(decoding: line, as: UTF8.self))
        }
        return result
    }

    @Test(arguments: [2, 3, 4096])
    func readsLinesSkippingBlankOnes(chunkBytes: Int) throws {
        let text = "\u{FEFF}{\"a\":1}\n\n \t\r\n{\"a\":\"two words\"}\r\n{}"
        #expect(try lines(text, chunkBytes: chunkBytes) == ["1@1:{\"a\":1}", "2@4:{\"a\":\"two words\"}", "3@5:{}"])
        #expect(try lines("", chunkBytes: chunkBytes).isEmpty)
        #expect(try lines("\n", chunkBytes: chunkBytes).isEmpty)
    }

    @Test func aLineMayBeManyTimesLongerThanTheChunk() throws {
        let long = String(repeating: "x", count: 100_000)
        #expect(try lines("a\n\(long)\nb", chunkBytes: 64) == ["1@1:a", "2@2:\(long)", "3@3:b"])
    }

    @Test func refusesLinesBeyondTheLimit() throws {
        #expect(try lines("0123456789\n", lineBytesMax: 10).count == 1)
        let found = #expect(throws: DataFileError.self) { try self.lines("a\n01234567890", lineBytesMax: 10) }
        guard case .recordTooLong(_, 2, 2, 10, nil)? = found else {
            Issue.record("\(String(describing: found))")
            return
        }
    }

    @Test func theNameSaysTheFormat() {
        #expect(FileFormat(path: "dir/a.csv") == .csv)
        #expect(FileFormat(path: "a.CSV.gz") == .csv)
        #expect(FileFormat(path: "a.ndjson") == .ndjson)
        #expect(FileFormat(path: "a.jsonl.gz") == .ndjson)
        #expect(FileFormat(path: "a.txt") == nil)
        #expect(FileFormat(path: "-") == nil)
    }

    @Test func otherwiseTheContentSaysTheFormat() throws {
        let samples: [(String, FileFormat)] = [
            ("a,b\n", .csv), (" \n\t{\"a\": 1}\n", .ndjson), ("\u{FEFF}{}\n", .ndjson), ("", .csv),
        ]
        for (text, format) in samples {
            for bytes in [Array(text.utf8), StoredGzip.member(Array(text.utf8))] {
                let file = try DataFileFixture(bytes, suffix: ".data")
                #expect(try FileFormat(of: ByteSource(path: file.path)) == format)
            }
        }
    }

    @Test func aSourceThatWasLookedAtIsReadFromItsBeginning() throws {
        let file = try DataFileFixture(text: "{\"a\": 1}\n{\"a\": 2}\n", suffix: "")
        let source = try ByteSource(path: file.path)
        #expect(try FileFormat(of: source) == .ndjson)
        var reader = try NDJSONLineReader(source: source)
        #expect(try reader.next() != nil)
        #expect(try reader.next() != nil)
        #expect(try reader.next() == nil)
    }
}
