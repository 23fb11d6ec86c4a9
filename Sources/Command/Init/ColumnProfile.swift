import Determinism

/// What one column of a file holds, gathered in one pass and bounded memory.
package struct ColumnProfile {
    package let name: String
    /// Rows in which the column has a value, and in which it has none.
    package private(set) var count = 0
    package private(set) var missing: Int

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
    private var lastNumber: Double?
    /// Numbers too large for a `Double`: their rows will be refused.
    package private(set) var overflowCount = 0
    /// The first value that spells no number, and its row.
    package private(set) var firstNonNumber: (text: String, row: Int)?

    /// Every value is a time (RFC 3339, or a date).
    package private(set) var allTimes = true
    /// The times never go back from row to row.
    package private(set) var timesAscend = true
    /// The time in the current row.
    private(set) var currentTime: Timestamp?
    private var lastTime: Timestamp?

    package private(set) var hasInvalidUTF8 = false
    package private(set) var distinct = DistinctValues()
    private var byteCount = 0
    private var sentenceCount = 0
    private let isNamedLikeID: Bool

    /// - Parameter missing: rows before the column was first met.
    init(name: String, missing: Int) {
        self.name = name
        self.missing = missing
        isNamedLikeID = Self.isNamedLikeID(name)
    }

    /// Every value is a number. Columns without any value have no kind at all.
    package var allNumbers: Bool { numberCount == count }
    /// Nine of ten values are numbers, or more: the others may well mean that there is none, such as `NA`.
    package var isNearlyNumbers: Bool { 10 * numberCount >= 9 * count }
    /// Bytes of a value, on average.
    package var lengthMean: Double { count == 0 ? 0 : Double(byteCount) / Double(count) }
    /// The share of values with three words or more.
    package var sentenceShare: Double { count == 0 ? 0 : Double(sentenceCount) / Double(count) }

    /// `id`, or a name that ends in `_id` or `Id`.
    package static func isNamedLikeID(_ name: String) -> Bool {
        let lowercase = name.lowercased()
        return lowercase == "id" || lowercase.hasSuffix("_id") || name.hasSuffix("Id")
    }

    mutating func add(_ cell: RecordCell, row: Int) {
        currentTime = nil
        switch cell {
        case .missing: missing += 1
        case .plain(let bytes): add(bytes, isString: false, row: row)
        case .string(let bytes): add(bytes, isString: true, row: row)
        }
    }

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, isString: Bool, row: Int) {
        count += 1
        byteCount += bytes.count
        let isNumber = !isString && addNumber(bytes)
        if isNumber {
            allBooleans = false
            allTimes = false
        } else {
            if firstNonNumber == nil {
                firstNonNumber = (String(decoding: bytes.prefix(DistinctValues.textBytesMax), as: UTF8.self), row)
            }
            if allBooleans { allBooleans = !isString && Self.isBoolean(bytes) }
            if allTimes { addTime(bytes) }
            addWords(bytes)
        }
        distinct.add(bytes, wantsUniqueness: !isNumber || isNamedLikeID)
    }

    private mutating func addNumber(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch DecimalText.parse(bytes) {
        case .malformed: return false
        case .overflow: overflowCount += 1
        case .value(let value):
            numberMin = min(numberMin, value)
            numberMax = max(numberMax, value)
            if allIntegral { allIntegral = value.rounded() == value }
            if countsRows, let lastNumber { countsRows = value == lastNumber + 1 }
            lastNumber = value
        }
        numberCount += 1
        return true
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

    private static func isBoolean(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        // 0x20 is what tells lower from upper case in ASCII.
        func spells(_ word: StaticString) -> Bool {
            guard bytes.count == word.utf8CodeUnitCount else { return false }
            return bytes.indices.allSatisfy { bytes[$0] | 0x20 == word.utf8Start[$0] }
        }
        return spells("true") || spells("false")
    }
}
