/// Texts that people read as a number or a time and no program does unasked: what `headrace init` names with its
/// remedy, where it would otherwise take a column for a category.
enum Lookalike: Equatable {
    /// `33,38` or `1,234.5`.
    case comma
    /// ` 12`, a number with blanks around it.
    case blanks
    /// `12 %`, `$12`, `12 €`.
    case unit
    /// `31/12/2024 08:00`, `2024-12-31 08:00`, `Dec 31 2024`.
    case time

    /// Numbers and times as they are read are none.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= Self.byteCountMax, bytes.contains(where: Self.isDigit) else { return nil }
        let text = Array(bytes)
        if Self.isNumber(text.filter { $0 != 0x20 && $0 != 0x09 }), text.first == 0x20 || text.last == 0x20 {
            self = .blanks
        } else if text.contains(UInt8(ascii: ",")), Self.isNumberWithCommas(text) {
            self = .comma
        } else if Self.isNumberWithUnit(text) {
            self = .unit
        } else if Self.isTime(text) {
            self = .time
        } else {
            return nil
        }
    }

    /// What it is and what to do.
    var advice: String {
        switch self {
        case .comma: "numbers with commas: write them with a point and nothing else, like 1234.5"
        case .blanks: "numbers with blanks around them: take the blanks away"
        case .unit: "numbers with a unit: write the number alone"
        case .time: "a time that is not read: write it as 2024-12-31T08:00:00Z"
        }
    }

    private static let byteCountMax = 40
    private static let months = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// Digits with at most one point and a sign.
    private static func isNumber(_ text: [UInt8]) -> Bool {
        let bare = text.first == UInt8(ascii: "-") || text.first == UInt8(ascii: "+") ? Array(text.dropFirst()) : text
        return !bare.isEmpty && bare.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ".") }
            && bare.count { $0 == UInt8(ascii: ".") } <= 1
    }

    /// `33,38`, `1,234.5`, `1.234,5`: digits, commas and points alone.
    private static func isNumberWithCommas(_ text: [UInt8]) -> Bool {
        let bare = text.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
        guard let first = bare.first, let last = bare.last, isDigit(first), isDigit(last) else { return false }
        return bare.allSatisfy { isDigit($0) || $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ".") }
    }

    private static func isNumberWithUnit(_ text: [UInt8]) -> Bool {
        let string = String(decoding: text, as: UTF8.self)
        for unit in ["%", "$", "€", "£", "¥"] {
            var bare: Substring?
            if string.hasSuffix(unit) { bare = string.dropLast(unit.count) }
            if string.hasPrefix(unit) { bare = string.dropFirst(unit.count) }
            guard let bare else { continue }
            let rest = bare.utf8.filter { $0 != 0x20 }
            return isNumber(rest) || isNumberWithCommas(rest)
        }
        return false
    }

    /// Day, month and year with one kind of sign between them or a month's name, and a time of day, or the other way
    /// round.
    private static func isTime(_ text: [UInt8]) -> Bool {
        let lowercase = String(decoding: text, as: UTF8.self).lowercased()
        let words = lowercase.split { " t,".contains($0) }.map(String.init)
        guard let first = words.first, words.count <= 6 else { return false }
        if ["/", ".", "-"].contains(where: { isDate(Array(first.utf8), UInt8(ascii: $0)) }) {
            return words.dropFirst().allSatisfy { word in
                word.contains(":") || ["am", "pm", "z", "utc", "gmt"].contains(word) || word.utf8.allSatisfy(isDigit)
            }
        }
        let hasMonth = words.contains { word in word.count <= 9 && months.contains { word.hasPrefix($0) } }
        let hasYear = words.contains { $0.utf8.count == 4 && $0.utf8.allSatisfy(isDigit) }
        return hasMonth && hasYear
    }

    private static func isDate(_ word: [UInt8], _ sign: UInt8) -> Bool {
        let parts = word.split(separator: sign, omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.count <= 4 && $0.allSatisfy(isDigit) }) else {
            return false
        }
        // Three numbers with points between them may be a version; a year has four digits or stands last with two.
        return parts[0].count == 4 || parts[2].count == 4 || (sign == UInt8(ascii: "/") && parts[2].count == 2)
    }
}
