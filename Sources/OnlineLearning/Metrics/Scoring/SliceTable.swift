import Determinism

/// The values of a feature by which answers are told apart, in the order in which they came.
///
/// So many values have a slice of their own. Those that come later share the slice ``other``, and answers without a
/// value are those of ``missing``. Both names are reserved: who hands over values refuses them; a value that comes all
/// the same shares the slice, so that no two slices have one name.
struct SliceTable: Sendable {
    let feature: String
    private let slot: Int
    private let isBoolean: Bool
    private let countMax: Int
    private var table = CategoryTable()
    private var otherSlice: Int?

    /// - Precondition: the layout has the feature, a category or a boolean.
    init(_ feature: String, layout: FeatureLayout, countMax: Int) {
        guard let index = layout.index(of: feature), Self.takes(layout.kinds[index]) else {
            preconditionFailure("no slices by \(feature)")
        }
        (self.feature, self.countMax) = (feature, countMax)
        (slot, isBoolean) = (layout.slots[index], layout.kinds[index] == .boolean)
    }

    static func takes(_ kind: FeatureKind) -> Bool { kind == .category || kind == .boolean }

    var count: Int { table.count }
    var byteCount: Int { table.byteCount }

    func name(at slice: Int) -> String { table.name(at: slice) }

    /// The slice of a row; at most one more than there were.
    @inline(__always)
    mutating func slice(of row: FeatureRow) -> Int {
        guard !isBoolean else {
            let value = row.numbers[slot]
            return slice(named: value.isNaN ? Self.missing : value != 0 ? "true" : "false")
        }
        let known = row.withString(at: slot) { bytes, hash in table.slot(of: bytes, hash: hash) }
        switch known {
        case .some(.some(let slice)): return slice
        case .some(.none):
            guard table.count < countMax else { return other() }
            return row.withString(at: slot) { bytes, hash in table.append(bytes, hash: hash) } ?? 0
        case .none: return slice(named: Self.missing)
        }
    }

    private mutating func slice(named name: StaticString) -> Int {
        let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        let hash = CategoryTable.hash(bytes)
        if let slice = table.slot(of: bytes, hash: hash) { return slice }
        return table.count < countMax ? table.append(bytes, hash: hash) : other()
    }

    private mutating func other() -> Int {
        if let otherSlice { return otherSlice }
        let slice = table.slot(of: Self.other) ?? table.append(Self.other)
        otherSlice = slice
        return slice
    }

    static let other = "(other)"
    static let missing: StaticString = "(missing)"

    func encode(to encoder: inout CanonicalEncoder) { table.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        table = try CategoryTable(from: &decoder)
        otherSlice = nil
        guard table.count <= countMax + 1 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more slices than there may be")
        }
    }
}
