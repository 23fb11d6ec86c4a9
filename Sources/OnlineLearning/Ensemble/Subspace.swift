import Determinism

/// The features that a member of an ensemble is shown: some of the numbers and categories, and of the columns that
/// encoders add each with the same probability. All others are missing to it.
struct Subspace: Sendable {
    /// Of each number, then of each category, whether it is shown; empty where everything is.
    private var isShown: [Bool] = []
    /// Which columns are shown.
    private var columnSeed: UInt64 = 0
    private let columnShare: Double
    private let numberCount: Int
    private let featureCount: Int

    /// Everything.
    /// - Parameter columnShare: the part of the encoders' columns to show in a drawn subspace.
    init(_ inputs: LearnerInputs, columnShare: Double) {
        numberCount = inputs.numberCount
        featureCount = inputs.numberCount + inputs.categoryCount
        self.columnShare = columnShare
    }

    /// Draws `count` of the features, each set of that many as likely as any other.
    mutating func draw(_ count: Int, _ generator: inout SeededGenerator) {
        isShown = [Bool](repeating: false, count: featureCount)
        columnSeed = generator.next()
        var (left, wanted) = (featureCount, count)
        for feature in 0..<featureCount {
            if generator.below(left) < wanted {
                isShown[feature] = true
                wanted -= 1
            }
            left -= 1
        }
    }

    var isEverything: Bool { isShown.isEmpty && columnSeed == 0 }

    /// Writes to `view` what of `x` is shown.
    @inline(__always)
    func show(_ x: borrowing FeatureVector, in view: inout FeatureVector) {
        guard !isEverything else {
            view = copy x
            return
        }
        view.columnCount = x.columnCount
        view.keepsZeros = x.keepsZeros
        view.numbers.removeAll(keepingCapacity: true)
        for i in x.numbers.indices { view.numbers.append(isShown[i] ? x.numbers[i] : .nan) }
        view.categories.removeAll(keepingCapacity: true)
        for i in x.categories.indices {
            view.categories.append(isShown[numberCount + i] ? x.categories[i] : FeatureVector.missing)
        }
        view.columns.removeAll(keepingCapacity: true)
        view.values.removeAll(keepingCapacity: true)
        for i in x.columns.indices where shows(column: x.columns[i]) {
            view.columns.append(x.columns[i])
            view.values.append(x.values[i])
        }
    }

    private func shows(column: Int32) -> Bool {
        var mixer = SplitMix64(state: columnSeed &+ UInt64(truncatingIfNeeded: column))
        return Double(mixer.next() &>> 11) * 0x1p-53 < columnShare
    }

    var byteCount: Int { isShown.count }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.bool(isShown.isEmpty)
        for flag in isShown { encoder.bool(flag) }
        encoder.fixed64(columnSeed)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        isShown = []
        if !(try decoder.bool()) {
            for _ in 0..<featureCount { isShown.append(try decoder.bool()) }
        }
        columnSeed = try decoder.fixed64()
    }
}
