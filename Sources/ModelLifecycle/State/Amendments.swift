import Determinism
import OnlineLearning

/// What one `amended` or `clock` event says of the past. It names questions by their offsets, and nothing that they
/// held.
public indirect enum Amendment: Sendable, Equatable {
    /// These questions, and what labelled them, count as void. The offsets are those of the predictions, examples and
    /// labels; *forgotten* ones have lost their payload too.
    case exclusion(OffsetRanges, isForgotten: Bool)
    /// These questions had other labels than they were given, in ascending order of the questions' offsets.
    case corrections([Correction])
    /// The events from this offset on up to the amendment happened at this time, at the latest.
    case clock(from: Int, latest: Timestamp)

    public struct Correction: Sendable, Equatable {
        /// The offset of the prediction or example.
        public let question: Int
        public let label: Label

        public init(question: Int, label: Label) {
            (self.question, self.label) = (question, label)
        }
    }

    /// The same without what it says of questions that are forgotten.
    public func forgetting(_ questions: OffsetRanges) -> Amendment {
        guard case .corrections(let corrections) = self else { return self }
        return .corrections(corrections.filter { !questions.contains($0.question) })
    }

    /// Ranges or corrections in it.
    var partCount: Int {
        switch self {
        case .exclusion(let offsets, _): offsets.ranges.count
        case .corrections(let corrections): corrections.count
        case .clock: 1
        }
    }

    /// The first offset whose event counts as another than it was.
    var firstTouched: Int? {
        switch self {
        case .exclusion(let offsets, _): offsets.first
        case .corrections(let corrections): corrections.first?.question
        case .clock(let from, _): from
        }
    }
}

/// Every amendment of an application, in the order of the log. Amendments belong to the present: no restore takes one
/// back, and whatever is derived from the log is derived under all of them.
public struct Amendments: Sendable, Equatable {
    public struct Entry: Sendable, Equatable {
        /// Of the event that says it.
        public let offset: Int
        public let amendment: Amendment
    }

    /// Ranges and corrections that are kept at most.
    public static let partsMax = 1_000_000

    public private(set) var entries: [Entry] = []
    private var partCount = 0

    public init() {}

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    /// - Parameter offset: of the `amended` event, or `Int.max` before there is one.
    public mutating func append(_ amendment: Amendment, at offset: Int) {
        entries.append(Entry(offset: offset, amendment: amendment))
        partCount += amendment.partCount
    }

    /// Whether there is room for another.
    func hasRoom(for amendment: Amendment) -> Bool {
        partCount + amendment.partCount <= Self.partsMax
    }

    /// Takes out what corrections said of questions that are forgotten.
    mutating func forget(_ questions: OffsetRanges) {
        entries = entries.map { Entry(offset: $0.offset, amendment: $0.amendment.forgetting(questions)) }
    }

    /// How many were made before an offset. Complexity: O(log n).
    public func countBefore(_ offset: Int) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Those that forget.
    public var onlyForgetting: Amendments {
        var amendments = Amendments()
        amendments.entries = entries.filter { entry in
            if case .exclusion(_, isForgotten: true) = entry.amendment { true } else { false }
        }
        return amendments
    }

    /// The events whose payloads were taken out of the log.
    public var forgotten: OffsetRanges { onlyForgetting.voids }

    /// The first so many, in the order in which they were made.
    public func prefix(_ count: Int) -> Amendments {
        var amendments = Amendments()
        amendments.entries = Array(entries.prefix(count))
        return amendments
    }

    /// Whether a state of `offset` that was folded under the first `count` of these is the same under all of them.
    public func leave(_ offset: Int, foldedUnder count: Int) -> Bool {
        entries.dropFirst(count).allSatisfy { $0.amendment.firstTouched.map { $0 >= offset } ?? true }
    }

    /// Whether a state of `offset` is the same under the first `end` of these as under the first `start`.
    public func leave(_ offset: Int, from start: Int, to end: Int) -> Bool {
        guard start < end else { return true }
        return entries[start..<min(end, entries.count)].allSatisfy {
            $0.amendment.firstTouched.map { $0 >= offset } ?? true
        }
    }

    /// Questions and labels that count as void, over all amendments.
    public var excludedCount: Int { voids.count }

    /// What counts as void, over all amendments.
    public var voids: OffsetRanges {
        var all = OffsetRanges()
        for case .exclusion(let offsets, _) in entries.map(\.amendment) { all.formUnion(offsets) }
        return all
    }
}

/// Amendments as a fold asks for them, event by event in ascending order.
public struct AmendmentIndex: Sendable {
    public let amendments: Amendments
    private let voids: [Range<Int>]
    /// Ascending by question, one each.
    private let corrections: [Amendment.Correction]
    /// Which events were stamped ahead, and when they happened at the latest.
    private let clocks: [(offsets: Range<Int>, latest: Timestamp)]
    private var position = 0

    /// Complexity: O(n log n) in what is amended.
    public init(_ amendments: Amendments) {
        self.amendments = amendments
        voids = amendments.voids.ranges
        var all: [(order: Int, correction: Amendment.Correction)] = []
        for case .corrections(let corrections) in amendments.entries.map(\.amendment) {
            for correction in corrections { all.append((all.count, correction)) }
        }
        all.sort { ($0.correction.question, $0.order) < ($1.correction.question, $1.order) }
        var latest: [Amendment.Correction] = []
        for (_, correction) in all {
            if latest.last?.question == correction.question { latest.removeLast() }
            latest.append(correction)
        }
        corrections = latest
        clocks = amendments.entries.compactMap { entry in
            guard case .clock(let from, let latest) = entry.amendment, from < entry.offset else { return nil }
            return (from..<entry.offset, latest)
        }
    }

    /// When the event at an offset happened at the latest; nil where its own time counts.
    func latestTime(at offset: Int) -> Timestamp? {
        guard !clocks.isEmpty else { return nil }
        return clocks.lazy.filter { $0.offsets.contains(offset) }.map(\.latest).min()
    }

    /// Whether the event at an offset counts as void. Offsets are asked for in ascending order.
    public mutating func isVoid(_ offset: Int) -> Bool {
        while position < voids.count, voids[position].upperBound <= offset { position += 1 }
        return position < voids.count && voids[position].lowerBound <= offset
    }

    var hasCorrections: Bool { !corrections.isEmpty }

    /// The label that a question should have had, where it was another.
    public func label(ofQuestion offset: Int) -> Label? {
        var (low, high) = (0, corrections.count)
        while low < high {
            let middle = (low + high) / 2
            if corrections[middle].question < offset { low = middle + 1 } else { high = middle }
        }
        return low < corrections.count && corrections[low].question == offset ? corrections[low].label : nil
    }

    /// The amendment that the event at an offset made.
    func amendment(at offset: Int) -> Amendment? {
        var (low, high) = (0, amendments.entries.count)
        while low < high {
            let middle = (low + high) / 2
            if amendments.entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        guard low < amendments.count, amendments.entries[low].offset == offset else { return nil }
        return amendments.entries[low].amendment
    }
}

// MARK: Bytes

extension Amendment: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        switch self {
        case .exclusion(let offsets, let isForgotten):
            encoder.byte(isForgotten ? 1 : 0)
            offsets.encode(to: &encoder)
        case .corrections(let corrections):
            encoder.byte(2)
            encoder.count(corrections.count)
            var before = 0
            for correction in corrections {
                encoder.count(correction.question - before)
                before = correction.question
                correction.label.encode(to: &encoder)
            }
        case .clock(let from, let latest):
            encoder.byte(3)
            encoder.count(from)
            encoder.int(latest.microseconds)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        switch try decoder.byte() {
        case 0: self = .exclusion(try OffsetRanges(from: &decoder), isForgotten: false)
        case 1: self = .exclusion(try OffsetRanges(from: &decoder), isForgotten: true)
        case 2:
            var corrections: [Correction] = []
            var question = 0
            for _ in 0..<(try decoder.count()) {
                let (next, overflow) = question.addingReportingOverflow(try decoder.natural())
                guard !overflow, corrections.isEmpty || next > question else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "corrections out of order")
                }
                question = next
                corrections.append(Correction(question: question, label: try Label(from: &decoder)))
            }
            self = .corrections(corrections)
        case 3:
            let from = try decoder.natural()
            self = .clock(from: from, latest: Timestamp(microseconds: try decoder.int()))
        case let kind: throw CanonicalDecodingError(offset: decoder.offset, reason: "no amendment is of kind \(kind)")
        }
    }
}

extension Amendments: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(entries.count)
        for entry in entries {
            encoder.count(entry.offset)
            entry.amendment.encode(to: &encoder)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for _ in 0..<(try decoder.count()) {
            let offset = try decoder.natural()
            append(try Amendment(from: &decoder), at: offset)
        }
    }
}
