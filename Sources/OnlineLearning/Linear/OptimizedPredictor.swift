import Determinism

/// Weights and an intercept, updated by an ``OptimizerRule``: River's generalized linear model (`linear_model.base`)
/// in the order of its operations.
///
/// Beside each weight lie the doubles that its optimizer keeps and, with L1, the penalty it has had; they grow as
/// columns appear. A missing number is an absent feature, which changes nothing. L2 adds to the gradients of the
/// features present; L1 is the cumulative penalty of Tsuruoka, Tsujii & Ananiadou (ACL 2009).
struct OptimizedPredictor: DescentModel {
    /// What a plan needs besides the features.
    struct Terms {
        let gradient: Double
        let l2: Double
        let hasPenalty: Bool
        let penaltyDue: Double
        /// Whether the weights are averaged, and how many were before this example.
        let averages: Bool
        let averaged: Double
        let stride: Int
        let visitsZeros: Bool
    }

    private let rule: any OptimizerRule
    private let slotCount: Int
    private let movesWithoutGradient: Bool
    /// After how many examples the average begins, where the average answers.
    private let averagedFrom: Double?
    private let l1: Double
    private let l2: Double
    private let interceptRate: Schedule
    private let clip: Double
    private let stride: Int
    private var carried: CarriedRates
    private var intercept: Double
    /// Examples learned.
    private var count = 0.0
    /// L1 only: the penalty every weight should have had.
    private var penaltyDue = 0.0
    /// By column, `stride` doubles each: the weight, the rule's slots, with an average the sum of every move times the
    /// number of averaged weights before it, which lack it, and with L1 the penalty the weight has had.
    private var parameters: [Double] = []

    init(_ optimizer: Component, _ settings: DescentSettings) {
        let (rule, start) = Optimizer.rule(optimizer)
        self.rule = rule
        (slotCount, movesWithoutGradient) = (type(of: rule).slotCount, type(of: rule).movesWithoutGradient)
        (averagedFrom, carried) = (start.map { Double($0) }, rule.start)
        (l1, l2) = (settings.l1, settings.l2)
        (intercept, interceptRate, clip) = (settings.intercept, settings.interceptRate, settings.clip)
        stride = 1 + slotCount + (start == nil ? 0 : 1) + (l1 != 0 ? 1 : 0)
    }

    var columnCount: Int { parameters.count / stride }

    func dot(_ x: borrowing FeatureVector) -> Double {
        let sum = parameters.withUnsafeBufferPointer { parameters in
            guard let averagedFrom, count > averagedFrom else { return Self.sum(x, parameters, stride) { $0[0] } }
            let (slot, total) = (1 + slotCount, count - averagedFrom)
            return Self.sum(x, parameters, stride) { $0[0] - $0[slot] / total }
        }
        return sum + intercept
    }

    func terms(_ x: borrowing FeatureVector) -> LinearTerms {
        var result = LinearTerms(intercept: intercept)
        let total = averagedFrom.map { count - $0 } ?? 0
        x.forEachListed(below: columnCount) { column, value in
            let start = column * stride
            let average = total > 0 ? parameters[start + 1 + slotCount] / total : 0
            result.terms.append((column, (parameters[start] - average) * value))
        }
        return result
    }

    func margin(_ x: borrowing FeatureVector) -> Double {
        parameters.withUnsafeBufferPointer { rule.sum(x, $0, stride: stride) } + intercept
    }

    /// The weighted sum of the features present.
    @inline(__always)
    static func sum(
        _ x: borrowing FeatureVector, _ parameters: UnsafeBufferPointer<Double>, _ stride: Int,
        _ weight: (UnsafePointer<Double>) -> Double
    ) -> Double {
        var sum = 0.0
        guard let base = parameters.baseAddress else { return 0 }
        let columnCount = parameters.count / stride
        x.numbers.withUnsafeBufferPointer { numbers in
            for i in 0..<min(numbers.count, columnCount) where numbers[i] == numbers[i] {
                sum += weight(base + i * stride) * numbers[i]
            }
        }
        for i in x.columns.indices where Int(x.columns[i]) < columnCount {
            sum += weight(base + Int(x.columns[i]) * stride) * x.values[i]
        }
        return sum
    }

    func scratchCount(_ x: borrowing FeatureVector) -> Int {
        stride * (visitsZeros(x) ? x.columnCount : x.numbers.count + x.columns.count)
    }

    /// Whether features that are 0 are moved, by penalties or by what they did before.
    @inline(__always)
    private func visitsZeros(_ x: borrowing FeatureVector) -> Bool {
        x.keepsZeros && (movesWithoutGradient || l1 != 0 || l2 != 0)
    }

    mutating func grow(to columnCount: Int) {
        let needed = columnCount * stride
        if parameters.count < needed {
            parameters.append(contentsOf: repeatElement(0, count: needed - parameters.count))
        }
    }

    mutating func shrink(to columnCount: Int) {
        guard columnCount < self.columnCount else { return }
        parameters.removeLast(parameters.count - columnCount * stride)
    }

    func plan(_ x: borrowing FeatureVector, _ lossGradient: Double, _ scratch: UnsafeMutablePointer<Double>) -> Bool {
        guard lossGradient == lossGradient else { return false }
        let gradient = clipped(lossGradient)
        var next = carried
        let step = rule.begin(count, &next)
        let due = penaltyDue + (l1 != 0 ? l1 * rule.rate(count + 1) : 0)
        var check = (intercept - interceptRate.rate(count) * gradient) * 0 + due * 0 + next.finalRate * 0
        let terms = Terms(
            gradient: gradient, l2: l2, hasPenalty: l1 != 0, penaltyDue: due, averages: averagedFrom != nil,
            averaged: max(0, count - (averagedFrom ?? 0)), stride: stride, visitsZeros: visitsZeros(x))
        parameters.withUnsafeBufferPointer { parameters in
            if let base = parameters.baseAddress { check += rule.plan(x, base, terms, step, scratch) }
        }
        return check == 0
    }

    /// - Precondition: the weights have grown, and the plan in `scratch` is finite.
    mutating func take(_ x: borrowing FeatureVector, _ lossGradient: Double, _ scratch: UnsafeMutablePointer<Double>) {
        intercept -= interceptRate.rate(count) * clipped(lossGradient)
        _ = rule.begin(count, &carried)
        count += 1
        if l1 != 0 { penaltyDue += l1 * rule.rate(count) }
        let (stride, visitsZeros) = (stride, visitsZeros(x))
        parameters.withUnsafeMutableBufferPointer { parameters in
            guard let base = parameters.baseAddress else { return }
            Self.visit(x, zeros: visitsZeros) { position, column, _ in
                for i in 0..<stride { base[column * stride + i] = scratch[position * stride + i] }
            }
        }
    }

    @inline(__always)
    private func clipped(_ gradient: Double) -> Double { max(-clip, min(clip, gradient)) }

    /// Takes from a weight what is due of the L1 penalty and it has not had.
    @inline(__always)
    static func penalize(_ weight: inout Double, _ given: inout Double, _ due: Double) {
        let moved = weight
        if moved > 0 {
            weight = max(0, moved - (due + given))
        } else if moved < 0 {
            weight = min(0, moved + (due - given))
        }
        given += weight - moved
    }

    /// Visits the numbers present, the sparse columns, then those that are 0 where they move; each once: the position
    /// among the visited, the column, the value.
    @inline(__always)
    static func visit(_ x: borrowing FeatureVector, zeros: Bool, _ body: (Int, Int, Double) -> Void) {
        var position = 0
        let numberCount = x.numbers.count
        x.numbers.withUnsafeBufferPointer { numbers in
            for i in numbers.indices where numbers[i] == numbers[i] {
                body(position, i, numbers[i])
                position += 1
            }
        }
        for i in x.columns.indices {
            body(position, Int(x.columns[i]), x.values[i])
            position += 1
        }
        guard zeros else { return }
        for column in numberCount..<x.columnCount where !x.columns.contains(Int32(truncatingIfNeeded: column)) {
            body(position, column, 0)
            position += 1
        }
    }

    var byteCount: Int { parameters.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(intercept)
        encoder.double(count)
        encoder.double(carried.power1)
        encoder.double(carried.power2)
        encoder.double(carried.finalRate)
        encoder.double(penaltyDue)
        encoder.doubles(parameters)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        intercept = try decoder.double()
        count = try decoder.double()
        (carried.power1, carried.power2) = (try decoder.double(), try decoder.double())
        carried.finalRate = try decoder.double()
        penaltyDue = try decoder.double()
        let parameters = try decoder.doubles()
        guard parameters.count.isMultiple(of: stride) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "not what this optimizer keeps")
        }
        self.parameters = parameters
    }
}
