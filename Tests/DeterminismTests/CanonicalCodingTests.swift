import Determinism
import Testing

@Suite struct CanonicalCodingTests {
    @Test func everythingIsReadAsItWasWritten() throws {
        var encoder = CanonicalEncoder(reserving: 64)
        let values: [UInt64] = [0, 1, 127, 128, 16383, 16384, 1 << 56, 1 << 63, .max]
        let integers: [Int64] = [0, -1, 1, -64, 64, .min, .max]
        let numbers = [0, 1.5, -1.5, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        for value in values { encoder.uint(value) }
        for value in integers { encoder.int(value) }
        encoder.doubles(numbers)
        encoder.bool(true)
        encoder.bool(false)
        encoder.byte(9)
        encoder.count(3)
        encoder.raw([1, 2, 3])
        encoder.string("Zürich")
        encoder.blob([4, 5])
        encoder.blob([4, 5, 6][1...])
        encoder.digest(Digest(hashing: [1]))
        encoder.fingerprint(Fingerprint([1]))
        encoder.optional(Int64?.none) { $0.int($1) }
        encoder.optional(Int64?.some(-5)) { $0.int($1) }

        // A slice that does not begin at 0 must read the same.
        var decoder = CanonicalDecoder([7, 7] + encoder.bytes + [7], in: 2..<2 + encoder.bytes.count)
        for value in values { #expect(try decoder.uint() == value) }
        for value in integers { #expect(try decoder.int() == value) }
        #expect(try decoder.doubles() == numbers)
        #expect(try decoder.bool())
        #expect(try decoder.bool() == false)
        #expect(try decoder.byte() == 9)
        #expect(try decoder.count() == 3)
        for value: UInt8 in 1...3 { #expect(try decoder.byte() == value) }
        #expect(try decoder.string() == "Zürich")
        #expect(try decoder.blob() == [4, 5])
        #expect(try decoder.blob() == [5, 6])
        #expect(try decoder.digest() == Digest(hashing: [1]))
        #expect(try decoder.fingerprint() == Fingerprint([1]))
        #expect(try decoder.optional { decoder throws(CanonicalDecodingError) in try decoder.int() } == nil)
        #expect(try decoder.optional { decoder throws(CanonicalDecodingError) in try decoder.int() } == -5)
        #expect(decoder.isAtEnd)
        #expect(decoder.offset == encoder.bytes.count)
        try decoder.finish()
    }

    @Test func theFormIsTheDocumentedOne() {
        var encoder = CanonicalEncoder()
        encoder.uint(300)
        encoder.int(-2)
        encoder.double(1)
        encoder.string("é")
        #expect(encoder.bytes.hex == "ac02" + "03" + "000000000000f03f" + "02c3a9")
        encoder.removeAll(keepingCapacity: true)
        #expect(encoder.bytes.isEmpty)
        [UInt8](0..<3).withUnsafeBytes { encoder.blob($0) }
        #expect(encoder.bytes == [3, 0, 1, 2])
    }

    @Test func zeroAndNaNHaveOneForm() {
        func encoded(_ value: Double) -> [UInt8] {
            var encoder = CanonicalEncoder()
            encoder.double(value)
            return encoder.bytes
        }
        #expect(encoded(-0.0) == encoded(0))
        #expect(encoded(-.nan) == encoded(.nan))
        #expect(encoded(.signalingNaN) == encoded(.nan))
        #expect(encoded(.nan).hex == "000000000000f87f")
    }

    @Test func refusesWhatTheEncoderWouldNotWrite() {
        func refuses<T>(_ bytes: [UInt8], at offset: Int = 0, _ read: (inout CanonicalDecoder) throws -> T) {
            var decoder = CanonicalDecoder(bytes)
            let error = #expect(throws: CanonicalDecodingError.self) { try read(&decoder) }
            #expect(error?.offset == offset)
        }
        refuses([]) { try $0.byte() }
        refuses([2]) { try $0.bool() }
        refuses([0x80], at: 1) { try $0.uint() }
        refuses([0x80, 0]) { try $0.uint() }
        refuses([0xff, 0x80, 0]) { try $0.uint() }
        refuses([UInt8](repeating: 0xff, count: 9) + [2]) { try $0.uint() }
        refuses([UInt8](repeating: 0xff, count: 9) + [0x81, 0]) { try $0.uint() }
        refuses([0, 0, 0, 0, 0, 0, 0, 0x80]) { try $0.double() }
        refuses([1, 0, 0, 0, 0, 0, 0xf8, 0x7f]) { try $0.double() }
        refuses([0, 0, 0, 0, 0, 0, 0xf8, 0xff]) { try $0.double() }
        refuses([0, 0, 0, 0, 0, 0, 0]) { try $0.fixed64() }
        refuses([UInt8](repeating: 0, count: 15), at: 8) { try $0.fingerprint() }
        refuses([UInt8](repeating: 0, count: 31)) { try $0.digest() }
        refuses([2, 0]) { try $0.blob() }
        refuses([1, 0xff]) { try $0.string() }
        refuses([2, 0, 0, 0, 0, 0, 0, 0, 0]) { try $0.doubles() }
        refuses([2]) { try $0.optional { decoder throws(CanonicalDecodingError) in try decoder.byte() } }
        refuses([0]) { try $0.finish() }
    }

    @Test func aHostileCountAllocatesNothing() {
        var encoder = CanonicalEncoder()
        encoder.uint(.max)
        encoder.raw([UInt8](repeating: 0, count: 100))
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(throws: CanonicalDecodingError.self) { try decoder.doubles() }
        decoder = CanonicalDecoder([13] + [UInt8](repeating: 0, count: 100))
        #expect(throws: CanonicalDecodingError.self) { try decoder.count(elementBytes: 8) }
        decoder = CanonicalDecoder([12] + [UInt8](repeating: 0, count: 100))
        #expect(throws: Never.self) { try decoder.count(elementBytes: 8) }
    }

    /// The law of `CanonicallyCodable`: random bytes either fail or are exactly what encoding the result writes.
    @Test func whatDecodesEncodesToTheSameBytes() {
        var generator = SeededGenerator(seed: 3)
        var decoded = 0
        for _ in 0..<20_000 {
            let bytes = (0..<generator.below(12)).map { _ in
                // Bytes of a few kinds, so that a good share is valid.
                [0, 1, 2, 0x7f, 0x80, UInt8(truncatingIfNeeded: generator.next())][generator.below(6)]
            }
            guard let value = try? Timestamp(canonicalBytes: bytes) else { continue }
            #expect(value.canonicalBytes == bytes)
            decoded += 1
        }
        #expect(decoded > 1000)
    }

    @Test func anErrorSaysWhere() {
        #expect(CanonicalDecodingError(offset: 17, reason: "a varint is not minimal").description
            == "byte 17: a varint is not minimal")
        #expect(Timestamp.seconds(1).canonicalDigest == Digest(hashing: Timestamp.seconds(1).canonicalBytes))
    }
}
