import Determinism

/// The value of one feature, or of several at once, as a key: what `by` of an aggregate and a cross mean.
struct Key: Sendable {
    private let inputs: [Input]

    /// - Precondition: at most ``partsMax``.
    init(_ inputs: [Input]) { self.inputs = inputs }

    /// How many features a key is made of at most.
    static let partsMax = 8

    /// The fingerprint of the values in a row; a missing value is one of its own. Without features, all rows have one.
    func fingerprint(_ row: FeatureRow, _ x: borrowing FeatureVector) -> Fingerprint {
        if inputs.count == 1 { return part(inputs[0], row, x) }
        return withUnsafeTemporaryAllocation(byteCount: max(16 * inputs.count, 16), alignment: 8) { bytes in
            for (index, input) in inputs.enumerated() {
                let part = part(input, row, x)
                bytes.storeBytes(of: part.high.littleEndian, toByteOffset: index * 16, as: UInt64.self)
                bytes.storeBytes(of: part.low.littleEndian, toByteOffset: index * 16 + 8, as: UInt64.self)
            }
            return Fingerprint(UnsafeRawBufferPointer(rebasing: bytes[..<(16 * inputs.count)]))
        }
    }

    /// Whether a value is missing.
    func isMissing(_ row: FeatureRow, _ x: borrowing FeatureVector) -> Bool {
        for input in inputs {
            switch FeatureLayout.bank(of: input.kind) {
            case .numbers: if x.numbers[input.slot].isNaN { return true }
            case .strings: if !row.hasString(at: input.slot) { return true }
            case .timestamps: if row.timestamps[input.slot] == FeatureRow.missingTimestamp { return true }
            }
        }
        return false
    }

    private func part(_ input: Input, _ row: FeatureRow, _ x: borrowing FeatureVector) -> Fingerprint {
        switch FeatureLayout.bank(of: input.kind) {
        case .numbers:
            let value = x.numbers[input.slot]
            return value.isNaN ? Self.missing : Self.word(value == 0 ? 0 : value.bitPattern)
        case .timestamps:
            let value = row.timestamps[input.slot]
            return value == FeatureRow.missingTimestamp ? Self.missing : Self.word(UInt64(bitPattern: value))
        case .strings: return row.withString(at: input.slot) { name, _ in Fingerprint(name) } ?? Self.missing
        }
    }

    /// No value has it, but with the probability of a collision.
    private static let missing = Fingerprint(high: 0, low: 0)

    private static func word(_ word: UInt64) -> Fingerprint {
        withUnsafeBytes(of: word.littleEndian) { Fingerprint($0) }
    }
}
