import Determinism

/// River's softmax regression by gradient descent: one ``LinearPredictor`` without intercept per class known.
struct SoftmaxDescent: Sendable {
    private let rate: Double
    private let l2: Double
    /// By slot; nil for a class never learned, whose slot a failed example took. All others have as many weights.
    private var classes: [LinearPredictor?] = []

    init(rate: Double, l2: Double) {
        (self.rate, self.l2) = (rate, l2)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        answer.append(contentsOf: repeatElement(.nan, count: classes.count))
        answer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            predict(x, base + start)
        }
    }

    /// Writes the probability of each class known, NaN for the others.
    private func predict(_ x: borrowing FeatureVector, _ p: UnsafeMutablePointer<Double>) {
        var (largest, total) = (-Double.infinity, 0.0)
        for slot in classes.indices {
            p[slot] = classes[slot]?.dot(x) ?? .nan
            if p[slot] > largest { largest = p[slot] }
        }
        for slot in classes.indices where classes[slot] != nil {
            p[slot] = Elementary.exp(p[slot] - largest)
            total += p[slot]
        }
        for slot in classes.indices { p[slot] /= total }
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ slot: Int, weight: Double, journal: inout Journal
    ) -> Bool {
        let countBefore = classes.count
        let isNew = slot >= countBefore || classes[slot] == nil
        let isLearned = journal.withScratch(max(countBefore, slot + 1)) { gradients in
            predict(x, gradients)
            if isNew {
                makeKnown(slot)
                gradients[slot] = 0
            }
            for other in classes.indices {
                // As River's, the probability is bounded first. One that is not a number stays so and is refused.
                let p = gradients[other]
                gradients[other] = weight * ((p == p ? LogLoss.clamp(p) : p) - (other == slot ? 1 : 0))
            }
            return step(x, gradients)
        }
        if !isLearned, isNew {
            classes[slot] = nil
            classes.removeLast(classes.count - countBefore)
        }
        return isLearned
    }

    private mutating func makeKnown(_ slot: Int) {
        while classes.count <= slot { classes.append(nil) }
        classes[slot] = LinearPredictor(rate: rate, l1: 0, l2: l2, intercept: 0, interceptRate: 0, clip: 1)
    }

    /// All classes step, or none.
    private mutating func step(_ x: borrowing FeatureVector, _ gradients: UnsafeMutablePointer<Double>) -> Bool {
        var columnCountBefore = 0
        for slot in classes.indices { columnCountBefore = max(columnCountBefore, classes[slot]?.weights.count ?? 0) }
        var isFinite = true
        for slot in classes.indices where classes[slot] != nil {
            _ = classes[slot]?.grow(to: x.columnCount)
            isFinite = classes[slot]?.isStepFinite(x, gradients[slot]) ?? false && isFinite
        }
        for slot in classes.indices {
            if isFinite {
                classes[slot]?.take(x, gradients[slot])
            } else {
                classes[slot]?.shrink(to: columnCountBefore)
            }
        }
        return isFinite
    }

    var byteCount: Int { classes.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(classes.count)
        for predictor in classes { encoder.optional(predictor) { $1.encode(to: &$0) } }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let count = try decoder.count()
        var columnCount: Int?
        classes = []
        for slot in 0..<count {
            guard try decoder.bool() else {
                classes.append(nil)
                continue
            }
            makeKnown(slot)
            try classes[slot]?.restore(from: &decoder)
            guard columnCount == nil || columnCount == classes[slot]?.weights.count else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a class has too many or too few weights")
            }
            columnCount = classes[slot]?.weights.count
        }
    }
}
