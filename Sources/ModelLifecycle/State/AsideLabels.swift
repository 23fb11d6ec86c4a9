import Determinism

/// What became of labels that were set aside: of the present half and in no digest, because nothing is decided by it.
///
/// Beside the counts it lists the newest of them, and keeps what was answered to each for as long as its label may
/// still be let in: what was answered scores as served once, whatever was restored meanwhile.
public struct AsideLabels: Sendable, Equatable {
    /// Labels that are listed.
    public static let listedMax = 100

    /// So many on one side of the median, within a day, are no outliers.
    public static let likeMin = OutlierLabels.likeMin

    public enum Fate: UInt8, Sendable, CaseIterable {
        /// It waits for others like it.
        case waiting = 0
        /// It was learned, because others like it came.
        case learned = 1
        /// It was left out, because no others like it came.
        case dropped = 2
        /// A correction said what the label is.
        case corrected = 3
        /// A restore went back to before it came.
        case passedOver = 4

        public var name: String {
            switch self {
            case .waiting: "waiting"
            case .learned: "learned"
            case .dropped: "dropped"
            case .corrected: "corrected"
            case .passedOver: "passed_over"
            }
        }
    }

    public struct Item: Sendable, Equatable {
        /// The offset of the question, and of the event that gave the label.
        public let question: Int
        public let label: Int
        public fileprivate(set) var fate = Fate.waiting
        /// What was answered; empty once that is scored, or will not be.
        fileprivate(set) var answer: [Double]
    }

    /// Labels that were ever set aside; of them those that were learned later, and those that were dropped.
    public private(set) var count: UInt64 = 0
    public private(set) var learnedCount: UInt64 = 0
    public private(set) var droppedCount: UInt64 = 0
    /// The newest, in the order in which they came.
    private(set) var items: [Item] = []

    /// Whether there never were any.
    var isEmpty: Bool { count == 0 }

    mutating func add(question: Int, label: Int, answer: [Double]) {
        count += 1
        items.removeAll { $0.question == question }
        items.append(Item(question: question, label: label, answer: answer))
        if items.count > Self.listedMax { items.removeFirst(items.count - Self.listedMax) }
    }

    /// Takes note of what became of one.
    /// - Returns: what was answered to it, where that has not been scored.
    @discardableResult
    mutating func settle(_ question: Int, _ fate: Fate) -> [Double]? {
        switch fate {
        case .learned: learnedCount += 1
        case .dropped: droppedCount += 1
        case .waiting, .corrected, .passedOver: break
        }
        guard let index = items.firstIndex(where: { $0.question == question }) else { return nil }
        let answer = items[index].answer
        (items[index].fate, items[index].answer) = (fate, [])
        return answer.isEmpty ? nil : answer
    }

    /// None of them is known any more.
    mutating func remove(_ questions: OffsetRanges) {
        items.removeAll { questions.contains($0.question) }
    }

    /// What they answered is of another target.
    mutating func endAll() {
        for item in items where item.fate == .waiting { settle(item.question, .dropped) }
    }
}

extension ApplicationState {
    /// The labels set aside of late, the newest last, with what became of each.
    public var asideListed: [AsideLabels.Item] {
        asideLabels.items.map { item in
            var item = item
            // A restore may have gone back to before it came, or to when it still waited.
            if learned.outliers.holds(item.question) {
                item.fate = .waiting
            } else if item.fate == .waiting {
                item.fate = .passedOver
            }
            return item
        }
    }

    /// How many labels are set aside now.
    public var asideCount: Int { learned.outliers.aside.count }
}

extension AsideLabels: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        for count in [count, learnedCount, droppedCount] { encoder.uint(count) }
        encoder.count(items.count)
        for item in items {
            encoder.count(item.question)
            encoder.count(item.label)
            encoder.byte(item.fate.rawValue)
            encoder.doubles(item.answer)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        (count, learnedCount, droppedCount) = (try decoder.uint(), try decoder.uint(), try decoder.uint())
        let size = try decoder.count()
        guard count >= UInt64(size), size <= Self.listedMax else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more labels are listed than were set aside")
        }
        for _ in 0..<size {
            let (question, label) = (try decoder.natural(), try decoder.natural())
            let fate = try decoder.enumeration(Fate.init(rawValue:))
            var item = Item(question: question, label: label, answer: try decoder.doubles())
            item.fate = fate
            items.append(item)
        }
    }
}
