import Engine
import Foundation
import Testing

@Suite("Byte source")
struct DataFileByteSourceTests {
    /// `printf 'a,b\n1,2\n' | gzip -9n`: compressed by the real program.
    private static let realGzip: [UInt8] = [
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x4b, 0xd4, 0x49, 0xe2, 0x32, 0xd4,
        0x31, 0xe2, 0x02, 0x00, 0x7b, 0x07, 0x97, 0x0a, 0x08, 0x00, 0x00, 0x00,
    ]

    private func contents(_ bytes: [UInt8], chunkBytes: Int = 4096, targetBytes: Int = 4096) throws -> [UInt8] {
        let file = try DataFileFixture(bytes)
        let source = try ByteSource(path: file.path, chunkBytes: chunkBytes)
        var result: [UInt8] = []
        var target = [UInt8](repeating: 0, count: targetBytes)
        while true {
            let count = try target.withUnsafeMutableBytes { try source.read(into: $0) }
            if count == 0 { break }
            result += target[..<count]
        }
        #expect(source.storedOffset == source.storedBytes)
        return result
    }

    private func sample(_ count: Int) -> [UInt8] {
        var generator = DataFileGenerator(state: 7)
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }

    @Test(arguments: [2, 3, 1000, 65536], [1, 17, 65536])
    func readsPlainFilesWhateverTheChunk(chunkBytes: Int, targetBytes: Int) throws {
        for count in [0, 1, 2, 3000] {
            let bytes = sample(count)
            #expect(try contents(bytes, chunkBytes: chunkBytes, targetBytes: targetBytes) == bytes)
        }
    }

    @Test(arguments: [2, 3, 1000, 65536], [1, 17, 65536])
    func gunzipsWhateverTheChunk(chunkBytes: Int, targetBytes: Int) throws {
        let bytes = sample(3000)
        #expect(
            try contents(StoredGzip.member(bytes), chunkBytes: chunkBytes, targetBytes: targetBytes) == bytes)
    }

    @Test(arguments: [2, 5, 4096])
    func severalMembersAreOneStreamAndZerosBehindThemArePadding(chunkBytes: Int) throws {
        let parts = [sample(1000), [], sample(70_000)]
        let zipped = parts.flatMap { StoredGzip.member($0) }
        #expect(try contents(zipped, chunkBytes: chunkBytes) == parts.flatMap { $0 })
        #expect(try contents(zipped + [0, 0, 0, 0, 0], chunkBytes: chunkBytes) == parts.flatMap { $0 })
    }

    @Test func aTruncatedGzipFileIsAnErrorThatNamesTheByte() throws {
        let zipped = StoredGzip.member(sample(1000))
        for length in [2, 9, 12, 500, zipped.count - 1] {
            let found = #expect(throws: DataFileError.self) { try self.contents(Array(zipped[..<length])) }
            guard case .gzipDamaged(_, length, let reason)? = found else {
                Issue.record("\(String(describing: found))")
                continue
            }
            #expect(reason == "the file ends in the middle of the compressed data")
        }
    }

    @Test func aDamagedGzipFileIsAnError() throws {
        var zipped = StoredGzip.member(sample(1000))
        zipped[500] ^= 1
        #expect(throws: DataFileError.self) { try self.contents(zipped) }
        let trailing = StoredGzip.member([1, 2, 3]) + Array("garbage".utf8)
        let found = #expect(throws: DataFileError.self) { try self.contents(trailing) }
        #expect(found?.reason == "the gzip data is damaged at byte 26: something else follows the gzip data")
        let padded = StoredGzip.member([1, 2, 3]) + [0, 0, 9]
        #expect(throws: DataFileError.self) { try self.contents(padded) }
    }

    @Test func gzipIsRecognizedByContentNotByName() throws {
        let file = try DataFileFixture(Self.realGzip, suffix: ".csv")
        var reader = try CSVReader(path: file.path)
        #expect(reader.source.isGzipped)
        #expect(reader.header == ["a", "b"])
        #expect(try reader.next())
        #expect(try !reader.next())
        let plain = try DataFileFixture(text: "a\n1\n", suffix: ".csv.gz")
        #expect(try CSVReader(path: plain.path).header == ["a"])
    }

    @Test func anErrorInsideTheDataComesBehindTheRowsBeforeIt() throws {
        let rows = (0..<2000).map { "\($0),x\n" }.joined()
        let zipped = StoredGzip.member(Array(("a,b\n" + rows).utf8))
        let file = try DataFileFixture(zipped.dropLast(4))
        var reader = try CSVReader(path: file.path)
        var count = 0
        let found = #expect(throws: DataFileError.self) {
            while try reader.next() { count += 1 }
        }
        #expect(count == 2000)
        #expect(found?.path == file.path)
    }

    @Test func aFileThatCannotBeOpenedIsAnErrorWithAHint() {
        let missing = #expect(throws: DataFileError.self) { _ = try CSVReader(path: "/nonexistent/x.csv") }
        #expect(
            missing?.description == """
                /nonexistent/x.csv: cannot be opened: No such file or directory; check the name and the permissions; \
                '-' reads standard input
                """)
        let directory = #expect(throws: DataFileError.self) { _ = try CSVReader(path: "/tmp") }
        #expect(directory?.reason == "cannot be opened: it is a directory")
    }

    @Test func peekingConsumesNothing() throws {
        let file = try DataFileFixture(StoredGzip.member(Array("hello".utf8)))
        let source = try ByteSource(path: file.path)
        #expect(try source.peek(atLeast: 3) == Array("hello".utf8))
        #expect(try source.peek(atLeast: 100) == Array("hello".utf8))
        var target = [UInt8](repeating: 0, count: 10)
        let count = try target.withUnsafeMutableBytes { try source.read(into: $0) }
        #expect(Array(target[..<count]) == Array("hello".utf8))
    }

    @Test func aPipeHandsOverACompleteRecordWithoutWaitingForTheNext() throws {
        let path = NSTemporaryDirectory() + "headrace-fifo-\(UUID().uuidString)"
        #expect(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        // Read-write: the pipe never ends, so a reader that waited for more would hang.
        let writer = open(path, O_RDWR)
        defer { close(writer) }
        let text = Array("a,b\n1,2\n".utf8)
        #expect(write(writer, text, text.count) == text.count)
        var reader = try CSVReader(path: path)
        #expect(try reader.next())
        #expect(String(decoding: reader.field(1), as: UTF8.self) == "2")
        #expect(reader.source.storedBytes == nil)
    }
}
