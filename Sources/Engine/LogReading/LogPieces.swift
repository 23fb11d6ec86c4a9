import Determinism
import EventLog
import ModelLifecycle

/// Some thousand consecutive events of a log as they lie there, to be decoded by whoever has time.
struct LogPiece: Sendable {
    /// Adjacent rows, packed or not; the first and the last may reach beyond the range.
    let rows: [Block]
    let range: Range<Int>

    /// Adds its events to batches.
    /// - Parameter reader: of the same log.
    func read(_ reader: inout LogReader, into batches: EventBatches) throws {
        for row in rows {
            let isWhole = range.lowerBound <= row.firstOffset && row.endOffset <= range.upperBound
            if isWhole, let columns = try PackedBlocks.reader(row) {
                try read(columns, &reader, into: batches)
            } else {
                try readEvents(row, &reader, into: batches)
            }
        }
    }

    private func read(
        _ columns: ColumnReader, _ reader: inout LogReader, into batches: EventBatches
    ) throws {
        let contract = try reader.contract(
            columns.contractDigest, version: columns.version, at: columns.firstOffset)
        try batches.add { batch in
            do throws(CanonicalDecodingError) {
                try columns.read(contract, into: &batch)
            } catch {
                throw LogFailure(
                    undecodable: "the events from \(columns.firstOffset) on", error, hint: LogReader.hint)
            }
        }
    }

    /// Event by event, out of blocks.
    private func readEvents(_ row: Block, _ reader: inout LogReader, into batches: EventBatches) throws {
        var next = max(row.firstOffset, range.lowerBound)
        let end = min(row.endOffset, range.upperBound)
        while next < end {
            // What is packed is unpacked by the log, which checks its chain.
            let found = Packing.isPacked(row.payload)
                ? try reader.block(containing: next) : try reader.decode(row)
            guard let (block, contract) = found else { return }
            let blockEnd = min(end, block.firstOffset + block.count)
            var (event, answer) = (Event(contract.layout), StoredAnswer(.predicted))
            try batches.extend(contract, block.contractDigest, version: block.version, at: next) { batch in
                while next < blockEnd {
                    do throws(CanonicalDecodingError) {
                        try block.read(next - block.firstOffset, contract: contract, into: &event, answer: &answer)
                    } catch {
                        throw LogFailure(undecodable: "event \(next)", error, hint: LogReader.hint)
                    }
                    batch.append(event, answer)
                    next += 1
                }
            }
        }
    }
}

/// The events of a log from one offset to another, piece by piece.
struct LogPieces {
    /// How many events are worth a piece.
    static let eventsMin = 1_024
    /// Bytes of rows that are read ahead at most, beside the last of them.
    private static let aheadBytesMax = 1 << 20

    private let log: any AppendOnlyLog
    private var ahead: ArraySlice<Block> = []
    private var next: Int
    private let end: Int

    init(_ log: any AppendOnlyLog, _ range: Range<Int>) {
        (self.log, next, end) = (log, range.lowerBound, range.upperBound)
    }

    /// The piece that comes next; nil at the end.
    mutating func piece() throws -> LogPiece? {
        let start = next
        var rows: [Block] = []
        while next < end, next - start < Self.eventsMin, let row = try row() {
            rows.append(row)
            next = row.endOffset
        }
        return rows.isEmpty ? nil : LogPiece(rows: rows, range: start..<min(next, end))
    }

    /// The row that holds the next event.
    private mutating func row() throws -> Block? {
        if ahead.isEmpty {
            if let packing = log as? any PackingLog {
                ahead = try packing.rows(from: next, bytesMax: Self.aheadBytesMax)[...]
            } else {
                ahead = try log.blocks(after: log.tip(before: next), bytesMax: Self.aheadBytesMax).blocks[...]
            }
        }
        return ahead.popFirst()
    }
}
