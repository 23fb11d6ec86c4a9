import Determinism
import OnlineLearning

/// Puts one value after the other into a row, each checked against its declaration; what JSON, CSV and tensors have in
/// common, so that one value gives one event whichever way it comes in.
struct FeatureCheck {
    /// The longest category and the longest text, in bytes of UTF-8.
    static let categoryByteCountMax = 1_024
    static let textByteCountMax = 65_536

    let contract: Contract
    private var isSet: [Bool]

    init(_ contract: Contract) {
        self.contract = contract
        isSet = [Bool](repeating: false, count: contract.features.count)
    }

    mutating func begin(_ row: inout FeatureRow) {
        row.removeAll()
        for index in isSet.indices { isSet[index] = false }
    }

    /// Marks a feature as given. - Throws: where it was given before.
    mutating func give(_ index: Int) throws(Refusal) {
        guard !isSet[index] else {
            throw Refusal(.malformed, "feature '\(contract.features[index].name)' is given twice")
        }
        isSet[index] = true
    }

    func index(of name: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Int {
        for index in contract.features.indices
        where contract.features[index].name.utf8.elementsEqual(name) { return index }
        let text = String(decoding: name, as: UTF8.self)
        let nearest = Spelling.nearest(text, in: contract.features.map(\.name))
        throw Refusal(
            .unknownFeature, "there is no feature '\(text)' in the contract",
            hint: nearest.map { "did you mean '\($0)'?" })
    }

    /// Makes an optional feature missing.
    func setMissing(_ index: Int, in row: inout FeatureRow) throws(Refusal) {
        try requireOptional(index)
        let slot = contract.layout.slots[index]
        switch FeatureLayout.bank(of: contract.layout.kinds[index]) {
        case .numbers: row.setNumber(.nan, at: slot)
        case .strings: row.setStringMissing(at: slot)
        case .timestamps: row.setTimestamp(FeatureRow.missingTimestamp, at: slot)
        }
    }

    private func requireOptional(_ index: Int) throws(Refusal) {
        guard contract.features[index].isOptional else {
            throw Refusal(
                .missingFeature, "feature '\(contract.features[index].name)' is missing",
                hint: "declare it `optional: true` if it may be")
        }
    }

    /// Sets a feature from the text of its value, whichever way that came in; see `docs/spec.md` for the texts taken.
    @inline(__always)
    func set(text: UnsafeBufferPointer<UInt8>, _ index: Int, in row: inout FeatureRow) throws(Refusal) {
        switch contract.features[index].kind {
        case .number:
            let number = LabelCheck.decimal(text)
            if case .malformed = number, Self.isNone(text) { return try setMissing(index, in: &row) }
            try set(number, index, in: &row, found: "'\(Self.excerpt(text))'")
        case .boolean:
            guard let value = LabelCheck.boolean(text) else {
                if Self.isNone(text) { return try setMissing(index, in: &row) }
                throw wrongType(index, found: "'\(Self.excerpt(text))'")
            }
            set(value, index, in: &row)
        case .category, .text:
            guard UTF8Check.isValid(text) else {
                throw Refusal(.wrongType, "feature '\(contract.features[index].name)' is not UTF-8")
            }
            try set(string: text, index, in: &row)
        case .timestamp where Self.isNone(text): try setMissing(index, in: &row)
        case .timestamp: try set(timestamp: text, index, in: &row)
        }
    }

    /// Whether a text says that there is no value, where only strings can be empty.
    private static func isNone(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        text.isEmpty || MissingWord.matches(text)
    }

    func set(
        _ number: DecimalText.Number, _ index: Int, in row: inout FeatureRow, found: @autoclosure () -> String
    ) throws(Refusal) {
        let feature = contract.features[index]
        guard case .value(let value) = number else {
            throw number == .overflow
                ? Refusal(.outOfRange, "feature '\(feature.name)': \(found()) is beyond the range of a double")
                : wrongType(index, found: found())
        }
        if let minimum = feature.minimum, value < minimum { throw outOfRange(feature, value, "at least \(minimum)") }
        if let maximum = feature.maximum, value > maximum { throw outOfRange(feature, value, "at most \(maximum)") }
        row.setNumber(value, at: contract.layout.slots[index])
    }

    func set(_ value: Bool, _ index: Int, in row: inout FeatureRow) {
        row.setNumber(value ? 1 : 0, at: contract.layout.slots[index])
    }

    func set(string: UnsafeBufferPointer<UInt8>, _ index: Int, in row: inout FeatureRow) throws(Refusal) {
        let feature = contract.features[index]
        let limit = feature.kind == .category ? Self.categoryByteCountMax : Self.textByteCountMax
        guard string.count <= limit else {
            throw Refusal(
                .outOfRange,
                "feature '\(feature.name)' has \(string.count) bytes; a \(feature.kind.name) has at most \(limit)")
        }
        if feature.kind == .category, let name = ReservedName.name(string) {
            throw ReservedName.refusal("feature '\(feature.name)'", name)
        }
        if let categories = feature.categories, !categories.contains(where: { $0.utf8.elementsEqual(string) }) {
            let text = String(decoding: string, as: UTF8.self)
            throw Refusal(
                .unknownCategory, "feature '\(feature.name)' has no category '\(text)'",
                hint: Spelling.nearest(text, in: categories).map { "did you mean '\($0)'?" }
                    ?? "the contract lists \(categories.prefix(8).joined(separator: ", "))")
        }
        row.setString(UnsafeRawBufferPointer(string), at: contract.layout.slots[index])
    }

    func set(timestamp: UnsafeBufferPointer<UInt8>, _ index: Int, in row: inout FeatureRow) throws(Refusal) {
        let time = try Self.time(timestamp) { "feature '\(contract.features[index].name)'" }
        row.setTimestamp(time.microseconds, at: contract.layout.slots[index])
    }

    /// Demands that every required feature was given, and names all that were not.
    func finish() throws(Refusal) {
        var missing: [String] = []
        for index in isSet.indices where !isSet[index] && !contract.features[index].isOptional {
            missing.append(contract.features[index].name)
        }
        guard missing.isEmpty else {
            throw Refusal(
                .missingFeature,
                "missing \(missing.count == 1 ? "feature" : "features"): \(missing.joined(separator: ", "))",
                hint: "declare \(missing.count == 1 ? "it" : "them") `optional: true` if absence is meant")
        }
    }

    func wrongType(_ index: Int, found: String) -> Refusal {
        let feature = contract.features[index]
        return Refusal(.wrongType, "feature '\(feature.name)' is a \(feature.kind.name), found \(found)")
    }

    private func outOfRange(_ feature: FeatureDeclaration, _ value: Double, _ bound: String) -> Refusal {
        Refusal(
            .outOfRange, "feature '\(feature.name)' must be \(bound), found \(value)",
            hint: "widen the range in the spec if the value is right")
    }

    /// Reads an instant; `what` names it in the refusal.
    static func time(
        _ text: UnsafeBufferPointer<UInt8>, of what: () -> String
    ) throws(Refusal) -> Timestamp {
        switch Timestamp.parse(text) {
        case .time(let time): return time
        case .malformed:
            if let time = Timestamp.parseEpoch(text) { return time }
            throw Refusal(
                .wrongType, "\(what()) is no timestamp: '\(excerpt(text))'", hint: "write it like 2013-01-01T10:15:00Z")
        case .tooFine:
            throw Refusal(.wrongType, "\(what()) is finer than a microsecond: '\(excerpt(text))'")
        case .outOfRange:
            throw Refusal(
                .outOfRange, "\(what()) is no time of the calendar: '\(excerpt(text))'",
                hint: "years go from 1 to 9999, hours to 23, seconds to 59, or 60 at the end of a month in UTC")
        }
    }

    static func excerpt(_ text: UnsafeBufferPointer<UInt8>) -> String {
        let shown = String(decoding: text.prefix(40), as: UTF8.self)
        return text.count > 40 ? shown + "…" : shown
    }
}

extension TargetDeclaration {
    /// Reads a label as a file spells it.
    public func label(reading text: String) throws(Refusal) -> Label {
        let check = LabelCheck(target: self)
        var result: Result<Label, Refusal> = .failure(Refusal(.missingField, "a label is missing"))
        guard !text.isEmpty else { return try result.get() }
        Array(text.utf8).withUnsafeBufferPointer { bytes in
            do throws(Refusal) {
                result = .success(try check.label(bytes))
            } catch {
                result = .failure(error)
            }
        }
        return try result.get()
    }
}

/// Turns what somebody sent as a true value into a ``Label``.
struct LabelCheck {
    let target: TargetDeclaration
    let isRegression: Bool
    private let isBoolean: Bool

    init(target: TargetDeclaration) {
        self.target = target
        isRegression = target.task == .regression
        isBoolean = target.isBoolean
    }

    /// Whether a text says that there is no label: a word that is neither a number nor one of the classes listed.
    func isMissing(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= MissingWord.byteCountMax, MissingWord.matches(text) else { return false }
        guard !isRegression else { return true }
        return target.classes.map { classes in !classes.contains { $0.utf8.elementsEqual(text) } } ?? false
    }

    /// A label from its text: a number of a regression, else the name of a class.
    func label(_ text: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Label {
        isRegression ? try number(text) : try name(text)
    }

    /// A number; true and false are 1 and 0.
    static func decimal(_ text: UnsafeBufferPointer<UInt8>) -> DecimalText.Number {
        let number = DecimalText.parse(text)
        guard case .malformed = number, let flag = boolean(text) else { return number }
        return .value(flag ? 1 : 0)
    }

    func number(_ text: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Label {
        guard target.task == .regression else { return try name(text) }
        switch Self.decimal(text) {
        case .value(let value):
            if let minimum = target.minimum, value < minimum { throw outOfRange(value, "at least \(minimum)") }
            if let maximum = target.maximum, value > maximum { throw outOfRange(value, "at most \(maximum)") }
            return .number(value)
        case .malformed: throw wrongType("'\(FeatureCheck.excerpt(text))'")
        case .overflow:
            throw Refusal(.outOfRange, "label '\(target.name)' is beyond the range of a double")
        }
    }

    /// A class by its name; of a boolean target true, false, 1 and 0 in any spelling.
    func name(_ text: UnsafeBufferPointer<UInt8>) throws(Refusal) -> Label {
        // The commonest spelling of all, without a look at the names.
        if isBoolean, text.count == 1, text[0] & 0xFE == UInt8(ascii: "0") { return .listed(Int(text[0] & 1)) }
        guard target.task != .regression else { throw wrongType("'\(FeatureCheck.excerpt(text))'") }
        if let classes = target.classes {
            for slot in classes.indices where classes[slot].utf8.elementsEqual(text) { return .listed(slot) }
            if target.isBoolean, let value = Self.boolean(text) { return .listed(value ? 1 : 0) }
            throw Refusal(
                .unknownCategory, "label '\(target.name)' has no class '\(FeatureCheck.excerpt(text))'",
                hint: "the classes are \(classes.prefix(12).joined(separator: ", "))")
        }
        guard !text.isEmpty, text.count <= FeatureCheck.categoryByteCountMax else {
            throw Refusal(.outOfRange, "a class has 1 to \(FeatureCheck.categoryByteCountMax) bytes")
        }
        if let reserved = ReservedName.name(text) { throw ReservedName.refusal("label '\(target.name)'", reserved) }
        return .named(Array(text))
    }

    /// true, false (in any case), 1, 0, and 1.0, 0.0 as number columns have them.
    static func boolean(_ text: UnsafeBufferPointer<UInt8>) -> Bool? {
        func matches(_ word: StaticString) -> Bool {
            guard text.count == word.utf8CodeUnitCount else { return false }
            for i in 0..<text.count where text[i] | 0x20 != word.utf8Start[i] | 0x20 { return false }
            return true
        }
        if matches("true") { return true }
        if matches("false") { return false }
        guard case .value(let value) = DecimalText.parse(text) else { return nil }
        return value == 1 ? true : value == 0 ? false : nil
    }

    private func outOfRange(_ value: Double, _ bound: String) -> Refusal {
        Refusal(
            .outOfRange, "label '\(target.name)' must be \(bound), found \(value)",
            hint: "widen the target's range in the spec if the label is right")
    }

    private func wrongType(_ found: String) -> Refusal {
        let expected = target.task == .regression ? "a number" : "a class"
        return Refusal(.wrongType, "label '\(target.name)' is \(expected), found \(found)")
    }
}
