import Determinism
import Testing

@Suite struct DecimalTextTests {
    @Test func isCorrectlyRounded() throws {
        let lines = try referenceLines("decimal_reference.txt")
        #expect(lines.count > 3000)
        for line in lines {
            let expected: DecimalText.Number =
                line[1] == "overflow" ? .overflow : .value(Double(bitPattern: try bits(line[1])))
            let actual = parse(String(line[0]))
            #expect(actual == expected, "\(line[0].prefix(60))")
        }
    }

    @Test func agreesWithTheStandardLibraryOnRandomText() {
        var generator = SeededGenerator(seed: 11)
        // Few letters but many digits, so that a good share is numbers; "/" and ":" are the neighbours of the digits.
        let alphabet = Array("0123456789012345678901234567890123456789.....e-+/:".utf8)
        for _ in 0..<100_000 {
            let bytes = (0..<(1 + generator.below(11))).map { _ in alphabet[generator.below(alphabet.count)] }
            let text = String(decoding: bytes, as: UTF8.self)
            switch parse(text) {
            case .value(let value): #expect(Double(text) == value, "\(text)")
            case .overflow: #expect(Double(text)?.isInfinite == true, "\(text)")
            case .malformed: #expect(Double(text) == nil || text.hasSuffix("e"), "\(text)")
            }
        }
    }

    @Test(arguments: [
        "", "+", "-", ".", "-.", "e5", ".e5", "1e", "1e+", "1e-", "1e5.0", "1.2.3", " 1", "1 ", "--1", "+-1", "1,5",
        "0x10", "inf", "nan", "infinity", "1_000", "1e5e5", "1f", "١",
    ]) func refuses(_ text: String) {
        #expect(parse(text) == .malformed)
    }

    @Test(arguments: ["-0", "-0.0", "-.0", "-0e5", "-1e-400", "-0.0000000000000000000000000"])
    func negativeZeroIsZero(_ text: String) {
        guard case .value(let value) = parse(text) else {
            Issue.record("\(text) is not a number")
            return
        }
        #expect(value.bitPattern == 0)
    }

    @Test func integersAreExactOrRefused() {
        #expect(integer("0") == 0)
        #expect(integer("+7") == 7)
        #expect(integer("-007") == -7)
        #expect(integer("9223372036854775807") == .max)
        #expect(integer("-9223372036854775808") == .min)
        for text in ["", "-", "+", "9223372036854775808", "-9223372036854775809", "99999999999999999999", "1.0", "1 "] {
            #expect(integer(text) == nil, "\(text)")
        }
    }

    private func parse(_ text: String) -> DecimalText.Number {
        var text = text
        return text.withUTF8 { DecimalText.parse($0) }
    }

    private func integer(_ text: String) -> Int64? {
        var text = text
        return text.withUTF8 { DecimalText.parseInteger($0) }
    }
}
