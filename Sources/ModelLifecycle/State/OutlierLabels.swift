import Determinism
import OnlineLearning

/// The range of the labels learned so far, and the labels far outside it that are set aside: neither learned nor
/// scored.
///
/// It belongs to the learned half: a restore takes back the labels learned since, and with them what it knew of their
/// range and which of them it had set aside.
struct OutlierLabels: Sendable {
    /// So many on one side of the median, the one that has just come among them, are no outliers.
    static let likeMin = 20
    /// How long one is kept for others like it to come, in microseconds of log time; see ``slowMin``.
    static let spanMicroseconds: Int64 = 86_400 * 1_000_000
    /// One is kept until so many labels have come after it, however long they take.
    static let slowMin: UInt64 = 40

    /// A question whose label is set aside, with all that learning and scoring it needs.
    struct Aside: Sendable {
        /// The offset of the question.
        let question: Int
        /// When its label came.
        let time: Timestamp
        let value: Double
        let isAbove: Bool
        /// How many labels had come, this one included.
        let seen: UInt64
        /// What the models answered, in their places, then the baseline: equally many numbers each.
        fileprivate(set) var answers: [Double]
        /// What was asked, by ``OutlierLabels/layout``.
        fileprivate(set) var row: FeatureRow
    }

    var range = LabelRange()
    /// How many labels came that might have been set aside.
    var seen: UInt64 = 0
    /// In the order in which they came; fewer than ``likeMin`` on each side.
    private(set) var aside: [Aside] = []
    /// How the rows of ``aside`` are laid out.
    private(set) var layout = FeatureLayout([])

    /// Whether it has met no label.
    var isEmpty: Bool { seen == 0 }

    /// Whether the label of the question at an offset is set aside.
    @inline(__always)
    func holds(_ question: Int) -> Bool { !aside.isEmpty && aside.contains { $0.question == question } }

    func count(above isAbove: Bool) -> Int { aside.reduce(0) { $0 + ($1.isAbove == isAbove ? 1 : 0) } }

    /// Sets one aside. - Parameter layout: of its row.
    mutating func append(_ one: Aside, _ layout: FeatureLayout) {
        if layout != self.layout {
            for index in aside.indices { aside[index].row = aside[index].row.rearranged(from: self.layout, to: layout) }
            self.layout = layout
        }
        aside.append(one)
    }

    /// Takes out those that fulfil a condition, in the order in which they came.
    mutating func take(where fulfils: (Aside) -> Bool) -> [Aside] {
        let taken = aside.filter(fulfils)
        if !taken.isEmpty { aside.removeAll(where: fulfils) }
        return taken
    }

    /// Whether one has been kept for as long as it is.
    func hasPassed(_ one: Aside, at time: Timestamp) -> Bool {
        let (waited, overflow) = time.microseconds.subtractingReportingOverflow(one.time.microseconds)
        return (overflow || waited > Self.spanMicroseconds) && seen - one.seen >= Self.slowMin
    }

    /// Lays the answers out for other models.
    /// - Parameters:
    ///   - places: for each model its place before, nil where it is new.
    ///   - count: how many models there were.
    mutating func rearrange(_ places: [Int?], from count: Int) {
        for index in aside.indices {
            let answers = aside[index].answers
            let width = answers.count / (count + 1)
            aside[index].answers = (places + [count]).flatMap { place in
                place.map { Array(answers[$0 * width..<($0 + 1) * width]) }
                    ?? [Double](repeating: .nan, count: width)
            }
        }
    }
}

// MARK: Bytes

extension OutlierLabels {
    /// - Parameter withOffsets: false for a digest.
    func encode(to encoder: inout CanonicalEncoder, withOffsets: Bool) {
        encoder.uint(seen)
        range.encode(to: &encoder)
        encoder.count(aside.count)
        guard !aside.isEmpty else { return }
        encoder.count(layout.count)
        for (name, kind) in zip(layout.names, layout.kinds) {
            encoder.string(name)
            encoder.byte(kind.rawValue)
        }
        for one in aside {
            if withOffsets { encoder.count(one.question) }
            encoder.int(one.time.microseconds)
            encoder.double(one.value)
            encoder.bool(one.isAbove)
            encoder.uint(one.seen)
            encoder.doubles(one.answers)
            one.row.encode(to: &encoder, layout)
        }
    }

    /// - Parameter modelCount: how many models answer.
    init(from decoder: inout CanonicalDecoder, modelCount: Int) throws(CanonicalDecodingError) {
        seen = try decoder.uint()
        range = try LabelRange(from: &decoder)
        let count = try decoder.count()
        guard seen > 0, count < 2 * Self.likeMin else { throw Self.damaged(decoder) }
        guard count > 0 else { return }
        var features: [(name: String, kind: FeatureKind)] = []
        for _ in 0..<(try decoder.count()) {
            features.append((try decoder.string(), try decoder.enumeration(FeatureKind.init(rawValue:))))
        }
        layout = FeatureLayout(features)
        for _ in 0..<count {
            let one = Aside(
                question: try decoder.natural(), time: Timestamp(microseconds: try decoder.int()),
                value: try decoder.double(), isAbove: try decoder.bool(), seen: try decoder.uint(),
                answers: try decoder.doubles(), row: try FeatureRow(from: &decoder, layout))
            guard one.value.isFinite, one.seen <= seen, !one.answers.isEmpty,
                one.answers.count.isMultiple(of: modelCount + 1)
            else { throw Self.damaged(decoder) }
            aside.append(one)
        }
    }

    private static func damaged(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: decoder.offset, reason: "the labels set aside are damaged")
    }
}

extension FeatureRow {
    /// Each feature in its order: whether it is there, and what it is.
    fileprivate func encode(to encoder: inout CanonicalEncoder, _ layout: FeatureLayout) {
        for feature in 0..<layout.count {
            let slot = layout.slots[feature]
            encoder.bool(!isMissing(feature, layout))
            guard !isMissing(feature, layout) else { continue }
            switch FeatureLayout.bank(of: layout.kinds[feature]) {
            case .numbers: encoder.double(numbers[slot])
            case .strings: withString(at: slot) { bytes, _ in encoder.blob(bytes) }
            case .timestamps: encoder.int(timestamps[slot])
            }
        }
    }

    fileprivate init(from decoder: inout CanonicalDecoder, _ layout: FeatureLayout) throws(CanonicalDecodingError) {
        self.init(layout)
        for feature in 0..<layout.count where try decoder.bool() {
            let slot = layout.slots[feature]
            switch FeatureLayout.bank(of: layout.kinds[feature]) {
            case .numbers: setNumber(try decoder.double(), at: slot)
            case .strings: (try decoder.blob()).withUnsafeBytes { setString($0, at: slot) }
            case .timestamps: setTimestamp(try decoder.int(), at: slot)
            }
        }
    }
}
