import Determinism

/// Which classes were chosen for which: the diagonal and the margins of a confusion matrix, which is all that the
/// metrics ask for, so that memory grows with the classes and not with their square.
///
/// An answer that chooses no class counts among the true ones and the total only.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen are 3 hits of 5; of class 2 there are 2 hits, 3 truths and
/// 2 choices.
public struct ConfusionCounts: Sendable, Equatable {
    /// Of one class.
    public struct OfClass: Sendable, Equatable {
        /// How often it was chosen and came, came, was chosen.
        public internal(set) var (hits, truths, choices) = (0, 0, 0)

        /// Hits by choices; 0 where it was never chosen.
        public var precision: Double { choices == 0 ? 0 : Double(hits) / Double(choices) }
        /// Hits by truths; 0 where it never came.
        public var recall: Double { truths == 0 ? 0 : Double(hits) / Double(truths) }
        /// Hits by answers that concern it; 0 where none does.
        public var jaccard: Double {
            let union = truths + choices - hits
            return union == 0 ? 0 : Double(hits) / Double(union)
        }

        var isMet: Bool { truths + choices > 0 }
    }

    /// By slot.
    public private(set) var classes: [OfClass] = []
    public private(set) var total = 0
    public private(set) var hits = 0

    public init() {}

    /// A class that need not have been met.
    public subscript(slot: Int) -> OfClass { slot < classes.count ? classes[slot] : OfClass() }

    /// Those that came or were chosen.
    public var met: [OfClass] { classes.filter(\.isMet) }

    /// How many answers chose a class.
    public var choices: Int { classes.reduce(0) { $0 + $1.choices } }

    var byteCount: Int { 24 * classes.count }

    @inline(__always)
    mutating func add(_ truth: Int, _ choice: Int) {
        if max(truth, choice) >= classes.count { grow(max(truth, choice) + 1) }
        // No answers are so many that a count runs over.
        total &+= 1
        if choice == truth { hits &+= 1 }
        classes.withUnsafeMutableBufferPointer { classes in
            classes[truth].truths &+= 1
            guard choice >= 0 else { return }
            classes[choice].choices &+= 1
            if choice == truth { classes[choice].hits &+= 1 }
        }
    }

    /// Takes back what was added.
    @inline(__always)
    mutating func remove(_ truth: Int, _ choice: Int) {
        total -= 1
        classes[truth].truths -= 1
        guard choice >= 0 else { return }
        classes[choice].choices -= 1
        guard choice == truth else { return }
        hits -= 1
        classes[choice].hits -= 1
    }

    @inline(never)
    private mutating func grow(_ count: Int) {
        while classes.count < count { classes.append(OfClass()) }
    }

    /// The mean over the classes met of what is asked of each.
    func macro(_ body: (OfClass) -> Double) -> Double {
        let met = met
        return met.isEmpty ? 0 : met.reduce(0) { $0 + body($1) } / Double(met.count)
    }

    /// The mean over the classes met, each as often as it came.
    func weighted(_ body: (OfClass) -> Double) -> Double {
        total == 0 ? 0 : met.reduce(0) { $0 + Double($1.truths) * body($1) } / Double(total)
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(classes.count)
        for entry in classes {
            encoder.count(entry.hits)
            encoder.count(entry.truths)
            encoder.count(entry.choices)
        }
    }

    init(from decoder: inout CanonicalDecoder, classLimit: Int) throws(CanonicalDecodingError) {
        let count = try decoder.count(elementBytes: 3)
        for _ in 0..<count {
            var entry = OfClass()
            entry.hits = try decoder.counted()
            entry.truths = try decoder.counted()
            entry.choices = try decoder.counted()
            guard entry.hits <= min(entry.truths, entry.choices) else { throw Self.damaged(decoder) }
            classes.append(entry)
        }
        total = classes.reduce(0) { $0 + $1.truths }
        hits = classes.reduce(0) { $0 + $1.hits }
        guard count <= classLimit, choices <= total, classes.last?.isMet ?? true else { throw Self.damaged(decoder) }
    }

    private static func damaged(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: decoder.offset, reason: "no answers were counted so")
    }
}

extension CanonicalDecoder {
    /// A number of answers: small enough that no sum of such overflows, and exact as a double.
    mutating func counted() throws(CanonicalDecodingError) -> Int {
        let count = try uint()
        guard count < 1 << 40 else {
            throw CanonicalDecodingError(offset: offset, reason: "so many answers nobody has counted")
        }
        return Int(count)
    }

    /// A number that is one.
    mutating func finite() throws(CanonicalDecodingError) -> Double {
        let value = try double()
        guard value.isFinite else { throw CanonicalDecodingError(offset: offset, reason: "a number is not finite") }
        return value
    }
}
