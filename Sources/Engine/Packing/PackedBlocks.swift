import Determinism
import EventLog
import ModelLifecycle

/// Many small blocks in one payload of columns, each compressed: some three times smaller, and to the same bytes again.
///
/// `docs/formats/block.md` describes it. Where blocks cannot be turned into columns they are compressed as they are.
public enum PackedBlocks {
    /// The first byte: columns behind a sum of them, columns as they were written before there was one, or blocks as
    /// they are.
    static let columns = Packing.mark | 2
    static let columnsWithoutSum = Packing.mark | 1
    static let plain = Packing.mark
    /// How hard zlib tries, 1 to 9. On a year of flights 1 takes 10.9 bytes an event and 6.1 µs with all else
    /// that packing does, 6 takes 9.7 and 7.0, 9 takes 9.6 and 8.0.
    static let level: Int32 = 6
    /// What zlib makes of one byte at most, so that a few damaged bytes do not ask for all memory.
    private static let growthMax = 1_100

    /// Packs adjacent blocks.
    /// - Returns: nil where what was packed would not give them back, or is no shorter.
    public static func pack(_ blocks: [Block], contract: Contract) -> [UInt8]? {
        var packed = packedColumns(blocks, contract)
        if packed.map({ (try? unpack($0)) != blocks }) ?? true { packed = packedPlain(blocks) }
        let size = blocks.reduce(0) { $0 + $1.payload.count }
        guard let packed, packed.count < size, (try? unpack(packed)) == blocks else { return nil }
        return packed
    }

    /// Seals blocks of which something was dropped.
    /// - Parameter link: the chain's link after the blocks as they were.
    static func sealed(_ blocks: [Block], contract: Contract, link: Digest) -> [UInt8] {
        var body = CanonicalEncoder()
        body.digest(link)
        body.raw(pack(blocks, contract: contract) ?? packedPlain(blocks))
        var encoder = CanonicalEncoder(reserving: body.bytes.count + 1 + Digest.byteCount)
        encoder.byte(Packing.sealed)
        encoder.digest(Digest(hashing: body.bytes))
        encoder.raw(body.bytes)
        return encoder.bytes
    }

    /// What is packed in a sealed payload.
    private static func unsealed(_ payload: [UInt8]) throws -> [UInt8] {
        let (body, start) = (1 + Digest.byteCount, 1 + 2 * Digest.byteCount)
        guard payload.count > start, payload[start] != Packing.sealed,
            Digest(bytes: payload[1..<body]) == Digest(hashing: Array(payload[body...]))
        else { throw CanonicalDecodingError(offset: 0, reason: "these are not the bytes of the sum") }
        return Array(payload[start...])
    }

    private static func packedColumns(_ blocks: [Block], _ contract: Contract) -> [UInt8]? {
        guard let columns = try? BlockColumns(blocks.map(\.payload), contract: contract) else { return nil }
        var body = CanonicalEncoder()
        body.count(columns.columns.count)
        for column in [columns.head] + columns.columns { append(column, to: &body) }
        var encoder = CanonicalEncoder(reserving: body.bytes.count + 1 + Digest.byteCount)
        encoder.byte(Self.columns)
        encoder.digest(Digest(hashing: body.bytes))
        encoder.raw(body.bytes)
        return encoder.bytes
    }

    /// Compressed without being turned into columns.
    static func packedPlain(_ blocks: [Block]) -> [UInt8] {
        var body = CanonicalEncoder()
        body.count(blocks.count)
        for block in blocks {
            body.count(block.firstOffset)
            body.count(block.count)
            body.int(block.firstTime.microseconds)
            body.int(block.lastTime.microseconds)
            body.blob(block.payload)
        }
        var encoder = CanonicalEncoder()
        encoder.byte(plain)
        append(body.bytes, to: &encoder)
        return encoder.bytes
    }

    /// The length, and the bytes: compressed where that is shorter.
    private static func append(_ bytes: [UInt8], to encoder: inout CanonicalEncoder) {
        encoder.count(bytes.count)
        let compressed = Deflate.compress(bytes, level: level)
        encoder.blob(compressed.count < bytes.count ? compressed : bytes)
    }

    // MARK: Unpacking

    /// Gives back what was packed.
    /// - Throws: `damaged`, or `newerFormat` for a way of packing that is not known here.
    public static let unpack: Packing.Unpack = { (payload) throws(LogFailure) in
        do {
            return try blocks(payload)
        } catch let failure as LogFailure {
            throw failure
        } catch let error as CanonicalDecodingError where error.isNewer {
            throw LogFailure(undecodable: "a packed block", error)
        } catch {
            throw LogFailure(.damaged, "packed blocks do not unpack: \(error)")
        }
    }

    private static func blocks(_ payload: [UInt8]) throws -> [Block] {
        var decoder = CanonicalDecoder(payload)
        switch try decoder.byte() {
        case let format where format == columns || format == columnsWithoutSum:
            return try blockColumns(payload).parts().map {
                Block(
                    firstOffset: $0.firstOffset, count: $0.count, firstTime: $0.firstTime, lastTime: $0.lastTime,
                    payload: $0.payload)
            }
        case plain:
            let body = try section(&decoder)
            try decoder.finish()
            var blocks = CanonicalDecoder(body)
            var result: [Block] = []
            for _ in 0..<(try blocks.count()) { result.append(try block(&blocks)) }
            try blocks.finish()
            return result
        case Packing.sealed: return try blocks(unsealed(payload))
        case let format:
            throw LogFailure(.newerFormat, "blocks were packed in a way (\(format)) that this Headrace does not know")
        }
    }

    private static func blockColumns(_ payload: [UInt8]) throws -> BlockColumns {
        var decoder = CanonicalDecoder(payload)
        if try decoder.byte() == columns {
            let sum = try decoder.digest()
            guard sum == Digest(hashing: Array(payload[decoder.offset...])) else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "these are not the bytes of the sum")
            }
        }
        let count = try decoder.count()
        let head = try section(&decoder)
        var columns: [[UInt8]] = []
        for _ in 0..<count { columns.append(try section(&decoder)) }
        try decoder.finish()
        return BlockColumns(head: head, columns: columns)
    }

    /// Reads packed events without putting their blocks together.
    /// - Parameter row: as the log has it.
    /// - Returns: nil where only the blocks tell all that is in them, or whether they are whole.
    /// - Throws: `damaged`.
    static func reader(_ row: Block) throws(LogFailure) -> ColumnReader? {
        guard row.payload.first == columns else { return nil }
        do {
            let reader = try ColumnReader(blockColumns(row.payload))
            guard reader.firstOffset == row.firstOffset, reader.count == row.count else {
                throw CanonicalDecodingError(offset: 0, reason: "the row and its columns disagree")
            }
            return reader.holdsOthers ? nil : reader
        } catch {
            throw LogFailure(
                .damaged, "the blocks packed from event \(row.firstOffset) on are not what was written: \(error)",
                hint: LogReader.hint)
        }
    }

    private static func block(_ decoder: inout CanonicalDecoder) throws -> Block {
        let (firstOffset, count) = (try decoder.uint(), try decoder.uint())
        guard firstOffset < 1 << 62, count > 0, count < 1 << 62 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "an offset beyond all numbers")
        }
        return Block(
            firstOffset: Int(firstOffset), count: Int(count), firstTime: Timestamp(microseconds: try decoder.int()),
            lastTime: Timestamp(microseconds: try decoder.int()), payload: try decoder.blob())
    }

    private static func section(_ decoder: inout CanonicalDecoder) throws -> [UInt8] {
        let length = try decoder.uint()
        let stored = try decoder.blob()
        if length == UInt64(stored.count) { return stored }
        guard length <= UInt64(stored.count * growthMax), let bytes = Deflate.expand(stored, to: Int(length))
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "a column does not expand") }
        return bytes
    }
}
