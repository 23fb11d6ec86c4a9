import Determinism

/// Adjacent blocks packed into one payload, which gives back each of them with the same bytes.
///
/// Packing therefore changes no link of the chain: a packed payload carries the link of its last block, and is checked
/// by unpacking it and chaining every block in it. A store keeps packed payloads beside plain ones; it hands out plain
/// blocks, or the payload as it is (``PackingLog/rows(from:bytesMax:)``). Who packs, and how, is somebody else's.
public enum Packing {
    /// Set in the first byte of a packed payload, and in no other.
    public static let mark: UInt8 = 0x80

    /// The first byte of a payload of which something was dropped. Behind it stand a sum of the rest, the chain's link
    /// after the row as it was, and what is left of its blocks, packed.
    public static let sealed: UInt8 = mark | 3

    public static func isSealed(_ payload: some Collection<UInt8>) -> Bool {
        payload.first == sealed
    }

    /// The link that a sealed payload carries, in the place of the one that its blocks would give.
    public static func link(ofSealed payload: [UInt8]) -> Digest? {
        let start = 1 + Digest.byteCount
        guard isSealed(payload), payload.count >= start + Digest.byteCount else { return nil }
        return Digest(bytes: payload[start..<start + Digest.byteCount])
    }

    public static func isPacked(_ payload: some Collection<UInt8>) -> Bool {
        (payload.first ?? 0) & mark != 0
    }

    /// Gives back the blocks that were packed, in their order.
    public typealias Unpack = @Sendable ([UInt8]) throws(LogFailure) -> [Block]
}

/// A log that keeps many small blocks as few rows. Nothing that is read from it changes, nor does any position.
public protocol PackingLog: AppendOnlyLog {
    /// What lies in the log as it lies there, from the row that holds an offset on: blocks, their chain checked, or
    /// packed payloads under the offsets and times of all of their blocks, which are checked by whoever reads them. At
    /// least one, and as many as have so many bytes; none at and beyond the end. Where something is damaged, what is
    /// before it comes first.
    func rows(from offset: Int, bytesMax: Int) throws(LogFailure) -> [Block]

    /// The first blocks from an offset on that lie there as they were committed, one after the other, with at most so
    /// many events, but at least one block; none where all are packed.
    func looseBlocks(from offset: Int, eventsMax: Int) throws(LogFailure) -> [Block]

    /// Puts a packed payload in the place of the blocks that it gives back. The chain stays as it is.
    func pack(_ blocks: [Block], as payload: [UInt8]) throws(LogFailure)

    /// Appends blocks as ``AppendOnlyLog/append(_:after:)`` does, packed. The payload gives back just these.
    func append(_ blocks: [Block], packedAs payload: [UInt8], after tip: LogTip) throws(LogFailure) -> LogTip
}
