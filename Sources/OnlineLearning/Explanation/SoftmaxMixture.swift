import Determinism

/// A weighted mean of softmaxes, and by how much its answer changes for each unit that a score has moved from its base:
/// what every mixture of linear classifiers, tempered naive Bayes and plain logistic regression have in common.
///
/// Each component gives class *k* a score: a base and a *delta*, which is the sum of the features' terms. The factors
/// are those of the rescale rule: every step of the way from scores to the answer (exponential, sum, quotient, mean,
/// logarithm) is replaced by the straight line between its value at the bases and at the scores. So the factors times
/// the deltas add up exactly to what the answer differs from the answer at the bases, and where there is but one
/// component, log-odds are the plain differences of scores.
///
/// Time: O(components · classes).
///
/// One component of two classes with the bases 0 and 0 and the deltas 0 and ln 3 answers ¾; in probability the factor
/// of the second delta is ¼ / ln 3.
///
/// Source: A. Shrikumar, P. Greenside and A. Kundaje, *Learning important features through propagating activation
/// differences*, ICML 2017, section 3.5.1.
package struct SoftmaxMixture: Sendable {
    package struct Component: Sendable {
        let weight: Double
        /// By class.
        let bases: [Double]
        let deltas: [Double]

        package init(weight: Double, bases: [Double], deltas: [Double]) {
            (self.weight, self.bases, self.deltas) = (weight, bases, deltas)
        }

        /// Logarithms of the probabilities at the bases and at the scores.
        fileprivate func logarithms() -> (before: [Double], after: [Double]) {
            (normalized(bases), normalized(bases.indices.map { bases[$0] + deltas[$0] }))
        }

        private func normalized(_ scores: [Double]) -> [Double] {
            let largest = scores.reduce(-Double.infinity) { max($0, $1) }
            let sum = scores.reduce(0) { $0 + Elementary.exp($1 - largest) }
            let logSum = largest + Elementary.log(sum)
            return scores.map { $0 - logSum }
        }
    }

    private(set) var components: [Component] = []

    package init(components: [Component]) { self.components = components }

    /// What the answer is at the bases, and by component and class what a unit of delta adds.
    /// - Parameter asked: its classes are positions among those of the components.
    package func factors(_ asked: ExplainedAnswer) -> (bias: Double, factors: [[Double]]) {
        if components.count == 1, asked.scale == .logOdds {
            let bases = components[0].bases
            return (
                bases[asked.slot] - bases[asked.other],
                [bases.indices.map { $0 == asked.slot ? 1 : $0 == asked.other ? -1 : 0 }]
            )
        }
        let own = probabilityFactors(asked.slot)
        guard asked.scale == .logOdds else { return (own.before, own.factors) }
        let others = probabilityFactors(asked.other)
        let (a, b) = (slope(own), slope(others))
        return (
            Elementary.log(own.before) - Elementary.log(others.before),
            own.factors.indices.map { t in
                own.factors[t].indices.map { own.factors[t][$0] / a - others.factors[t][$0] / b }
            }
        )
    }

    private typealias Factors = (before: Double, after: Double, factors: [[Double]])

    private func slope(_ factors: Factors) -> Double {
        Self.exponentialSlope(Elementary.log(factors.before), Elementary.log(factors.after))
    }

    /// The mean probability of a class before and after, and its factors.
    private func probabilityFactors(_ slot: Int) -> Factors {
        var result: Factors = (0, 0, [])
        for component in components {
            let (before, after) = component.logarithms()
            result.before += component.weight * Elementary.exp(before[slot])
            result.after += component.weight * Elementary.exp(after[slot])
            let scale = component.weight * Self.exponentialSlope(before[slot], after[slot])
            let shares = Self.sumShares(before, component.deltas)
            result.factors.append(shares.indices.map { scale * (($0 == slot ? 1 : 0) - shares[$0]) })
        }
        return result
    }

    /// By how much the logarithm of the sum of exponentials moves for each unit of a delta.
    private static func sumShares(_ before: [Double], _ deltas: [Double]) -> [Double] {
        let after = before.indices.map { before[$0] + deltas[$0] }
        // Before, the sum is 1; everything is scaled down so that nothing overflows.
        let largest = after.reduce(0) { max($0, $1) }
        let logSum = largest + Elementary.log(after.reduce(0) { $0 + Elementary.exp($1 - largest) })
        let slope = exponentialSlope(-largest, logSum - largest)
        return before.indices.map { exponentialSlope(before[$0] - largest, after[$0] - largest) / slope }
    }

    /// (eᵇ − eᵃ) / (b − a), and eᵃ where they are the same.
    static func exponentialSlope(_ a: Double, _ b: Double) -> Double {
        let d = b - a
        guard d.magnitude >= 1e-4 else { return Elementary.exp(a) * (1 + d / 2 * (1 + d / 3 * (1 + d / 4))) }
        return (Elementary.exp(b) - Elementary.exp(a)) / d
    }

    /// Where scores are sums of terms of single columns: the contributions of a vector's columns.
    ///
    /// - Parameters:
    ///   - terms: by column, the terms of each component and class.
    ///   - biasTerms: what of the deltas belongs to no column, in the same order.
    func contributions(
        _ asked: ExplainedAnswer, named biasName: String, biasTerms: [[Double]]? = nil,
        _ terms: [(column: Int, terms: [[Double]])]
    ) throws(Unexplained) -> ColumnContributions {
        let (bias, factors) = factors(asked)
        func sum(_ terms: [[Double]]) -> Double {
            var sum = 0.0
            for t in factors.indices { for k in factors[t].indices { sum += factors[t][k] * terms[t][k] } }
            return sum
        }
        var result = ColumnContributions(
            asked.scale, bias: bias + (biasTerms.map(sum) ?? 0), named: biasName)
        for (column, terms) in terms { result.add(column: column, sum(terms)) }
        guard result.total.isFinite else { throw Unexplained("the model's own terms are not finite") }
        return result
    }
}

extension SoftmaxMixture {
    /// A linear model of two classes: one margin, which some bound may hold.
    /// - Parameters:
    ///   - held: the margin as it counts in the answer.
    ///   - terms: by column.
    static func binary(
        _ asked: ExplainedAnswer, intercept: Double, held: (Double) -> Double = { $0 },
        terms: [(column: Int, value: Double)]
    ) throws(Unexplained) -> ColumnContributions {
        let sum = terms.reduce(0) { $0 + $1.value }
        let base = held(intercept)
        let delta = held(intercept + sum) - base
        let scale = sum == 0 ? 1 : delta / sum
        let mixture = SoftmaxMixture(
            components: [Component(weight: 1, bases: [0, base], deltas: [0, delta])])
        return try mixture.contributions(
            asked, named: "intercept", terms.map { ($0.column, [[0, scale * $0.value]]) })
    }

    /// Terms of one feature without what they have in common, which tells no class from another.
    static func centered(_ terms: [Double]) -> [Double] {
        let mean = terms.reduce(0, +) / Double(terms.count)
        return terms.map { $0 - mean }
    }

    /// Several classes or two, each with a score to which every column adds a term of its own, as in naive Bayes: the
    /// terms are found by asking for the scores of each column alone.
    ///
    /// - Parameters:
    ///   - known: the slots of the classes, ascending.
    ///   - temperatures: of each component, its weight and what terms are multiplied by.
    ///   - scores: of a vector, by slot.
    static func additive(
        _ asked: ExplainedAnswer, _ x: borrowing FeatureVector, known: [Int],
        temperatures: [(weight: Double, power: Double)], bases: [Double], _ scores: (FeatureVector) -> [Double]
    ) throws(Unexplained) -> ColumnContributions {
        var asked = asked
        guard let slot = known.firstIndex(of: asked.slot), let other = known.firstIndex(of: asked.other) else {
            throw Unexplained("a class that was never learned has no odds")
        }
        (asked.slot, asked.other) = (slot, other)
        let nothing = scores(x.only(column: nil))
        var terms: [(column: Int, terms: [Double])] = []
        for column in x.presentColumns {
            let alone = scores(x.only(column: column))
            terms.append((column, centered(known.map { alone[$0] - nothing[$0] })))
        }
        // What is scored of an empty vector may be more than the bases: what is absent speaks, too.
        let absent = centered(known.indices.map { nothing[known[$0]] - bases[$0] })
        let whole = known.indices.map { k in terms.reduce(absent[k]) { $0 + $1.terms[k] } }
        let mixture = SoftmaxMixture(
            components: temperatures.map { weight, power in
                Component(weight: weight, bases: bases, deltas: whole.map { power * $0 })
            })
        func scaled(_ terms: [Double]) -> [[Double]] { temperatures.map { t in terms.map { t.power * $0 } } }
        return try mixture.contributions(
            asked, named: "class shares", biasTerms: scaled(absent), terms.map { ($0.column, scaled($0.terms)) })
    }
}
