import Determinism

/// Gives every category of a feature a column of its own, which is 1 for the examples that have it and 0 for the
/// others. A category gets its column when it is first learned; until then it has none, and predicting with it adds
/// nothing.
///
/// - `categories`: a map from feature to its categories; others then have no column (default: open).
/// - `drop_zeros`: leave the columns that are 0 out instead of handing them on (default false). It matters only to
///   learners that shrink the weights of the features present (`l1`, `l2`).
/// - `max_categories`: how many categories of a feature get a column, from 1 to 1,000,000 (default 10,000); all later
///   ones share one more, *other*. Not in River.
///
/// Time: O(features) per example. Memory: some 40 bytes and the name for each category.
///
/// Source: River's `preprocessing.OneHotEncoder`.
public struct OneHotEncoder: Transformer {
    public static let declaration = ComponentDeclaration(
        "one_hot", .transformer, takes: TransformerInputs(.category, replaces: true, addsColumns: true),
        parameters: [
            ParameterDeclaration("categories", .categories, default: .none, "the categories, where they are known"),
            ParameterDeclaration("drop_zeros", .boolean, default: .boolean(false), "leave out columns that are 0"),
            ParameterDeclaration(
                "max_categories", .integer(1...1_000_000), default: .integer(10_000),
                "columns a feature; later categories share one"),
        ])

    /// One feature's categories and their columns.
    private struct Encoding: Sendable {
        let slot: Int
        var table = CategoryTable()
        /// The column of each slot of the table.
        var columns: [Int32] = []
        /// The column that all categories beyond the cap share, once there is one.
        var other: Int32?
    }

    private let isOpen: Bool
    private let maxCategories: Int
    private let declared: [[String]]
    let keepsZeros: Bool
    private var encodings: [Encoding]
    /// Whether the journal has what the last example added.
    private var hasLearnedNew = false
    /// Above the slots of all of them.
    private let slotBound: Int

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int] = []) {
        var declared = [[String]](repeating: [], count: inputs.count)
        isOpen = arguments["categories"] == .none
        if case .categories(let entries) = arguments["categories"] {
            for (index, input) in inputs.enumerated() {
                declared[index] = entries.first { $0.feature.utf8.elementsEqual(input.name.utf8) }?.names ?? []
            }
        }
        self.declared = declared
        keepsZeros = !arguments.boolean("drop_zeros")
        maxCategories = arguments.integer("max_categories")
        encodings = inputs.map { Encoding(slot: $0.slot) }
        slotBound = inputs.reduce(0) { max($0, $1.slot + 1) }
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        // Hardly any row brings a new category: then there is nothing to take back.
        hasLearnedNew = weight > 0 && !knowsAll(row)
        if hasLearnedNew { learnNew(row, &columnCount, &journal) }
        return true
    }

    /// Whether learning a row would add no column.
    @inline(__always)
    private func knowsAll(_ row: FeatureRow) -> Bool {
        guard isOpen else { return !encodings.contains { $0.columns.isEmpty } }
        return row.withStrings(below: slotBound) { strings, bytes in
            encodings.withUnsafeBufferPointer { encodings in
                for index in encodings.indices {
                    let string = strings[encodings[index].slot]
                    guard string.count >= 0 else { continue }
                    if encodings[index].table.slot(of: string, in: bytes) != nil { continue }
                    let isFull = encodings[index].other != nil && encodings[index].table.count >= maxCategories
                    guard isFull else { return false }
                }
                return true
            }
        }
    }

    @inline(never)
    private mutating func learnNew(_ row: FeatureRow, _ columnCount: inout Int, _ journal: inout Journal) {
        for index in encodings.indices {
            var added = 0
            let slot = encodings[index].slot
            _ = row.withString(at: slot) { name, hash in
                added = learn(name, hash, index, &columnCount)
            }
            journal.save(added)
        }
    }

    /// - Returns: how many columns were added: 0, 1, all of a closed list, or −1 for the shared one.
    private mutating func learn(
        _ name: UnsafeRawBufferPointer, _ hash: UInt64, _ index: Int, _ columnCount: inout Int
    ) -> Int {
        if !isOpen {
            guard encodings[index].columns.isEmpty else { return 0 }
            for category in declared[index] { addColumn(index, &columnCount) { $0.append(category) } }
            return declared[index].count
        }
        if encodings[index].table.slot(of: name, hash: hash) != nil { return 0 }
        if encodings[index].table.count < maxCategories {
            addColumn(index, &columnCount) { $0.append(name, hash: hash) }
            return 1
        }
        guard encodings[index].other == nil else { return 0 }
        encodings[index].other = Int32(columnCount)
        columnCount += 1
        return -1
    }

    private mutating func addColumn(_ index: Int, _ columnCount: inout Int, _ append: (inout CategoryTable) -> Int) {
        _ = append(&encodings[index].table)
        encodings[index].columns.append(Int32(columnCount))
        columnCount += 1
    }

    public mutating func undo(_ journal: inout Journal) {
        guard hasLearnedNew else { return }
        for index in encodings.indices.reversed() {
            let added = journal.restoreCount()
            if added < 0 {
                encodings[index].other = nil
            } else if added > 0 {
                encodings[index].table.removeLast(added)
                encodings[index].columns.removeLast(added)
            }
        }
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        if keepsZeros { x.keepsZeros = true }
        row.withStrings(below: slotBound) { strings, bytes in
            encodings.withUnsafeBufferPointer { encodings in
                x.appendOnes(atMost: encodings.count) { columns in
                    var count = 0
                    for index in encodings.indices {
                        let string = strings[encodings[index].slot]
                        guard string.count >= 0 else { continue }
                        if let slot = encodings[index].table.slot(of: string, in: bytes) {
                            columns[count] = encodings[index].columns[slot]
                        } else if let other = encodings[index].other {
                            columns[count] = other
                        } else {
                            continue
                        }
                        count &+= 1
                    }
                    return count
                }
            }
        }
    }

    public var byteCount: Int {
        encodings.reduce(0) { $0 + $1.table.byteCount + $1.columns.count * 4 }
    }

    public var columns: [Int] {
        encodings.flatMap { encoding in (encoding.columns + (encoding.other.map { [$0] } ?? [])).map { Int($0) } }
    }

    public func input(of column: Int) -> Int? {
        let column = Int32(truncatingIfNeeded: column)
        return encodings.firstIndex { $0.other == column || $0.columns.contains(column) }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        for encoding in encodings {
            encoding.table.encode(to: &encoder)
            for column in encoding.columns { encoder.count(Int(column)) }
            encoder.optional(encoding.other) { $0.count(Int($1)) }
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for index in encodings.indices {
            let table = try CategoryTable(from: &decoder)
            var columns: [Int32] = []
            for _ in 0..<table.count { columns.append(try Self.column(&decoder)) }
            encodings[index].table = table
            encodings[index].columns = columns
            encodings[index].other = try decoder.bool() ? try Self.column(&decoder) : nil
        }
    }

    private static func column(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int32 {
        let value = try decoder.uint()
        guard value < UInt64(Int32.max) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "column \(value) is too large")
        }
        return Int32(value)
    }
}
