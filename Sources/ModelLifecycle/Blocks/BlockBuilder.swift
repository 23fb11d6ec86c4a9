import Determinism
import OnlineLearning

/// What the fold replied to an event, as it lies beside the event in the log.
public struct StoredAnswer: Sendable, Equatable {
    public var decision: Decision
    /// Of a question: the champion's answer.
    public var values: [Double]
    /// Whether the baseline answered in the champion's place.
    public var isBaseline: Bool
    /// What the world was told; nil in blocks of formats 1 and 2, which do not say.
    public var notices: [Notice]?

    public init(
        _ decision: Decision, values: [Double] = [], isBaseline: Bool = false, notices: [Notice]? = []
    ) {
        (self.decision, self.values) = (decision, values)
        (self.isBaseline, self.notices) = (isBaseline, notices)
    }
}

/// Encodes a block: events with the answers to them, under one contract and one version.
///
/// `docs/formats/block.md` describes the bytes. Strings that repeat — categories, classes — lie in a dictionary at the
/// beginning; each record carries its length, so that one event can be read without decoding those before it.
public struct BlockBuilder: Sendable {
    private let contract: Contract
    private let prefix: BlockPrefix
    public private(set) var firstOffset: Int
    public private(set) var count = 0
    public private(set) var firstTime = Ledger.beginning
    public private(set) var lastTime = Ledger.beginning
    private var dictionary = CategoryTable()
    private var records = CanonicalEncoder()
    private var lengths = CanonicalEncoder()
    private var notices = BlockNotices()
    /// Bytes of the notices so far.
    private var noticeBytes = 0
    /// Where everything ended before the event appended last.
    private var last = (records: 0, lengths: 0, strings: 0, noticeBytes: 0, time: Ledger.beginning)

    /// - Parameters:
    ///   - firstOffset: of the event that comes first.
    ///   - version: the offset of the adoption that serves.
    public init(contract: Contract, version: Int, firstOffset: Int) {
        (self.contract, self.firstOffset) = (contract, firstOffset)
        prefix = BlockPrefix(contract: contract.canonicalDigest, version: version)
    }

    public var isEmpty: Bool { count == 0 }
    public var endOffset: Int { firstOffset + count }
    /// What ``payload()`` has at most, in bytes. Complexity: O(1).
    public var byteCountMax: Int {
        records.bytes.count + lengths.bytes.count + dictionary.byteCount + noticeBytes + Self.frameBytes
    }

    /// More than head, counts and lengths of sections have.
    private static let frameBytes = 256

    /// Begins the next block of the same contract and version.
    public mutating func begin(at offset: Int) {
        firstOffset = offset
        count = 0
        dictionary = CategoryTable()
        records.removeAll(keepingCapacity: true)
        lengths.removeAll(keepingCapacity: true)
        notices.removeAll()
        noticeBytes = 0
    }

    /// Takes the event appended last back, as if it had not been; once after each. Complexity: O(bytes).
    public mutating func removeLast() {
        records = records.prefix(last.records)
        lengths = lengths.prefix(last.lengths)
        dictionary.removeLast(dictionary.count - last.strings)
        count -= 1
        notices.removeAll(of: count)
        (noticeBytes, lastTime) = (last.noticeBytes, last.time)
    }

    /// Adds an event that was applied, stamped with its log time, what was answered, and what the world is told.
    public mutating func append(
        _ event: borrowing Event, time: Timestamp, decision: Decision, values: ArraySlice<Double>, isBaseline: Bool,
        notices: [Notice] = []
    ) {
        let start = records.bytes.count
        last = (start, lengths.bytes.count, dictionary.count, noticeBytes, lastTime)
        if isEmpty { firstTime = time }
        lastTime = time
        records.byte(event.kind.rawValue)
        records.uint(UInt64(time.microseconds &- firstTime.microseconds))
        records.blob(event.id.bytes)
        switch event.payload {
        case .prediction: encode(event.features)
        case .label(let label), .corrected(let label): encode(label)
        case .example(let label):
            encode(event.features)
            encode(label)
        case .adopted(let adoption): adoption.encode(to: &records)
        case .amended(let amendment): amendment.encode(to: &records)
        case .named(let naming): naming.encode(to: &records)
        case .clock(let correction): correction.encode(to: &records)
        case .measured(let measured): measured.encode(to: &records)
        case .directed(let directive): directive.encode(to: &records)
        case .signed(let signed): signed.encode(to: &records)
        case .forgotten, .tick: break
        }
        records.byte(decision.code << 1 | (isBaseline ? 1 : 0))
        if decision.hasAnswer {
            records.count(values.count)
            for value in values { records.double(value) }
        }
        lengths.count(records.bytes.count - start)
        if !notices.isEmpty { noticeBytes += self.notices.append(notices, of: count) }
        count += 1
    }

    /// The block's bytes. Complexity: O(size).
    public func payload() -> [UInt8] {
        var told = CanonicalEncoder()
        if !notices.isEmpty { notices.encode(to: &told) }
        return prefix.block(
            firstOffset: firstOffset, firstTime: firstTime, dictionary: { dictionary.encode(to: &$0) }, count: count,
            lengths: lengths.bytes, records: records.bytes, notices: told.bytes)
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

extension CanonicalEncoder {
    /// The first bytes of it.
    fileprivate func prefix(_ count: Int) -> CanonicalEncoder {
        var encoder = CanonicalEncoder(reserving: count)
        encoder.raw(Array(bytes[..<count]))
        return encoder
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
        case .noted: 10
        case .setAside: 11
        case .predictedAndSetAside: 12
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
        case 10: self = .noted
        case 11: self = .setAside
        case 12: self = .predictedAndSetAside
        default: return nil
        }
    }

    /// Whether it comes with an answer to a question.
    public var hasAnswer: Bool {
        switch self {
        case .predicted, .predictedAndLearned, .predictedAndSetAside: true
        default: false
        }
    }
}
