import Determinism

/// Writes records of CSV (RFC 4180) into one growing buffer, a field after the other.
struct CSVWriter {
    private(set) var bytes: [UInt8] = []
    private var isFirst = true
    /// The day whose text is kept, because events of one day follow each other.
    private var day = Int64.min
    private var dayText: [UInt8] = []

    /// Empties the buffer, keeping its storage.
    mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
    }

    mutating func endRecord() {
        bytes.append(UInt8(ascii: "\r"))
        bytes.append(UInt8(ascii: "\n"))
        isFirst = true
    }

    mutating func empty() { begin() }

    mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { text(UnsafeRawBufferPointer($0)) }
    }

    mutating func text(_ value: [UInt8]) {
        value.withUnsafeBytes { text($0) }
    }

    /// Quoted where it is empty, which tells it from a missing value, where it holds a comma, a quote, a line end or
    /// another separator, or blanks at an end, which some readers take away.
    mutating func text(_ value: UnsafeRawBufferPointer) {
        begin()
        var needsQuotes = value.isEmpty || value.first == 0x20 || value.last == 0x20
        for byte in value {
            switch byte {
            case 0x2C, 0x22, 0x0A, 0x0D, 0x09, 0x3B, 0x7C: needsQuotes = true
            default: break
            }
        }
        guard needsQuotes else {
            bytes.append(contentsOf: value)
            return
        }
        bytes.append(UInt8(ascii: "\""))
        for byte in value {
            if byte == UInt8(ascii: "\"") { bytes.append(byte) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// The fewest digits that give the double back; nothing where it is not finite.
    mutating func number(_ value: Double) {
        begin()
        guard value.isFinite else { return }
        if value == value.rounded(.towardZero), value.magnitude < 1e15 {
            digits(Int64(value))
        } else {
            var text = value.description
            text.withUTF8 { bytes.append(contentsOf: $0) }
        }
    }

    mutating func integer(_ value: Int) {
        begin()
        digits(Int64(value))
    }

    mutating func boolean(_ value: Bool) {
        begin()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    /// Several numbers in one field, with blanks between them; nothing stands for one that is not finite.
    mutating func numbers(_ values: [Double]) {
        begin()
        for (index, value) in values.enumerated() {
            if index > 0 { bytes.append(0x20) }
            if value.isFinite { bytes.append(contentsOf: value.description.utf8) }
        }
    }

    mutating func time(_ value: Timestamp) {
        begin()
        let (newDay, second) = Self.floorDivide(value.microseconds, by: 86_400_000_000)
        guard second % 1_000_000 == 0 else {
            bytes.append(contentsOf: value.description.utf8)
            return
        }
        if newDay != day || dayText.isEmpty {
            day = newDay
            dayText = Array(Timestamp(microseconds: newDay * 86_400_000_000).description.utf8.dropLast(9))
        }
        bytes.append(contentsOf: dayText)
        let seconds = Int(second / 1_000_000)
        twoDigits(seconds / 3_600)
        bytes.append(UInt8(ascii: ":"))
        twoDigits(seconds / 60 % 60)
        bytes.append(UInt8(ascii: ":"))
        twoDigits(seconds % 60)
        bytes.append(UInt8(ascii: "Z"))
    }

    private mutating func begin() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    private mutating func twoDigits(_ value: Int) {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / 10))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value % 10))
    }

    private mutating func digits(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
