import Determinism

/// A way to split a leaf.
struct SplitSuggestion: Sendable, Equatable {
    enum Test: Sendable, Equatable {
        /// Not to split.
        case none
        /// number ≤ threshold.
        case number(place: Int, threshold: Double)
        /// category = value.
        case category(place: Int, value: Int32)
        /// One branch a value.
        case categories(place: Int)
    }

    var merit = -Double.infinity
    var test = Test.none
}

/// What a new leaf begins with.
struct BranchClasses: Sendable, Equatable {
    var classes: [Int32] = []
    var weights: [Double] = []

    var total: Double { weights.reduce(0, +) }
}

/// The search for the best split of a leaf.
extension ClassLeaf {
    /// One suggestion for each feature observed, numbers first, and not to split where that is offered.
    func suggestions(_ parameters: Parameters, offersNoSplit: Bool) -> [SplitSuggestion] {
        var suggestions: [SplitSuggestion] = offersNoSplit ? [SplitSuggestion()] : []
        let before = weights.withUnsafeBufferPointer { parameters.criterion.impurity($0) }
        withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, 2 * classes.count)) { room in
            for place in 0..<width where observes(number: place) {
                suggestions.append(suggestNumber(place, before, parameters, room))
            }
            for place in counts.rowCounts.indices where counts.rowCounts[place] > 0 {
                suggestions.append(suggestCategory(place, before, parameters, room))
            }
        }
        return suggestions
    }

    /// Whether the first class has so large a share that no split is sought.
    func isDominated(_ parameters: Parameters) -> Bool {
        let greatest = weights.max() ?? 0
        return greatest > 0 && greatest / totalWeight > parameters.maxShareToSplit
    }

    private func observes(number place: Int) -> Bool {
        if place < searchTrees.count { return !searchTrees[place].values.isEmpty }
        for position in 0..<estimatedCount where estimates[position * Self.fields * width + place] > 0 { return true }
        var index = place
        while index < histograms.count {
            if !histograms[index].bins.isEmpty { return true }
            index += width
        }
        return false
    }

    private func suggestNumber(
        _ place: Int, _ before: Double, _ parameters: Parameters, _ room: UnsafeMutableBufferPointer<Double>
    ) -> SplitSuggestion {
        switch parameters.leaf.observer {
        case .gaussian(let splits): suggestGaussian(place, splits, before, parameters, room)
        case .histogram(_, let splits): suggestHistogram(place, splits, before, parameters, room)
        case .exhaustive: suggestValue(place, before, parameters)
        }
    }

    // MARK: normal distributions

    /// Field 0 to 5 of ``estimates``.
    @inline(__always)
    private func field(_ field: Int, _ position: Int, _ place: Int) -> Double {
        estimates[(position * Self.fields + field) * width + place]
    }

    private func suggestGaussian(
        _ place: Int, _ splits: Int, _ before: Double, _ parameters: Parameters,
        _ room: UnsafeMutableBufferPointer<Double>
    ) -> SplitSuggestion {
        var best = SplitSuggestion()
        var (least, greatest) = (Double.infinity, -Double.infinity)
        for position in 0..<estimatedCount {
            least = min(least, field(3, position, place))
            greatest = max(greatest, field(4, position, place))
        }
        guard least < greatest, let base = room.baseAddress else { return best }
        let step = (greatest - least) / (Double(splits) + 1)
        let count = order.count
        return withUnsafeTemporaryAllocation(of: NormalClass.self, capacity: max(1, count)) { normals in
            for index in 0..<count { normals[index] = normal(Int(order[index]), place) }
            for split in 1...splits {
                let threshold = least + step * Double(split)
                guard threshold > least && threshold < greatest else { continue }
                for index in 0..<count {
                    let halves = normals[index].halves(threshold)
                    base[index] = halves.low
                    base[count + index] = halves.high
                }
                let merit = parameters.criterion.merit(
                    base, count: 2, width: count, before: before, minFraction: parameters.minBranchFraction,
                    isPair: count == 2 && (0..<2).allSatisfy { normals[$0].isOnBothSides(threshold) },
                    least: best.merit)
                if merit > best.merit {
                    best = SplitSuggestion(merit: merit, test: .number(place: place, threshold: threshold))
                }
            }
            return best
        }
    }

    /// The normal distribution of a number in a class.
    private struct NormalClass {
        var n = 0.0
        var mean = 0.0
        var deviation = 0.0
        var least = Double.infinity
        var greatest = -Double.infinity

        /// The weight at or below a threshold, and above.
        @inline(__always)
        func halves(_ threshold: Double) -> (low: Double, high: Double) {
            if threshold < least { return (0, n) }
            if threshold >= greatest { return (n, 0) }
            guard deviation > 0 else { return (0, n) }
            let z = (threshold - mean) / deviation
            let low = 0.5 * (1 + Elementary.erf(z / 0x1.6a09e667f3bcdp0)) * n
            return (low, n - low)
        }

        @inline(__always)
        func isOnBothSides(_ threshold: Double) -> Bool { threshold >= least && threshold < greatest }
    }

    private func normal(_ position: Int, _ place: Int) -> NormalClass {
        guard position < estimatedCount else { return NormalClass() }
        let (n, squares) = (field(0, position, place), field(2, position, place))
        return NormalClass(
            n: n, mean: field(1, position, place), deviation: n > 1 ? (squares / (n - 1)).squareRoot() : 0,
            least: field(3, position, place), greatest: field(4, position, place))
    }

    // MARK: histograms

    /// The thresholds that are tried between the first and the last bins; empty where there are none.
    private func histogramThresholds(_ place: Int, _ splits: Int) -> [Double] {
        var (low, high, most) = (Double.infinity, Double.infinity, 0)
        for position in 0..<histograms.count / max(1, width) {
            let bins = histograms[position * width + place].bins
            guard let first = bins.first, let last = bins.last else { continue }
            low = min(low, first.right)
            high = min(high, last.right)
            most = max(most, bins.count)
        }
        guard low < high else { return [] }
        let count = min(splits, most - 1)
        let step = (high - low) / Double(count + 1)
        var (thresholds, threshold): ([Double], Double) = ([], low)
        for _ in 0..<max(0, count) {
            threshold += step
            thresholds.append(threshold)
        }
        return thresholds
    }

    /// For each threshold, the weights below it and above it, of the classes that have a histogram; 0 for the others.
    private func histogramHalves(_ place: Int, _ thresholds: [Double]) -> [Double] {
        let (total, count) = (totalWeight, classes.count)
        var halves = [Double](repeating: 0, count: thresholds.count * 2 * count)
        var shares = [Double](repeating: 0, count: thresholds.count)
        for position in 0..<min(count, histograms.count / max(1, width)) {
            let histogram = histograms[position * width + place]
            guard !histogram.bins.isEmpty else { continue }
            histogram.shares(below: thresholds, thresholds.count, into: &shares)
            for index in thresholds.indices {
                let prior = weights[position] / total
                halves[2 * index * count + position] = total * prior * shares[index]
                halves[(2 * index + 1) * count + position] = total * prior * (1 - shares[index])
            }
        }
        return halves
    }

    private func suggestHistogram(
        _ place: Int, _ splits: Int, _ before: Double, _ parameters: Parameters,
        _ room: UnsafeMutableBufferPointer<Double>
    ) -> SplitSuggestion {
        var best = SplitSuggestion()
        let thresholds = histogramThresholds(place, splits)
        let halves = histogramHalves(place, thresholds)
        let count = classes.count
        let isPair =
            count == 2 && histograms.count >= 2 * width
            && (0..<2).allSatisfy {
                !histograms[$0 * width + place].bins.isEmpty
            }
        halves.withUnsafeBufferPointer { halves in
            guard let base = halves.baseAddress else { return }
            for index in thresholds.indices {
                let merit = parameters.criterion.merit(
                    base + 2 * index * count, count: 2, width: count, before: before,
                    minFraction: parameters.minBranchFraction, isPair: isPair)
                if merit > best.merit {
                    best = SplitSuggestion(merit: merit, test: .number(place: place, threshold: thresholds[index]))
                }
            }
        }
        return best
    }

    // MARK: every value

    private func suggestValue(_ place: Int, _ before: Double, _ parameters: Parameters) -> SplitSuggestion {
        var best = SplitSuggestion()
        let count = classes.count
        searchTrees[place].search(classCount: count) { value, halves in
            let merit = parameters.criterion.merit(
                halves, count: 2, width: count, before: before, minFraction: parameters.minBranchFraction,
                isPair: count == 2 && (0..<4).allSatisfy { halves[$0] > 0 })
            if merit > best.merit {
                best = SplitSuggestion(merit: merit, test: .number(place: place, threshold: value))
            }
        }
        return best
    }

    // MARK: the branches of a chosen split

    /// What the branches of a suggestion begin with, and the values that lead to them where there is one branch a
    /// value.
    func branches(_ test: SplitSuggestion.Test, _ parameters: Parameters) -> ([BranchClasses], [Int32]) {
        switch test {
        case .none: ([], [])
        case .number(let place, let threshold): (numberBranches(place, threshold, parameters), [])
        case .category(let place, let value): (categoryBranches(place, value), [])
        case .categories(let place): valueBranches(place)
        }
    }

    private func numberBranches(
        _ place: Int, _ threshold: Double, _ parameters: Parameters
    ) -> [BranchClasses] {
        var (low, high) = (BranchClasses(), BranchClasses())
        func add(_ position: Int, _ halves: (low: Double, high: Double), isLow: Bool, isHigh: Bool) {
            if isLow {
                low.classes.append(classes[position])
                low.weights.append(halves.low)
            }
            if isHigh {
                high.classes.append(classes[position])
                high.weights.append(halves.high)
            }
        }
        switch parameters.leaf.observer {
        case .gaussian:
            for position in order.map({ Int($0) }) where position < estimatedCount && field(0, position, place) > 0 {
                let (least, greatest) = (field(3, position, place), field(4, position, place))
                add(
                    position, normal(position, place).halves(threshold), isLow: threshold >= least,
                    isHigh: threshold < greatest)
            }
        case .histogram:
            let halves = histogramHalves(place, [threshold])
            for position in 0..<min(classes.count, histograms.count / max(1, width))
            where !histograms[position * width + place].bins.isEmpty {
                add(position, (halves[position], halves[classes.count + position]), isLow: true, isHigh: true)
            }
        case .exhaustive:
            searchTrees[place].search(classCount: classes.count) { value, halves in
                guard value == threshold else { return }
                for position in classes.indices {
                    let pair = (low: halves[position], high: halves[classes.count + position])
                    add(position, pair, isLow: pair.low > 0, isHigh: pair.high > 0)
                }
            }
        }
        return [low, high]
    }
}
