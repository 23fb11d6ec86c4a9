import Determinism

/// Which features a leaf looks at, where it does not look at all: those drawn at random for it, without those that
/// turned out to be poor.
struct FeatureSubset: Sendable, Equatable {
    /// The numbers looked at, in the order in which the leaf lays them out; nil where those are all.
    var numbers: [Int32]?
    /// The categories looked at, likewise.
    var categories: [Int32]?
    /// Places in ``numbers``, and in ``categories``, that are not looked at any more.
    var droppedNumbers: [Int32] = []
    var droppedCategories: [Int32] = []

    var byteCount: Int {
        64 + 4 * ((numbers?.count ?? 0) + (categories?.count ?? 0) + droppedNumbers.count + droppedCategories.count)
    }

    func isDropped(category: Int) -> Bool {
        droppedCategories.contains(Int32(truncatingIfNeeded: category))
    }

    /// The feature at a place of the leaf's.
    func number(_ place: Int) -> Int { numbers.map { Int($0[place]) } ?? place }
    func category(_ place: Int) -> Int { categories.map { Int($0[place]) } ?? place }

    /// Hands out what the leaf sees of an example.
    func with<R>(_ input: TreeInput, _ body: (TreeInput) -> R) -> R {
        let numberCount = numbers?.count ?? input.numberCount
        let categoryCount = categories?.count ?? input.categoryCount
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, numberCount)) { numberRoom in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, categoryCount)) { categoryRoom in
                for place in 0..<numberCount { numberRoom[place] = input.number(number(place)) }
                for place in droppedNumbers where Int(place) < numberCount { numberRoom[Int(place)] = .nan }
                for place in 0..<categoryCount { categoryRoom[place] = input.category(category(place)) }
                return body(
                    TreeInput(
                        UnsafeBufferPointer(rebasing: numberRoom[..<numberCount]),
                        UnsafeBufferPointer(rebasing: categoryRoom[..<categoryCount])))
            }
        }
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
            numbers: drawn.filter { $0 < firstCategory },
            categories: drawn.filter { $0 >= firstCategory }.map { $0 - firstCategory })
    }
}

extension ClassLeaf {
    mutating func withSubset<R>(_ input: TreeInput, _ body: (inout ClassLeaf, TreeInput) -> R) -> R {
        guard let subset else { preconditionFailure("a leaf that looks at all features has no subset") }
        return subset.with(input) { body(&self, $0) }
    }

    /// Stops looking at a feature. - Parameter feature: the number, or the count of numbers plus the category.
    mutating func drop(number place: Int) {
        var subset = subset ?? FeatureSubset()
        subset.droppedNumbers.append(Int32(truncatingIfNeeded: place))
        self.subset = subset
        for position in logScales.indices {
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
        var subset = subset ?? FeatureSubset()
        subset.droppedCategories.append(Int32(truncatingIfNeeded: place))
        self.subset = subset
        counts.remove(place)
    }
}
