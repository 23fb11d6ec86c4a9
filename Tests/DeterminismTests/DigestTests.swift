import Determinism
import Testing

@Suite struct DigestTests {
    /// FIPS 180-4's examples.
    @Test func matchesThePublishedVectors() {
        #expect(
            Digest(hashing: Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Digest(hashing: []).description == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test func hashesAConcatenationWithoutBuildingIt() {
        let bytes = Array("headrace".utf8)
        for cut in 0...bytes.count {
            #expect(Digest(hashing: Array(bytes[..<cut]), Array(bytes[cut...])) == Digest(hashing: bytes))
        }
    }

    @Test func textAndBytesGiveTheDigestBack() throws {
        let digest = Digest(hashing: [1, 2, 3])
        #expect(Digest(hex: digest.description) == digest)
        #expect(Digest(hex: digest.description.uppercased()) == digest)
        #expect(Digest(bytes: digest.bytes) == digest)
        #expect(Digest(bytes: ([0] + digest.bytes)[1...]) == digest)
        #expect(digest.bytes.count == Digest.byteCount)
        #expect(digest.bytes.hex == digest.description)
    }

    @Test func refusesTextAndBytesOfAnotherLength() {
        let text = Digest(hashing: []).description
        #expect(Digest(hex: String(text.dropLast())) == nil)
        #expect(Digest(hex: String(text.dropLast(2))) == nil)
        #expect(Digest(hex: text + "0") == nil)
        #expect(Digest(hex: text + "00") == nil)
        #expect(Digest(hex: "g" + text.dropFirst()) == nil)
        #expect(Digest(hex: "") == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 31)) == nil)
        #expect(Digest(bytes: [UInt8](repeating: 0, count: 33)) == nil)
    }

    @Test func everyByteCountsForEquality() {
        let zero = Digest(bytes: [UInt8](repeating: 0, count: 32))
        for index in 0..<32 {
            var bytes = [UInt8](repeating: 0, count: 32)
            bytes[index] = 1
            #expect(Digest(bytes: bytes) != zero)
            #expect(Digest(bytes: bytes)?.bytes == bytes)
        }
    }
}
