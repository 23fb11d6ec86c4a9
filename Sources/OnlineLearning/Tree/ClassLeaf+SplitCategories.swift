/// Splits of a category: one branch a value, or one value against the rest.
extension ClassLeaf {
    /// The best split of a category. With more values than ``HoeffdingTreeParameters/maxBranches`` only one against the
    /// rest is considered.
    func suggestCategory(
        _ place: Int, _ before: Double, _ parameters: Parameters, _ room: UnsafeMutableBufferPointer<Double>
    ) -> SplitSuggestion {
        var best = SplitSuggestion()
        let rows = counts.rows(of: place)
        let width = counts.width
        let isMultiway =
            !parameters.isBinary && rows.count <= parameters.maxBranches
            && !rows.contains { counts.values[$0] == NominalCounts.other }
        if isMultiway {
            let merit = meritOfAll(rows, before, parameters)
            best = SplitSuggestion(merit: merit, test: .categories(place: place))
        }
        guard let base = room.baseAddress, width > 0 else { return best }
        let count = order.count
        for row in rows where counts.values[row] != NominalCounts.other {
            for index in 0..<count {
                let position = Int(order[index])
                guard position < width else {
                    (base[index], base[count + index]) = (0, 0)
                    continue
                }
                let weight = counts.weights[row * width + position]
                base[index] = weight
                base[count + index] = max(0, counts.totals[place * width + position] - weight)
            }
            let merit = parameters.criterion.merit(
                base, count: 2, width: count, before: before, minFraction: parameters.minBranchFraction,
                isPair: count == 2 && (0..<4).allSatisfy { base[$0] > 0 })
            if merit > best.merit {
                best = SplitSuggestion(merit: merit, test: .category(place: place, value: counts.values[row]))
            }
        }
        return best
    }

    private func meritOfAll(_ rows: [Int], _ before: Double, _ parameters: Parameters) -> Double {
        let width = counts.width
        let branches = rows.flatMap { counts.weights[$0 * width..<($0 + 1) * width] }
        return branches.withUnsafeBufferPointer { branches in
            guard let base = branches.baseAddress else { return -.infinity }
            return parameters.criterion.merit(
                base, count: rows.count, width: width, before: before, minFraction: parameters.minBranchFraction,
                isPair: rows.count > 1 && width == 2 && (0..<4).allSatisfy { base[$0] > 0 })
        }
    }

    func categoryBranches(_ place: Int, _ value: Int32) -> [BranchClasses] {
        let row = counts.row(Int32(truncatingIfNeeded: place), value)
        guard row >= 0 else { return [BranchClasses(), BranchClasses()] }
        let width = counts.width
        var (equal, rest) = (BranchClasses(), BranchClasses())
        for position in order.map({ Int($0) }) where position < width {
            let weight = counts.weights[row * width + position]
            let other = counts.totals[place * width + position] - weight
            if weight > 0 {
                equal.classes.append(classes[position])
                equal.weights.append(weight)
            }
            if other > 0 {
                rest.classes.append(classes[position])
                rest.weights.append(other)
            }
        }
        return [equal, rest]
    }

    /// The classes of a branch are in the order of their slots, as River sorts them by name.
    func valueBranches(_ place: Int) -> ([BranchClasses], [Int32]) {
        let rows = counts.rows(of: place)
        let width = counts.width
        let positions = classes.indices.prefix(width).sorted { classes[$0] < classes[$1] }
        let branches = rows.map { row in
            var branch = BranchClasses()
            for position in positions where counts.weights[row * width + position] > 0 {
                branch.classes.append(classes[position])
                branch.weights.append(counts.weights[row * width + position])
            }
            return branch
        }
        return (branches, rows.map { counts.values[$0] })
    }
}
