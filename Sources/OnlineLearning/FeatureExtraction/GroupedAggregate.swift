import Determinism

/// An aggregate for each key of an open set, over everything learned or over a window of log time: what ``Agg`` and
/// ``TargetAgg`` keep.
///
/// A window is a fixed number of slices of time, each with three doubles of its own, in a ring: a value goes to the
/// slice of the instant at which it is learned, and the aggregate at an instant is over the slices that end with that
/// instant's. So a window of `over` in `buckets` slices holds, at any instant, the values of the last `over` less at
/// most one slice, and never an older one.
///
/// Complexity: O(1) to learn, O(`buckets`) to ask.
struct GroupedAggregate: Sendable {
    let how: Aggregate
    let prior: Double
    let priorWeight: Double
    /// Slices of a window; 1 where there is none.
    private let bucketCount: Int
    /// The length of a slice in microseconds; 0 where there is no window.
    private let sliceLength: Int64
    private let maxKeys: Int
    private var keys = FingerprintTable()
    /// Of each key, and after them of *other*, its buckets.
    private var buckets: [Bucket] = []

    private struct Bucket: Sendable {
        /// The number of its slice, counted from 1970.
        var slice: Int64 = .min
        var state = Aggregate.empty
    }

    init(_ arguments: Arguments, prior: Double = 0, priorWeight: Double = 1) {
        how = Aggregate(rawValue: arguments.choice("how")) ?? .mean
        (self.prior, self.priorWeight) = (prior, priorWeight)
        maxKeys = arguments.integer("max_keys")
        guard let over = arguments.optionalInteger("over") else {
            (bucketCount, sliceLength) = (1, 0)
            return
        }
        bucketCount = arguments.integer("buckets")
        let (length, rest) = Int64(over).quotientAndRemainder(dividingBy: Int64(bucketCount))
        sliceLength = max(length + (rest > 0 ? 1 : 0), 1)
    }

    /// The parameters of both aggregates but for `how`.
    static let parameters: [ParameterDeclaration] = [
        ParameterDeclaration(
            "over", .optional(.timeSpan(1...315_360_000_000_000)), default: .none,
            "the window of time; null for everything"),
        ParameterDeclaration("buckets", .integer(1...1_000), default: .integer(24), "slices of the window"),
        ParameterDeclaration(
            "max_keys", .integer(1...1_000_000), default: .integer(10_000), "keys told apart; later ones share one"),
    ]

    /// How many slices all keys have together at most; 32 bytes each.
    static let slicesMax = 20_000_000

    /// What is wrong with the last two arguments together, `buckets` and `max_keys`.
    @Sendable static func conflict(_ arguments: [Argument]) -> String? {
        let (over, rest) = (arguments.dropLast(2).last, arguments.suffix(2))
        guard over != Argument.none, case .integer(let buckets)? = rest.first, case .integer(let keys)? = rest.last,
            buckets * keys > slicesMax
        else { return nil }
        return "buckets times max_keys must be at most \(slicesMax)"
    }

    private func slice(_ time: Int64) -> Int64 {
        guard sliceLength > 0 else { return 0 }
        let (quotient, rest) = time.quotientAndRemainder(dividingBy: sliceLength)
        return rest < 0 ? quotient - 1 : quotient
    }

    private func place(_ slice: Int64) -> Int {
        let rest = slice % Int64(bucketCount)
        return Int(rest < 0 ? rest + Int64(bucketCount) : rest)
    }

    /// The aggregate of a key at an instant, from the oldest slice to the newest.
    func value(of key: Fingerprint, at time: Int64) -> Double {
        let group = keys.slot(of: key) ?? maxKeys
        var state = Aggregate.empty
        if group * bucketCount < buckets.count {
            if bucketCount == 1, sliceLength == 0 {
                state = buckets[group].state
            } else {
                let now = slice(time)
                for age in stride(from: Int64(bucketCount) - 1, through: 0, by: -1) {
                    let (past, overflow) = now.subtractingReportingOverflow(age)
                    let bucket = buckets[group * bucketCount + place(past)]
                    if !overflow, bucket.slice == past { state = how.merged(state, bucket.state) }
                }
            }
        }
        let value = how.value(state, prior: prior, priorWeight: priorWeight)
        // Slices are finite one by one; what they are together need not be.
        return value.isFinite ? value : .nan
    }

    /// Learns a value. - Parameter weight: how many values it counts for, above 0.
    /// - Returns: whether the aggregate is finite; the caller calls ``undo(_:)`` where it is not.
    mutating func learn(
        _ key: Fingerprint, _ value: Double, weight: Double, at time: Int64, _ journal: inout Journal
    ) -> Bool {
        var group = keys.slot(of: key) ?? maxKeys
        var added = 0
        if group == maxKeys, keys.count < maxKeys {
            group = keys.append(key)
            added = 1
        }
        while buckets.count < (group + 1) * bucketCount, group < maxKeys { buckets.append(Bucket()) }
        if group == maxKeys, buckets.count == maxKeys * bucketCount {
            for _ in 0..<bucketCount { buckets.append(Bucket()) }
            added = 2
        }
        let slice = slice(time)
        let index = group * bucketCount + place(slice)
        let old = buckets[index]
        journal.save(old.state.0)
        journal.save(old.state.1)
        journal.save(old.state.2)
        journal.save(Int(old.slice))
        journal.save(index)
        journal.save(added)
        // What is older than the window that the bucket is in by now is of no use any more.
        guard old.slice <= slice else { return true }
        let state = how.updated(old.slice == slice ? old.state : Aggregate.empty, value, weight: weight)
        buckets[index] = Bucket(slice: slice, state: state)
        return state.0.isFinite && state.1.isFinite && state.2.isFinite
    }

    mutating func undo(_ journal: inout Journal) {
        let (added, index, slice) = (journal.restoreCount(), journal.restoreCount(), journal.restoreCount())
        let third = journal.restoreValue()
        let second = journal.restoreValue()
        buckets[index] = Bucket(slice: Int64(slice), state: (journal.restoreValue(), second, third))
        if added > 0 { buckets.removeLast(bucketCount) }
        if added == 1 { keys.removeLast(1) }
    }

    var byteCount: Int { keys.byteCount + buckets.count * 32 }

    func encode(to encoder: inout CanonicalEncoder) {
        keys.encode(to: &encoder)
        encoder.bool(buckets.count > keys.count * bucketCount)
        for bucket in buckets {
            encoder.int(bucket.slice)
            encoder.double(bucket.state.0)
            encoder.double(bucket.state.1)
            encoder.double(bucket.state.2)
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let keys = try FingerprintTable(from: &decoder)
        let hasOther = try decoder.bool()
        guard keys.count < maxKeys && !hasOther || keys.count == maxKeys else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "other keys than are told apart")
        }
        var buckets: [Bucket] = []
        for _ in 0..<(keys.count + (hasOther ? 1 : 0)) * bucketCount {
            let slice = try decoder.int()
            let state = (try decoder.double(), try decoder.double(), try decoder.double())
            guard state.0 >= 0, state.0.isFinite, state.1.isFinite, state.2.isFinite else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "an aggregate that is not finite")
            }
            buckets.append(Bucket(slice: slice, state: state))
        }
        (self.keys, self.buckets) = (keys, buckets)
    }
}
