import Determinism
import OnlineLearning

/// Reading single values.
extension SpecChecker {
    mutating func text(_ place: SpecPlace, expected: String) -> String? {
        guard let text = place.node.text, !place.node.isNothing else {
            report(place, expected: expected)
            return nil
        }
        return text
    }

    /// The name of a feature, target or column: any text of a reasonable length.
    mutating func name(_ place: SpecPlace, expected: String) -> String? {
        guard let name = text(place, expected: expected) else { return nil }
        return isName(name, place, expected: expected) ? name : nil
    }

    mutating func isName(_ name: String, _ place: SpecPlace, expected: String) -> Bool {
        guard !name.isEmpty, name.utf8.count <= Self.nameByteCountMax else {
            let found = name.isEmpty ? place.node.found : "\(name.utf8.count) bytes"
            report(place, found: found, expected: "\(expected), 1 to \(Self.nameByteCountMax) bytes long")
            return false
        }
        return true
    }

    /// A name that can stand in a URL and a file name.
    mutating func identifier(_ place: SpecPlace, of what: String) -> String? {
        guard let text = text(place, expected: "the name of \(what)") else { return nil }
        if Self.isIdentifier(text.utf8) { return text }
        let folded = text.lowercased().utf8.map { Self.isLetterOrDigit($0) || $0 == UInt8(ascii: "_") ? $0 : 0x2D }
        report(
            place, expected: "a name of a–z, 0–9, - and _ that begins with a letter or digit, at most 64 long",
            hint: Self.isIdentifier(folded) ? "such as '\(String(decoding: folded, as: UTF8.self))'" : nil)
        return nil
    }

    mutating func choice(_ place: SpecPlace, _ choices: [String]) -> String? {
        let expected = SpecMistake.alternatives(choices)
        guard let text = text(place, expected: expected) else { return nil }
        if choices.contains(text) { return text }
        report(place, expected: expected, hint: nearest(text, in: choices))
        return nil
    }

    mutating func number(_ place: SpecPlace, _ range: ClosedRange<Double> = .finite, expected: String) -> Double? {
        switch Self.number(place.node) {
        case .value(let value) where range.contains(value): return value
        case .overflow: report(place, "\(place.node.found) is beyond the range of a double")
        default: report(place, expected: expected, hint: unquotingHint(place.node))
        }
        return nil
    }

    mutating func integer(_ place: SpecPlace, _ range: ClosedRange<Int>, expected: String) -> Int? {
        guard let value = Self.integer(place.node), range.contains(value) else {
            report(place, expected: expected, hint: unquotingHint(place.node))
            return nil
        }
        return value
    }

    mutating func boolean(_ place: SpecPlace) -> Bool? {
        if case .scalar(let text, isQuoted: false) = place.node.kind {
            if text == "true" { return true }
            if text == "false" { return false }
        }
        report(place, expected: "true or false")
        return nil
    }

    /// A time with its unit.
    mutating func span(_ place: SpecPlace, _ range: ClosedRange<TimeSpan>, such example: String) -> TimeSpan? {
        let expected = "a time from \(range.lowerBound) to \(range.upperBound), such as \(example)"
        guard let text = text(place, expected: expected) else { return nil }
        if let span = TimeSpan(text), range.contains(span) { return span }
        let isNumber = Self.integer(place.node) != nil
        let unit = example.drop { $0.isNumber }
        report(
            place, expected: expected,
            hint: isNumber ? "with a unit: \(SpecMistake.plain(text))\(unit), or w, d, h, m, s, ms, us" : nil)
        return nil
    }

    /// A number of bytes: plain, or with a unit such as `64MiB`.
    mutating func bytes(_ place: SpecPlace) -> Int? {
        let expected = "bytes as a whole number ≥ 1 or such as 64MiB"
        guard let text = place.node.text, !place.node.isNothing else {
            report(place, expected: expected)
            return nil
        }
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        let units = [("", 0), ("KiB", 10), ("MiB", 20), ("GiB", 30)]
        let unit = String(decoding: text.utf8.dropFirst(digits.count), as: UTF8.self)
        if let shift = units.first(where: { $0.0 == unit })?.1,
            let count = Int(String(decoding: digits, as: UTF8.self)), count >= 1, count <= Int.max >> shift
        {
            return count << shift
        }
        report(place, expected: expected)
        return nil
    }

    static func number(_ node: SpecNode) -> DecimalText.Number {
        guard case .scalar(var text, isQuoted: false) = node.kind else { return .malformed }
        return text.withUTF8 { DecimalText.parse($0) }
    }

    /// A whole number; `1e3` is one.
    static func integer(_ node: SpecNode) -> Int? {
        guard case .scalar(var text, isQuoted: false) = node.kind else { return nil }
        if let value = text.withUTF8({ DecimalText.parseInteger($0) }) { return Int(value) }
        guard case .value(let value) = number(node), value.magnitude <= 0x1p53 else { return nil }
        return Int(exactly: value)
    }

    private func unquotingHint(_ node: SpecNode) -> String? {
        guard case .scalar(let text, isQuoted: true) = node.kind else { return nil }
        let plain = SpecNode(.scalar(text, isQuoted: false), line: 0, column: 0)
        return Self.number(plain) == .malformed ? nil : "write it without quotes"
    }

    package static func isIdentifier(_ bytes: some Collection<UInt8>) -> Bool {
        guard let first = bytes.first, isLetterOrDigit(first), bytes.count <= 64 else { return false }
        return bytes.allSatisfy { isLetterOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
    }

    package static let nameByteCountMax = 1_024
}
