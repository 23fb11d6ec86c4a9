import Determinism
import Synchronization

extension MemoryLog: ForgettingLog {
    public func forget(
        _ rewriting: Rewriting, after tip: LogTip, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> (tip: LogTip, heads: Heads) {
        let before = contents.withLock { $0 }
        guard before.tip == tip else { throw .superseded(tip, by: before.tip) }
        var after = before
        var link = Block.chainStart
        for (index, place) in before.places.enumerated() {
            guard let block = place.entry.block else {
                after.places[index].tip = place.tip.linked(link)
                continue
            }
            var left = block
            if block.endOffset > rewriting.firstOffset {
                do {
                    if let payload = try replacement(block) { left = block.replacing(payload) }
                } catch {
                    throw error as? LogFailure ?? LogFailure(.refused, "the log was not rewritten: \(error)")
                }
            }
            link = leavesChain ? place.tip.link : left.chain(after: link)
            after.places[index].tip = place.tip.linked(link)
            guard left != block else { continue }
            after.places[index].entry = leavesChain ? .forgotten(left) : .block(left)
        }
        let heads = Heads(
            firstOffset: rewriting.firstOffset, endOffset: tip.endOffset, oldHead: tip.link, newHead: link,
            isScrubbed: true)
        after.append(rewriting.appended, try rewriting.appended.links(after: after.tip))
        let places = after.places
        return try contents.withLock { contents throws(LogFailure) in
            guard contents.tip == tip else { throw .superseded(tip, by: contents.tip) }
            contents.places = places
            contents.snapshots.removeAll { rewriting.droppedSnapshots.contains($0.offset) }
            if let snapshot = rewriting.snapshot { contents.snapshots.append(snapshot) }
            contents.heads.append(heads)
            return (contents.tip, heads)
        }
    }

    public var isScrubbed: Bool { true }

    public func heads() -> [Heads] { contents.withLock { $0.heads } }

    public func record(_ heads: [Heads]) {
        contents.withLock { $0.heads += heads }
    }
}

extension LogTip {
    fileprivate func linked(_ link: Digest) -> LogTip {
        LogTip(position: position, endOffset: endOffset, link: link, term: term)
    }
}
