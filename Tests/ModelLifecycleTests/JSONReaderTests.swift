import Determinism
import ModelLifecycle
import Testing

/// What is JSON and what is not, and at which byte.
@Suite struct JSONReaderTests {
    private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: Array(text.utf8)) }

    private func failure(_ bytes: [UInt8]) -> JSONReader.Failure? {
        do throws(JSONReader.Failure) {
            _ = try JSONValue(parsing: bytes)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: [
        "[]", "{}", " [ ] ", "\t\r\n{\n}\n", "[[]   ]", "[1,null,1]", "[-0]", "[123e65]", "[0e+1]", "[1E-2]",
        "[123.456789]",
        #"{"a":[]}"#, #"{"":0}"#, #"["\u0061\u30af\u30EA\u30b9"]"#, #"["\uD801\udc37"]"#, #"["\"\\\/\b\f\n\r\t"]"#,
        #"["\u0000"]"#, #"["€𝄞"]"#, "\"\u{7F}\"", "true", "null", "-1", #"{"a":{"b":[true,false,null]}}"#,
        #"["\uDBFF\uDFFE"]"#, #"["\uFFFF"]"#, #"["\u2028"]"#, "[1e-400]",
    ])
    func valid(_ text: String) {
        #expect(failure(Array(text.utf8)) == nil)
    }

    @Test(arguments: [
        "", " ", "[", "]", "[1,]", "[,1]", "[1 2]", "[1,,2]", "[1]]", "[1}", "{1:1}", #"{"a"}"#, #"{"a" 1}"#,
        #"{"a":}"#,
        #"{"a":1,}"#, #"{,"a":1}"#, #"{"a":1 "b":2}"#, "{a:1}", "{'a':1}", "[+1]", "[01]", "[-01]", "[-]", "[1.]",
        "[.1]",
        "[1e]", "[1e+]", "[0x1]", "[1_0]", "[NaN]", "[Infinity]", "[-Infinity]", "[nul]", "[tru]", "[True]", "[falsee]",
        #"["a]"#, #"["\x61"]"#, #"["\u00G0"]"#, #"["\u00"]"#, #"["\"]"#, "[\"\t\"]", "[\"\n\"]", "[\"\u{0}\"]",
        #"["\uD800"]"#, #"["\uDC00"]"#, #"["\uD800\u0041"]"#, #"["\uD800\uD800"]"#, #"["\uD800\n"]"#, "[1]x", "1 2",
        "\u{FEFF}[]", "[1]//", "[/**/1]", "[1e999]", "\u{A0}[]", "\u{C}1", #"["\u１２３４"]"#,
    ])
    func invalid(_ text: String) {
        #expect(failure(Array(text.utf8)) != nil)
    }

    @Test func stringsAreUTF8() {
        let wrong: [[UInt8]] = [
            [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF8], [0xFF],
            [0xC3], [0xE2, 0x82], [0x61, 0xF0, 0x9D, 0x84],
        ]
        for bytes in wrong {
            for escape in [[], Array(#"\n"#.utf8)] {
                #expect(failure([0x22] + escape + bytes + [0x22])?.reason == "a string that is not UTF-8")
            }
        }
    }

    @Test func anErrorNamesItsByte() {
        let cases: [(String, Int)] = [
            ("", 0), ("  x", 2), (#"{"a":1 "b":2}"#, 7), ("[1,]", 3), ("[01]", 2), ("[1.]", 3), ("[1] x", 4),
            (#"["\x"]"#, 3), ("[\"a\u{1}\"]", 3), ("é", 0), (#"{"é":!}"#, 6),
        ]
        for (text, offset) in cases { #expect(failure(Array(text.utf8))?.offset == offset, "\(text)") }
    }

    @Test func nestingEndsAtSixtyFour() {
        func nested(_ depth: Int) -> [UInt8] {
            Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
        }
        #expect(failure(nested(64)) == nil)
        #expect(failure(nested(65))?.reason == "values are nested deeper than 64")
        #expect(failure([UInt8](repeating: UInt8(ascii: "["), count: 100_000))?.offset == 65)
    }

    @Test func escapesMeanWhatTheySay() throws {
        let text = try value(#""\u0041\u00e9\uD834\uDD1E\/""#).string
        #expect(text.map { Array($0.utf8) } == Array("A\u{E9}\u{1D11E}/".utf8))
        let composed = try #require(try value(#""\u00e9""#).string)
        let decomposed = try #require(try value(#""e\u0301""#).string)
        #expect(!composed.utf8.elementsEqual(decomposed.utf8))
    }

    @Test func whatIsWrittenIsReadBack() throws {
        var generator = SeededGenerator(seed: 5)
        let odd: [Double] = [
            0, 1, -1, 0.1, 1e15, 1e16, -1e15, 1e300, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
            .leastNormalMagnitude, 1.0 / 3,
            123_456_789.125, 999_999_999_999_999,
        ]
        let random = (0..<2_000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
        for number in odd + random {
            var writer = JSONWriter()
            writer.number(number)
            #expect(try JSONValue(parsing: writer.bytes).number?.bitPattern == number.bitPattern)
        }
        let scalars = (0..<0x250).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{FFFF}", "\u{10FFFF}"]
        let text = String(String.UnicodeScalarView(scalars))
        var writer = JSONWriter()
        writer.object { object in
            object.member(text, text)
            object.member("list", array: { $0.null() })
            object.member("nan", Double.nan)
        }
        let parsed = try JSONValue(parsing: writer.bytes)
        #expect(parsed[text]?.string.map { Array($0.utf8) } == Array(text.utf8))
        #expect(parsed["nan"]?.number == nil)
    }

    @Test func whatIsSkippedIsCheckedAsStrictly() {
        for text in ["[1,]", #"{"a":01}"#, #"["\uD800"]"#, "[nul]", "\"\u{1}\""] {
            let isSkipped = Array(text.utf8).withUnsafeBufferPointer { bytes in
                var reader = JSONReader(bytes)
                return (try? reader.skip()) != nil
            }
            #expect(!isSkipped, "\(text)")
        }
    }

    @Test func cutAndFlippedTextsNeverTrap() {
        let text = Array(#"{"a":[1,-2.5e3,"\uD834\uDD1E é",{"b":null,"c":true}],"d":"x\\y"}"#.utf8)
        var generator = SeededGenerator(seed: 9)
        for length in 0..<text.count { #expect(failure(Array(text[..<length])) != nil) }
        for _ in 0..<5_000 {
            var damaged = text
            for _ in 0...generator.below(3) { damaged[generator.below(text.count)] = UInt8(generator.below(256)) }
            _ = failure(damaged)
        }
    }
}
