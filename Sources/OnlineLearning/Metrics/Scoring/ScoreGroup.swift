import Determinism

/// The metrics of a scorecard that go over the same answers: one window or none, one feature to slice by or none. What
/// they are made of is kept once for all of them, a tally for each slice.
struct ScoreGroup: Sendable {
    let window: MetricWindow?
    private let plan: TallyPlan
    private var slices: SliceTable?
    private var tallies: [Tally]

    init(_ window: MetricWindow?, _ plan: TallyPlan, slices: SliceTable?) {
        (self.window, self.plan, self.slices) = (window, plan, slices)
        tallies = slices == nil ? [Tally(plan)] : []
    }

    @inline(__always)
    mutating func update(
        _ x: UnsafeBufferPointer<Double>, truth: Int, choice: Int, _ row: FeatureRow, at time: Int64
    ) {
        guard slices == nil else { return updateSlice(x, truth: truth, choice: choice, row, at: time) }
        tallies[0].add(x, truth: truth, choice: choice, at: time)
    }

    @inline(never)
    private mutating func updateSlice(
        _ x: UnsafeBufferPointer<Double>, truth: Int, choice: Int, _ row: FeatureRow, at time: Int64
    ) {
        let slice = slices?.slice(of: row) ?? 0
        if slice == tallies.count { tallies.append(Tally(plan)) }
        tallies[slice].add(x, truth: truth, choice: choice, at: time)
    }

    /// The tallies with the names of their slices, as of a time; without slices one that has no name.
    func settled(at time: Int64) -> [(name: String?, tally: Tally)] {
        tallies.indices.map { (slices?.name(at: $0), tallies[$0].settled(at: time)) }
    }

    var byteCount: Int { tallies.reduce(slices?.byteCount ?? 0) { $0 + $1.byteCount } }

    func encode(to encoder: inout CanonicalEncoder) {
        slices?.encode(to: &encoder)
        for tally in tallies { tally.encode(to: &encoder) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try slices?.restore(from: &decoder)
        tallies = []
        for _ in 0..<(slices?.count ?? 1) {
            var tally = Tally(plan)
            try tally.restore(from: &decoder)
            tallies.append(tally)
        }
    }
}
