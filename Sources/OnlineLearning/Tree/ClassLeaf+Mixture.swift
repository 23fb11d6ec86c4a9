import Determinism

/// A leaf's answer as a mixture of the frequencies of its classes and of naive Bayes, each trusted as well as it
/// foretold the leaf's latest examples.
///
/// The frequencies are (nₖ + 1/K) / (n + 1) for each of the K classes that the tree knows, those included that never
/// came to the leaf. The share of each of the two begins at ½; with each example it is multiplied with the probability
/// that was given to the true class, to the power of the example's weight. Then the shares are scaled to add up to 1,
/// and each hands ``switchRate`` of itself to both alike, so that a leaf in which the other has become better finds
/// out soon.
///
/// Of T examples of weight 1 the mixture's log losses add up to at most ln 2 + k ln 1/σ + (T − 1 − k) ln 1/(1 − σ) more
/// than those of the better of the two, where that may change k times and σ is half of ``switchRate``.
///
/// Time: an exponential a class and some divisions more than naive Bayes. Memory: the two shares.
///
/// Source: M. Herbster and M. K. Warmuth, *Tracking the best expert*, Machine Learning 32, 1998, the fixed-share
/// algorithm with the logarithmic loss; for the frequencies W. Perks, *Some observations on inverse probability*,
/// Journal of the Institute of Actuaries 73, 1947, which of two classes are those of R. Krichevsky and V. Trofimov,
/// *The performance of universal encoding*, IEEE Transactions on Information Theory 27(2), 1981.
extension ClassLeaf {
    /// How much of their shares the two hand to both alike at an example.
    static var switchRate: Double { 0.01 }

    /// The share of naive Bayes.
    @inline(__always)
    var bayesShare: Double {
        majorityMerit == 0 && bayesMerit == 0 ? 0.5 : min(bayesMerit, 1)
    }

    /// Turns what naive Bayes gives each position, up to a common factor, into what the mixture gives it.
    @inline(__always)
    func mix(
        _ room: UnsafeMutableBufferPointer<Double>, _ sum: Double, _ total: Double, _ known: Int,
        hasBayes: Bool = true
    ) -> Shares {
        let share = hasBayes ? bayesShare : 0
        let (scale, rest) = (share / sum, (1 - share) / (total + 1))
        let prior = 1 / Double(known)
        for position in 0..<room.count {
            room[position] = scale * room[position] + rest * (weights[position] + prior)
        }
        return Shares(sum: 1, other: rest * prior, areProbabilities: true)
    }

    /// Turns the logarithms of naive Bayes into what the mixture gives each position, and then trusts the two by how
    /// probable each has found an example's class.
    /// - Parameter position: of the class; negative where it is new to the leaf.
    @inline(__always)
    mutating func compare(
        _ room: UnsafeMutableBufferPointer<Double>, _ position: Int, _ weight: Double, _ total: Double, _ known: Int
    ) {
        guard let (sum, _) = Self.exponentiate(room) else {
            for position in 0..<room.count { room[position] = weights[position] }
            return
        }
        let frequency = ((position >= 0 ? weights[position] : 0) + 1 / Double(known)) / (total + 1)
        let ratio = (position >= 0 ? room[position] : 0) / (sum * frequency)
        let share = bayesShare
        _ = mix(room, sum, total, known)
        let odds = share / (1 - share) * Self.power(ratio, weight)
        let posterior = odds < 1e300 ? odds / (1 + odds) : 1
        bayesMerit = (1 - Self.switchRate) * posterior + Self.switchRate / 2
        majorityMerit = 1 - bayesMerit
    }

    /// A number from 0 to the power of one above 0; infinite where that is too large.
    @inline(__always)
    private static func power(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 1 { return base }
        guard exponent <= 64, exponent.rounded(.down) == exponent else {
            return Elementary.exp(exponent * Elementary.log(base))
        }
        var (rest, square, power) = (Int(exponent), base, 1.0)
        while rest > 0 {
            if rest & 1 == 1 { power *= square }
            square *= square
            rest >>= 1
        }
        return power
    }
}
