import ModelLifecycle

/// The target, and what is said about it.
extension SpecDraft {
    /// Words for *no label* that may well be a class.
    private static let possibleClasses = ["none", "-", "--", "."]

    static func target(_ column: ColumnProfile, _ wish: TargetType?) throws(InitError) -> Target {
        func unfit(_ reason: String) -> InitError { .unfit(option: "the target", column: column.name, reason: reason) }
        if let reason = whyUnfit(column) { throw unfit(reason) }
        let values = classValues(column)
        let count = column.distinct.count.map { $0 - (column.distinct.values.count - values.count) }
        let isZeroOrOne = values.allSatisfy { $0 == "0" || $0 == "1" } && count ?? 3 <= 2
        let isBoolean = column.isBoolean || (column.allNumbers && isZeroOrOne)
        let isNumber = column.allNumbers && column.firstLeadingZero == nil
        let type = wish ?? (isBoolean || count == 2 ? .binary : isNumber ? .regression : .multiclass)
        switch type {
        case .regression:
            guard column.allNumbers else {
                let (text, row) = column.firstNonNumber ?? ("", 0)
                throw unfit("'\(ColumnNote.shortened(text))' in row \(row.grouped) is no number, as a regression needs")
            }
            return Target(column: column, type: .regression)
        case .binary where isBoolean: return Target(column: column, type: .binary)
        case .binary:
            guard count == 2 else {
                throw unfit("it has \(count.map(\.grouped) ?? "many") values, and a binary target two")
            }
            return Target(column: column, type: .binary, classes: classes(column, values))
        case .multiclass:
            guard count != 1 else { throw unfit("its only value is '\(ColumnNote.shortened(values.first ?? ""))'") }
            if wish == nil, count ?? .max > classesMax, !column.allNumbers, column.isNearlyNumbers {
                let note = ColumnNote.nearlyNumbers(column) ?? "it holds numbers and texts"
                throw unfit("\(note); --type multiclass takes each as a class")
            }
            return Target(
                column: column, type: .multiclass, classes: count ?? .max <= classesMax ? classes(column, values) : nil)
        }
    }

    private static func whyUnfit(_ column: ColumnProfile) -> String? {
        if column.name.utf8.count > SpecChecker.nameByteCountMax {
            return "its name has \(column.name.utf8.count.grouped) bytes; a name has at most "
                + "\(SpecChecker.nameByteCountMax.grouped)"
        }
        if let row = column.firstNestedRow { return "row \(row.grouped) holds an object or a list, not a value" }
        if column.hasInvalidUTF8 { return "it is not UTF-8: convert the file, as with iconv -f ISO-8859-1 -t UTF-8" }
        if column.isMixedBeyondMissingWords { return "some rows have a number or a boolean, others a text" }
        if let (text, row) = column.firstReserved {
            return "'\(text)' in row \(row.grouped) is a name of the program's own"
        }
        if let (text, row) = column.firstOverflow, column.allNumbers {
            return "\(ColumnNote.shortened(text)) in row \(row.grouped) is beyond the range of a double"
        }
        if let kind = column.lookalike, let first = column.firstLookalike {
            return "'\(ColumnNote.shortened(first.text))' in row \(first.row.grouped): \(kind.advice)"
        }
        if column.isTimes { return "it is a time: predict a number, such as the seconds from one time to another" }
        if column.byteCountMax > 1_024 { return "a class has at most 1,024 bytes" }
        return nil
    }

    private static func classValues(_ column: ColumnProfile) -> [String] {
        column.distinct.values.map(\.text).filter { text in
            guard !text.isEmpty else { return false }
            var text = text
            return !text.withUTF8 { MissingWord.matches($0) } || possibleClasses.contains(text.lowercased())
        }
    }

    /// The classes by number or else by bytes, so that `no` precedes `yes` and the order does not hang on the file's.
    private static func classes(_ column: ColumnProfile, _ values: [String]) -> [String]? {
        guard !column.distinct.hasCutValues else { return nil }
        if column.allNumbers { return values.sorted { (Double($0) ?? 0, $0) < (Double($1) ?? 0, $1) } }
        return values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    // MARK: Remarks

    static func remarks(
        _ target: Target, _ profile: DataProfile, _ index: Int, _ features: [Feature], _ times: Times
    ) -> [String] {
        var remarks = targetRemarks(target) + times.remarks
        let columns = profile.columns
        func isFeature(_ column: Int) -> Bool {
            features.contains { $0.column.name.utf8.elementsEqual(columns[column].name.utf8) }
        }
        let parts = profile.relations?.parts ?? []
        for (first, second, isDifference) in parts where isFeature(first) && isFeature(second) {
            remarks.append(
                "The target is \(columns[first].name.printable) \(isDifference ? "minus" : "plus") "
                    + "\(columns[second].name.printable), but for a factor: "
                    + "leave out what is not known when it is asked.")
        }
        for column in columns.indices where column != index && isFeature(column) {
            guard profile.relations?.comesWithLabel(column) ?? false, columns[column].gaps == columns[index].gaps else {
                continue
            }
            remarks.append(
                "\(columns[column].name.printable) has a value in just the rows that have a label: "
                    + "leave it out if it is known only with the label.")
        }
        return remarks
    }

    private static func targetRemarks(_ target: Target) -> [String] {
        let column = target.column
        var remarks: [String] = []
        if column.distinct.count == 1 {
            remarks.append("The target has one value only; there is nothing to tell apart.")
        }
        if let (word, row) = column.firstMissingWord, !(target.classes ?? []).contains(word) {
            let rows = column.missingWordCount == 1 ? "1 row has" : "\(column.missingWordCount.grouped) rows have"
            remarks.append(
                "\(rows) a word for no label, first \(word.printable) in row \(row.grouped): read as no label.")
        }
        if target.type == .multiclass, target.classes == nil {
            remarks.append("More than \(classesMax) classes; each gets its slot when it is first learned.")
        }
        let count = column.distinct.count ?? .max
        let isRepeated = count > 1 && count <= column.count / 2
        if target.type == .regression, column.allIntegral, isRepeated, count <= 20 {
            remarks.append(
                "The target has \(count) whole numbers. "
                    + "Where they name classes, use `headrace init --type multiclass`.")
        }
        if target.type == .multiclass, !column.allNumbers, let note = ColumnNote.nearlyNumbers(column) {
            remarks.append("\(note).")
        }
        return remarks
    }
}
