import Determinism

/// River's softmax regression by gradient descent: one ``DescentModel`` without intercept per class known.
struct SoftmaxDescent<Model: DescentModel>: Sendable {
    private let optimizer: Component
    private let settings: DescentSettings
    /// By slot; nil for a class never learned, whose slot a failed example took. All others have as many weights.
    private var classes: [Model?] = []

    init(_ optimizer: Component, l2: Double) {
        self.optimizer = optimizer
        settings = DescentSettings(l2: l2, clip: .infinity)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        answer.append(contentsOf: repeatElement(.nan, count: classes.count))
        answer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for slot in classes.indices { base[start + slot] = classes[slot]?.dot(x) ?? .nan }
            softmax(base + start)
        }
    }

    /// Makes linear predictors the probabilities of the classes known, NaN for the others.
    private func softmax(_ p: UnsafeMutablePointer<Double>) {
        var (largest, total) = (-Double.infinity, 0.0)
        for slot in classes.indices where p[slot] > largest { largest = p[slot] }
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
        let columnCountBefore = classes.lazy.compactMap { $0?.columnCount }.first ?? 0
        if isNew { makeKnown(slot) }
        for other in classes.indices { classes[other]?.grow(to: x.columnCount) }
        let stride = classes[slot]?.scratchCount(x) ?? 0
        let isLearned = journal.withScratch(classes.count * (1 + stride)) { scratch in
            writeGradients(x, slot, isNew: isNew, weight, scratch)
            return step(x, scratch, scratch + classes.count, stride)
        }
        if !isLearned {
            for other in classes.indices { classes[other]?.shrink(to: columnCountBefore) }
            if isNew { classes[slot] = nil }
            classes.removeLast(classes.count - countBefore)
        }
        return isLearned
    }

    private func writeGradients(
        _ x: borrowing FeatureVector, _ slot: Int, isNew: Bool, _ weight: Double,
        _ gradients: UnsafeMutablePointer<Double>
    ) {
        for other in classes.indices { gradients[other] = classes[other]?.margin(x) ?? .nan }
        // A class that is learned for the first time has no probability yet.
        if isNew { gradients[slot] = -.infinity }
        softmax(gradients)
        if isNew { gradients[slot] = 0 }
        for other in classes.indices {
            // As River's, the probability is bounded first. One that is not a number stays so and is refused.
            let p = gradients[other]
            gradients[other] = weight * ((p == p ? LogLoss.clamp(p) : p) - (other == slot ? 1 : 0))
        }
    }

    private mutating func makeKnown(_ slot: Int) {
        while classes.count <= slot { classes.append(nil) }
        classes[slot] = Model(optimizer, settings)
    }

    /// All classes step, or none.
    private mutating func step(
        _ x: borrowing FeatureVector, _ gradients: UnsafeMutablePointer<Double>,
        _ plans: UnsafeMutablePointer<Double>, _ stride: Int
    ) -> Bool {
        for slot in classes.indices where !(classes[slot]?.plan(x, gradients[slot], plans + slot * stride) ?? true) {
            return false
        }
        for slot in classes.indices { classes[slot]?.take(x, gradients[slot], plans + slot * stride) }
        return true
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
            guard columnCount == nil || columnCount == classes[slot]?.columnCount else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a class has too many or too few weights")
            }
            columnCount = classes[slot]?.columnCount
        }
    }
}

extension SoftmaxDescent {
    /// Each class's terms: a ``SoftmaxMixture`` of one.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let known = classes.indices.filter { classes[$0] != nil }
        var asked = asked
        guard let slot = known.firstIndex(of: asked.slot), let other = known.firstIndex(of: asked.other) else {
            throw Unexplained("a class that was never learned has no odds")
        }
        (asked.slot, asked.other) = (slot, other)
        let linear = known.map { classes[$0]?.terms(x) ?? LinearTerms() }
        let bases = linear.map(\.intercept)
        // All classes have as many weights, so that their terms are of the same columns.
        let columns = linear[0].terms.indices.map { index -> (column: Int, terms: [[Double]]) in
            let terms = SoftmaxMixture.centered(linear.map { $0.terms[index].value })
            return (column: linear[0].terms[index].column, terms: [terms])
        }
        let deltas = known.indices.map { position in columns.reduce(0) { $0 + $1.terms[0][position] } }
        let mixture = SoftmaxMixture(components: [SoftmaxMixture.Component(weight: 1, bases: bases, deltas: deltas)])
        return try mixture.contributions(asked, named: "no feature", columns)
    }
}
