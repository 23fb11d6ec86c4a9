/// Looks for the best question about a category: which one it is, or whether it is a certain one.
///
/// Time: O(1) per example, O(n log n) for a proposal from n categories. Memory: 53 to 107 bytes a category.
///
/// Source: River's `NominalSplitterReg`. The order of categories, which decides between equals, is that of first
/// learning; River has them in the order of their names.
enum NominalObserver {
    static func bestSplit(
        _ categories: [KeyedTables.Entry], _ whole: TargetStatistics, _ merit: VarianceReduction, isBinary: Bool
    ) -> SplitCandidate {
        var best = SplitCandidate()
        if !isBinary, categories.count > 2 {
            best.parts = categories.map(\.statistics)
            best.merit = merit(whole, best.parts)
            best.test = .categories(categories.map(\.key))
        }
        for category in categories {
            let rest = whole.removing(category.statistics)
            let merit = merit(whole, category.statistics, rest)
            if merit > best.merit {
                (best.merit, best.test) = (merit, .equals(category.key))
                (best.yes, best.no, best.parts) = (category.statistics, rest, [])
            }
        }
        return best
    }
}
