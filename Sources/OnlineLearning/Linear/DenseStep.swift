/// What a linear model does with the numbers of an example, four at a time: always four, on every machine, so that
/// sums have one order and speed costs no bit. A missing number counts as 0, which adds nothing and moves nothing.
///
/// Each works in the hope that nothing is missing, and again if a NaN tells that something is.
enum DenseStep {
    /// Σ wᵢ xᵢ: four sums of every fourth product, added crosswise, then the products left over.
    @inline(__always)
    static func product(_ w: UnsafePointer<Double>, _ x: some DenseNumbers, _ count: Int) -> Double {
        let sum = sum(w, x, count) { $0 }
        return sum == sum ? sum : productWithMissing(w, x, count)
    }

    @inline(never)
    private static func productWithMissing(_ w: UnsafePointer<Double>, _ x: some DenseNumbers, _ count: Int) -> Double {
        sum(w, x, count) { $0.replacing(with: 0, where: $0 .!= $0) }
    }

    @inline(__always)
    private static func sum(
        _ w: UnsafePointer<Double>, _ x: some DenseNumbers, _ count: Int, _ present: (Lanes) -> Lanes
    ) -> Double {
        var sums = Lanes.zero
        var i = 0
        while i + 3 < count {
            sums += GivenNumbers.four(w + i) * present(x.four(i))
            i += 4
        }
        var sum = (sums[0] + sums[2]) + (sums[1] + sums[3])
        while i < count {
            sum += w[i] * present(Lanes(repeating: x.one(i)))[0]
            i += 1
        }
        return sum
    }

    /// Makes every weight wᵢ − rate · (xᵢ · gradient).
    /// - Parameter old: room for as many doubles.
    /// - Returns: false where one would not be finite; then no weight has changed.
    @inline(__always)
    static func takeIfFinite(
        _ w: UnsafeMutablePointer<Double>, _ x: some DenseNumbers, _ count: Int, _ rate: Double,
        _ gradient: Double, old: UnsafeMutablePointer<Double>
    ) -> Bool {
        if take(w, x, count, rate, gradient, old, { $0 }) { return true }
        return takeWithMissing(w, x, count, rate, gradient, old)
    }

    @inline(never)
    private static func takeWithMissing(
        _ w: UnsafeMutablePointer<Double>, _ x: some DenseNumbers, _ count: Int, _ rate: Double,
        _ gradient: Double, _ old: UnsafeMutablePointer<Double>
    ) -> Bool {
        w.update(from: old, count: count)
        if take(w, x, count, rate, gradient, old, { $0.replacing(with: 0, where: $0 .!= $0) }) { return true }
        w.update(from: old, count: count)
        return false
    }

    /// - Returns: whether all new weights are finite.
    @inline(__always)
    private static func take(
        _ w: UnsafeMutablePointer<Double>, _ x: some DenseNumbers, _ count: Int, _ rate: Double,
        _ gradient: Double, _ old: UnsafeMutablePointer<Double>, _ present: (Lanes) -> Lanes
    ) -> Bool {
        // 0 times what is not finite is not a number.
        var checks = Lanes.zero
        var i = 0
        while i + 3 < count {
            let weights = GivenNumbers.four(w + i)
            let new = weights - rate * (present(x.four(i)) * gradient)
            store(weights, old + i)
            store(new, w + i)
            checks += new * 0
            i += 4
        }
        var check = (checks[0] + checks[2]) + (checks[1] + checks[3])
        while i < count {
            old[i] = w[i]
            w[i] -= rate * (present(Lanes(repeating: x.one(i)))[0] * gradient)
            check += w[i] * 0
            i += 1
        }
        return check == 0
    }

    private typealias Lanes = SIMD4<Double>

    @inline(__always)
    private static func store(_ lanes: Lanes, _ pointer: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
    }
}
