import Determinism

/// Gives the categories that reach a learner as they are their numbers, in the order in which they are first learned.
///
/// A feature has at most ``maxCategories`` numbers of its own; all later categories share one more, *other*.
struct CategoryStage<Next: Stage>: Stage {
    /// Categories of a feature that are told apart.
    static var maxCategories: Int { 10_000 }

    private let slots: [Int]
    private var tables: [CategoryTable]
    private var next: Next

    /// - Parameter slots: where the categories are in a row.
    init(_ slots: [Int], _ next: Next) {
        self.slots = slots
        self.next = next
        tables = slots.map { _ in CategoryTable() }
    }

    var task: Task { next.task }
    var answersIntervals: Bool { next.answersIntervals }
    var expertHistory: ExpertHistory? { next.expertHistory }
    var voiceCount: Int { next.voiceCount }

    func predict(
        _ row: FeatureRow, _ x: inout FeatureVector, into answer: inout [Double], voices: inout [Double]
    ) {
        appendCategories(row, &x)
        next.predict(row, &x, into: &answer, voices: &voices)
    }

    func explain(
        _ row: FeatureRow, _ x: inout FeatureVector, _ asked: ExplainedAnswer, _ origins: inout ColumnOrigins
    ) throws(Unexplained) -> ColumnContributions {
        appendCategories(row, &x)
        return try next.explain(row, &x, asked, &origins)
    }

    @inline(__always)
    private func appendCategories(_ row: FeatureRow, _ x: inout FeatureVector) {
        for index in slots.indices {
            x.append(category: row.withString(at: slots[index]) { number(of: $0, $1, index) } ?? FeatureVector.missing)
        }
    }

    private func number(of name: UnsafeRawBufferPointer, _ hash: UInt64, _ index: Int) -> Int32 {
        if let slot = tables[index].slot(of: name, hash: hash) { return Int32(truncatingIfNeeded: slot) }
        return tables[index].count < Self.maxCategories ? FeatureVector.unseen : Int32(Self.maxCategories)
    }

    mutating func learn(
        _ row: FeatureRow, _ target: Target, weight: Double, asked: Asked, _ workspace: inout Pipeline.Workspace,
        _ columnCount: inout Int
    ) -> Bool {
        for index in slots.indices {
            let known = row.withString(at: slots[index]) { number(of: $0, $1, index) } ?? FeatureVector.missing
            workspace.journal.save(known == FeatureVector.unseen ? 1 : 0)
            guard known == FeatureVector.unseen else {
                workspace.vector.append(category: known)
                continue
            }
            let slot = row.withString(at: slots[index]) { tables[index].append($0, hash: $1) } ?? 0
            workspace.vector.append(category: Int32(truncatingIfNeeded: slot))
        }
        if next.learn(row, target, weight: weight, asked: asked, &workspace, &columnCount) { return true }
        for index in slots.indices.reversed() { tables[index].removeLast(workspace.journal.restoreCount()) }
        return false
    }

    var columns: [Int] { next.columns }

    var byteCount: Int { tables.reduce(next.byteCount) { $0 + $1.byteCount } }

    func encode(to encoder: inout CanonicalEncoder) {
        for table in tables { table.encode(to: &encoder) }
        next.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for index in tables.indices {
            tables[index] = try CategoryTable(from: &decoder)
            guard tables[index].count <= Self.maxCategories else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "more categories than are told apart")
            }
        }
        try next.restore(from: &decoder)
    }
}
