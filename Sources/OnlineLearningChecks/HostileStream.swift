import OnlineLearning

/// What real streams do to a learner, each alone and stronger than it comes.
public enum HostileStream: String, Sendable, CaseIterable {
    /// No hardship: what a learner must at least hold.
    case plain
    /// Numbers times 1e12.
    case hugeNumbers
    /// Numbers times 1e-12.
    case tinyNumbers
    /// One number times 1e12, another times 1e-12.
    case mixedScales
    /// True values times 1e12.
    case hugeValues
    /// True values times 1e-12.
    case tinyValues
    /// No number and no category ever changes but one of each.
    case constantColumns
    /// One number, once, is 1e9.
    case outlier
    /// One true value is 1e9.
    case outlyingValue
    /// Halfway the relation to the true value turns around, and the numbers move.
    case regimeChange
    /// Of a thousand features one is there.
    case nearlyAllMissing

    /// Whether it is hostile in this task: the scale of the true value means something to a regression only.
    public func concerns(_ task: Task) -> Bool {
        switch self {
        case .hugeValues, .tinyValues, .outlyingValue: task == .regression
        default: true
        }
    }

    /// The stream's first `count` examples.
    public func examples(_ count: Int, seed: UInt64 = 5) -> [Example] {
        var examples = ExampleStream.examples(count, seed: seed)
        for index in examples.indices { change(&examples[index], index, of: count) }
        return examples
    }

    private func change(_ example: inout Example, _ index: Int, of count: Int) {
        func scale(_ factors: [Double]) {
            for (i, factor) in factors.enumerated() { example.numbers[i] *= factor }
        }
        switch self {
        case .plain: break
        case .hugeNumbers: scale([1e12, 1e12, 1e12, 1e12])
        case .tinyNumbers: scale([1e-12, 1e-12, 1e-12, 1e-12])
        case .mixedScales: scale([1e12, 1e-12, 1, 1])
        case .hugeValues: example.value *= 1e12
        case .tinyValues: example.value *= 1e-12
        case .constantColumns:
            example.numbers = [example.numbers[0], 10, 0, 1e6]
            example.categories[1] = "always"
        case .outlier:
            if index == count / 2 { example.numbers[0] = 1e9 }
        case .outlyingValue:
            if index == count / 2 { example.value = 1e9 }
        case .regimeChange:
            guard index >= count / 2 else { return }
            example.value = 20 - example.value
            example.label = 2 - example.label
            example.numbers[3] += 50
        case .nearlyAllMissing:
            for i in example.numbers.indices where (index * 7 + i) % 1000 != 0 { example.numbers[i] = .nan }
            for i in example.categories.indices where (index * 5 + i) % 1000 != 0 { example.categories[i] = nil }
        }
    }
}
