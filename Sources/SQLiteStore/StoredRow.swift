import Determinism
import EventLog
import Foundation
import GRDB

/// A row of the table `blocks`: one block, or several packed.
struct StoredRow {
    static let columns = "first_offset, event_count, first_time, last_time, chain, payload"

    /// The row as if it were one block; its payload may be packed.
    let block: Block
    /// The link of the last block in it; nil where the column is no digest.
    let chain: Digest?

    /// - Throws: `damaged` where the columns are not those of a row that was written.
    init(_ row: Row) throws {
        let (first, count) = (try row.decode(Int.self, atIndex: 0), try row.decode(Int.self, atIndex: 1))
        guard first >= 0, count > 0, !first.addingReportingOverflow(count).overflow else {
            throw LogFailure(
                .damaged, "the row of event @\(first) says that it has \(count) events",
                hint: SQLiteStore.blockHint(first))
        }
        block = Block(
            firstOffset: first, count: count,
            firstTime: Timestamp(microseconds: try row.decode(atIndex: 2)),
            lastTime: Timestamp(microseconds: try row.decode(atIndex: 3)),
            payload: [UInt8](try row.decode(Data.self, atIndex: 5)))
        chain = (try row.decode(Data?.self, atIndex: 4)).flatMap { Digest(bytes: $0) }
    }

    var isPacked: Bool { Packing.isPacked(block.payload) }

    /// The blocks in the row, and the links that they are.
    /// - Parameter previous: the link before the row; nil where it is not there.
    /// - Throws: `damaged` where they are not what was written.
    func linked(
        after previous: Digest?, _ path: String, _ unpack: Packing.Unpack
    ) throws(LogFailure) -> (blocks: [Block], links: [Digest]) {
        var blocks = [block]
        if isPacked {
            do throws(LogFailure) {
                blocks = try unpack(block.payload)
            } catch {
                throw error.kind == .damaged ? SQLiteStore.damaged(path, block.firstOffset) : error
            }
        }
        guard var link = previous, let first = blocks.first, let last = blocks.last else {
            throw SQLiteStore.damaged(path, block.firstOffset)
        }
        var offset = block.firstOffset
        var links: [Digest] = []
        links.reserveCapacity(blocks.count)
        for block in blocks {
            guard block.firstOffset == offset, block.count > 0 else { throw SQLiteStore.damaged(path, offset) }
            link = block.chain(after: link)
            links.append(link)
            offset = block.endOffset
        }
        // What was dropped was chained as well; what is left says to which link.
        if let sealed = Packing.link(ofSealed: block.payload) {
            link = sealed
            links[links.count - 1] = sealed
        }
        guard link == chain, offset == block.endOffset, first.firstTime == block.firstTime,
            last.lastTime == block.lastTime
        else { throw SQLiteStore.damaged(path, block.firstOffset) }
        return (blocks, links)
    }
}

/// The blocks of rows unpacked lately, so that events of one row are not unpacked one by one.
struct PackCache {
    /// Bytes of unpacked payloads that are kept by who writes, and looks back for questions whose labels come.
    static let bytesMax = 16 << 20
    /// The same by who only reads, which goes forward: more would drive what is needed out of the processor's cache.
    static let readingBytesMax = 1 << 20

    private let bytesMax: Int
    private var packs: [(blocks: [Block], links: [Digest], bytes: Int)] = []
    private var bytes = 0

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Finds a block, and makes its pack the one used last. Complexity: O(packs + log blocks).
    mutating func block(containing offset: Int) -> Block? {
        guard
            let index = packs.lastIndex(where: { pack in
                pack.blocks[0].firstOffset <= offset && offset < pack.blocks[pack.blocks.count - 1].endOffset
            })
        else { return nil }
        if index < packs.count - 1 { packs.append(packs.remove(at: index)) }
        let blocks = packs[packs.count - 1].blocks
        var (low, high) = (0, blocks.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if blocks[middle].firstOffset <= offset { low = middle } else { high = middle }
        }
        return blocks[low]
    }

    /// The blocks in a row and their links, if it is the one that they were read from: the last link says that.
    func pack(of row: StoredRow) -> (blocks: [Block], links: [Digest])? {
        let found = packs.last { $0.blocks[0].firstOffset == row.block.firstOffset && $0.links.last == row.chain }
        return found.map { ($0.blocks, $0.links) }
    }

    mutating func add(_ blocks: [Block], _ links: [Digest]) {
        let size = blocks.reduce(0) { $0 + $1.payload.count + 96 }
        guard size <= bytesMax else { return }
        packs.append((blocks, links, size))
        bytes += size
        while bytes > bytesMax { bytes -= packs.removeFirst().bytes }
    }

    mutating func removeAll() {
        self = PackCache(bytesMax: bytesMax)
    }
}
