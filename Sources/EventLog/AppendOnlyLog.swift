import Determinism

/// Where a log ends, as somebody knows it.
///
/// It is what an append is conditional on: whoever holds it has folded everything before it, and nothing after.
public struct LogTip: Sendable, Hashable {
    /// The engine's own number of what lies last: it grows with every entry, and is not an offset.
    public let position: UInt64
    /// The offset of the next event.
    public let endOffset: Int
    /// The chain's last link. A claim leaves it as it is.
    public let link: Digest
    /// Of the last claim; 0 before there was one.
    public let term: UInt64

    public init(position: UInt64, endOffset: Int, link: Digest, term: UInt64) {
        (self.position, self.endOffset, self.link, self.term) = (position, endOffset, link, term)
    }

    /// Of a log in which nothing lies.
    public static let start = LogTip(position: 0, endOffset: 0, link: Block.chainStart, term: 0)
}

/// What lies at a position of a log.
public enum LogEntry: Sendable, Equatable {
    case block(Block)
    /// Somebody took the writer's seat.
    case claim(writer: UInt64, term: UInt64)
    /// A block of which something was forgotten, by an engine that leaves the chain as it was: the link is that of the
    /// bytes that are gone.
    case forgotten(Block)

    /// The block that is to be read here; nil for a claim.
    public var block: Block? {
        switch self {
        case .block(let block), .forgotten(let block): block
        case .claim: nil
        }
    }
}

/// An append-only log of blocks.
///
/// One writer appends; anybody reads. What `append` returned from is durable and will be read back in order, the same
/// bytes. Everybody may believe to be the writer: after one tip, one append is accepted.
///
/// What an append that throws has done, its kind says (``LogFailure/Kind``): `superseded` and `refused` have changed
/// nothing. After `outcomeUnknown` the same append may be tried again, or the log opened anew; another block at that
/// place would leave the question open.
public protocol AppendOnlyLog: Sendable {
    /// The end by the store's word. It proves nothing until something was appended after it.
    func lastKnownTip() throws(LogFailure) -> LogTip

    /// Appends adjacent blocks exactly after a tip, all of them or none. The same blocks after the same tip again are
    /// the same append.
    /// - Returns: the tip after the last of them.
    /// - Throws: `superseded` where the log does not end at the tip; `refused` where the blocks do not follow it.
    func append(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip

    /// Takes the writer's seat: whoever holds an older tip can append no more.
    /// - Throws: `superseded` where the log does not end at the tip.
    func claim(after tip: LogTip, writer: UInt64) throws(LogFailure) -> LogTip

    /// Hands out what lies after a tip, in order, checked from the tip on, to the end known now. It reads ahead, a few
    /// MiB at most; `body` may read the log, too.
    ///
    /// - Parameter body: is given an entry and the tip after it; ends the reading where it returns false.
    /// - Returns: the tip after the last entry handed out.
    /// - Throws: `damaged` where what should lie there does not; what `body` throws.
    func read(after tip: LogTip, _ body: (LogEntry, LogTip) throws -> Bool) throws -> LogTip

    /// As `read`, then waits for more, until nothing has come for so long.
    func follow(
        after tip: LogTip, idle: Duration, _ body: (LogEntry, LogTip) throws -> Bool
    ) throws -> LogTip

    /// The tip before the block that holds an offset: where a reading begins. At and beyond the end it is the last one.
    func tip(before offset: Int) throws(LogFailure) -> LogTip

    /// The tip before the last block whose first event is at or before a time; the first one where there is none.
    func tip(before time: Timestamp) throws(LogFailure) -> LogTip

    /// The block that holds an offset, checked; nil at and beyond the end. For those who look back: in order, `read` is
    /// many times faster.
    func block(containing offset: Int) throws(LogFailure) -> Block?

    /// The offset before which the payloads of what clients asked and taught were dropped; 0 where none was.
    var sealedEnd: Int { get throws(LogFailure) }

    /// Ends the use of the log; nothing may be called after it.
    /// - Throws: what could not be tidied up. Nothing that was appended is lost.
    func close() throws(LogFailure)
}

/// What bounds every log.
public enum LogLimit {
    /// Bytes of a block of more than one event, so that an engine may lie behind messages of 1 MiB. A block of one
    /// event is as large as that event: an engine that cannot take it refuses it, or cuts it in parts.
    public static let blockBytesMax = 768 << 10
}

extension AppendOnlyLog {
    /// Of a log that holds nothing open.
    public func close() throws(LogFailure) {}

    /// Of a log that drops nothing.
    public var sealedEnd: Int {
        get throws(LogFailure) { 0 }
    }

    /// The offset of the next event, by the store's word.
    public var endOffset: Int {
        get throws(LogFailure) { try lastKnownTip().endOffset }
    }

    /// The last block whose first event is at or before a time; nil where there is none.
    public func block(at time: Timestamp) throws(LogFailure) -> Block? {
        let block = try block(containing: tip(before: time).endOffset)
        return block.flatMap { $0.firstTime <= time ? $0 : nil }
    }

    /// Adjacent blocks after a tip, at least one and as many as have so many bytes, with the tip after the last; none
    /// at the end. Where something is damaged, those before it come first.
    public func blocks(after tip: LogTip, bytesMax: Int) throws -> (blocks: [Block], tip: LogTip) {
        var (blocks, bytes, end): ([Block], Int, LogTip) = ([], 0, tip)
        do {
            _ = try read(after: tip) { entry, next in
                end = next
                if let block = entry.block {
                    blocks.append(block)
                    bytes += block.payload.count
                }
                return bytes < bytesMax
            }
        } catch where !blocks.isEmpty {
            // Whoever goes on from here meets it.
        }
        return (blocks, end)
    }

    public func follow(
        after tip: LogTip, idle: Duration, _ body: (LogEntry, LogTip) throws -> Bool
    ) throws -> LogTip {
        var (tip, isWanted, last) = (tip, true, ContinuousClock.now)
        while true {
            let next = try read(after: tip) { entry, next in
                isWanted = try body(entry, next)
                return isWanted
            }
            if next != tip { (tip, last) = (next, .now) }
            guard isWanted, ContinuousClock.now - last < idle else { return tip }
            Pause.short()
        }
    }
}

extension Array<Block> {
    /// The links of the chain that adjacent blocks are after a tip.
    /// - Throws: `refused` where they do not follow it, or one another.
    public func links(after tip: LogTip) throws(LogFailure) -> [Digest] {
        var (links, link, offset): ([Digest], Digest, Int) = ([], tip.link, tip.endOffset)
        for block in self {
            guard block.firstOffset == offset, block.count > 0 else {
                throw LogFailure(.refused, "a block of event \(block.firstOffset) does not follow @\(offset)")
            }
            link = block.chain(after: link)
            links.append(link)
            offset = block.endOffset
        }
        return links
    }
}

extension LogFailure {
    /// An append or a claim met a log that has gone on.
    /// - Parameter end: where it ends.
    public static func superseded(_ tip: LogTip, by end: LogTip) -> LogFailure {
        LogFailure(
            .superseded,
            "somebody else writes: after @\(tip.endOffset) the log has gone on, to @\(end.endOffset), term \(end.term)",
            hint: "nothing was changed; what was to be written may be tried again where the log ends now")
    }
}
