import OnlineLearning

/// One example of a ``ExampleStream``, with a true value for every task.
public struct Example: Sendable, Equatable {
    /// NaN where missing.
    public var numbers: [Double]
    /// nil where missing.
    public var categories: [String?]
    public var value: Double
    /// 0, 1 or 2, and above where classes come late; in a binary task 2 is the positive class.
    public var label: Int

    public init(numbers: [Double], categories: [String?], value: Double, label: Int) {
        (self.numbers, self.categories) = (numbers, categories)
        (self.value, self.label) = (value, label)
    }

    public func target(_ task: Task) -> Target {
        switch task {
        case .regression: .value(value)
        case .binary: .label(label == 2 ? 1 : 0)
        case .multiclass: .label(label)
        }
    }

    /// The same without any feature.
    public var bare: Example {
        Example(
            numbers: numbers.map { _ in .nan }, categories: categories.map { _ in nil }, value: value, label: label)
    }
}
