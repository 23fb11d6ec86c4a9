import Determinism

/// Numbers of the standard normal distribution.
package enum NormalDeviate {
    /// One number, from two uniform ones at least.
    ///
    /// Source: G. Marsaglia and T. A. Bray, *A convenient method for generating normal variables*, SIAM Review 6(3),
    /// 1964; its second number is not used, so that the generator is all there is to remember.
    package static func draw(_ generator: inout SeededGenerator) -> Double {
        while true {
            let (u, v) = (2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
            let square = u * u + v * v
            if square > 0, square < 1 { return u * (-2 * Elementary.log(square) / square).squareRoot() }
        }
    }
}
