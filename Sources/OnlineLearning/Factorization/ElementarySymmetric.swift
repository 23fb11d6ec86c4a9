/// The sum over all combinations of 2 to `degree` features of the product of their values and of the latent vectors
/// that each has for that number, summed over the vectors' entries.
///
/// For each entry the products of all combinations of *d* are the elementary symmetric polynomial e_d of the values
/// times the entries, which one pass over the features computes for all *d*; its derivative is the polynomial e_{d−1}
/// of the others.
///
/// Source: M. Blondel, A. Fujino, N. Ueda and M. Ishihata, *Higher-order factorization machines*, NIPS 2016, section 3.
struct ElementarySymmetric: FactorInteraction {
    let factorCount: Int
    let degree: Int

    /// First the vector for pairs, then that for triples and so on.
    var latentCount: Int { (degree - 1) * factorCount }

    func sum(_ features: UnsafeBufferPointer<ActiveFeature>, _ latents: UnsafePointer<Double>, stride: Int) -> Double {
        var sum = 0.0
        withPolynomials { e in
            for order in 2...degree {
                for factor in 0..<factorCount {
                    let entry = (order - 2) * factorCount + factor
                    expand(features, latents + entry, stride, order, e)
                    sum += e[order]
                }
            }
        }
        return sum
    }

    func differentiate(
        _ features: UnsafeBufferPointer<ActiveFeature>, _ latents: UnsafePointer<Double>, stride: Int,
        into derivatives: UnsafeMutablePointer<Double>
    ) {
        withPolynomials { e in
            for order in 2...degree {
                for factor in 0..<factorCount {
                    let entry = (order - 2) * factorCount + factor
                    expand(features, latents + entry, stride, order, e)
                    for (position, feature) in features.enumerated() {
                        let term = latents[feature.row * stride + entry] * feature.value
                        // The polynomial of the others, by taking this one out of each in turn.
                        var others = 1.0
                        for d in 1..<order { others = e[d] - term * others }
                        derivatives[position * latentCount + entry] = feature.value * others
                    }
                }
            }
        }
    }

    /// Room for e_0 … e_degree.
    @inline(__always)
    private func withPolynomials(_ body: (UnsafeMutablePointer<Double>) -> Void) {
        withUnsafeTemporaryAllocation(of: Double.self, capacity: degree + 1) { buffer in
            if let base = buffer.baseAddress { body(base) }
        }
    }

    @inline(__always)
    private func expand(
        _ features: UnsafeBufferPointer<ActiveFeature>, _ entry: UnsafePointer<Double>, _ stride: Int, _ order: Int,
        _ e: UnsafeMutablePointer<Double>
    ) {
        e[0] = 1
        for d in 1...order { e[d] = 0 }
        for feature in features {
            let term = entry[feature.row * stride] * feature.value
            var d = order
            while d > 0 {
                e[d] += term * e[d - 1]
                d -= 1
            }
        }
    }
}
