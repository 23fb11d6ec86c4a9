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

    public init(_ payload: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(payload)
        let format = try decoder.byte()
        guard format == BlockBuilder.formatVersion else {
            throw CanonicalDecodingError(offset: 0, reason: "block format \(format) is not known")
        }
        contractDigest = try decoder.digest()
        version = try decoder.natural()
        firstOffset = try decoder.natural()
        firstTime = Timestamp(microseconds: try decoder.int())
        dictionary = try CategoryTable(from: &decoder)
        count = try decoder.count()
        var lengths: [Int] = []
        for _ in 0..<count { lengths.append(try decoder.natural()) }
        var starts = [decoder.offset]
        for length in lengths {
            let (end, overflow) = starts[starts.count - 1].addingReportingOverflow(length)
            guard !overflow, end <= payload.count else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a record ends beyond the block")
            }
            starts.append(end)
        }
        guard starts.last == payload.count else {
            throw CanonicalDecodingError(offset: payload.count, reason: "bytes after the last record")
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
        var decoder = CanonicalDecoder(bytes[starts[index]..<starts[index + 1]])
        event.kind = try decoder.enumeration(Event.Kind.init(rawValue:))
        event.time = Timestamp(microseconds: firstTime.microseconds &+ Int64(truncatingIfNeeded: try decoder.uint()))
        event.id.set(try decoder.blob())
        (event.label, event.adoption) = (nil, nil)
        event.features.removeAll()
        switch event.kind {
        case .prediction: try readFeatures(&decoder, contract.layout, &event.features)
        case .label, .amended: event.label = try readLabel(&decoder, contract)
        case .example:
            try readFeatures(&decoder, contract.layout, &event.features)
            event.label = try readLabel(&decoder, contract)
        case .adopted: event.adoption = try Adoption(from: &decoder)
        }
        let code = try decoder.byte()
        guard let decision = Decision(code: code >> 1) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no decision has the code \(code >> 1)")
        }
        var answer = StoredAnswer(decision, isBaseline: code & 1 == 1)
        if decision.hasAnswer { answer.values = try decoder.doubles() }
        try decoder.finish()
        return answer
    }

    private func readFeatures(
        _ decoder: inout CanonicalDecoder, _ layout: FeatureLayout, _ row: inout FeatureRow
    ) throws(CanonicalDecodingError) {
        var missing: [UInt8] = []
        for _ in 0..<(layout.count + 7) / 8 { missing.append(try decoder.byte()) }
        for feature in 0..<layout.count where missing[feature / 8] & 1 << (feature % 8) == 0 {
            let slot = layout.slots[feature]
            switch layout.kinds[feature] {
            case .number: row.setNumber(try CompactNumber.decode(from: &decoder), at: slot)
            case .boolean: row.setNumber(try decoder.bool() ? 1 : 0, at: slot)
            case .category, .text: row.setString(try string(&decoder), at: slot)
            case .timestamp: row.setTimestamp(try decoder.int(), at: slot)
            }
        }
    }

    private func readLabel(
        _ decoder: inout CanonicalDecoder, _ contract: Contract
    ) throws(CanonicalDecodingError) -> Label {
        if contract.target.task == .regression { return .number(try CompactNumber.decode(from: &decoder)) }
        let name = try string(&decoder)
        if let slot = contract.target.classes?.firstIndex(where: { $0.utf8.elementsEqual(name.utf8) }) {
            return .listed(slot)
        }
        return .named(Array(name.utf8))
    }

    private func string(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> String {
        let index = try decoder.uint()
        guard index < UInt64(dictionary.count) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no string has the number \(index)")
        }
        return dictionary.name(at: Int(index))
    }
}

extension FeatureRow {
    /// The same values laid out for another contract, by the names of the features; what it lacks is missing.
    public func rearranged(from layout: FeatureLayout, to other: FeatureLayout) -> FeatureRow {
        guard layout != other else { return self }
        var row = FeatureRow(other)
        for feature in 0..<other.count {
            guard let source = layout.index(of: other.names[feature]), !isMissing(source, layout),
                FeatureLayout.bank(of: layout.kinds[source]) == FeatureLayout.bank(of: other.kinds[feature])
            else { continue }
            let (from, to) = (layout.slots[source], other.slots[feature])
            switch FeatureLayout.bank(of: other.kinds[feature]) {
            case .numbers: row.setNumber(numbers[from], at: to)
            case .strings: _ = withString(at: from) { bytes, _ in row.setString(bytes, at: to) }
            case .timestamps: row.setTimestamp(timestamps[from], at: to)
            }
        }
        return row
    }
}
