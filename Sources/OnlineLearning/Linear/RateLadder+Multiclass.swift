import Determinism

extension RateLadder {
    /// The standard rule for several classes: the trivial model is the classes' frequencies, each counted half an
    /// example more than it was seen, and each class's rungs add to the logarithm of its frequency. What is judged is
    /// the probability of the class that came; one that no voice knew when asked surprised all alike.
    struct Multiclass: Sendable {
        private struct Class: Sendable {
            /// Examples, each as many as it counts for; 0 for a class never learned, whose slot a failed example took.
            var count = 0.0
            var ladder = RateLadder()
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
        private var shares = LadderShares()

        init() {}

        func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
            withUnsafeTemporaryAllocation(of: Double.self, capacity: 4 * classes.count) { room in
                guard let voices = room.baseAddress else { return }
                voices.initialize(repeating: .nan, count: room.count)
                speak(x, voices)
                appendAverage(UnsafePointer(voices), &answer)
            }
        }

        /// The same, and appends the voices.
        func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
            let start = voices.count
            voices.append(contentsOf: repeatElement(.nan, count: 4 * classes.count))
            voices.withUnsafeMutableBufferPointer { buffer in
                guard let own = buffer.baseAddress.map({ $0 + start }) else { return }
                speak(x, own)
                appendAverage(UnsafePointer(own), &answer)
            }
        }

        private func appendAverage(_ voices: UnsafePointer<Double>, _ answer: inout [Double]) {
            // Voices that do not know a class are not numbers, and neither is their average.
            for slot in classes.indices { answer.append(shares.average(voices, slot, classes.count)) }
        }

        /// Writes what the trivial model says of each class known, then what each rung does.
        private func speak(_ x: borrowing FeatureVector, _ voices: UnsafeMutablePointer<Double>) {
            let count = classes.count
            var (total, largest) = (0.0, SIMD4(repeating: -Double.infinity))
            for slot in 0..<count where classes[slot].isKnown {
                total += classes[slot].count + 0.5
                let scores = classes[slot].logarithm + classes[slot].ladder.margins(x)
                for k in 1..<4 {
                    voices[k * count + slot] = scores[k]
                    largest[k] = max(largest[k], scores[k])
                }
            }
            var sums = SIMD4<Double>.zero
            for slot in 0..<count where classes[slot].isKnown {
                voices[slot] = (classes[slot].count + 0.5) / total
                for k in 1..<4 {
                    let odds = Elementary.exp(max(-60, voices[k * count + slot] - largest[k]))
                    voices[k * count + slot] = odds
                    sums[k] += odds
                }
            }
            for slot in 0..<count where classes[slot].isKnown {
                for k in 1..<4 { voices[k * count + slot] /= sums[k] }
            }
        }

        mutating func learn(
            _ x: borrowing FeatureVector, _ slot: Int, weight: Double, asked: Asked, journal: inout Journal
        ) -> Bool {
            guard weight > 0 else { return true }
            let countBefore = classes.count
            let isNew = slot >= countBefore || !classes[slot].isKnown
            let weightCountBefore = classes.first { $0.isKnown }?.ladder.count ?? 0
            if isNew {
                while classes.count <= slot { classes.append(Class()) }
                classes[slot].add(weight)
            }
            let isLearned = journal.withScratch(classes.count * (4 + RateLadder.scratchCount(x))) { scratch in
                learn(x, slot, isNew: isNew, weight, asked, scratch)
            }
            if !isLearned {
                if isNew { classes[slot] = Class() }
                classes.removeLast(classes.count - countBefore)
                for other in classes.indices where classes[other].isKnown {
                    classes[other].ladder.shrink(to: weightCountBefore)
                }
            }
            return isLearned
        }

        /// All classes step, or none.
        private mutating func learn(
            _ x: borrowing FeatureVector, _ slot: Int, isNew: Bool, _ weight: Double, _ asked: Asked,
            _ scratch: UnsafeMutablePointer<Double>
        ) -> Bool {
            let count = classes.count
            let (voices, plans, stride) = (scratch, scratch + 4 * count, RateLadder.scratchCount(x))
            speak(x, voices)
            guard let newShares = judged(asked, voices, slot, isNew: isNew, weight) else { return false }
            for other in 0..<count where classes[other].isKnown {
                let p = SIMD4<Double>.of { voices[$0 * count + other] }
                let gradients = other == slot ? p - 1 : p
                _ = classes[other].ladder.grow(to: x.columnCount)
                let curvature = classes[other].ladder.plan(
                    x, square: weight * shares.meanSquareOfRungs(gradients), unit: 1, plans + other * stride)
                let size = RateLadder.size(weight * gradients / (1 + weight * curvature * p * (1 - p)))
                guard classes[other].ladder.isStepFinite(x, size, plans + other * stride) else { return false }
                // What the rungs said is not needed any more: their steps take its place.
                for k in 0..<4 { voices[k * count + other] = size[k] }
            }
            for other in 0..<count where classes[other].isKnown {
                let size = SIMD4<Double>.of { voices[$0 * count + other] }
                classes[other].ladder.take(x, size, plans + other * stride)
            }
            if !isNew { classes[slot].add(weight) }
            shares = newShares
            return true
        }

        private func judged(
            _ asked: Asked, _ now: UnsafePointer<Double>, _ slot: Int, isNew: Bool, _ weight: Double
        ) -> LadderShares? {
            func floored(_ p: SIMD4<Double>) -> SIMD4<Double> {
                SIMD4(max(1e-15, p[0]), max(1e-15, p[1]), max(1e-15, p[2]), max(1e-15, p[3]))
            }
            func judged(now labelsSince: Double) -> LadderShares? {
                let p = SIMD4<Double>.of { now[$0 * classes.count + slot] }
                return shares.judged(
                    likelihoods: floored(p), answer: 1, mean: 1, labelsSince: labelsSince, weight: weight)
            }
            switch asked {
            case .now, .then(_, _, labelsSince: 0):
                return isNew ? shares.counted() : judged(now: 0)
            case .then(_, _, let labelsSince) where shares.isEarly(labelsSince):
                return isNew ? shares.counted() : judged(now: labelsSince)
            case .then(let voices, let answer, let labelsSince):
                let said = LadderShares.Said(
                    voices, answer, labelsSince, place: slot, classCount: voices.count / 4)
                guard let said else { return shares.counted() }
                return shares.judged(
                    likelihoods: floored(said.voices), answer: max(1e-15, said.answer),
                    mean: max(1e-15, shares.average(said.voices)), labelsSince: labelsSince, weight: weight)
            case .another: return shares.counted()
            }
        }

        var byteCount: Int { classes.reduce(0) { $0 + $1.ladder.byteCount } }

        func encode(to encoder: inout CanonicalEncoder) {
            shares.encode(to: &encoder)
            encoder.count(classes.count)
            for entry in classes {
                encoder.double(entry.count)
                if entry.isKnown { entry.ladder.encode(to: &encoder) }
            }
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            shares = try LadderShares(from: &decoder)
            classes = []
            var weightCount: Int?
            for slot in 0..<(try decoder.count(elementBytes: 8)) {
                classes.append(Class())
                classes[slot].count = try decoder.double()
                guard classes[slot].isKnown else { continue }
                classes[slot].add(0)
                classes[slot].ladder = try RateLadder(from: &decoder)
                guard weightCount == nil || weightCount == classes[slot].ladder.count else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "a class has other weights")
                }
                weightCount = classes[slot].ladder.count
            }
        }
    }
}

extension LadderShares {
    /// The average of what four experts say of one class, each of whose voices are side by side.
    @inline(__always)
    func average(_ voices: UnsafePointer<Double>, _ slot: Int, _ classCount: Int) -> Double {
        average(SIMD4<Double>.of { voices[$0 * classCount + slot] })
    }
}

extension RateLadder.Multiclass {
    /// The classes' frequencies, and each class's rungs' terms: a ``SoftmaxMixture`` of the four.
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
        // Of each rung, the classes' terms side by side, without what they have in common.
        func sides(_ terms: [SIMD4<Double>]) -> [[Double]] {
            [none] + (1..<4).map { k in SoftmaxMixture.centered(terms.map { $0[k] }) }
        }
        let own = known.map { classes[$0].ladder.terms(x) }
        let intercepts = sides(own.map(\.intercept))
        // All classes have as many weights, so that their terms are of the same columns.
        let columns = own[0].terms.indices.map { index in
            (column: own[0].terms[index].column, terms: sides(own.map { $0.terms[index].value }))
        }
        let deltas = (0..<4).map { expert in
            known.indices.map { k in columns.reduce(intercepts[expert][k]) { $0 + $1.terms[expert][k] } }
        }
        let mixture = SoftmaxMixture(
            components: (0..<4).map {
                SoftmaxMixture.Component(weight: shares.shares[$0], bases: bases, deltas: deltas[$0])
            })
        return try mixture.contributions(asked, named: "intercept", biasTerms: intercepts, columns)
    }
}
