import Determinism
import OnlineLearning

/// Reads a block that ``BlockBuilder`` encoded, event by event or one event alone.
public struct BlockReader: Sendable {
    /// The contract under which the events were checked.
    public let contractDigest: Digest
    /// The offset of the adoption that served.
    public let version: Int
    public let firstOffset: Int
    public let count: Int
    private let firstTime: Timestamp
    private let dictionary: CategoryTable
    /// Where the record of each event begins, and the end of the last.
    private let starts: [Int]
    private let bytes: [UInt8]
    /// Whether adoptions name the revision that derived them.
    private let hasRevisions: Bool
    /// Whether it says what the world was told.
    private let keepsNotices: Bool
    private let notices: BlockNotices

    public init(_ payload: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(payload)
        let format = try decoder.byte()
        guard (1...BlockBuilder.formatVersion).contains(format) else {
            throw CanonicalDecodingError(offset: 0, reason: "block format \(format) is not known")
        }
        (hasRevisions, keepsNotices) = (format > 1, format > 2)
        contractDigest = try decoder.digest()
        version = try decoder.natural()
        firstOffset = try decoder.natural()
        firstTime = Timestamp(microseconds: try decoder.int())
        dictionary = try CategoryTable(from: &decoder)
        count = try decoder.count()
        var lengths: [Int] = []
        lengths.reserveCapacity(count)
        for _ in 0..<count { lengths.append(try decoder.natural()) }
        var starts: [Int] = []
        starts.reserveCapacity(count + 1)
        starts.append(decoder.offset)
        for length in lengths {
            let (end, overflow) = starts[starts.count - 1].addingReportingOverflow(length)
            guard !overflow, end <= payload.count else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a record ends beyond the block")
            }
            starts.append(end)
        }
        let end = starts[count]
        if keepsNotices, end < payload.count {
            var rest = CanonicalDecoder(payload, in: end..<payload.count)
            notices = try BlockNotices(from: &rest, eventCount: count)
            try rest.finish()
        } else {
            notices = BlockNotices()
            guard end == payload.count else {
                throw CanonicalDecodingError(offset: payload.count, reason: "bytes after the last record")
            }
        }
        (self.starts, bytes) = (starts, payload)
    }

    /// Reads one event and its answer.
    /// - Parameters:
    ///   - index: from 0; its offset is `firstOffset + index`.
    ///   - contract: the one whose digest is ``contractDigest``.
    public func read(
        _ index: Int, contract: Contract, into event: inout Event
    ) throws(CanonicalDecodingError) -> StoredAnswer {
        var answer = StoredAnswer(.predicted)
        try read(index, contract: contract, into: &event, answer: &answer)
        return answer
    }

    /// The same into an answer that is reused, so that reading a log allocates nothing per event.
    public func read(
        _ index: Int, contract: Contract, into event: inout Event, answer: inout StoredAnswer
    ) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes, in: starts[index]..<starts[index + 1])
        event.kind = try decoder.enumeration(Event.Kind.init(rawValue:))
        event.time = Timestamp(microseconds: firstTime.microseconds &+ Int64(truncatingIfNeeded: try decoder.uint()))
        try decoder.withBlob { event.id.set($0) }
        (event.label, event.adoption, event.amendment) = (nil, nil, nil)
        switch event.kind {
        case .prediction: try readFeatures(&decoder, contract.layout, &event.features)
        case .amended where event.id.isEmpty:
            event.features.removeAll()
            event.amendment = try Amendment(from: &decoder)
        case .label, .amended:
            event.features.removeAll()
            event.label = try readLabel(&decoder, contract.target)
        case .example:
            try readFeatures(&decoder, contract.layout, &event.features)
            event.label = try readLabel(&decoder, contract.target)
        case .adopted:
            event.features.removeAll()
            event.adoption = try Adoption(from: &decoder, hasRevision: hasRevisions)
        case .forgotten: event.features.removeAll()
        }
        let code = try decoder.byte()
        guard let decision = Decision(code: code >> 1) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no decision has the code \(code >> 1)")
        }
        (answer.decision, answer.isBaseline) = (decision, code & 1 == 1)
        let width = decision.hasAnswer ? try decoder.count(elementBytes: 8) : 0
        if answer.values.count != width { answer.values = [Double](repeating: 0, count: width) }
        for place in 0..<width { answer.values[place] = try decoder.double() }
        if !keepsNotices {
            answer.notices = nil
        } else if !notices.isEmpty || answer.notices?.isEmpty != true {
            answer.notices = notices[index]
        }
        try decoder.finish()
    }

    /// What the events told the world, each with the index of its event, in order.
    public var told: [(index: Int, notice: Notice)] { notices.entries.map { ($0.index, $0.notice) } }

    /// The log time of an event, without reading more of it.
    public func time(of index: Int) throws(CanonicalDecodingError) -> Timestamp {
        var decoder = CanonicalDecoder(bytes, in: starts[index]..<starts[index + 1])
        _ = try decoder.byte()
        return Timestamp(microseconds: firstTime.microseconds &+ Int64(truncatingIfNeeded: try decoder.uint()))
    }

    /// The events of one id, ascending, without decoding any of them whole.
    public func indices(of id: EventID) throws(CanonicalDecodingError) -> [Int] {
        var found: [Int] = []
        for index in 0..<count {
            var decoder = CanonicalDecoder(bytes, in: starts[index]..<starts[index + 1])
            _ = try decoder.byte()
            _ = try decoder.uint()
            var isSame = false
            try decoder.withBlob { isSame = $0.elementsEqual(id.bytes) }
            if isSame { found.append(index) }
        }
        return found
    }

    /// The indices of the events of a kind, without reading more of any than its first byte.
    public func indices(of kind: Event.Kind) -> [Int] {
        (0..<count).filter { starts[$0] < starts[$0 + 1] && bytes[starts[$0]] == kind.rawValue }
    }

    private func readFeatures(
        _ decoder: inout CanonicalDecoder, _ layout: FeatureLayout, _ row: inout FeatureRow
    ) throws(CanonicalDecodingError) {
        // Most rows are complete: then every slot is set below, and none needs to be cleared first.
        let maskCount = (layout.count + 7) / 8
        var isMissingAny: UInt8 = 0
        for _ in 0..<maskCount { isMissingAny |= try decoder.byte() }
        if isMissingAny == 0, layout.numberCount == layout.count, !layout.hasBooleans {
            try row.withNumbers { (numbers) throws(CanonicalDecodingError) in
                for slot in numbers.indices { numbers[slot] = try CompactNumber.decode(from: &decoder) }
            }
            return
        }
        if isMissingAny == 0 { row.beginStrings() } else { row.removeAll() }
        var masks = decoder.rewound(by: maskCount)
        var mask: UInt8 = 0
        let (kinds, slots) = (layout.kinds, layout.slots)
        for feature in kinds.indices {
            if isMissingAny != 0 {
                if feature % 8 == 0 { mask = try masks.byte() }
                if mask & 1 << (feature % 8) != 0 { continue }
            }
            let slot = slots[feature]
            switch kinds[feature] {
            case .number: row.setNumber(try CompactNumber.decode(from: &decoder), at: slot)
            case .boolean: row.setNumber(try decoder.bool() ? 1 : 0, at: slot)
            case .category, .text:
                let index = try dictionaryIndex(&decoder)
                row.setString(index, of: dictionary, at: slot)
            case .timestamp: row.setTimestamp(try decoder.int(), at: slot)
            }
        }
    }

    private func readLabel(
        _ decoder: inout CanonicalDecoder, _ target: TargetDeclaration
    ) throws(CanonicalDecodingError) -> Label {
        if target.task == .regression { return .number(try CompactNumber.decode(from: &decoder)) }
        let index = try dictionaryIndex(&decoder)
        return dictionary.withName(at: index) { target.label(of: $0) }
    }

    private func dictionaryIndex(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int {
        let index = try decoder.uint()
        guard index < UInt64(dictionary.count) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no string has the number \(index)")
        }
        return Int(index)
    }
}
