import ModelLifecycle

/// What `headrace init` makes of a data file: which column is what. Decisions only; `SpecWriter` writes them down.
package struct SpecDraft {
    enum FeatureType: String {
        case number, category, boolean, text
    }

    enum TargetType: String {
        case regression, binary, multiclass
    }

    struct Feature {
        var column: ColumnProfile
        var type: FeatureType
    }

    struct Target {
        var column: ColumnProfile
        var type: TargetType
        /// Of a binary target the negative one first; `nil` where they need no list or are too many for one.
        var classes: [String]?
    }

    enum Exclusion {
        case empty
        case time
        case identifier
    }

    /// The classes of a target are listed up to this many.
    static let classesMax = DistinctValues.valuesMax
    /// In fewer rows, words that differ in every row are no sign of an identifier.
    static let identifierRowsMin = 10

    let application: String
    let path: String
    let rows: Int
    let refusedRows: Int
    let firstRefusedRow: Int?
    let target: Target
    /// In the order of the file, as are all that follow.
    let features: [Feature]
    let id: ColumnProfile?
    let time: ColumnProfile?
    /// The first complete column of times where none is in the order of the rows.
    let unsortedTime: ColumnProfile?
    /// The first column of times that is never before `time`.
    let labelTime: ColumnProfile?
    let leftOut: [(column: ColumnProfile, why: Exclusion)]

    /// - Parameter name: the application's; `nil` makes one of the file's name.
    /// - Throws: `targetUnknown`, `targetEmpty`.
    package init(_ profile: DataProfile, target name: String, application: String? = nil) throws(InitError) {
        let columns = profile.columns
        try Self.checkTarget(name, among: columns.map(\.name))
        // By bytes: Swift compares strings by canonical equivalence, and names are compared unnormalized.
        guard let target = columns.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            preconditionFailure("the target was found a moment ago")
        }
        guard columns[target].count > 0 else { throw .targetEmpty(name: name, rows: profile.rows) }
        let others = columns.indices.filter { $0 != target }
        let times = others.filter { columns[$0].count > 0 && columns[$0].allTimes }
        let time = times.first { columns[$0].missing == 0 && columns[$0].timesAscend }
        let identifiers = others.filter { !times.contains($0) && Self.isIdentifier(columns[$0], rows: profile.rows) }
        let id = identifiers.first { ColumnProfile.isNamedLikeID(columns[$0].name) } ?? identifiers.first

        self.application = application ?? Self.applicationName(path: profile.path)
        path = profile.path
        rows = profile.rows
        refusedRows = profile.refusedRows
        firstRefusedRow = profile.firstRefusedRow
        self.target = Self.target(columns[target])
        self.id = id.map { columns[$0] }
        self.time = time.map { columns[$0] }
        unsortedTime = time != nil ? nil : times.first { columns[$0].missing == 0 }.map { columns[$0] }
        let labelTime = time.flatMap { time in
            times.first { $0 != time && profile.isNever($0, before: time) }
        }
        self.labelTime = labelTime.map { columns[$0] }

        var features: [Feature] = []
        var leftOut: [(column: ColumnProfile, why: Exclusion)] = []
        for index in others where index != id && index != time {
            if columns[index].count == 0 {
                leftOut.append((columns[index], .empty))
            } else if times.contains(index) {
                leftOut.append((columns[index], .time))
            } else if identifiers.contains(index) {
                leftOut.append((columns[index], .identifier))
            } else {
                features.append(Feature(column: columns[index], type: Self.featureType(columns[index])))
            }
        }
        self.features = features
        self.leftOut = leftOut
    }

    /// Refuses a target that is none of the columns, naming the nearest. Where a file has a header, this can be asked
    /// before its rows are read.
    package static func checkTarget(_ name: String, among columns: [String]) throws(InitError) {
        if columns.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return }
        throw .targetUnknown(name: name, nearest: Spelling.nearest(name, in: columns), columns: columns)
    }

    private static func featureType(_ column: ColumnProfile) -> FeatureType {
        if column.allNumbers { return .number }
        if column.allBooleans { return .boolean }
        return isProse(column) ? .text : .category
    }

    /// Sentences that hardly ever repeat; a station's name may have three words and is a category all the same.
    private static func isProse(_ column: ColumnProfile) -> Bool {
        let mostlyDistinct = column.distinct.count.map { 2 * $0 >= column.count } ?? true
        return column.sentenceShare >= 0.5 && column.lengthMean >= 20 && mostlyDistinct
    }

    private static func isIdentifier(_ column: ColumnProfile, rows: Int) -> Bool {
        guard column.missing == 0, column.distinct.isUnique, rows > 1, !column.allBooleans else { return false }
        if ColumnProfile.isNamedLikeID(column.name) { return true }
        return !column.isNearlyNumbers && !isProse(column) && rows >= identifierRowsMin
    }

    private static func target(_ column: ColumnProfile) -> Target {
        let values = column.distinct.values.map(\.text)
        let isZeroOrOne = values.allSatisfy { $0 == "0" || $0 == "1" }
        if column.allBooleans || (column.allNumbers && isZeroOrOne) {
            return Target(column: column, type: .binary, classes: nil)
        }
        if column.distinct.count == 2 {
            return Target(column: column, type: .binary, classes: classes(column))
        }
        if column.allNumbers { return Target(column: column, type: .regression, classes: nil) }
        return Target(column: column, type: .multiclass, classes: classes(column))
    }

    /// The classes by number or else by bytes, so that `no` precedes `yes` and the order does not hang on the file's.
    private static func classes(_ column: ColumnProfile) -> [String]? {
        guard let count = column.distinct.count, count <= classesMax, !column.distinct.hasCutValues else { return nil }
        let values = column.distinct.values.map(\.text)
        if column.allNumbers { return values.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) } }
        return values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The file's name without folders and extensions, in lower case, anything but letters and digits as a hyphen.
    private static func applicationName(path: String) -> String {
        var name = (path.split(separator: "/").last ?? "")[...]
        if name.lowercased().hasSuffix(".gz") { name = name.dropLast(3) }
        if let dot = name.lastIndex(of: "."), dot > name.startIndex { name = name[..<dot] }
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "application" : words.joined(separator: "-")
    }
}
