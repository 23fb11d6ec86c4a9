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
    /// The amendment at this offset is taken back: the past counts as if it had never been made.
    case withdrawal(of: Int)

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
        case .clock, .withdrawal: 1
        }
    }

    /// The first offset whose event counts as another than it was; nil where there is none, and of a withdrawal, which
    /// touches what it takes back.
    var firstTouched: Int? {
        switch self {
        case .exclusion(let offsets, _): offsets.first
        case .corrections(let corrections): corrections.first?.question
        case .clock(let from, _): from
        case .withdrawal: nil
        }
    }
}

/// Every amendment of an application, in the order of the log, withdrawals among them. Amendments belong to the
/// present: no restore takes one back, and whatever is derived from the log is derived under all that are in force.
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
    /// By the offset of an amendment that of its withdrawal; nothing ever walks through it.
    private var withdrawals: [Int: Int] = [:]

    public init() {}

    private init(_ entries: some Sequence<Entry>) {
        for entry in entries { append(entry.amendment, at: entry.offset) }
    }

    public var count: Int { entries.count }
    public var isEmpty: Bool { entries.isEmpty }

    /// - Parameter offset: of the `amended` event, or `Int.max` before there is one.
    public mutating func append(_ amendment: Amendment, at offset: Int) {
        entries.append(Entry(offset: offset, amendment: amendment))
        partCount += amendment.partCount
        if case .withdrawal(let target) = amendment { withdrawals[target] = offset }
    }

    /// Whether there is room for another.
    func hasRoom(for amendment: Amendment) -> Bool {
        partCount + amendment.partCount <= Self.partsMax
    }

    /// Takes out what corrections said of questions that are forgotten.
    mutating func forget(_ questions: OffsetRanges) {
        self = Amendments(
            entries.lazy.map { Entry(offset: $0.offset, amendment: $0.amendment.forgetting(questions)) })
    }

    /// How many were made before an offset. Complexity: O(log n).
    public func countBefore(_ offset: Int) -> Int { index(of: offset) }

    /// Those that forget.
    public var onlyForgetting: Amendments {
        Amendments(
            entries.lazy.filter { entry in
                if case .exclusion(_, isForgotten: true) = entry.amendment { true } else { false }
            })
    }

    /// The events whose payloads were taken out of the log.
    public var forgotten: OffsetRanges { onlyForgetting.voids }

    /// The first so many, in the order in which they were made.
    public func prefix(_ count: Int) -> Amendments { Amendments(entries.prefix(count)) }

    // MARK: What is in force

    /// The offset of the event that withdrew the amendment at an offset; nil where none did.
    public func withdrawal(of offset: Int) -> Int? { withdrawals[offset] }

    var hasWithdrawals: Bool { !withdrawals.isEmpty }

    /// Those that nobody has withdrawn. A withdrawal itself says nothing more.
    private var inForce: [Amendment] {
        entries.lazy.filter { withdrawals[$0.offset] == nil }.map(\.amendment)
    }

    /// The index of the first that the event at an offset made, or of where it would be. Complexity: O(log n).
    private func index(of offset: Int) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].offset < offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What the event at an offset amended: mostly one, a withdrawal more where labels were corrected meanwhile.
    func entries(at offset: Int) -> ArraySlice<Entry> {
        let first = index(of: offset)
        return entries[first...].prefix { $0.offset == offset }
    }

    /// The first offset whose event counts otherwise under the first `count` of these than under all of them; `Int.max`
    /// where none does.
    func firstDifference(from count: Int) -> Int {
        var first = Int.max
        for entry in entries.dropFirst(count) {
            if case .withdrawal(let target) = entry.amendment {
                // What was made and withdrawn since makes no difference.
                guard index(of: target) < count else { continue }
                first = min(first, firstTouched(by: entry))
            } else if withdrawals[entry.offset] == nil {
                first = min(first, firstTouched(by: entry))
            }
        }
        return first
    }

    private func firstTouched(by entry: Entry) -> Int {
        guard case .withdrawal(let target) = entry.amendment else { return entry.amendment.firstTouched ?? Int.max }
        return entries(at: target).first?.amendment.firstTouched ?? Int.max
    }

    /// Whether a state of `offset` that was folded under the first `count` of these is the same under all of them.
    public func leave(_ offset: Int, foldedUnder count: Int) -> Bool { firstDifference(from: count) >= offset }

    /// Whether nothing after the first `count` of these touches an event before `offset`, not even for a while: then
    /// what was adopted on the way there was folded as it counts now.
    public func neverTouched(before offset: Int, since count: Int) -> Bool {
        entries.dropFirst(count).allSatisfy { firstTouched(by: $0) >= offset }
    }

    /// Questions and labels that count as void, over all amendments.
    public var excludedCount: Int { voids.count }

    /// What counts as void, over all amendments.
    public var voids: OffsetRanges {
        var all = OffsetRanges()
        for case .exclusion(let offsets, _) in inForce { all.formUnion(offsets) }
        return all
    }

    /// The corrections in force, in the order in which they were made.
    var corrections: [Amendment.Correction] {
        inForce.flatMap { amendment -> [Amendment.Correction] in
            if case .corrections(let corrections) = amendment { corrections } else { [] }
        }
    }

    /// When events from an offset up to that of the amendment happened at the latest.
    fileprivate var clocks: [(offsets: Range<Int>, latest: Timestamp)] {
        entries.compactMap { entry in
            guard case .clock(let from, let latest) = entry.amendment, from < entry.offset else { return nil }
            return (from..<entry.offset, latest)
        }
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
        let all = amendments.corrections.enumerated().sorted { one, other in
            (one.element.question, one.offset) < (other.element.question, other.offset)
        }
        var latest: [Amendment.Correction] = []
        for (_, correction) in all {
            if latest.last?.question == correction.question { latest.removeLast() }
            latest.append(correction)
        }
        corrections = latest
        clocks = amendments.clocks
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
        case .withdrawal(let offset):
            encoder.byte(4)
            encoder.count(offset)
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
        case 4: self = .withdrawal(of: try decoder.natural())
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
