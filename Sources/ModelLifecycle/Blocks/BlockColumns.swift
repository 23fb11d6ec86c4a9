import Determinism
import OnlineLearning

/// Adjacent blocks of one contract and one version, turned column by column so that they compress well, and back to the
/// same bytes: what the chain was computed over comes out again.
///
/// `docs/formats/block.md` describes the columns. Nothing but the columns is needed to turn them back. A record of a
/// kind that is not known here goes through as it is. Complexity: O(size).
public struct BlockColumns: Sendable {
    /// What each column holds; the columns of the features come after these, one each, and last, where some block has
    /// notices, one of those of each block.
    enum Fixed: Int, CaseIterable {
        case kinds, times, idPlaces, ids, missing, labels, decisions, answerCounts, answers, others
    }

    /// What the blocks have in common, and where each of them ends.
    public let head: [UInt8]
    public let columns: [[UInt8]]

    public init(head: [UInt8], columns: [[UInt8]]) {
        (self.head, self.columns) = (head, columns)
    }

    /// Turns blocks into columns.
    /// - Parameters:
    ///   - payloads: as ``BlockBuilder`` made them, in their order.
    ///   - contract: that under which all of their events were checked.
    /// - Throws: where they are of more than one contract, version or format, or not as the builder makes them.
    public init(_ payloads: [[UInt8]], contract: Contract) throws(CanonicalDecodingError) {
        var splitter = try ColumnSplitter(contract)
        for payload in payloads { try splitter.add(payload) }
        (head, columns) = splitter.finish()
    }

    /// A block that came out of columns again.
    public struct Part: Sendable {
        public let firstOffset: Int
        public let count: Int
        public let firstTime: Timestamp
        public let lastTime: Timestamp
        public let payload: [UInt8]
    }

    /// The blocks as they were.
    /// - Throws: where the columns are not what ``init(_:contract:)`` makes.
    public func parts() throws(CanonicalDecodingError) -> [Part] {
        var joiner = try ColumnJoiner(self)
        return try joiner.parts()
    }

    func decoder(of column: Fixed) -> CanonicalDecoder { CanonicalDecoder(columns[column.rawValue]) }

    func decoder(ofFeature index: Int) -> CanonicalDecoder {
        CanonicalDecoder(columns[Fixed.allCases.count + index])
    }

    /// The bits of all answers, one after the other.
    func answers() throws(CanonicalDecodingError) -> [UInt64] {
        let planes = columns[Fixed.answers.rawValue]
        guard planes.count % 8 == 0 else { throw Self.failure("an answer is cut") }
        let count = planes.count / 8
        return planes.withUnsafeBufferPointer { planes in
            (0..<count).map { index in
                var word: UInt64 = 0
                for plane in 0..<8 { word = word << 8 | UInt64(planes[plane * count + index]) }
                return word
            }
        }
    }

    static func failure(_ reason: String) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: 0, reason: reason)
    }
}

/// What a record holds, by the byte of its kind.
enum RecordShape {
    /// Kinds whose records are split into columns; all others go through as they are.
    static func isSplit(_ kind: UInt8, _ format: UInt8) -> Bool {
        switch Event.Kind(rawValue: kind) {
        case .prediction, .label, .example, .corrected, .tick: true
        // Before format 3 a correction was an amendment with an id.
        case .amended: format < 3
        default: false
        }
    }

    static func hasFeatures(_ kind: UInt8) -> Bool {
        kind == Event.Kind.prediction.rawValue || kind == Event.Kind.example.rawValue
    }

    static func hasLabel(_ kind: UInt8) -> Bool {
        kind != Event.Kind.prediction.rawValue && kind != Event.Kind.tick.rawValue
    }

    static func hasAnswer(_ decision: UInt8) -> Bool { Decision(code: decision >> 1)?.hasAnswer ?? false }
}
