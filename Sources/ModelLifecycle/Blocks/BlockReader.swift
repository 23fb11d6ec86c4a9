import Determinism
import OnlineLearning

/// Reads a block that ``BlockBuilder`` encoded, event by event or one event alone.
public struct BlockReader: Sendable {
    private let layout: BlockLayout
    private let bytes: [UInt8]
    private let notices: BlockNotices

    public init(_ payload: [UInt8]) throws(CanonicalDecodingError) {
        (layout, bytes) = (try BlockLayout(payload), payload)
        notices = try layout.readNotices(payload)
    }

    /// The contract under which the events were checked.
    public var contractDigest: Digest { layout.prefix.contract }
    /// The offset of the adoption that served.
    public var version: Int { layout.prefix.version }
    public var firstOffset: Int { layout.firstOffset }
    public var count: Int { layout.count }
    private var starts: [Int] { layout.starts }
    private var dictionary: CategoryTable { layout.dictionary }

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
        let kind = try Self.kind(&decoder, layout.prefix.format)
        event.time = try time(&decoder)
        try decoder.withBlob { event.id.set($0) }
        if kind.isQuestion {
            try readFeatures(&decoder, contract.layout, &event.features)
        } else {
            event.features.removeAll()
        }
        event.payload = try payload(kind, &decoder, contract.target, hasID: !event.id.isEmpty)
        let code = try decoder.byte()
        guard let decision = Decision(code: code >> 1) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no decision has the code \(code >> 1)")
        }
        (answer.decision, answer.isBaseline) = (decision, code & 1 == 1)
        let width = decision.hasAnswer ? try decoder.count(elementBytes: 8) : 0
        if answer.values.count != width { answer.values = [Double](repeating: 0, count: width) }
        for place in 0..<width { answer.values[place] = try decoder.double() }
        if !layout.keepsNotices {
            answer.notices = nil
        } else if !notices.isEmpty || answer.notices?.isEmpty != true {
            answer.notices = notices[index]
        }
        try decoder.finish()
    }

    private static func kind(
        _ decoder: inout CanonicalDecoder, _ format: UInt8
    ) throws(CanonicalDecodingError) -> Event.Kind {
        let number = try decoder.byte()
        guard let kind = Event.Kind(rawValue: number), format > 2 || number <= Event.Kind.forgotten.rawValue else {
            throw .unknown("an event of kind \(number)", at: 0)
        }
        return kind
    }

    private func payload(
        _ kind: Event.Kind, _ decoder: inout CanonicalDecoder, _ target: TargetDeclaration, hasID: Bool
    ) throws(CanonicalDecodingError) -> Event.Payload {
        switch kind {
        case .prediction: .prediction
        case .label: .label(try readLabel(&decoder, target))
        case .example: .example(try readLabel(&decoder, target))
        case .corrected: .corrected(try readLabel(&decoder, target))
        case .adopted: .adopted(try Adoption(from: &decoder, hasRevision: layout.prefix.format > 1))
        // Before format 3 a correction was an amendment with an id.
        case .amended where hasID && layout.prefix.format < 3: .corrected(try readLabel(&decoder, target))
        case .amended: .amended(try Amendment(from: &decoder))
        case .forgotten: .forgotten
        case .named: .named(try Naming(from: &decoder))
        case .tick: .tick
        case .measured: .measured(try Measured(from: &decoder))
        case .clock: .clock(try ClockCorrection(from: &decoder))
        case .directed: .directed(try Directive(from: &decoder))
        case .signed: .signed(try SignedAmendment(from: &decoder))
        }
    }

    /// What the events told the world, each with the index of its event, in order.
    public var told: [(index: Int, notice: Notice)] { notices.entries.map { ($0.index, $0.notice) } }

    /// The log time of an event, without reading more of it.
    public func time(of index: Int) throws(CanonicalDecodingError) -> Timestamp {
        var decoder = CanonicalDecoder(bytes, in: starts[index]..<starts[index + 1])
        _ = try decoder.byte()
        return try time(&decoder)
    }

    private func time(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Timestamp {
        Timestamp(microseconds: layout.firstTime.microseconds &+ Int64(truncatingIfNeeded: try decoder.uint()))
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
