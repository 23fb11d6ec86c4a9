/// What a ``Tally`` keeps, worked out once for all tallies of a kind.
final class TallyPlan: Sendable {
    /// The ingredients that are sums, and which of the scorecard's numbers each adds up.
    let sums: [AnswerNumber]
    let sumColumns: [Int]
    let hasConfusion: Bool
    let rocThresholds: [Int]
    let calibrationBins: [Int]
    let hasTruthVariance: Bool
    /// Within a window: the numbers to be kept of each answer.
    let kept: [AnswerNumber]
    let keptColumns: [Int]
    /// Where a tally without sums finds its numbers among the scorecard's.
    let probability: Int, isPositive: Int, confidence: Int, isHit: Int, truth: Int
    let columnCount: Int
    let window: AnswerWindow.Shape?
    let classLimit: Int

    /// - Parameters:
    ///   - ingredients: of all metrics, each once.
    ///   - columns: the scorecard's numbers, among them all that the ingredients need.
    init(_ ingredients: [Ingredient], window: MetricWindow?, columns: [AnswerNumber], classLimit: Int) {
        sums = ingredients.compactMap { if case .sum(let number) = $0 { number } else { nil } }
        hasConfusion = ingredients.contains(.confusion)
        rocThresholds = ingredients.compactMap { if case .rocHistogram(let count) = $0 { count } else { nil } }
        calibrationBins = ingredients.compactMap { if case .calibration(let count) = $0 { count } else { nil } }
        hasTruthVariance = ingredients.contains(.truthVariance)
        var kept: [AnswerNumber] = []
        for ingredient in ingredients {
            if case .sum = ingredient { continue }
            for number in ingredient.numbers where !kept.contains(number) { kept.append(number) }
        }
        self.kept = kept
        func column(_ number: AnswerNumber) -> Int { columns.firstIndex(of: number) ?? -1 }
        (sumColumns, keptColumns) = (sums.map(column), kept.map(column))
        (probability, isPositive) = (column(.probability), column(.isPositive))
        (confidence, isHit, truth) = (column(.confidence), column(.isHit), column(.truth))
        columnCount = columns.count
        self.classLimit = classLimit
        self.window = window.map { [sums, hasConfusion] window in
            AnswerWindow.Shape(
                sumCount: sums.count, keptCount: kept.count, hasClasses: hasConfusion, period: window.period,
                limit: window.limit)
        }
    }

    /// Whether a tally has more than sums and classes.
    var hasParts: Bool { hasTruthVariance || !rocThresholds.isEmpty || !calibrationBins.isEmpty }
}

/// Over which of the last answers a metric goes.
struct MetricWindow: Sendable, Equatable {
    /// How many at most.
    let limit: Int
    /// How long ago their labels may have come, in microseconds.
    let period: Int64?
}
