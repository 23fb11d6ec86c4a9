import Determinism
import Testing

@Suite struct FingerprintTests {
    static let key: (UInt64, UInt64) = (0x0706_0504_0302_0100, 0x0f0e_0d0c_0b0a_0908)

    @Test func sipHashMatchesThePublishedVectors() throws {
        let lines = try referenceLines("siphash_reference.txt")
        #expect(lines.count == 64)
        for line in lines {
            let message = (0..<(try #require(UInt8(line[0])))).map { $0 }
            #expect(Self.sipHash(message, 2, 4) == line[1])
            #expect(Self.sipHash(message, 1, 3) == line[2])
        }
    }

    @Test func isSipHashOneThreeOfTheDocumentedKey() {
        let key = Array("headrace siphash".utf8)
        var decoder = CanonicalDecoder(key)
        let words = (try? decoder.fixed64(), try? decoder.fixed64())
        for count in 0..<40 {
            let message = (0..<UInt8(count)).map { $0 &* 37 }
            let output = message.withUnsafeBytes {
                SipHash128.hash($0, key0: words.0 ?? 0, key1: words.1 ?? 0, compression: 1, finalization: 3)
            }
            #expect(Fingerprint(message) == Fingerprint(high: output.second, low: output.first))
        }
    }

    @Test func stringsAreTheirBytesUnnormalized() {
        #expect(Fingerprint("Zürich") == Fingerprint(Array("Zürich".utf8)))
        #expect(Fingerprint("\u{e9}") != Fingerprint("e\u{301}"))
        #expect(Fingerprint("") == Fingerprint([UInt8]()))
    }

    @Test func neverChanges() {
        var encoder = CanonicalEncoder()
        encoder.fingerprint(Fingerprint("headrace"))
        #expect(encoder.bytes.hex == "9b06b5f3f402d772f9c17293aec34cdf")
    }

    static func sipHash(_ message: [UInt8], _ compression: Int, _ finalization: Int) -> String {
        let output = message.withUnsafeBytes {
            SipHash128.hash($0, key0: key.0, key1: key.1, compression: compression, finalization: finalization)
        }
        var encoder = CanonicalEncoder()
        encoder.fixed64(output.first)
        encoder.fixed64(output.second)
        return encoder.bytes.hex
    }
}
