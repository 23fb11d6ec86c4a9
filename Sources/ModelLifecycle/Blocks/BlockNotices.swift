import Determinism

/// What the events of a block told the world: a section of it, which is not there where they told nothing.
///
/// `docs/formats/block.md` describes the bytes.
struct BlockNotices: Sendable, Equatable {
    struct Entry: Sendable, Equatable {
        /// Of the event in the block.
        let index: Int
        let notice: Notice
    }

    /// In the order in which they were told.
    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// - Returns: how many bytes more they have at most.
    mutating func append(_ notices: [Notice], of index: Int) -> Int {
        // Of an entry, beside the notice: its index, and its share of their number.
        var bytes = CanonicalEncoder()
        for notice in notices {
            entries.append(Entry(index: index, notice: notice))
            notice.encode(to: &bytes)
        }
        return bytes.bytes.count + 20 * notices.count
    }

    mutating func removeAll(of index: Int) {
        while entries.last?.index == index { entries.removeLast() }
    }

    mutating func removeAll() {
        entries.removeAll()
    }

    /// Those of one event. Complexity: O(log n).
    subscript(index: Int) -> [Notice] {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].index < index { low = middle + 1 } else { high = middle }
        }
        return entries[low...].prefix { $0.index == index }.map(\.notice)
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(entries.count)
        var before = 0
        for entry in entries {
            encoder.count(entry.index - before)
            before = entry.index
            entry.notice.encode(to: &encoder)
        }
    }

    init() {}

    /// - Parameter eventCount: how many events the block has.
    init(from decoder: inout CanonicalDecoder, eventCount: Int) throws(CanonicalDecodingError) {
        var index = 0
        for _ in 0..<(try decoder.count()) {
            let (next, overflow) = index.addingReportingOverflow(try decoder.natural())
            guard !overflow, next < eventCount else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a notice of an event that is not there")
            }
            index = next
            entries.append(Entry(index: index, notice: try Notice(from: &decoder)))
        }
        guard !entries.isEmpty else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "notices, and there are none")
        }
    }
}
