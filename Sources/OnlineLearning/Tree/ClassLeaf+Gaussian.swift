import Determinism

/// Normal distributions of each number in each class (Welford's method, weighted), and naive Bayes with them.
extension ClassLeaf {
    /// ½ log 2π.
    static var halfLogTau: Double { 0x1.d67f1c864beb4p-1 }
    static var halfLog2: Double { 0x1.62e42fefa39efp-2 }

    /// Makes room for more numbers. - Returns: whether that takes memory.
    mutating func widen(to newWidth: Int, _ parameters: LeafParameters) -> Bool {
        let (old, oldWidth) = (estimates, width)
        let positions = oldWidth > 0 ? old.count / (oldWidth * Self.fields) : 0
        width = newWidth
        estimates = []
        for position in 0..<positions {
            appendEstimates()
            for field in 0..<Self.fields {
                for feature in 0..<oldWidth {
                    estimates[(position * Self.fields + field) * newWidth + feature] =
                        old[(position * Self.fields + field) * oldWidth + feature]
                }
            }
        }
        histograms = StreamingHistogram.widened(histograms, from: oldWidth, to: newWidth)
        if parameters.observer == .exhaustive {
            searchTrees.append(contentsOf: repeatElement(ValueTree(), count: newWidth - searchTrees.count))
        }
        return true
    }

    private mutating func appendEstimates() {
        estimates.append(contentsOf: repeatElement(0, count: 3 * width))
        estimates.append(contentsOf: repeatElement(.infinity, count: width))
        estimates.append(contentsOf: repeatElement(-.infinity, count: width))
        estimates.append(contentsOf: repeatElement(0, count: width))
    }

    /// How many positions have estimates: the first ones.
    var estimatedCount: Int { width > 0 ? estimates.count / (Self.fields * width) : 0 }

    /// Learns the numbers of an example whose weight its position has already. - Returns: whether that takes memory.
    @inline(__always)
    mutating func observeEstimates(
        _ input: TreeInput, _ position: Int, _ weight: Double, _ parameters: LeafParameters
    ) -> Bool {
        let width = width
        let end = (position &+ 1) &* Self.fields &* width
        let isNew = estimates.count < end
        while estimates.count < end { appendEstimates() }
        let (numbers, count) = (input.numbers, min(input.numberCount, width))
        let hasMissing = input.hasMissing
        let classWeight = parameters.leafPrediction == .majority ? 0 : weights[position]
        let base = estimates.withUnsafeMutableBufferPointer { estimates -> Double in
            guard let base = estimates.baseAddress, let numbers = numbers.baseAddress else {
                return Self.logBase(classWeight)
            }
            let block = base + position &* Self.fields &* width
            if hasMissing {
                for feature in 0..<count where !numbers[feature].isNaN {
                    Self.update(block + feature, width, numbers[feature], weight)
                }
            } else {
                Self.update(block, width, numbers, count, weight)
            }
            return Self.logBase(classWeight, block + 5 &* width, width)
        }
        logBases[position] = base
        return isNew
    }

    /// Welford's step for all numbers of one class, four at a time.
    @inline(__always)
    private static func update(
        _ block: UnsafeMutablePointer<Double>, _ width: Int, _ numbers: UnsafePointer<Double>, _ count: Int,
        _ weight: Double
    ) {
        var feature = 0
        while feature &+ 4 <= count {
            update(block + feature, width, load(numbers + feature), weight)
            feature &+= 4
        }
        while feature < count {
            update(block + feature, width, numbers[feature], weight)
            feature &+= 1
        }
    }

    @inline(__always)
    private static func load(_ address: UnsafePointer<Double>) -> SIMD4<Double> {
        UnsafeRawPointer(address).loadUnaligned(as: SIMD4<Double>.self)
    }

    @inline(__always)
    private static func store(_ value: SIMD4<Double>, _ address: UnsafeMutablePointer<Double>) {
        UnsafeMutableRawPointer(address).storeBytes(of: value, as: SIMD4<Double>.self)
    }

    @inline(__always)
    private static func update(
        _ block: UnsafeMutablePointer<Double>, _ width: Int, _ value: SIMD4<Double>, _ weight: Double
    ) {
        let n = load(block) + weight
        let old = load(block + width)
        let difference = value - old
        let mean = old + weight / n * difference
        let squares = load(block + 2 &* width) + weight * difference * (value - mean)
        let (least, greatest) = (load(block + 3 &* width), load(block + 4 &* width))
        store(n, block)
        store(mean, block + width)
        store(squares, block + 2 &* width)
        store(least.replacing(with: value, where: value .< least), block + 3 &* width)
        store(greatest.replacing(with: value, where: value .> greatest), block + 4 &* width)
        let factor = (n - 1) / (-2 * squares)
        let isThere = (n .> 1) .& (squares .> 0) .& (factor .> -.infinity)
        store(SIMD4.zero.replacing(with: factor, where: isThere), block + 5 &* width)
    }

    /// Welford's step for one number of one class.
    @inline(__always)
    private static func update(
        _ block: UnsafeMutablePointer<Double>, _ width: Int, _ value: Double, _ weight: Double
    ) {
        let n = block[0] + weight
        let old = block[width]
        let mean = old + weight / n * (value - old)
        let squares = block[2 &* width] + weight * (value - old) * (value - mean)
        block[0] = n
        block[width] = mean
        block[2 &* width] = squares
        block[3 &* width] = value < block[3 &* width] ? value : block[3 &* width]
        block[4 &* width] = value > block[4 &* width] ? value : block[4 &* width]
        block[5 &* width] = factor(n, squares)
    }

    /// −1 / 2σ², or 0 where there is no variance to divide by.
    @inline(__always)
    static func factor(_ n: Double, _ squares: Double) -> Double {
        let factor = (n - 1) / (-2 * squares)
        return n > 1 && squares > 0 && factor > -.infinity ? factor : 0
    }

    /// The logarithm of a class's weight times the product of 1 / √(2πσ²) over the numbers that have a variance; one
    /// logarithm for all: the mantissas are multiplied, the exponents added. A weight of 0 stands for one that nobody
    /// asks for, and gives 0.
    @inline(__always)
    static func logBase(_ weight: Double, _ factors: UnsafePointer<Double>? = nil, _ width: Int = 0) -> Double {
        guard weight > 0 else { return 0 }
        // The weight is squared, for all else is under the root.
        var product = Double(bitPattern: weight.bitPattern & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
        product *= product
        var exponents = 2 &* (Int(truncatingIfNeeded: weight.bitPattern &>> 52) &- 1023)
        var count = 0
        for feature in 0..<width {
            guard let factors else { break }
            let bits = factors[feature].bitPattern & 0x7fff_ffff_ffff_ffff
            let isThere = bits != 0
            exponents &+= isThere ? Int(truncatingIfNeeded: bits &>> 52) &- 1023 : 0
            let mantissa = Double(bitPattern: bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
            product *= isThere ? mantissa : 1
            count &+= isThere ? 1 : 0
            if count & 511 == 511 {
                let reduced = product.bitPattern
                exponents &+= Int(truncatingIfNeeded: reduced &>> 52) &- 1023
                product = Double(bitPattern: reduced & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
            }
        }
        let log = Elementary.log(product) + Double(exponents) * (2 * halfLog2)
        return 0.5 * log + Double(count) * (halfLog2 - halfLogTau)
    }

    /// The base of a position by its weight and its estimates.
    mutating func rebase(_ position: Int) {
        let (width, weight) = (width, weights[position])
        guard position < estimatedCount else {
            logBases[position] = Self.logBase(weight)
            return
        }
        logBases[position] = estimates.withUnsafeBufferPointer { estimates in
            Self.logBase(
                weight, estimates.baseAddress.map { $0 + (position * Self.fields + 5) * width }, width)
        }
    }

    /// The sum over all numbers of −(x − μ)² / 2σ². Four partial sums, added in a fixed order.
    @inline(__always)
    static func squares(
        _ numbers: UnsafeBufferPointer<Double>, _ means: UnsafePointer<Double>, _ factors: UnsafePointer<Double>,
        _ count: Int
    ) -> Double {
        var sums = SIMD4<Double>.zero
        var feature = 0
        while feature &+ 4 <= count {
            let x = UnsafeRawBufferPointer(numbers).loadUnaligned(fromByteOffset: 8 &* feature, as: SIMD4<Double>.self)
            let mean = UnsafeRawPointer(means + feature).loadUnaligned(as: SIMD4<Double>.self)
            let factor = UnsafeRawPointer(factors + feature).loadUnaligned(as: SIMD4<Double>.self)
            let difference = x - mean
            sums += difference * difference * factor
            feature &+= 4
        }
        var sum = (sums[0] + sums[2]) + (sums[1] + sums[3])
        while feature < count {
            let difference = numbers[feature] - means[feature]
            sum += difference * difference * factors[feature]
            feature &+= 1
        }
        return sum
    }

    /// The logarithm of a class's weight times the density of an example's numbers in it, those left out that are
    /// missing or have no variance.
    @inline(__always)
    mutating func logGaussian(_ input: TreeInput, _ position: Int) -> Double {
        let width = width
        let start = position &* Self.fields &* width
        guard start < estimates.count else { return logBases[position] }
        guard !input.hasMissing && input.numberCount >= width else {
            return Elementary.log(weights[position]) + logDensityOfSome(input, position)
        }
        let squares = estimates.withUnsafeBufferPointer { estimates -> Double in
            guard let base = estimates.baseAddress else { return 0 }
            return Self.squares(input.numbers, base + start + width, base + start + 5 &* width, width)
        }
        return logBases[position] + squares
    }

    /// The same over the leaf's weight: the prior and the density each by a logarithm of its own, then added.
    mutating func logGaussianRounded(_ input: TreeInput, _ position: Int, _ total: Double) -> Double {
        let prior = Elementary.log(weights[position] / total)
        let start = position * Self.fields * width
        guard start < estimates.count else { return prior }
        let isComplete = !input.hasMissing && input.numberCount >= width
        guard isComplete else { return prior + logDensityOfSome(input, position) }
        return estimates.withUnsafeBufferPointer { estimates in
            guard let base = estimates.baseAddress else { return prior }
            let (means, factors) = (base + start + width, base + start + 5 * width)
            return prior + (Self.logBase(1, factors, width) + Self.squares(input.numbers, means, factors, width))
        }
    }

    @inline(never)
    private mutating func logDensityOfSome(_ input: TreeInput, _ position: Int) -> Double {
        var sum = 0.0
        let start = position * Self.fields * width
        for feature in 0..<min(width, input.numberCount) {
            let (value, factor) = (input.numbers[feature], estimates[start + 5 * width + feature])
            if value.isNaN || factor == 0 { continue }
            let difference = value - estimates[start + width + feature]
            sum += difference * difference * factor - Self.halfLogTau + 0.5 * Elementary.log(-2 * factor)
        }
        return sum
    }
}
