import Determinism

/// The names of versions. They belong to the present, so no restore takes one back, and they are in no digest: the same
/// events have the same states, whatever somebody calls them.
public struct VersionNames: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        public let name: String
        /// The version: the state before the event at this offset.
        public let offset: Int
    }

    /// How many names an application keeps.
    public static let countMax = 10_000

    /// In the order of the names' bytes, each name once.
    private var entries: [Entry] = []

    public init() {}

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    /// By offset, then in the order of the names' bytes.
    public var byOffset: [Entry] { entries.sorted { $0.offset < $1.offset } }

    /// Complexity: O(log n).
    public func offset(of name: String) -> Int? {
        let place = place(of: name)
        return holds(name, at: place) ? entries[place].offset : nil
    }

    /// Gives a name, or moves it.
    /// - Returns: false where there is no room for another, or it is no name: empty, or too long.
    public mutating func set(_ name: String, offset: Int) -> Bool {
        guard !name.isEmpty, name.utf8.count <= Naming.nameBytesMax else { return false }
        let (place, entry) = (place(of: name), Entry(name: name, offset: offset))
        if holds(name, at: place) {
            entries[place] = entry
        } else {
            guard entries.count < Self.countMax else { return false }
            entries.insert(entry, at: place)
        }
        return true
    }

    private func holds(_ name: String, at place: Int) -> Bool {
        place < entries.count && entries[place].name.utf8.elementsEqual(name.utf8)
    }

    /// Where a name is, or would be.
    private func place(of name: String) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            let isBefore = entries[middle].name.utf8.lexicographicallyPrecedes(name.utf8)
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension VersionNames: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(entries.count)
        for entry in entries {
            encoder.string(entry.name)
            encoder.count(entry.offset)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for index in 0..<(try decoder.count()) {
            let name = try decoder.string()
            guard set(name, offset: try decoder.natural()), entries.count == index + 1,
                entries[index].name.utf8.elementsEqual(name.utf8)
            else { throw CanonicalDecodingError(offset: decoder.offset, reason: "names out of order, or none") }
        }
    }

    /// Those in the bytes of a snapshot, of which nothing else is decoded.
    public init(inSnapshot payload: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(payload)
        // Before format 3 the store kept them.
        guard try decoder.byte() > 2, var part = try Sections<SnapshotSection>(from: &decoder).optional(.names) else {
            return
        }
        self = try VersionNames(from: &part)
        try part.finish()
    }
}
