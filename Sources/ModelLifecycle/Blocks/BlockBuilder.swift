import Determinism
import OnlineLearning

/// What the fold replied to an event, as it lies beside the event in the log.
public struct StoredAnswer: Sendable, Equatable {
    public var decision: Decision
    /// Of a question: the champion's answer.
    public var values: [Double]
    /// Whether the baseline answered in the champion's place.
    public var isBaseline: Bool

    public init(_ decision: Decision, values: [Double] = [], isBaseline: Bool = false) {
        (self.decision, self.values, self.isBaseline) = (decision, values, isBaseline)
    }
}

/// Encodes a block: events with the answers to them, under one contract and one version.
///
/// `docs/formats/block.md` describes the bytes. Strings that repeat — categories, classes — lie in a dictionary at the
/// beginning; each record carries its length, so that one event can be read without decoding those before it.
public struct BlockBuilder: Sendable {
    /// 1 knew neither amendments by offset nor revisions, 2 no extras of specs.
    static let formatVersion: UInt8 = 3

    private let contract: Contract
    private let contractDigest: Digest
    private let version: Int
    public private(set) var firstOffset: Int
    public private(set) var count = 0
    public private(set) var firstTime = Ledger.beginning
    public private(set) var lastTime = Ledger.beginning
    private var dictionary = CategoryTable()
    private var records = CanonicalEncoder()
    private var lengths: [Int] = []

    /// - Parameters:
    ///   - firstOffset: of the event that comes first.
    ///   - version: the offset of the adoption that serves.
    public init(contract: Contract, version: Int, firstOffset: Int) {
        (self.contract, self.version, self.firstOffset) = (contract, version, firstOffset)
        contractDigest = contract.canonicalDigest
    }

    public var isEmpty: Bool { count == 0 }
    public var endOffset: Int { firstOffset + count }
    /// Bytes so far, roughly.
    public var byteCount: Int { records.bytes.count + dictionary.byteCount }

    /// Begins the next block of the same contract and version.
    public mutating func begin(at offset: Int) {
        firstOffset = offset
        count = 0
        dictionary = CategoryTable()
        records.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
    }

    /// Adds an event that was applied, stamped with its log time, and what was answered.
    public mutating func append(
        _ event: borrowing Event, time: Timestamp, decision: Decision, values: ArraySlice<Double>, isBaseline: Bool
    ) {
        let start = records.bytes.count
        if isEmpty { firstTime = time }
        lastTime = time
        records.byte(event.kind.rawValue)
        records.uint(UInt64(time.microseconds &- firstTime.microseconds))
        records.blob(event.id.bytes)
        if event.kind == .prediction || event.kind == .example { encode(event.features) }
        if let label = event.label { encode(label) }
        event.adoption?.encode(to: &records)
        event.amendment?.encode(to: &records)
        records.byte(decision.code << 1 | (isBaseline ? 1 : 0))
        if decision.hasAnswer {
            records.count(values.count)
            for value in values { records.double(value) }
        }
        lengths.append(records.bytes.count - start)
        count += 1
    }

    /// The block's bytes. Complexity: O(size).
    public func payload() -> [UInt8] {
        var encoder = CanonicalEncoder(reserving: byteCount + 3 * count + 64)
        encoder.byte(Self.formatVersion)
        encoder.digest(contractDigest)
        encoder.count(version)
        encoder.count(firstOffset)
        encoder.int(firstTime.microseconds)
        dictionary.encode(to: &encoder)
        encoder.count(count)
        for length in lengths { encoder.count(length) }
        encoder.raw(records.bytes)
        return encoder.bytes
    }

    private mutating func encode(_ row: borrowing FeatureRow) {
        let layout = contract.layout
        var missing = [UInt8](repeating: 0, count: (layout.count + 7) / 8)
        for feature in 0..<layout.count where row.isMissing(feature, layout) {
            missing[feature / 8] |= 1 << (feature % 8)
        }
        records.raw(missing)
        for feature in 0..<layout.count where !row.isMissing(feature, layout) {
            let slot = layout.slots[feature]
            switch layout.kinds[feature] {
            case .number: CompactNumber.encode(row.numbers[slot], to: &records)
            case .boolean: records.bool(row.numbers[slot] != 0)
            case .category, .text:
                let index = row.withString(at: slot) { bytes, hash in
                    dictionary.slot(of: bytes, hash: hash) ?? dictionary.append(bytes, hash: hash)
                }
                records.count(index ?? 0)
            case .timestamp: records.int(row.timestamps[slot])
            }
        }
    }

    private mutating func encode(_ label: Label) {
        switch label {
        case .number(let value): CompactNumber.encode(value, to: &records)
        case .listed(let slot): encode(className: Array((contract.target.classes ?? [])[slot].utf8))
        case .named(let bytes): encode(className: bytes)
        }
    }

    private mutating func encode(className: [UInt8]) {
        let index = className.withUnsafeBytes { bytes in
            let hash = CategoryTable.hash(bytes)
            return dictionary.slot(of: bytes, hash: hash) ?? dictionary.append(bytes, hash: hash)
        }
        records.count(index)
    }
}

extension FeatureRow {
    /// Whether a feature, by its position in the layout, is missing.
    public func isMissing(_ feature: Int, _ layout: FeatureLayout) -> Bool {
        let slot = layout.slots[feature]
        switch FeatureLayout.bank(of: layout.kinds[feature]) {
        case .numbers: return numbers[slot].isNaN
        case .strings: return !hasString(at: slot)
        case .timestamps: return timestamps[slot] == Self.missingTimestamp
        }
    }
}

extension Decision {
    /// The code of a decision that is logged.
    var code: UInt8 {
        switch self {
        case .predicted: 1
        case .predictedAndLearned: 2
        case .learned: 3
        case .waiting: 4
        case .late: 5
        case .corrected: 6
        case .adopted: 7
        case .amended: 8
        case .void: 9
        case .repeated, .refused: preconditionFailure("\(self) is not logged")
        }
    }

    init?(code: UInt8) {
        switch code {
        case 1: self = .predicted
        case 2: self = .predictedAndLearned
        case 3: self = .learned
        case 4: self = .waiting
        case 5: self = .late
        case 6: self = .corrected
        case 7: self = .adopted
        case 8: self = .amended
        case 9: self = .void
        default: return nil
        }
    }

    /// Whether it comes with an answer to a question.
    public var hasAnswer: Bool {
        switch self {
        case .predicted, .predictedAndLearned: true
        default: false
        }
    }
}
