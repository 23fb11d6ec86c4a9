import Determinism
import OnlineLearning

/// What blocks begin with, as far as they can be packed together.
package struct BlockPrefix: Equatable, Sendable {
    /// 1 knew neither amendments by offset nor revisions, 2 no extras of specs, no notices and
    /// no sections.
    static let formatVersion: UInt8 = 3

    let format: UInt8
    let contract: Digest
    let version: Int

    init(contract: Digest, version: Int) {
        (format, self.contract, self.version) = (Self.formatVersion, contract, version)
    }

    /// That of a block's bytes.
    package init(of payload: [UInt8]) throws(CanonicalDecodingError) {
        self = try BlockLayout(payload, withRecords: false).prefix
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init(format: try decoder.byte(), contract: try decoder.digest(), version: try decoder.natural())
    }

    fileprivate init(format: UInt8, contract: Digest, version: Int) {
        (self.format, self.contract, self.version) = (format, contract, version)
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.byte(format)
        encoder.digest(contract)
        encoder.count(version)
    }

    static func check(_ format: UInt8) throws(CanonicalDecodingError) {
        guard (1...formatVersion).contains(format) else {
            throw format > formatVersion && format & 0x80 == 0
                ? .unknown("block format \(format)", at: 0)
                : CanonicalDecodingError(offset: 0, reason: "no block format is \(format)")
        }
    }

    /// The bytes of a block of this format. Complexity: O(size).
    /// - Parameter notices: the bytes of the section; none where the block has no notices.
    func block(
        firstOffset: Int, firstTime: Timestamp, dictionary: (inout CanonicalEncoder) -> Void, count: Int,
        lengths: [UInt8], records: [UInt8], notices: [UInt8]
    ) -> [UInt8] {
        var encoder = CanonicalEncoder(reserving: records.count + lengths.count + notices.count + 256)
        func head(_ encoder: inout CanonicalEncoder) {
            encoder.digest(contract)
            encoder.count(version)
            encoder.count(firstOffset)
            encoder.int(firstTime.microseconds)
        }
        func events(_ encoder: inout CanonicalEncoder) {
            encoder.count(count)
            encoder.raw(lengths)
            encoder.raw(records)
        }
        encoder.byte(format)
        if format > 2 {
            encoder.section(BlockSection.head, head)
            encoder.section(BlockSection.dictionary, dictionary)
            encoder.section(BlockSection.events, events)
            if !notices.isEmpty { encoder.section(BlockSection.notices) { $0.raw(notices) } }
        } else {
            head(&encoder)
            dictionary(&encoder)
            events(&encoder)
        }
        return encoder.bytes
    }
}

/// Where the parts of a block's bytes lie, whatever its format.
struct BlockLayout {
    let prefix: BlockPrefix
    let firstOffset: Int
    let firstTime: Timestamp
    let dictionary: CategoryTable
    /// Where the record of each event begins, and the end of the last.
    let starts: [Int]
    /// Where the section of the notices lies; nil where there is none.
    let notices: Range<Int>?

    var count: Int { starts.count - 1 }
    /// Whether a block of this format says what the world was told.
    var keepsNotices: Bool { prefix.format > 2 }

    /// - Parameter withRecords: false passes over the dictionary and the records.
    init(_ payload: [UInt8], withRecords: Bool = true) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(payload)
        let format = try decoder.byte()
        try BlockPrefix.check(format)
        // Before format 3 one part followed the other, without a length.
        let sections = format > 2 ? try Sections<BlockSection>(from: &decoder) : nil
        if let sections { decoder = try sections(.head) }
        prefix = BlockPrefix(format: format, contract: try decoder.digest(), version: try decoder.natural())
        firstOffset = try decoder.natural()
        firstTime = Timestamp(microseconds: try decoder.int())
        guard withRecords else {
            (dictionary, starts, notices) = (CategoryTable(), [0], nil)
            return
        }
        if let sections {
            try decoder.finish()
            decoder = try sections(.dictionary)
        }
        dictionary = try CategoryTable(from: &decoder)
        if let sections {
            try decoder.finish()
            decoder = try sections(.events)
        }
        let base = sections?.range(of: .events)?.lowerBound ?? 0
        starts = try Self.starts(&decoder, base, payload.count)
        notices = sections?.range(of: .notices)
    }

    /// - Parameter payload: the block's bytes.
    func readNotices(_ payload: [UInt8]) throws(CanonicalDecodingError) -> BlockNotices {
        guard let notices else { return BlockNotices() }
        var decoder = CanonicalDecoder(payload, in: notices)
        let told = try BlockNotices(from: &decoder, eventCount: count)
        try decoder.finish()
        return told
    }

    /// - Parameter base: where the decoder's bytes begin.
    private static func starts(
        _ decoder: inout CanonicalDecoder, _ base: Int, _ byteCount: Int
    ) throws(CanonicalDecodingError) -> [Int] {
        let count = try decoder.count()
        var lengths: [Int] = []
        lengths.reserveCapacity(count)
        for _ in 0..<count { lengths.append(try decoder.natural()) }
        let end = base + decoder.offset + decoder.remainingCount
        var starts: [Int] = []
        starts.reserveCapacity(count + 1)
        starts.append(base + decoder.offset)
        for length in lengths {
            let (next, overflow) = starts[starts.count - 1].addingReportingOverflow(length)
            guard !overflow, next <= end else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a record ends beyond the block")
            }
            starts.append(next)
        }
        guard starts.last == end else {
            throw CanonicalDecodingError(offset: byteCount, reason: "bytes after the last record")
        }
        return starts
    }
}
