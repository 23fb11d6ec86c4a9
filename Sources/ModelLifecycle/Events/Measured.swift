import Determinism

/// Numbers that no fold can know, by their names: how long answers took, how much was refused or shed.
public struct Measured: Sendable, Equatable {
    public struct Value: Sendable, Equatable {
        public let name: String
        /// Finite.
        public let value: Double
    }

    /// How many there may be.
    public static let valuesMax = 1_000

    /// In the order of their names' bytes, each name once.
    public let values: [Value]

    /// - Throws: where there are too many of them, or one is not finite, or has no name or that of another.
    public init(_ values: [(name: String, value: Double)]) throws(Refusal) {
        guard values.count <= Self.valuesMax else {
            throw Refusal(.tooLarge, "at most \(Self.valuesMax) numbers are measured at once")
        }
        var sorted: [Value] = []
        for (name, value) in values.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
            guard value.isFinite, !name.isEmpty, sorted.last.map({ !$0.name.utf8.elementsEqual(name.utf8) }) ?? true
            else { throw Refusal(.outOfRange, "'\(name)' is measured twice, has no name, or is no number: \(value)") }
            sorted.append(Value(name: name, value: value))
        }
        self.values = sorted
    }
}

extension Measured {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(values.count)
        for value in values {
            encoder.string(value.name)
            encoder.double(value.value)
        }
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var values: [(name: String, value: Double)] = []
        for _ in 0..<(try decoder.count(elementBytes: 9)) {
            let name = try decoder.string()
            values.append((name, try decoder.double()))
        }
        do throws(Refusal) { try self.init(values) } catch {
            throw CanonicalDecodingError(offset: decoder.offset, reason: error.message)
        }
        guard zip(self.values, values).allSatisfy({ $0.name.utf8.elementsEqual($1.name.utf8) }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "what was measured is out of order")
        }
    }
}
