import Determinism

extension TwinAdaGrad {
    /// The standard rule for several classes: the trivial model is the classes' frequencies, each counted half an
    /// example more than it was seen, and each class's two copies add to the logarithm of its frequency.
    struct Multiclass: Sendable {
        private struct Class: Sendable {
            /// Examples, each as many as it counts for; 0 for a class never learned, whose slot a failed example took.
            var count = 0.0
            var twins = TwinAdaGrad()
            /// ln (count + ½): kept because every prediction needs it and learning changes only one.
            var logarithm = 0.0

            var isKnown: Bool { count > 0 }

            mutating func add(_ examples: Double) {
                count += examples
                logarithm = Elementary.log(count + 0.5)
            }
        }

        /// By slot; those known have as many weights each.
        private var classes: [Class] = []
        private var share = FixedShare()

        init() {}

        func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
            let (start, count) = (answer.count, classes.count)
            // Room for what the slow and the fast copies answer; their average then takes the place of the first.
            answer.append(contentsOf: repeatElement(.nan, count: 2 * count))
            answer.withUnsafeMutableBufferPointer { buffer in
                guard let slow = buffer.baseAddress.map({ $0 + start }) else { return }
                predict(x, slow, slow + count)
                let total = total
                for slot in 0..<count where classes[slot].isKnown {
                    slow[slot] = share.average(
                        (classes[slot].count + 0.5) / total, SIMD2(slow[slot], slow[count + slot]))
                }
            }
            answer.removeLast(count)
        }

        /// What all the classes' counts add up to, half an example more each.
        private var total: Double {
            var total = 0.0
            for slot in classes.indices where classes[slot].isKnown { total += classes[slot].count + 0.5 }
            return total
        }

        /// Writes the probabilities by the slow and by the fast copies, for the classes known.
        private func predict(
            _ x: borrowing FeatureVector, _ slow: UnsafeMutablePointer<Double>, _ fast: UnsafeMutablePointer<Double>
        ) {
            var largest = SIMD2(repeating: -Double.infinity)
            for slot in classes.indices where classes[slot].isKnown {
                let scores = classes[slot].logarithm + classes[slot].twins.margins(x)
                (slow[slot], fast[slot]) = (scores[0], scores[1])
                largest = SIMD2(max(largest[0], scores[0]), max(largest[1], scores[1]))
            }
            var sum = SIMD2<Double>.zero
            for slot in classes.indices where classes[slot].isKnown {
                slow[slot] = Elementary.exp(max(-60, slow[slot] - largest[0]))
                fast[slot] = Elementary.exp(max(-60, fast[slot] - largest[1]))
                sum += SIMD2(slow[slot], fast[slot])
            }
            for slot in classes.indices where classes[slot].isKnown {
                slow[slot] /= sum[0]
                fast[slot] /= sum[1]
            }
        }

        mutating func learn(
            _ x: borrowing FeatureVector, _ slot: Int, weight: Double, journal: inout Journal
        ) -> Bool {
            guard weight > 0 else { return true }
            let countBefore = classes.count
            let isNew = slot >= countBefore || !classes[slot].isKnown
            let weightCountBefore = classes.first { $0.isKnown }?.twins.count ?? 0
            if isNew {
                while classes.count <= slot { classes.append(Class()) }
                classes[slot].add(weight)
            }
            let isLearned = journal.withScratch(classes.count * (2 + TwinAdaGrad.scratchCount(x))) { scratch in
                learn(x, slot, isNew: isNew, weight, scratch)
            }
            if !isLearned {
                if isNew { classes[slot] = Class() }
                classes.removeLast(classes.count - countBefore)
                for other in classes.indices where classes[other].isKnown {
                    classes[other].twins.shrink(to: weightCountBefore)
                }
            }
            return isLearned
        }

        /// All classes step, or none.
        private mutating func learn(
            _ x: borrowing FeatureVector, _ slot: Int, isNew: Bool, _ weight: Double,
            _ scratch: UnsafeMutablePointer<Double>
        ) -> Bool {
            let count = classes.count
            let (slow, fast, plans) = (scratch, scratch + count, scratch + 2 * count)
            let stride = TwinAdaGrad.scratchCount(x)
            predict(x, slow, fast)
            let likelihoods = SIMD2(max(1e-15, slow[slot]), max(1e-15, fast[slot]))
            let frequency = max(1e-15, (classes[slot].count + 0.5) / total)
            guard let newShare = isNew ? share : share.updated(frequency, likelihoods, weight: weight) else {
                return false
            }
            for other in 0..<count where classes[other].isKnown {
                let p = SIMD2(slow[other], fast[other])
                let gradients = other == slot ? p - 1 : p
                _ = classes[other].twins.grow(to: x.columnCount)
                let curvature = classes[other].twins.plan(
                    x, gradients: gradients, unit: 1, share: share, weight: weight, plans + other * stride)
                let size = TwinAdaGrad.rates * (weight * gradients / (1 + weight * curvature * p * (1 - p)))
                guard classes[other].twins.isStepFinite(x, size, plans + other * stride) else { return false }
                // What the copies answered is not needed any more: their steps take its place.
                (slow[other], fast[other]) = (size[0], size[1])
            }
            for other in 0..<count where classes[other].isKnown {
                classes[other].twins.take(x, SIMD2(slow[other], fast[other]), plans + other * stride)
            }
            if !isNew { classes[slot].add(weight) }
            share = newShare
            return true
        }

        var byteCount: Int { classes.reduce(0) { $0 + $1.twins.byteCount } }

        func encode(to encoder: inout CanonicalEncoder) {
            share.encode(to: &encoder)
            encoder.count(classes.count)
            for entry in classes {
                encoder.double(entry.count)
                if entry.isKnown { entry.twins.encode(to: &encoder) }
            }
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            share = try FixedShare(from: &decoder)
            classes = []
            var weightCount: Int?
            for slot in 0..<(try decoder.count(elementBytes: 8)) {
                classes.append(Class())
                classes[slot].count = try decoder.double()
                guard classes[slot].isKnown else { continue }
                classes[slot].add(0)
                classes[slot].twins = try TwinAdaGrad(from: &decoder)
                guard weightCount == nil || weightCount == classes[slot].twins.count else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "a class has other weights")
                }
                weightCount = classes[slot].twins.count
            }
        }
    }
}

extension TwinAdaGrad.Multiclass {
    /// The classes' frequencies, and each class's two copies' terms: a ``SoftmaxMixture`` of the three.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let known = classes.indices.filter { classes[$0].isKnown }
        var asked = asked
        guard let slot = known.firstIndex(of: asked.slot), let other = known.firstIndex(of: asked.other) else {
            throw Unexplained("a class that was never learned has no odds")
        }
        (asked.slot, asked.other) = (slot, other)
        let bases = known.map { classes[$0].logarithm }
        let none = [Double](repeating: 0, count: known.count)
        // Of each copy, the classes' terms side by side, without what they have in common.
        func sides(_ terms: [SIMD2<Double>]) -> [[Double]] {
            [none, SoftmaxMixture.centered(terms.map { $0[0] }), SoftmaxMixture.centered(terms.map { $0[1] })]
        }
        let own = known.map { classes[$0].twins.terms(x) }
        let intercepts = sides(own.map(\.intercept))
        // All classes have as many weights, so that their terms are of the same columns.
        let columns = own[0].terms.indices.map { index in
            (column: own[0].terms[index].column, terms: sides(own.map { $0.terms[index].value }))
        }
        let deltas = (0..<3).map { copy in
            known.indices.map { k in columns.reduce(intercepts[copy][k]) { $0 + $1.terms[copy][k] } }
        }
        let weights = [share.baseline, share.twins[0], share.twins[1]]
        let mixture = SoftmaxMixture(
            components: (0..<3).map {
                SoftmaxMixture.Component(weight: weights[$0], bases: bases, deltas: deltas[$0])
            })
        return try mixture.contributions(asked, named: "intercept", biasTerms: intercepts, columns)
    }
}
