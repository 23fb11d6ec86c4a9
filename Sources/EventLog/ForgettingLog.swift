import Determinism

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
    /// The blocks that record it, with the snapshot of the state after them.
    public let appended: [Block]
    public let snapshot: Snapshot?

    public init(
        firstOffset: Int, droppedSnapshots: [Int] = [], appended: [Block] = [], snapshot: Snapshot? = nil
    ) {
        (self.firstOffset, self.droppedSnapshots) = (firstOffset, droppedSnapshots)
        (self.appended, self.snapshot) = (appended, snapshot)
    }
}

/// A log that can forget: payloads are replaced, and what they were is removed to the last byte. Some engines chain
/// anew, others leave the chain and hand out what is left as ``LogEntry/forgotten(_:)``.
public protocol ForgettingLog: AppendOnlyLog {
    /// Replaces payloads and appends what records it, in one transaction with all else that the rewriting names; then
    /// removes every trace of what was replaced and dropped.
    ///
    /// - Parameters:
    ///   - tip: where the log ends, as with `append`.
    ///   - replacement: gives the new payload of a block, or nil where it stays; asked for every block that ends after
    ///     `rewriting.firstOffset`, in order.
    /// - Throws: `superseded`, or as `append`.
    func forget(
        _ rewriting: Rewriting, after tip: LogTip, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> (tip: LogTip, heads: Heads)

    /// Whether nothing is left of anything that was replaced.
    var isScrubbed: Bool { get throws(LogFailure) }

    /// The rewritings of this log, oldest first.
    func heads() throws(LogFailure) -> [Heads]

    /// Takes over rewritings that happened where the log comes from.
    func record(_ heads: [Heads]) throws(LogFailure)
}
