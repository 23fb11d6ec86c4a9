/// The sum over all pairs of features of the product of their values and of the scalar product of two latent vectors:
/// each feature's for the other's field.
///
/// Source: Y. Juan, Y. Zhuang, W.-S. Chin and C.-J. Lin, *Field-aware factorization machines for CTR prediction*,
/// RecSys 2016, equation 4.
struct FieldAware: FactorInteraction {
    let factorCount: Int
    let fieldCount: Int

    /// By field of the other feature.
    var latentCount: Int { fieldCount * factorCount }

    func sum(_ features: UnsafeBufferPointer<ActiveFeature>, _ latents: UnsafePointer<Double>, stride: Int) -> Double {
        var sum = 0.0
        for i in features.indices {
            for j in (i + 1)..<features.count {
                let (a, b) = vectors(features[i], features[j], stride)
                var product = 0.0
                for factor in 0..<factorCount { product += latents[a + factor] * latents[b + factor] }
                sum += product * (features[i].value * features[j].value)
            }
        }
        return sum
    }

    func differentiate(
        _ features: UnsafeBufferPointer<ActiveFeature>, _ latents: UnsafePointer<Double>, stride: Int,
        into derivatives: UnsafeMutablePointer<Double>
    ) {
        for i in 0..<features.count * latentCount { derivatives[i] = 0 }
        for i in features.indices {
            for j in (i + 1)..<features.count {
                let (a, b) = vectors(features[i], features[j], stride)
                let value = features[i].value * features[j].value
                let toI = derivatives + i * latentCount + features[j].field * factorCount
                let toJ = derivatives + j * latentCount + features[i].field * factorCount
                for factor in 0..<factorCount {
                    toI[factor] += value * latents[b + factor]
                    toJ[factor] += value * latents[a + factor]
                }
            }
        }
    }

    /// Where the latent vectors of two features for one another begin.
    @inline(__always)
    private func vectors(_ a: ActiveFeature, _ b: ActiveFeature, _ stride: Int) -> (Int, Int) {
        (a.row * stride + b.field * factorCount, b.row * stride + a.field * factorCount)
    }
}
