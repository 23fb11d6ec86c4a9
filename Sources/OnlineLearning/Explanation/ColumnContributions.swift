/// What the columns of a vector contributed to an answer, not yet by the names of features.
///
/// One column may be added to several times. What belongs to no column is a *part* with a name of its own.
struct ColumnContributions: Sendable {
    let scale: Explanation.Scale
    var bias: Double
    var biasName: String
    /// Columns below the count of numbers are numbers.
    private(set) var columns: [(column: Int, value: Double)] = []
    /// By the position of the category.
    private(set) var categories: [(position: Int, value: Double)] = []
    private(set) var parts: [(name: String, value: Double)] = []

    init(_ scale: Explanation.Scale, bias: Double, named biasName: String) {
        (self.scale, self.bias, self.biasName) = (scale, bias, biasName)
    }

    mutating func add(column: Int, _ value: Double) { columns.append((column, value)) }
    mutating func add(category position: Int, _ value: Double) { categories.append((position, value)) }
    mutating func add(part name: String, _ value: Double) { parts.append((name, value)) }

    /// Adds so many times another answer's contributions, and its bias; of the same scale.
    mutating func add(_ other: ColumnContributions, times factor: Double) {
        bias += factor * other.bias
        addFeatures(of: other, times: factor)
    }

    /// The same without the bias.
    mutating func addFeatures(of other: ColumnContributions, times factor: Double) {
        for (column, value) in other.columns { add(column: column, factor * value) }
        for (position, value) in other.categories { add(category: position, factor * value) }
        for (name, value) in other.parts { add(part: name, factor * value) }
    }

    /// The same by other columns. - Parameter place: where a column comes from.
    func placed(_ place: (Int) -> (column: Int?, category: Int?)) -> ColumnContributions {
        var placed = ColumnContributions(scale, bias: bias, named: biasName)
        for (column, value) in columns {
            let source = place(column)
            if let column = source.column { placed.add(column: column, value) }
            if let category = source.category { placed.add(category: category, value) }
        }
        for (position, value) in categories { placed.add(category: position, value) }
        for (name, value) in parts { placed.add(part: name, value) }
        return placed
    }

    var total: Double {
        var sum = bias
        for (_, value) in columns { sum += value }
        for (_, value) in categories { sum += value }
        for (_, value) in parts { sum += value }
        return sum
    }
}

extension FeatureVector {
    /// The columns that are there: numbers that are not missing, then the sparse ones.
    var presentColumns: [Int] {
        numbers.indices.filter { !numbers[$0].isNaN } + columns.map { Int($0) }
    }

    /// The same vector with nothing in it but one column, or nothing at all.
    func only(column: Int?) -> FeatureVector {
        var x = FeatureVector()
        x.begin(columnCount: columnCount)
        x.numbers = [Double](repeating: .nan, count: numbers.count)
        (x.keepsZeros, x.time) = (keepsZeros, time)
        x.categories = [Int32](repeating: Self.missing, count: categories.count)
        guard let column else { return x }
        if column < numbers.count {
            x.numbers[column] = numbers[column]
        } else if let index = columns.firstIndex(of: Int32(truncatingIfNeeded: column)) {
            x.append(column: column, value: values[index])
        }
        return x
    }
}
