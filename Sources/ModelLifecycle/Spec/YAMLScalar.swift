/// Writes a string as a YAML scalar that every reader of YAML 1.1 and 1.2 reads as that string, in flow lists too.
///
/// Plain where it is a word of ASCII letters, digits, `_`, `-` and `.` that begins with a letter or `_` and means
/// nothing else (`yes`, `null`, `nan`); otherwise in single quotes, and in double quotes where characters must
/// be escaped.
package enum YAMLScalar {
    private static let reserved: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ]

    package static func text(_ string: String) -> String {
        if isPlain(string) { return string }
        if !string.unicodeScalars.contains(where: mustBeEscaped) {
            var quoted = "'"
            for scalar in string.unicodeScalars {
                quoted.unicodeScalars.append(scalar)
                if scalar == "'" { quoted.unicodeScalars.append(scalar) }
            }
            return quoted + "'"
        }
        return "\"" + string.unicodeScalars.map(escaped).joined() + "\""
    }

    private static func isPlain(_ string: String) -> Bool {
        guard let first = string.utf8.first, isLetter(first) || first == UInt8(ascii: "_") else { return false }
        let isWord = string.utf8.allSatisfy {
            isLetter($0) || (0x30...0x39).contains($0) || [0x5f, 0x2d, 0x2e].contains($0)
        }
        return isWord && !reserved.contains(string.lowercased())
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7a).contains(byte | 0x20)
    }

    /// Not printable in YAML's sense, or a line break.
    private static func mustBeEscaped(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f...0x9f, 0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff: true
        default: false
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default:
            guard mustBeEscaped(scalar) else { return String(scalar) }
            let digits = String(scalar.value, radix: 16)
            return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
    }
}
