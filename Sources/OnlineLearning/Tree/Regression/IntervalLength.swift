/// The length of the intervals into which a quantization observer divides a feature where none is given: a power of
/// two, as short as the number of intervals allows.
///
/// It begins far below the first number that is not 0, and is doubled, neighbours joining, whenever more than
/// ``slotCount`` intervals hold a number. So features of any scale have between a half and all of so many intervals,
/// unless they have fewer values.
enum IntervalLength {
    static var slotCount: Int { 128 }

    /// Bits of a number's key at most.
    private static var keyBits: Int { 50 }

    /// The shortest length, as a binary logarithm, that gives a number a key of at most ``keyBits`` bits.
    @inline(__always)
    static func shortest(_ value: Double) -> Int {
        max(BinaryStep.exponents.lowerBound, Int(value.exponent) - keyBits)
    }
}

extension KeyedTables {
    /// Learns a true value seen with `value` under the interval in which it lies, whose length is `step`; doubles the
    /// length where there would be too many intervals.
    mutating func addInterval(
        of value: Double, length step: inout BinaryStep, to table: inout Table, countMax: Int, _ y: Double,
        _ weight: Double
    ) {
        // Zero has the same key whatever the length, and needs none.
        if value != 0, (step.logarithm ?? .min) < IntervalLength.shortest(value) {
            widen(&table, &step, to: IntervalLength.shortest(value))
        }
        let key = step.logarithm == nil ? 0 : QuantizationObserver.key(value, radius: step.length)
        add(key, to: &table, countMax: .max, value, y, weight)
        let countMax = min(countMax, IntervalLength.slotCount)
        while Int(table.count) > countMax, let logarithm = step.logarithm,
            logarithm < BinaryStep.exponents.upperBound
        {
            widen(&table, &step, to: logarithm + 1)
        }
    }

    private mutating func widen(_ table: inout Table, _ step: inout BinaryStep, to logarithm: Int) {
        guard let wider = BinaryStep(exponent: logarithm) else { return }
        defer { step = wider }
        guard let before = step.logarithm else { return }
        var joined: [Entry] = []
        for var entry in sortedEntries(table) {
            entry.key >>= logarithm - before
            if let last = joined.last, last.key == entry.key {
                joined[joined.count - 1].join(entry)
            } else {
                joined.append(entry)
            }
        }
        removeAll(&table)
        for entry in joined { insert(entry, into: &table) }
    }
}

extension KeyedTables.Entry {
    /// Takes in another entry of the same key.
    fileprivate mutating func join(_ other: KeyedTables.Entry) {
        statistics.join(other.statistics)
        value += (other.statistics.count / statistics.count) * (other.value - value)
    }
}
