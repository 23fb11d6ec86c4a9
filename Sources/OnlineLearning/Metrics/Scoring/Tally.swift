import Determinism

/// The answers of a stream, a window or a slice, counted: what metrics are read from.
///
/// Adding an answer takes O(sums), and amortized the same within a window; what cannot be kept up to date there, such
/// as a histogram, is counted anew from the window when it is asked for.
public struct Tally: Sendable {
    let plan: TallyPlan
    // Of the plan, at hand where answers are counted.
    private let sumColumns: [Int]
    private let isWindowed: Bool, hasConfusion: Bool, hasParts: Bool
    /// How many answers.
    public private(set) var count = 0
    private var sums: [Double]
    public private(set) var confusion = ConfusionCounts()
    private var histograms: [ROCHistogram]
    private var calibrations: [CalibrationBins]
    /// Of the true values.
    public private(set) var truths = Variance()
    private var window: AnswerWindow?

    init(_ plan: TallyPlan) {
        (self.plan, sumColumns) = (plan, plan.sumColumns)
        (isWindowed, hasConfusion, hasParts) = (plan.window != nil, plan.hasConfusion, plan.hasParts)
        sums = [Double](repeating: 0, count: plan.sums.count)
        histograms = plan.rocThresholds.map { ROCHistogram(thresholdCount: $0) }
        calibrations = plan.calibrationBins.map { CalibrationBins(count: $0) }
        window = plan.window.map { AnswerWindow($0) }
    }

    /// Of answers that were counted elsewhere.
    init(of number: AnswerNumber, sum: Double, count: Int) {
        self.init(TallyPlan([.sum(number)], window: nil, columns: [number], classLimit: 1))
        (sums[0], self.count) = (sum, count)
    }

    // MARK: Reading

    /// The sum of a number over the answers. - Precondition: it is one of the metric's ingredients.
    public func sum(_ number: AnswerNumber) -> Double {
        guard let index = plan.sums.firstIndex(of: number) else { preconditionFailure("\(number) is not summed") }
        return sums[index]
    }

    /// The mean of a number over the answers; 0 where there are none.
    public func mean(_ number: AnswerNumber) -> Double {
        count == 0 ? 0 : sum(number) / Double(count)
    }

    func histogram(thresholds: Int) -> ROCHistogram {
        histograms.first { $0.thresholdCount == thresholds } ?? ROCHistogram(thresholdCount: thresholds)
    }

    func calibration(bins: Int) -> CalibrationBins {
        calibrations.first { $0.binCount == bins } ?? CalibrationBins(count: bins)
    }

    /// The probability of the positive class in each answer of the window, and whether that class came.
    var ranking: [(probability: Double, isPositive: Bool)] {
        guard let window, let probability = plan.kept.firstIndex(of: .probability),
            let isPositive = plan.kept.firstIndex(of: .isPositive)
        else { return [] }
        return (0..<window.count).map { index in
            (window.kept(probability, of: index), window.kept(isPositive, of: index) == 1)
        }
    }

    var byteCount: Int {
        MemoryLayout<Self>.size + 8 * sums.count + confusion.byteCount + (window?.byteCount ?? 0)
            + histograms.reduce(0) { $0 + $1.byteCount } + calibrations.reduce(0) { $0 + $1.byteCount }
    }

    // MARK: Counting

    /// - Parameter x: the scorecard's numbers for the answer.
    @inline(__always)
    mutating func add(_ x: UnsafeBufferPointer<Double>, truth: Int, choice: Int, at time: Int64) {
        if isWindowed { return addToWindow(x, truth: truth, choice: choice, at: time) }
        count += 1
        sums.withUnsafeMutableBufferPointer { sums in
            for index in sums.indices { sums[index] += x[sumColumns[index]] }
        }
        if hasConfusion { confusion.add(truth, choice) }
        if hasParts { addParts(x) }
    }

    @inline(never)
    private mutating func addToWindow(_ x: UnsafeBufferPointer<Double>, truth: Int, choice: Int, at time: Int64) {
        dropOutdated(at: time)
        if window?.isFull == true { drop() }
        window?.append(
            x, sums: plan.sumColumns, kept: plan.keptColumns, truth: truth, choice: choice, at: time)
        if plan.hasConfusion { confusion.add(truth, choice) }
    }

    private mutating func dropOutdated(at time: Int64) {
        while window?.isOutdated(at: time) == true { drop() }
    }

    @inline(__always)
    private mutating func drop() {
        guard let (truth, choice) = window?.removeFirst() else { return }
        if plan.hasConfusion { confusion.remove(truth, choice) }
    }

    @inline(__always)
    private mutating func addParts(_ x: UnsafeBufferPointer<Double>) {
        for index in histograms.indices {
            histograms[index].add(x[plan.probability], isPositive: x[plan.isPositive] == 1)
        }
        if !calibrations.isEmpty { addCalibrations(x) }
        if plan.hasTruthVariance { truths.update(x[plan.truth]) }
    }

    @inline(never)
    private mutating func addCalibrations(_ x: UnsafeBufferPointer<Double>) {
        for index in calibrations.indices {
            calibrations[index].add(x[plan.confidence], isHit: x[plan.isHit] == 1)
        }
    }

    /// The tally as of a time, everything counted. Complexity: O(answers in the window), O(1) without one.
    func settled(at time: Int64) -> Tally {
        guard window != nil else { return self }
        var settled = self
        settled.dropOutdated(at: time)
        guard let window = settled.window else { return settled }
        settled.count = window.count
        for index in sums.indices { settled.sums[index] = window.sum(index) }
        guard plan.hasParts else { return settled }
        var x = [Double](repeating: 0, count: plan.columnCount)
        for index in 0..<window.count {
            for column in plan.keptColumns.indices { x[plan.keptColumns[column]] = window.kept(column, of: index) }
            x.withUnsafeBufferPointer { settled.addParts($0) }
        }
        return settled
    }
}

extension Tally {
    func encode(to encoder: inout CanonicalEncoder) {
        if let window { return window.encode(to: &encoder) }
        encoder.count(count)
        for sum in sums { encoder.double(sum) }
        if plan.hasConfusion { confusion.encode(to: &encoder) }
        for histogram in histograms { histogram.encode(to: &encoder) }
        for calibration in calibrations { calibration.encode(to: &encoder) }
        if plan.hasTruthVariance { truths.encode(to: &encoder) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self = Tally(plan)
        if var window {
            try window.restore(from: &decoder, classLimit: plan.classLimit)
            for (truth, choice) in window.allClasses { confusion.add(truth, choice) }
            self.window = window
            return
        }
        count = try decoder.counted()
        for index in sums.indices { sums[index] = try decoder.finite() }
        if plan.hasConfusion { confusion = try ConfusionCounts(from: &decoder, classLimit: plan.classLimit) }
        for index in histograms.indices { try histograms[index].restore(from: &decoder) }
        for index in calibrations.indices { try calibrations[index].restore(from: &decoder) }
        if plan.hasTruthVariance { truths = try Variance(from: &decoder) }
    }
}
