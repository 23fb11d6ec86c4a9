import Determinism
import ModelLifecycle

/// What one column of a file holds, gathered in one pass and bounded memory.
package struct ColumnProfile {
    package let name: String
    /// Rows in which the column has a value, and in which it has none.
    package private(set) var count = 0
    package private(set) var missing: Int
    /// Values that are an empty string, and such as say that there is none, like `NA`: values of a category, no others.
    package private(set) var emptyCount = 0
    package private(set) var missingWordCount = 0
    package private(set) var firstMissingWord: (text: String, row: Int)?

    /// Every value is `true` or `false`, in any case.
    package private(set) var allBooleans = true
    /// How many values spell a number, and the range of those that fit a `Double`.
    package private(set) var numberCount = 0
    package private(set) var numberMin = Double.infinity
    package private(set) var numberMax = -Double.infinity
    /// No number has a fractional part.
    package private(set) var allIntegral = true
    /// The numbers go up by one from row to row: a row number, which says nothing about the next row.
    package private(set) var countsRows = true
    /// The numbers never go back from row to row.
    package private(set) var numbersAscend = true
    private var lastNumber: Double?
    /// The number in the current row.
    private(set) var currentNumber: Double?
    /// The first number too large for a `Double`.
    package private(set) var firstOverflow: (text: String, row: Int)?
    package private(set) var overflowCount = 0
    /// The first number with a leading zero, such as `01234`: a name, not an amount.
    package private(set) var firstLeadingZero: (text: String, row: Int)?
    /// The digits of every number, where all are whole, without a sign, and as long.
    private var digitCount: Int?
    private var hasOneDigitCount = true
    /// The first value that spells no number, and its row.
    package private(set) var firstNonNumber: (text: String, row: Int)?
    /// Values that a person reads as a number or a time, by kind, and the first.
    private var lookalikeCounts: [Int] = [0, 0, 0, 0]
    private(set) var firstLookalike: (kind: Lookalike, text: String, row: Int)?

    /// Every value is a time (RFC 3339, or a date).
    package private(set) var allTimes = true
    /// The times never go back from row to row.
    package private(set) var timesAscend = true
    /// The time in the current row.
    private(set) var currentTime: Timestamp?
    private var lastTime: Timestamp?

    package private(set) var hasInvalidUTF8 = false
    /// The first row with an object or a list.
    package private(set) var firstNestedRow: Int?
    /// The first value that is a name of the program's own, such as `(other)`.
    package private(set) var firstReserved: (text: String, row: Int)?
    package private(set) var byteCountMax = 0
    package private(set) var distinct = DistinctValues()
    private var byteCount = 0
    private var sentenceCount = 0
    private var stringCount = 0
    private var stringWordCount = 0
    private let isTyped: Bool
    private let isNamedLikeID: Bool

    /// - Parameters:
    ///   - missing: rows before the column was first met.
    ///   - isTyped: whether the file tells numbers from texts, as JSON does.
    init(name: String, missing: Int, isTyped: Bool) {
        (self.name, self.missing, self.isTyped) = (name, missing, isTyped)
        isNamedLikeID = Self.isNamedLikeID(name)
    }

    /// Values that are no empty string and no word for none.
    package var valueCount: Int { count - emptyCount - missingWordCount }
    /// Every value is a number, gaps and words for gaps aside. Columns without any value have no kind at all.
    package var allNumbers: Bool { valueCount > 0 && numberCount == valueCount }
    package var isBoolean: Bool { valueCount > 0 && allBooleans }
    package var isTimes: Bool { valueCount > 0 && allTimes }
    /// Nine of ten values are numbers, or more: the others may well mean that there is none, or be mistakes.
    package var isNearlyNumbers: Bool { 10 * numberCount >= 9 * valueCount }
    /// Rows without a number, boolean or time, where the column holds such.
    package var gaps: Int { missing + emptyCount + missingWordCount }
    /// Whole numbers of one length that are the seconds (10 digits), milliseconds (13) or microseconds (16) since 1970
    /// of 2001 to 2049, where the length, the name, the order or another such column speaks for a time.
    package var isEpoch: Bool {
        guard looksLikeEpoch else { return false }
        return digitCount != 10 || isBesideEpoch || Self.isNamedLikeTime(name)
            || (numbersAscend && !countsRows && count > 1)
    }
    /// Set where another column of the file is one.
    var isBesideEpoch = false
    var looksLikeEpoch: Bool {
        guard allNumbers, allIntegral, hasOneDigitCount, let digitCount, firstLeadingZero == nil else { return false }
        guard let second = [10: 1.0, 13: 1e3, 16: 1e6][digitCount] else { return false }
        return numberMin >= 1e9 * second && numberMax < 2_524_608_000 * second
    }
    /// A time that is read as one, however it is spelt.
    package var isReadableTime: Bool { isTimes || isEpoch }
    /// The values of the readable time never go back.
    package var isInOrder: Bool { isTimes ? timesAscend : numbersAscend }
    /// Whole numbers beyond 2⁵³: a `Double` makes one of several.
    package var exceedsDouble: Bool {
        allNumbers && allIntegral && max(numberMax, -numberMin) > 9_007_199_254_740_992
            && max(numberMax, -numberMin) < 1e19
    }
    /// Of a file that tells them apart: numbers in some rows, and texts or booleans in others.
    package var isMixed: Bool {
        guard isTyped else { return false }
        let plain = count - stringCount
        return (stringCount > 0 && plain > 0) || (numberCount > 0 && numberCount < plain)
    }
    /// The same, texts that say that there is no value aside.
    package var isMixedBeyondMissingWords: Bool { isMixed && !(allNumbers && stringCount == stringWordCount) }
    /// What nine of ten values look like that are no number and no time, if anything.
    var lookalike: Lookalike? {
        guard let first = firstLookalike?.kind, valueCount > numberCount else { return nil }
        let times = lookalikeCounts[3]
        if first == .time { return 10 * times >= 9 * valueCount ? .time : nil }
        return 10 * (numberCount + lookalikeCounts[..<3].reduce(0, +)) >= 9 * valueCount ? first : nil
    }
    /// Bytes of a value, on average.
    package var lengthMean: Double { count == 0 ? 0 : Double(byteCount) / Double(count) }
    /// The share of values with three words or more.
    package var sentenceShare: Double { count == 0 ? 0 : Double(sentenceCount) / Double(count) }

    /// `id`, or a name that ends in `_id` or `Id`.
    package static func isNamedLikeID(_ name: String) -> Bool {
        let lowercase = name.lowercased()
        return lowercase == "id" || lowercase.hasSuffix("_id") || name.hasSuffix("Id")
    }

    private static func isNamedLikeTime(_ name: String) -> Bool {
        let lowercase = name.lowercased()
        return ["time", "date", "stamp", "epoch", "when"].contains { lowercase.contains($0) }
            || lowercase == "ts" || lowercase.hasSuffix("_ts") || lowercase.hasSuffix("_at")
    }

    mutating func add(_ cell: RecordCell, row: Int) {
        (currentTime, currentNumber) = (nil, nil)
        switch cell {
        case .missing: missing += 1
        case .empty:
            count += 1
            emptyCount += 1
            distinct.add(UnsafeBufferPointer(start: nil, count: 0), wantsUniqueness: true)
        case .nested:
            missing += 1
            if firstNestedRow == nil { firstNestedRow = row }
        case .plain(let bytes): add(bytes, isString: false, row: row)
        case .string(let bytes):
            stringCount += 1
            if bytes.isEmpty || MissingWord.matches(bytes) { stringWordCount += 1 }
            add(bytes, isString: true, row: row)
        }
    }

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, isString: Bool, row: Int) {
        count += 1
        byteCount += bytes.count
        byteCountMax = max(byteCountMax, bytes.count)
        let isNumber = !isString && addNumber(bytes, row: row)
        if isNumber {
            allBooleans = false
            allTimes = false
        } else if bytes.isEmpty {
            emptyCount += 1
        } else if MissingWord.matches(bytes) {
            missingWordCount += 1
            if firstMissingWord == nil { firstMissingWord = (Self.text(bytes), row) }
        } else {
            addText(bytes, isString: isString, row: row)
        }
        distinct.add(bytes, wantsUniqueness: !isNumber || isNamedLikeID)
    }

    private mutating func addText(_ bytes: UnsafeBufferPointer<UInt8>, isString: Bool, row: Int) {
        if firstNonNumber == nil { firstNonNumber = (Self.text(bytes), row) }
        if allBooleans { allBooleans = !isString && Self.isBoolean(bytes) }
        if allTimes { addTime(bytes) }
        if !allTimes { addLookalike(bytes, row: row) }
        if firstReserved == nil, bytes.first == UInt8(ascii: "(") {
            let text = Self.text(bytes)
            if ReservedName.all.contains(where: { $0.utf8.elementsEqual(text.utf8) }) { firstReserved = (text, row) }
        }
        addWords(bytes)
    }

    private mutating func addLookalike(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) {
        guard let kind = Lookalike(bytes) else { return }
        if firstLookalike == nil { firstLookalike = (kind, Self.text(bytes), row) }
        switch kind {
        case .comma: lookalikeCounts[0] += 1
        case .blanks: lookalikeCounts[1] += 1
        case .unit: lookalikeCounts[2] += 1
        case .time: lookalikeCounts[3] += 1
        }
    }

    private mutating func addNumber(_ bytes: UnsafeBufferPointer<UInt8>, row: Int) -> Bool {
        switch DecimalText.parse(bytes) {
        case .malformed: return false
        case .overflow:
            overflowCount += 1
            if firstOverflow == nil { firstOverflow = (Self.text(bytes), row) }
        case .value(let value): addValue(value)
        }
        let isDigits = bytes.allSatisfy { (0x30...0x39).contains($0) }
        if isDigits, bytes.count > 1, bytes[0] == UInt8(ascii: "0"), firstLeadingZero == nil {
            firstLeadingZero = (Self.text(bytes), row)
        }
        if !isDigits || digitCount.map({ $0 != bytes.count }) ?? false { hasOneDigitCount = false }
        digitCount = bytes.count
        numberCount += 1
        return true
    }

    private mutating func addValue(_ value: Double) {
        numberMin = min(numberMin, value)
        numberMax = max(numberMax, value)
        if allIntegral { allIntegral = value.rounded() == value }
        if let lastNumber {
            if countsRows { countsRows = value == lastNumber + 1 }
            if value < lastNumber { numbersAscend = false }
        }
        (lastNumber, currentNumber) = (value, value)
    }

    private mutating func addTime(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard case .time(let time) = Timestamp.parse(bytes) else {
            allTimes = false
            return
        }
        if let lastTime, time < lastTime { timesAscend = false }
        lastTime = time
        currentTime = time
    }

    private mutating func addWords(_ bytes: UnsafeBufferPointer<UInt8>) {
        var words = 0
        var isInWord = false
        var allBits: UInt8 = 0
        for byte in bytes {
            allBits |= byte
            let isBlank = byte <= 0x20
            if !isBlank && !isInWord { words += 1 }
            isInWord = !isBlank
        }
        if words >= 3 { sentenceCount += 1 }
        if allBits >= 0x80, !hasInvalidUTF8 { hasInvalidUTF8 = String(validating: bytes, as: UTF8.self) == nil }
    }

    private static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        String(decoding: bytes.prefix(DistinctValues.textBytesMax), as: UTF8.self)
    }

    private static func isBoolean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // 0x20 is what tells lower from upper case in ASCII.
        func spells(_ word: StaticString) -> Bool {
            guard bytes.count == word.utf8CodeUnitCount else { return false }
            return bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
        }
        return spells("true") || spells("false")
    }
}
