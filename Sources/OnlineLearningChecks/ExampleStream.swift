import Determinism

/// Examples of four numbers and two categories, missing values among them, for every task: the same for the same seed.
///
/// The value is a sum of numbers, an interaction and an effect of the first category, and a little noise; the label
/// says which third of its range the value lies in. The second category is of higher cardinality and tells nothing.
public struct ExampleStream: Sendable {
    public static let numberNames = ["n0", "n1", "n2", "n3"]
    public static let categoryNames = ["c0", "c1"]

    private var generator: SeededGenerator
    private let letters = ["a", "b", "c", "d", "e"]

    public init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// The first examples of a stream.
    public static func examples(_ count: Int, seed: UInt64 = 1) -> [Example] {
        var stream = ExampleStream(seed: seed)
        return (0..<count).map { _ in stream.next() }
    }

    public mutating func next() -> Example {
        var numbers = [uniform(-2, 2), 10 + normal(), uniform(0, 1), -3 + 4 * normal()]
        let letter = generator.below(letters.count)
        // Squared, so that the first names come often and the last seldom.
        let rare = Int(40 * generator.uniform() * generator.uniform())
        var value = 2 * numbers[0] - (numbers[1] - 10) + 0.25 * (numbers[3] + 3)
        value += (letter == 2 ? 3 : 0) + (numbers[2] > 0.5 ? numbers[0] : 0) + 0.3 * normal()
        for index in numbers.indices where generator.below(8) == 0 { numbers[index] = .nan }
        let name: String? = generator.below(10) == 0 ? nil : letters[letter]
        return Example(
            numbers: numbers, categories: [name, "r\(rare)"], value: value, label: value > 2 ? 2 : value > -1 ? 1 : 0)
    }

    private mutating func uniform(_ low: Double, _ high: Double) -> Double {
        low + (high - low) * generator.uniform()
    }

    /// Nearly normal with mean 0 and variance 1: twelve uniform numbers.
    private mutating func normal() -> Double {
        var sum = -6.0
        for _ in 0..<12 { sum += generator.uniform() }
        return sum
    }
}
