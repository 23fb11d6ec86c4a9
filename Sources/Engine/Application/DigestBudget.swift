/// When the digests of the present state may be found anew for somebody who looks: finding them takes time in
/// proportion to the state, on the thread that answers.
///
/// Small ones draw on a credit that grows by a hundredth of the time that passes; after a larger one a hundred times
/// what it took must pass.
package struct DigestBudget: Sendable {
    package static let creditNanosecondsMax: Int64 = 200_000_000
    /// Up to here finding them is no pause that anybody notices.
    package static let smallNanosecondsMax: Int64 = 20_000_000
    package static let share: Int64 = 100

    private var credit = DigestBudget.creditNanosecondsMax
    private var last: Moment
    private var lastCost: Int64 = 0

    package init(at moment: Moment) {
        last = moment
    }

    package mutating func allows(at now: Moment) -> Bool {
        let passed = max(0, now - last)
        guard lastCost <= Self.smallNanosecondsMax else { return passed / Self.share >= lastCost }
        return credit + passed / Self.share > 0
    }

    /// - Parameter cost: what it took, in nanoseconds.
    package mutating func spend(_ cost: Int64, at now: Moment) {
        credit = min(Self.creditNanosecondsMax, credit + max(0, now - last) / Self.share) - cost
        (last, lastCost) = (now, cost)
    }
}
