import Determinism

/// A linear model with latent vectors, by which features that were never seen together still interact: what its
/// classifier and its regressor share, in the order of River's operations (`facto.base`).
///
/// Every category that reaches it is a feature of its own with the value 1. A feature gets its weight, 0, and its
/// latent vectors, drawn from a normal distribution of deviation 0.1, when it is first learned; before that it adds
/// nothing, where River draws them already to predict.
struct FactorizationMachine<Kind: FactorizationKind>: Sendable {
    private let interaction: Kind.Interaction
    private let normalizes: Bool
    private let l1: (weight: Double, latent: Double)
    private let l2: (weight: Double, latent: Double)
    private let rates: (weight: Schedule, latent: Schedule, intercept: Schedule)
    private let clip: Double
    private let limitsSteps: Bool
    private let numberCount: Int
    private let maxCategories: Int

    private var generator: SeededGenerator
    private var intercept: Double
    /// Steps of the weights, one an example, and of the latent vectors, one a feature present.
    private var (weightSteps, latentSteps) = (0.0, 0.0)
    /// The row of each number, of each feature's categories, and of each column beyond the numbers; −1 before it has
    /// one.
    private var numberRows: [Int32]
    private var categoryRows: [[Int32]]
    private var columnRows: [Int32] = []
    /// By row: a weight, then the latent numbers.
    private var parameters: [Double] = []

    private var stride: Int { 1 + interaction.latentCount }

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        numberCount = inputs.numberCount
        interaction = Kind.interaction(arguments, fieldCount: inputs.numberCount + inputs.categoryCount + 1)
        normalizes = arguments.boolean("sample_normalization")
        l1 = (arguments.number("l1_weight"), arguments.number("l1_latent"))
        l2 = (arguments.number("l2_weight"), arguments.number("l2_latent"))
        rates = (
            Schedule(arguments.required("weight_optimizer").arguments[0]),
            Schedule(arguments.required("latent_optimizer").arguments[0]), Schedule(arguments["intercept_lr"])
        )
        clip = arguments.number("clip_gradient")
        limitsSteps = arguments.boolean("limit_steps")
        maxCategories = arguments.integer("max_categories")
        intercept = arguments.number("intercept")
        generator = SeededGenerator(seed: UInt64(arguments.integer("seed")))
        numberRows = [Int32](repeating: -1, count: inputs.numberCount)
        categoryRows = [[Int32]](repeating: [], count: inputs.categoryCount)
    }

    // MARK: Answering

    func predict(_ x: borrowing FeatureVector) -> Double {
        withFeatures(x) { raw(UnsafeBufferPointer($0)) }
    }

    private func raw(_ features: UnsafeBufferPointer<ActiveFeature>) -> Double {
        var sum = intercept
        let stride = stride
        parameters.withUnsafeBufferPointer { parameters in
            guard let base = parameters.baseAddress else { return }
            for feature in features { sum += base[feature.row * stride] * feature.value }
            sum += interaction.sum(features, base + 1, stride: stride)
        }
        // A product of many large numbers says nothing.
        return sum.isFinite ? sum : intercept
    }

    /// Hands out the features present that were learned before: numbers, categories, then sparse columns.
    private func withFeatures<R>(
        _ x: borrowing FeatureVector, _ body: (UnsafeMutableBufferPointer<ActiveFeature>) -> R
    ) -> R {
        let capacity = x.numbers.count + x.categories.count + x.columns.count
        return withUnsafeTemporaryAllocation(of: ActiveFeature.self, capacity: max(1, capacity)) { buffer in
            var (count, square) = (0, 0.0)
            func add(_ row: Int32, _ field: Int, _ given: Double) {
                let value = max(-Self.largest, min(Self.largest, given))
                square += value * value
                guard row >= 0 else { return }
                buffer.initializeElement(at: count, to: ActiveFeature(row: Int(row), field: field, value: value))
                count += 1
            }
            for i in x.numbers.indices where x.numbers[i] == x.numbers[i] { add(numberRows[i], i, x.numbers[i]) }
            for i in x.categories.indices where x.categories[i] != FeatureVector.missing {
                let slot = place(x.categories[i])
                let row = slot >= 0 && slot < categoryRows[i].count ? categoryRows[i][slot] : -1
                add(row, numberCount + i, 1)
            }
            for i in x.columns.indices {
                let index = Int(x.columns[i]) - numberCount
                add(index < columnRows.count ? columnRows[index] : -1, numberCount + categoryRows.count, x.values[i])
            }
            if normalizes, square > 0 {
                let length = square.squareRoot()
                for i in 0..<count {
                    buffer[i] = ActiveFeature(
                        row: buffer[i].row, field: buffer[i].field, value: buffer[i].value / length)
                }
            }
            return body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
    }

    // MARK: Learning

    /// Learns one example. - Parameter gradient: of the loss in the answer.
    mutating func learn(
        _ x: borrowing FeatureVector, weight: Double, journal: inout Journal, _ gradient: (Double) -> Double
    ) -> Bool {
        let (generatorBefore, countBefore) = (generator, parameters.count)
        addRows(x)
        let (count, stride) = (x.numbers.count + x.categories.count + x.columns.count, stride)
        let isLearned = journal.withScratch(max(1, count * (stride + interaction.latentCount))) { plan in
            step(x, weight, plan, plan + count * stride, gradient)
        }
        if !isLearned {
            removeRows(x, from: countBefore / stride)
            parameters.removeLast(parameters.count - countBefore)
            generator = generatorBefore
        }
        return isLearned
    }

    /// - Parameters:
    ///   - plan: room for each present feature's new row.
    ///   - derivatives: room for the interaction's derivatives.
    private mutating func step(
        _ x: borrowing FeatureVector, _ weight: Double, _ plan: UnsafeMutablePointer<Double>,
        _ derivatives: UnsafeMutablePointer<Double>, _ gradient: (Double) -> Double
    ) -> Bool {
        let stride = stride
        let lossGradient = withFeatures(x) { features -> Double? in
            let raw = gradient(raw(UnsafeBufferPointer(features)))
            guard raw == raw else { return nil }
            let lossGradient = max(-clip, min(clip, raw)) * weight
            return self.plan(UnsafeBufferPointer(features), lossGradient, weight, plan, derivatives)
        }
        guard let lossGradient else { return false }
        intercept -= rates.intercept.rate(weightSteps) * lossGradient
        weightSteps += 1
        var taken: [Double] = []
        swap(&taken, &parameters)
        latentSteps += withFeatures(x) { features in
            for (position, feature) in features.enumerated() {
                for i in 0..<stride { taken[feature.row * stride + i] = plan[position * stride + i] }
            }
            return Double(features.count)
        }
        swap(&taken, &parameters)
        return true
    }

    /// Writes the new rows. - Returns: the gradient that they were moved by, or nil where a number would not be finite.
    private func plan(
        _ features: UnsafeBufferPointer<ActiveFeature>, _ lossGradient: Double, _ weight: Double,
        _ plan: UnsafeMutablePointer<Double>, _ derivatives: UnsafeMutablePointer<Double>
    ) -> Double? {
        let (stride, latentCount, rate) = (stride, interaction.latentCount, rates.weight.rate(weightSteps))
        var (check, gradient) = (0.0, lossGradient)
        parameters.withUnsafeBufferPointer { parameters in
            guard let base = parameters.baseAddress else { return }
            interaction.differentiate(features, base + 1, stride: stride, into: derivatives)
            if limitsSteps { gradient *= limit(features, weight, UnsafePointer(derivatives)) }
            for (position, feature) in features.enumerated() {
                let (old, new) = (base + feature.row * stride, plan + position * stride)
                let slope = gradient * feature.value + l1.weight * Self.sign(old[0]) + l2.weight * old[0]
                new[0] = old[0] - rate * slope
                check += Self.checked(new[0])
                let latentRate = rates.latent.rate(latentSteps + Double(position))
                for i in 0..<latentCount {
                    let (value, derivative) = (old[1 + i], derivatives[position * latentCount + i])
                    var slope = gradient * derivative
                    if Kind.penalizesAll || derivative != 0 {
                        slope += l1.latent * Self.sign(value) + Kind.l2Multiple * l2.latent * value
                    }
                    new[1 + i] = value - latentRate * slope
                    check += Self.checked(new[1 + i])
                }
            }
        }
        check += (intercept - rates.intercept.rate(weightSteps) * gradient) * 0
        return check == 0 ? gradient : nil
    }

    /// What a step is to be shortened by, so that it ends before the example's own value: the answer moves by the
    /// gradient times the sum of each number's rate and squared derivative, and no loss curves more than the square,
    /// whose gradient is twice the error.
    private func limit(
        _ features: UnsafeBufferPointer<ActiveFeature>, _ weight: Double, _ derivatives: UnsafePointer<Double>
    ) -> Double {
        let (latentCount, rate) = (interaction.latentCount, rates.weight.rate(weightSteps))
        var motion = rates.intercept.rate(weightSteps)
        for (position, feature) in features.enumerated() {
            motion += rate * feature.value * feature.value
            let latentRate = rates.latent.rate(latentSteps + Double(position))
            for i in position * latentCount..<(position + 1) * latentCount {
                motion += latentRate * derivatives[i] * derivatives[i]
            }
        }
        return min(1, 0.5 / max(motion * weight, .leastNormalMagnitude))
    }

    /// Features are held within this, so that their squares do not overflow.
    private static var largest: Double { 1e75 }

    /// 0 for a weight that answers can be made of, NaN for one that only a divergence leads to.
    @inline(__always)
    private static func checked(_ weight: Double) -> Double { weight.magnitude <= 1e20 ? 0 : .nan }

    @inline(__always)
    private static func sign(_ value: Double) -> Double { value > 0 ? 1 : value < 0 ? -1 : 0 }

    // MARK: Rows

    /// Gives every feature present a row.
    private mutating func addRows(_ x: borrowing FeatureVector) {
        for i in x.numbers.indices where x.numbers[i] == x.numbers[i] && numberRows[i] < 0 { numberRows[i] = newRow() }
        for i in x.categories.indices where x.categories[i] >= 0 {
            let slot = place(x.categories[i])
            guard slot >= categoryRows[i].count || categoryRows[i][slot] < 0 else { continue }
            let row = newRow()
            Self.set(&categoryRows[i], slot, row)
        }
        for i in x.columns.indices {
            let index = Int(x.columns[i]) - numberCount
            guard index >= columnRows.count || columnRows[index] < 0 else { continue }
            let row = newRow()
            Self.set(&columnRows, index, row)
        }
    }

    /// Where a category's row is noted; those beyond the limit share one place.
    @inline(__always)
    private func place(_ category: Int32) -> Int { min(Int(category), maxCategories) }

    private static func set(_ rows: inout [Int32], _ index: Int, _ row: Int32) {
        if index >= rows.count { rows.append(contentsOf: repeatElement(-1, count: index + 1 - rows.count)) }
        rows[index] = row
    }

    private mutating func newRow() -> Int32 {
        let row = Int32(truncatingIfNeeded: parameters.count / stride)
        parameters.append(0)
        for _ in 0..<interaction.latentCount { parameters.append(0.1 * NormalDeviate.draw(&generator)) }
        return row
    }

    /// Takes back the rows from `first` on, all of which are of features present.
    private mutating func removeRows(_ x: borrowing FeatureVector, from first: Int) {
        for i in x.numbers.indices where numberRows[i] >= first { numberRows[i] = -1 }
        for i in x.categories.indices where x.categories[i] >= 0 { Self.trim(&categoryRows[i], from: first) }
        if !x.columns.isEmpty { Self.trim(&columnRows, from: first) }
    }

    private static func trim(_ rows: inout [Int32], from first: Int) {
        for index in rows.indices where rows[index] >= first { rows[index] = -1 }
        while rows.last == -1 { rows.removeLast() }
    }

    // MARK: Encoding

    var byteCount: Int {
        parameters.count * 8 + categoryRows.reduce(columnRows.count * 4) { $0 + $1.count * 4 } + numberRows.count * 4
    }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        encoder.double(intercept)
        encoder.double(weightSteps)
        encoder.double(latentSteps)
        for rows in [numberRows, columnRows] + categoryRows {
            encoder.count(rows.count)
            for row in rows { encoder.int(Int64(row)) }
        }
        encoder.doubles(parameters)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        intercept = try decoder.double()
        (weightSteps, latentSteps) = (try decoder.double(), try decoder.double())
        var tables: [[Int32]] = []
        for _ in 0..<2 + categoryRows.count {
            var rows: [Int32] = []
            for _ in 0..<(try decoder.count()) {
                let row = try decoder.int()
                guard row >= -1, row < Int64(Int32.max) else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "no row")
                }
                rows.append(Int32(row))
            }
            tables.append(rows)
        }
        parameters = try decoder.doubles()
        var isTaken = [Bool](repeating: false, count: parameters.count / stride)
        for row in tables.joined() where row >= 0 {
            guard Int(row) < isTaken.count, !isTaken[Int(row)] else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a row that is not there, or twice")
            }
            isTaken[Int(row)] = true
        }
        guard parameters.count.isMultiple(of: stride), !isTaken.contains(false), tables[0].count == numberCount else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "rows of other features")
        }
        (numberRows, columnRows, categoryRows) = (tables[0], tables[1], Array(tables[2...]))
    }
}
