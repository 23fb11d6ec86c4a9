import Determinism

/// Which features a leaf looks at, where it does not look at all: those drawn at random for it, without those that
/// turned out to be poor.
struct FeatureSubset: Sendable, Equatable {
    /// Whether features were drawn; otherwise all are looked at but those dropped.
    var isDrawn = false
    /// The numbers drawn, in the order in which the leaf lays them out.
    var numbers: [Int32] = []
    /// The categories drawn, likewise.
    var categories: [Int32] = []
    /// Places in what is looked at that are not looked at any more.
    var droppedNumbers: [Int32] = []
    var droppedCategories: [Int32] = []

    /// Whether these are all features.
    @inline(__always)
    var isWhole: Bool { !isDrawn && droppedNumbers.isEmpty && droppedCategories.isEmpty }

    var byteCount: Int {
        64 + 4 * (numbers.count + categories.count + droppedNumbers.count + droppedCategories.count)
    }

    @inline(__always)
    func isDropped(category: Int) -> Bool {
        !droppedCategories.isEmpty && droppedCategories.contains(Int32(truncatingIfNeeded: category))
    }

    /// The feature at a place of the leaf's.
    @inline(__always)
    func number(_ place: Int) -> Int { isDrawn ? Int(numbers[place]) : place }
    @inline(__always)
    func category(_ place: Int) -> Int { isDrawn ? Int(categories[place]) : place }

    /// How many numbers of an example are looked at, and how many categories.
    @inline(__always)
    func numberCount(_ input: TreeInput) -> Int { isDrawn ? numbers.count : input.numberCount }
    @inline(__always)
    func categoryCount(_ input: TreeInput) -> Int { isDrawn ? categories.count : input.categoryCount }

    /// What the leaf sees of an example, written into two rooms of as many places as it looks at, or more.
    @inline(__always)
    func narrow(
        _ input: TreeInput, _ numberRoom: UnsafeMutableBufferPointer<Double>,
        _ categoryRoom: UnsafeMutableBufferPointer<Int32>
    ) -> TreeInput {
        let (numberCount, categoryCount) = (numberCount(input), categoryCount(input))
        for place in 0..<numberCount { numberRoom[place] = input.number(number(place)) }
        for place in droppedNumbers where Int(place) < numberCount { numberRoom[Int(place)] = .nan }
        for place in 0..<categoryCount { categoryRoom[place] = input.category(category(place)) }
        return TreeInput(
            UnsafeBufferPointer(rebasing: numberRoom[..<numberCount]),
            UnsafeBufferPointer(rebasing: categoryRoom[..<categoryCount]))
    }

    /// Draws `count` of the features that an example has, or takes all it has where those are no more.
    static func drawn(_ count: Int, from input: TreeInput, _ generator: inout SeededGenerator) -> FeatureSubset {
        var present: [Int32] = []
        for feature in 0..<input.numberCount where !input.numbers[feature].isNaN { present.append(Int32(feature)) }
        let firstCategory = Int32(input.numberCount)
        for feature in 0..<input.categoryCount where input.categories[feature] >= 0 {
            present.append(firstCategory + Int32(feature))
        }
        // The first `count` places of a shuffle (Fisher and Yates).
        for place in 0..<min(count, present.count) where present.count > count {
            present.swapAt(place, place + generator.below(present.count - place))
        }
        let drawn = present.prefix(count).sorted()
        return FeatureSubset(
            isDrawn: true, numbers: drawn.filter { $0 < firstCategory },
            categories: drawn.filter { $0 >= firstCategory }.map { $0 - firstCategory })
    }
}

extension ClassLeaf {
    /// Hands out what the leaf sees of an example. Without allocation up to some 120 numbers.
    @inline(__always)
    mutating func withSubset<R>(_ input: TreeInput, _ body: (inout ClassLeaf, TreeInput) -> R) -> R {
        let (numberCount, categoryCount) = (subset.numberCount(input), subset.categoryCount(input))
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, numberCount)) { numberRoom in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, categoryCount)) { categoryRoom in
                let seen = subset.narrow(input, numberRoom, categoryRoom)
                return body(&self, seen)
            }
        }
    }

    /// Stops looking at a feature. - Parameter feature: the number, or the count of numbers plus the category.
    mutating func drop(number place: Int) {
        subset.droppedNumbers.append(Int32(truncatingIfNeeded: place))
        for position in 0..<estimatedCount {
            for field in 0..<Self.fields {
                let value: Double = field == 3 ? .infinity : field == 4 ? -.infinity : 0
                estimates[(position * Self.fields + field) * width + place] = value
            }
        }
        for index in histograms.indices where index % max(1, width) == place {
            histograms[index] = StreamingHistogram()
        }
        if place < searchTrees.count { searchTrees[place] = ValueTree() }
    }

    mutating func drop(category place: Int) {
        subset.droppedCategories.append(Int32(truncatingIfNeeded: place))
        counts.remove(place)
    }
}
