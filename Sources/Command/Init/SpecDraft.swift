import ModelLifecycle

/// What `headrace init` makes of a data file: which column is what. Decisions only; `SpecWriter` writes them down.
package struct SpecDraft {
    enum FeatureType: String {
        case number, category, boolean, text, timestamp
    }

    package enum TargetType: String, CaseIterable, Sendable {
        case regression, binary, multiclass
    }

    /// What somebody knows better than the file shows it.
    package struct Wishes: Sendable {
        /// Of the application.
        package var name: String?
        package var type: TargetType?
        package var time: String?
        package var labelTime: String?
        package var id: String?

        package init() {}
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
        /// How long its label may take, where that is longer than the default.
        var horizonDays: Int?
    }

    enum Exclusion {
        case empty, time, identifier, invalidUTF8, nested, mixed, tooLong, longName, copy, beyondLimit
        case reserved(String, row: Int)
        case overflow(String, row: Int)
        case lookalike(Lookalike, String, row: Int)
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
    let times: Times
    let leftOut: [(column: ColumnProfile, why: Exclusion)]
    /// What a person should know before the spec is used, a sentence each.
    package let remarks: [String]

    /// - Throws: where no spec can be made of the file, saying why.
    package init(
        _ profile: DataProfile, target name: String, application: String? = nil, wishes: Wishes = Wishes()
    ) throws(InitError) {
        let columns = profile.columns
        let target = try Self.column(name, among: columns)
        guard columns[target].valueCount > 0 else { throw .targetEmpty(name: name, rows: profile.rows) }
        let others = columns.indices.filter { $0 != target }
        let times = try Times(profile, target: target, wishes)
        let identifiers = others.filter {
            !columns[$0].isReadableTime && Self.isIdentifier(columns[$0], rows: profile.rows)
        }
        let id = try Self.id(columns, identifiers, wishes)

        self.application = application ?? wishes.name ?? Self.applicationName(path: profile.path)
        path = profile.path
        rows = profile.rows
        refusedRows = profile.refusedRows
        firstRefusedRow = profile.firstRefusedRow
        self.times = times
        self.id = id.map { columns[$0] }
        var drafted = try Self.target(columns[target], wishes.type)
        drafted.horizonDays = times.horizonDays

        var features: [Feature] = []
        var leftOut: [(column: ColumnProfile, why: Exclusion)] = []
        for index in others where index != id {
            if let why = Self.exclusion(profile, index, target, times, identifiers) {
                leftOut.append((columns[index], why))
            } else if features.count == SpecChecker.featuresMax {
                leftOut.append((columns[index], .beyondLimit))
            } else {
                features.append(Feature(column: columns[index], type: Self.featureType(columns[index])))
            }
        }
        guard !features.isEmpty else {
            let ids = id.map { ["\(columns[$0].name.printable) (the id)"] } ?? []
            throw .featuresMissing(
                leftOut: ids + leftOut.map { "\($0.column.name.printable) (\(ColumnNote.why($0.why)))" })
        }
        self.target = drafted
        self.features = features
        self.leftOut = leftOut
        remarks = Self.remarks(drafted, profile, target, features, times)
    }

    /// Refuses a target that is none of the columns, naming the nearest. Where a file has a header, this can be asked
    /// before its rows are read.
    package static func checkTarget(_ name: String, among columns: [String]) throws(InitError) {
        // By bytes: Swift compares strings by canonical equivalence, and names are compared unnormalized.
        if columns.contains(where: { $0.utf8.elementsEqual(name.utf8) }) { return }
        throw .targetUnknown(name: name, nearest: Spelling.nearest(name, in: columns), columns: columns)
    }

    static func column(_ name: String, among columns: [ColumnProfile]) throws(InitError) -> Int {
        try checkTarget(name, among: columns.map(\.name))
        guard let index = columns.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            preconditionFailure("the column was found a moment ago")
        }
        return index
    }

    // MARK: Columns

    private static func exclusion(
        _ profile: DataProfile, _ index: Int, _ target: Int, _ times: Times, _ identifiers: [Int]
    ) -> Exclusion? {
        let column = profile.columns[index]
        if column.name.utf8.count > SpecChecker.nameByteCountMax { return .longName }
        if column.firstNestedRow != nil { return .nested }
        if column.valueCount == 0 && column.distinct.count ?? 2 < 2 { return .empty }
        if let why = exclusion(column) { return why }
        // A number of JSON is a time of the question, and no timestamp among features.
        if column.isReadableTime { return times.isFeature(index) && (column.isTimes || !profile.isTyped) ? nil : .time }
        if identifiers.contains(index) { return .identifier }
        if profile.relations?.repeats(index, distinct: profile.columns[target].distinct.count ?? .max) ?? false {
            return .copy
        }
        return nil
    }

    private static func exclusion(_ column: ColumnProfile) -> Exclusion? {
        if column.hasInvalidUTF8 { return .invalidUTF8 }
        if column.isMixed { return .mixed }
        if let (text, row) = column.firstReserved { return .reserved(text, row: row) }
        if column.byteCountMax > textByteCountMax { return .tooLong }
        if let (text, row) = column.firstOverflow, column.allNumbers { return .overflow(text, row: row) }
        if column.lookalike != nil, let first = column.firstLookalike {
            return .lookalike(first.kind, first.text, row: first.row)
        }
        return nil
    }

    private static let textByteCountMax = 65_536
    private static let categoryByteCountMax = 1_024

    private static func featureType(_ column: ColumnProfile) -> FeatureType {
        if column.isReadableTime { return .timestamp }
        if column.allNumbers, column.firstLeadingZero == nil, !column.exceedsDouble { return .number }
        if column.isBoolean { return .boolean }
        return isProse(column) || column.byteCountMax > categoryByteCountMax ? .text : .category
    }

    /// Sentences that hardly ever repeat; a station's name may have three words and is a category all the same.
    private static func isProse(_ column: ColumnProfile) -> Bool {
        let mostlyDistinct = column.distinct.count.map { 2 * $0 >= column.count } ?? true
        return column.sentenceShare >= 0.5 && column.lengthMean >= 20 && mostlyDistinct
    }

    private static func isIdentifier(_ column: ColumnProfile, rows: Int) -> Bool {
        guard column.gaps == 0, column.distinct.isUnique, rows > 1, !column.isBoolean else { return false }
        guard column.byteCountMax <= EventID.byteCountMax else { return false }
        if ColumnProfile.isNamedLikeID(column.name) { return true }
        let isName = !column.isNearlyNumbers || column.firstLeadingZero != nil || column.exceedsDouble
        return isName && column.lookalike == nil && !isProse(column) && rows >= identifierRowsMin
    }

    private static func id(
        _ columns: [ColumnProfile], _ identifiers: [Int], _ wishes: Wishes
    ) throws(InitError) -> Int? {
        guard let wish = wishes.id else {
            let fit = identifiers.filter { columns[$0].firstNestedRow == nil && !columns[$0].hasInvalidUTF8 }
            return fit.first { ColumnProfile.isNamedLikeID(columns[$0].name) } ?? fit.first
        }
        let index = try column(wish, among: columns)
        func unfit(_ reason: String) -> InitError { .unfit(option: "--id", column: wish, reason: reason) }
        let column = columns[index]
        guard column.missing == 0, column.emptyCount == 0 else { throw unfit("not every row has a value") }
        guard column.byteCountMax <= EventID.byteCountMax else {
            throw unfit("an id has at most \(EventID.byteCountMax) bytes")
        }
        // Repetitions among many numbers are not looked for unless the name says id.
        if !column.distinct.isUnique, column.distinct.count != nil || !column.allNumbers {
            throw unfit("a value stands in two rows, and an id names one")
        }
        return index
    }

    /// The file's name without folders and extensions, in lower case, anything but letters and digits as a hyphen.
    private static func applicationName(path: String) -> String {
        var name = (path.split(separator: "/").last ?? "")[...]
        if name.lowercased().hasSuffix(".gz") { name = name.dropLast(3) }
        if let dot = name.lastIndex(of: "."), dot > name.startIndex { name = name[..<dot] }
        let words = name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "application" : String(words.joined(separator: "-").prefix(64))
    }
}
