import Determinism

extension ClassLeaf {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(classes.count)
        for slot in classes { encoder.uint(UInt64(slot)) }
        for weight in weights { encoder.double(weight) }
        encoder.double(lastAttempt)
        encoder.double(majorityMerit)
        encoder.double(bayesMerit)
        encoder.bool(!subset.isWhole)
        if !subset.isWhole { subset.encode(to: &encoder) }
        encoder.bool(isAwake)
        guard isAwake else { return }
        encoder.count(order.count)
        for position in order { encoder.uint(UInt64(position)) }
        encoder.count(width)
        encoder.count(estimatedCount)
        // The sixth field follows from the others.
        for position in 0..<estimatedCount {
            for index in 0..<5 * width { encoder.double(estimates[position * Self.fields * width + index]) }
        }
        encoder.count(histograms.count)
        for histogram in histograms { histogram.encode(to: &encoder) }
        encoder.count(searchTrees.count)
        for tree in searchTrees { tree.encode(to: &encoder) }
        counts.encode(to: &encoder)
    }

    /// - Parameters:
    ///   - slotCount: classes are below it.
    ///   - inputs: how many categories there are.
    init(
        from decoder: inout CanonicalDecoder, slotCount: Int, inputs: LearnerInputs, _ parameters: Parameters
    ) throws(CanonicalDecodingError) {
        self.init()
        let count = try decoder.count(elementBytes: 9)
        for _ in 0..<count {
            let slot = try decoder.uint()
            guard slot < UInt64(slotCount), position(of: Int32(slot)) < 0 else {
                throw decoder.damage("a leaf's class is unknown, or there twice")
            }
            classes.append(Int32(slot))
        }
        for _ in 0..<count { weights.append(try Self.weight(&decoder)) }
        lastAttempt = try Self.weight(&decoder)
        logBases = weights.map { Self.logBase($0) }
        majorityMerit = try Self.weight(&decoder)
        bayesMerit = try Self.weight(&decoder)
        if try decoder.bool() { subset = try FeatureSubset(from: &decoder, inputs) }
        isAwake = try decoder.bool()
        if isAwake { try restoreObservers(from: &decoder, inputs, parameters) }
    }

    private mutating func restoreObservers(
        from decoder: inout CanonicalDecoder, _ inputs: LearnerInputs, _ parameters: Parameters
    ) throws(CanonicalDecodingError) {
        for _ in 0..<(try decoder.count()) {
            let position = try decoder.uint()
            guard position < UInt64(classes.count), !order.contains(Int32(position)) else {
                throw decoder.damage("a class that is observed twice, or not the leaf's")
            }
            order.append(Int32(position))
        }
        let width = try decoder.uint()
        let mostNumbers = subset.isDrawn ? subset.numbers.count : TreeInput.maxNumbers
        guard width <= UInt64(mostNumbers) else { throw decoder.damage("a leaf of too many numbers") }
        self.width = Int(width)
        try restoreEstimates(from: &decoder, parameters)
        let histogramCount = try decoder.count(elementBytes: 9)
        var mostBins = 0
        if case .histogram(let bins, _) = parameters.leaf.observer { mostBins = bins }
        guard histogramCount <= classes.count * self.width,
            histogramCount == 0 || histogramCount % max(1, self.width) == 0 && mostBins > 0
        else { throw decoder.damage("histograms that do not fit") }
        for _ in 0..<histogramCount {
            histograms.append(try StreamingHistogram(from: &decoder, maxBins: mostBins))
        }
        let treeCount = try decoder.count(elementBytes: 3)
        guard treeCount == (parameters.leaf.observer == .exhaustive ? self.width : 0) else {
            throw decoder.damage("values of features that there are not")
        }
        for _ in 0..<treeCount { searchTrees.append(try ValueTree(from: &decoder, classCount: classes.count)) }
        counts = try NominalCounts(
            from: &decoder, classCount: classes.count,
            featureCount: subset.isDrawn ? subset.categories.count : inputs.categoryCount,
            limit: parameters.leaf.maxValues)
    }

    private mutating func restoreEstimates(
        from decoder: inout CanonicalDecoder, _ parameters: Parameters
    ) throws(CanonicalDecodingError) {
        let positions = try decoder.uint()
        guard positions <= UInt64(parameters.leaf.observer.isGaussian && width > 0 ? classes.count : 0) else {
            throw decoder.damage("estimates of classes that there are not")
        }
        for _ in 0..<Int(positions) {
            let start = estimates.count
            for _ in 0..<5 * width { estimates.append(try decoder.double()) }
            for place in 0..<width {
                let at = start + place
                let (n, squares) = (estimates[at], estimates[at + 2 * width])
                let (least, greatest) = (estimates[at + 3 * width], estimates[at + 4 * width])
                let isBounded = least >= -TreeInput.largest && greatest <= TreeInput.largest && least <= greatest
                guard n >= 0 && n <= 1e300 && estimates[at + width].magnitude <= 2 * TreeInput.largest,
                    squares >= 0 && squares <= 1e300,
                    isBounded || n == 0 && least == .infinity && greatest == -.infinity
                else { throw decoder.damage("an estimate of no distribution") }
            }
            for place in 0..<width {
                estimates.append(Self.factor(estimates[start + place], estimates[start + 2 * width + place]))
            }
        }
        for position in 0..<Int(positions) { rebase(position) }
    }

    static func weight(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Double {
        let weight = try decoder.double()
        guard weight >= 0 && weight <= 1e300 else { throw decoder.damage("a weight that is none") }
        return weight
    }
}

extension FeatureSubset {
    func encode(to encoder: inout CanonicalEncoder) {
        func write(_ places: [Int32]) {
            encoder.count(places.count)
            for place in places { encoder.uint(UInt64(place)) }
        }
        encoder.bool(isDrawn)
        if isDrawn { write(numbers) }
        encoder.bool(isDrawn)
        if isDrawn { write(categories) }
        write(droppedNumbers)
        write(droppedCategories)
    }

    init(from decoder: inout CanonicalDecoder, _ inputs: LearnerInputs) throws(CanonicalDecodingError) {
        isDrawn = try decoder.bool()
        if isDrawn { numbers = try Self.places(&decoder, below: TreeInput.maxNumbers) }
        guard try decoder.bool() == isDrawn else { throw decoder.damage("half of the features drawn") }
        if isDrawn { categories = try Self.places(&decoder, below: inputs.categoryCount) }
        droppedNumbers = try Self.places(&decoder, below: isDrawn ? numbers.count : TreeInput.maxNumbers)
        droppedCategories = try Self.places(&decoder, below: isDrawn ? categories.count : inputs.categoryCount)
    }

    private static func places(
        _ decoder: inout CanonicalDecoder, below limit: Int
    ) throws(CanonicalDecodingError) -> [Int32] {
        var places: [Int32] = []
        for _ in 0..<(try decoder.count()) {
            let place = try decoder.uint()
            guard place < UInt64(limit), places.count < limit else {
                throw decoder.damage("a feature that there is not")
            }
            places.append(Int32(place))
        }
        return places
    }
}
