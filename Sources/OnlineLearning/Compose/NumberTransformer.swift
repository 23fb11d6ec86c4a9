import Determinism

/// A transformer that changes numbers one by one, each by a few doubles learned from its own values: scalers, imputers,
/// thresholds. Whoever conforms says how a value changes the doubles and how they change a value; learning, undoing and
/// encoding follow.
///
/// Missing values are not learned. An example that would leave a double not finite is undone.
public protocol NumberTransformer: Transformer {
    /// The places in ``FeatureVector/numbers``.
    var slots: [Int] { get }
    /// What was learned: as many doubles for each slot as ``initial`` has.
    var statistics: [Double] { get set }
    /// The doubles of a number before anything is learned; NaN stands for none.
    static var initial: [Double] { get }

    /// Learns a value that is there. - Parameter weight: how many examples it counts for, above 0.
    /// - Returns: whether the doubles are fit to go on with.
    func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool

    /// The value in the place of one that is there.
    func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double

    /// The value in the place of a missing one; NaN where it stays missing.
    func filled(_ statistic: UnsafePointer<Double>) -> Double

    /// Whether these doubles can have been learned; only such are taken over.
    func isSound(_ statistic: ArraySlice<Double>) -> Bool
}

extension NumberTransformer {
    static func untrained(_ slots: [Int]) -> [Double] { slots.flatMap { _ in initial } }

    public func filled(_ statistic: UnsafePointer<Double>) -> Double { .nan }

    public func isSound(_ statistic: ArraySlice<Double>) -> Bool { true }

    // Inlined, so that each transformer has code of its own.
    @inline(__always)
    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        journal.save(statistics)
        // Taken out while the rule, which is in the same value, changes them: otherwise they would be copied.
        var own: [Double] = []
        swap(&own, &statistics)
        defer { swap(&own, &statistics) }
        let slots = slots
        guard !slots.isEmpty else { return true }
        let width = own.count / slots.count
        var isFinite = true
        own.withUnsafeMutableBufferPointer { own in
            x.numbers.withUnsafeBufferPointer { numbers in
                guard let base = own.baseAddress else { return }
                for index in slots.indices {
                    let value = numbers[slots[index]]
                    if value == value { isFinite = update(base + index * width, value, weight: weight) && isFinite }
                }
            }
        }
        return isFinite
    }

    public mutating func undo(_ journal: inout Journal) { journal.restore(&statistics) }

    @inline(__always)
    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        let (slots, statistics) = (slots, statistics)
        guard !slots.isEmpty else { return }
        let width = statistics.count / slots.count
        statistics.withUnsafeBufferPointer { statistics in
            x.numbers.withUnsafeMutableBufferPointer { numbers in
                guard let base = statistics.baseAddress else { return }
                for index in slots.indices {
                    let value = numbers[slots[index]]
                    numbers[slots[index]] =
                        value == value ? transformed(value, base + index * width) : filled(base + index * width)
                }
            }
        }
    }

    public var byteCount: Int { statistics.count * 8 }

    public func encode(to encoder: inout CanonicalEncoder) { encoder.doubles(statistics) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let values = try decoder.doubles()
        let width = Self.initial.count
        let isSound = values.count == statistics.count && slots.indices.allSatisfy { index in
            self.isSound(values[index * width..<(index + 1) * width])
        }
        guard isSound else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no \(Self.declaration.name) learned these")
        }
        statistics = values
    }
}
