import Determinism

/// Adjacent blocks packed into one payload, which gives back each of them with the same bytes.
///
/// Packing therefore changes no link of the chain: a packed payload carries the link of its last block, and is checked
/// by unpacking it and chaining every block in it. A store keeps packed payloads beside plain ones; it hands out plain
/// blocks, or the payload as it is (``EventLog/row(containing:)``). Who packs, and how, is somebody else's.
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

/// A log that was rewritten: where its chain stood, and where it stands now that some payloads are others.
public struct Heads: Sendable, Equatable {
    /// The offset of the first event whose block was replaced.
    public let firstOffset: Int
    /// The log's end when it was rewritten, before what was appended with it.
    public let endOffset: Int
    /// The chain's last link up to there before, and after.
    public let oldHead: Digest
    public let newHead: Digest
    /// Whether the bytes that were replaced are gone from the file. Where not, the next opening tries again.
    public let isScrubbed: Bool

    public init(firstOffset: Int, endOffset: Int, oldHead: Digest, newHead: Digest, isScrubbed: Bool) {
        (self.firstOffset, self.endOffset) = (firstOffset, endOffset)
        (self.oldHead, self.newHead, self.isScrubbed) = (oldHead, newHead, isScrubbed)
    }
}

/// What changes with a rewriting of the log, all of it or nothing.
public struct Rewriting: Sendable {
    /// Nothing before this offset is replaced.
    public let firstOffset: Int
    /// Snapshots that do not hold any more, by offset.
    public let droppedSnapshots: [Int]
    /// The block that records it, with its snapshot.
    public let appended: Block?
    public let snapshot: Snapshot?

    public init(
        firstOffset: Int, droppedSnapshots: [Int] = [], appended: Block? = nil, snapshot: Snapshot? = nil
    ) {
        (self.firstOffset, self.droppedSnapshots) = (firstOffset, droppedSnapshots)
        (self.appended, self.snapshot) = (appended, snapshot)
    }
}
