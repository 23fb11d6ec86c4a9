import Determinism

/// Normal distributions of each number in each class (Welford's method, weighted), and naive Bayes with them.
extension ClassLeaf {
    /// ½ log 2π.
    static var halfLogTau: Double { 0x1.d67f1c864beb4p-1 }
    static var halfLog2: Double { 0x1.62e42fefa39efp-2 }

    /// Makes room for more numbers. - Returns: whether that takes memory.
    mutating func widen(to newWidth: Int, _ parameters: Parameters) -> Bool {
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

    mutating func observeEstimates(
        _ input: TreeInput, _ position: Int, _ weight: Double, _ parameters: Parameters
    ) -> Bool {
        guard width > 0 else { return false }
        let isNew = logScales.count <= position
        while logScales.count <= position {
            appendEstimates()
            logScales.append(0)
        }
        let (width, numbers, count) = (width, input.numbers, min(input.numberCount, width))
        let needsScale = parameters.leafPrediction != .majority
        let hasMissing = input.hasMissing
        let scale = estimates.withUnsafeMutableBufferPointer { estimates -> Double in
            guard let base = estimates.baseAddress else { return 0 }
            let block = base + position * Self.fields * width
            if hasMissing {
                for feature in 0..<count where !numbers[feature].isNaN {
                    Self.update(block, feature, width, numbers[feature], weight)
                }
            } else {
                for feature in 0..<count { Self.update(block, feature, width, numbers[feature], weight) }
            }
            return needsScale ? Self.logScale(block + 5 * width, width) : 0
        }
        logScales[position] = scale
        return isNew
    }

    /// Welford's step for one number of one class.
    @inline(__always)
    private static func update(
        _ block: UnsafeMutablePointer<Double>, _ feature: Int, _ width: Int, _ value: Double, _ weight: Double
    ) {
        let n = block[feature] + weight
        let old = block[width + feature]
        let mean = old + weight / n * (value - old)
        let squares = block[2 * width + feature] + weight * (value - old) * (value - mean)
        block[feature] = n
        block[width + feature] = mean
        block[2 * width + feature] = squares
        block[3 * width + feature] = value < block[3 * width + feature] ? value : block[3 * width + feature]
        block[4 * width + feature] = value > block[4 * width + feature] ? value : block[4 * width + feature]
        block[5 * width + feature] = factor(n, squares)
    }

    /// −1 / 2σ², or 0 where there is no variance to divide by.
    @inline(__always)
    static func factor(_ n: Double, _ squares: Double) -> Double {
        let factor = (n - 1) / (-2 * squares)
        return n > 1 && squares > 0 && factor > -.infinity ? factor : 0
    }

    /// The logarithm of the product of 1 / √(2πσ²) over the numbers that have a variance; one logarithm for all: the
    /// mantissas are multiplied, the exponents added.
    @inline(__always)
    static func logScale(_ factors: UnsafePointer<Double>, _ width: Int) -> Double {
        var product = 1.0
        var exponents = 0
        var count = 0
        for feature in 0..<width {
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

    /// The log-density of the numbers of an example in a class, those left out that are missing or have no variance.
    @inline(__always)
    func logDensity(_ input: TreeInput, _ position: Int) -> Double {
        guard position < logScales.count else { return 0 }
        let (width, numbers, count) = (width, input.numbers, input.numberCount)
        let isComplete = !input.hasMissing && count >= width
        return estimates.withUnsafeBufferPointer { estimates in
            guard let base = estimates.baseAddress else { return 0 }
            let block = base + position * Self.fields * width
            if isComplete {
                return logScales[position] + Self.squares(numbers, block + width, block + 5 * width, width)
            }
            var sum = 0.0
            for feature in 0..<min(width, count) {
                let (value, factor) = (numbers[feature], block[5 * width + feature])
                if value.isNaN || factor == 0 { continue }
                let difference = value - block[width + feature]
                sum += difference * difference * factor - Self.halfLogTau + 0.5 * Elementary.log(-2 * factor)
            }
            return sum
        }
    }
}
