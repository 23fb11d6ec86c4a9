import Determinism
import Testing

/// What is read a word at a time is what a loop over bytes reads.
@Suite struct ShortTextTests {
    @Test func aWordHoldsTheBytesFromTheLowestOn() {
        for count in 0...20 {
            let bytes = (0..<count).map { UInt8(0x11 * ($0 % 13) + 1) }
            func joined(_ bytes: ArraySlice<UInt8>) -> UInt64 {
                bytes.enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * UInt64($1.offset)) }
            }
            bytes.withUnsafeBytes { raw in
                if count <= 8 { #expect(ShortText.word(raw) == joined(bytes[...])) }
                #expect(ShortText.rest(raw) == joined(bytes[(count & ~7)...]))
            }
        }
    }

    /// Against the standard library, which rounds correctly.
    @Test func shortNumbersAreReadAsLongOnesAre() {
        var generator = SplitMix64(state: 5)
        let characters = Array("0123456789012345678901234567890123456789....-+eE:/ ".utf8)
        var numbers = 0
        for _ in 0..<200_000 {
            let count = Int(generator.next() % 9) + 1
            let bytes = (0..<count).map { _ in characters[Int(generator.next() % UInt64(characters.count))] }
            let text = String(decoding: bytes, as: UTF8.self)
            let expected = Self.isNumber(text) ? Double(text) : nil
            if expected != nil { numbers += 1 }
            bytes.withUnsafeBufferPointer { bytes in
                switch DecimalText.parse(bytes) {
                case .value(let value): #expect(value == expected, "\(text)")
                case .malformed: #expect(expected == nil, "\(text)")
                case .overflow: #expect(expected?.isInfinite == true, "\(text)")
                }
            }
        }
        #expect(numbers > 20_000)
    }

    /// The grammar of ``DecimalText``, written down another way.
    private static func isNumber(_ text: String) -> Bool {
        text.wholeMatch(of: /[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/) != nil
    }

    @Test func whatLiesAboveAWordIsNotLookedAt() {
        #expect(DecimalText.short(0xFFFF_FFFF_FF35_2E34, count: 3) == 4.5)
        #expect(DecimalText.short(0x3434_3434_3434_3434, count: 9) == nil)
        #expect(DecimalText.short(0, count: 0) == nil)
    }

    @Test func timesOfOneDayAreReadAsAnyOther() {
        let days = [
            "1970-01-01", "2013-01-01", "2013-01-02", "2012-02-29", "2013-02-29", "0001-01-01", "9999-12-31",
            "2016-12-31",
        ]
        let tails = [
            "T00:00:00Z", "T23:59:59Z", "T10:15:00Z", "t10:15:00z", " 10:15:00Z", "T24:00:00Z", "T10:60:00Z",
            "T23:59:60Z", "T10:15:61Z", "T1a:15:00Z", "T10;15:00Z", "T10:15:0/Z", "T10:15:00X", "", "T10:15:00",
            "T10:15:00.5Z", "T10:15:00+01:00",
        ]
        var reader = TimestampReader()
        var generator = SplitMix64(state: 9)
        for _ in 0..<20_000 {
            let day = days[Int(generator.next() % UInt64(days.count))]
            let text = day + tails[Int(generator.next() % UInt64(tails.count))]
            Array(text.utf8).withUnsafeBufferPointer { bytes in
                #expect(reader.parse(bytes) == Timestamp.parse(bytes), "\(text)")
            }
        }
        let zeros = [UInt8](repeating: 0, count: 10) + Array("T10:15:00Z".utf8)
        zeros.withUnsafeBufferPointer { bytes in
            var fresh = TimestampReader()
            #expect(fresh.parse(bytes) == .malformed)
        }
    }
}
