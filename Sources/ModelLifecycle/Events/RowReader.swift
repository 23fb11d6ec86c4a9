import Determinism
import OnlineLearning

/// Reads the rows of a table — the cells of CSV — and checks them against the contract, exactly as ``EventReader``
/// checks JSON: a bare empty cell is a missing value, and so is a ``MissingWord`` where it cannot be a value; an empty
/// cell in quotes is the empty string.
public struct RowReader {
    /// What each column of the table is for.
    enum Role: Sendable {
        case feature(Int), target, id, time, labelTime
        /// A column that the spec does not mention.
        case ignored
    }

    /// What a row says.
    public struct Row: Sendable {
        /// Empty where the row number serves.
        public var id = EventID()
        /// Nil where the spec names no column of times.
        public var time: Timestamp?
        public var label: Label?
        /// When the label became known.
        public var labelTime: Timestamp?
        public var features: FeatureRow
    }

    /// One use of one column, as plain numbers: the loop over a row's cells counts no references.
    struct Cell: Sendable {
        let column: Int
        let role: Role
        /// Of a category whose list is open: its slot.
        var openCategorySlot: Int?
    }

    /// A column of numbers.
    struct NumberCell: Sendable {
        let column: Int
        let slot: Int
        let isOptional: Bool
        let minimum: Double
        let maximum: Double
    }

    let contract: Contract
    let data: DataMapping
    var features: FeatureCheck
    let labels: LabelCheck
    let cells: [Cell]
    /// Those of ``cells`` that are numbers, and the others: most rows have nothing but numbers in the former.
    private let numbers: [NumberCell]
    private let others: [Cell]
    let columnCount: Int
    private var times = TimestampReader()
    private var labelTimes = TimestampReader()

    /// A reader of rows that name their values: JSON objects.
    public init(_ contract: Contract, _ data: DataMapping) {
        (self.contract, self.data) = (contract, data)
        features = FeatureCheck(contract)
        labels = LabelCheck(target: contract.target)
        (cells, numbers, others, columnCount) = ([], [], [], 0)
    }

    /// A reader of rows below a header.
    /// - Throws: naming every column that the spec needs and the header lacks.
    public init(_ contract: Contract, _ data: DataMapping, header: [String]) throws(Refusal) {
        (self.contract, self.data) = (contract, data)
        features = FeatureCheck(contract)
        labels = LabelCheck(target: contract.target)
        columnCount = header.count
        cells = header.enumerated().flatMap { column, name in
            let bytes = Array(name.utf8)
            let roles = bytes.withUnsafeBufferPointer { Self.roles(of: $0, contract, data) }
            return roles.compactMap { Self.cell(column, $0, contract) }
        }
        numbers = cells.compactMap { Self.number($0, contract) }
        others = cells.filter { Self.number($0, contract) == nil }
        var needed = contract.features.filter { !$0.isOptional }.map(\.name) + [contract.target.name]
        needed += [data.id, data.time, data.labelTime].compactMap { $0 }
        let missing = needed.filter { name in !header.contains { $0.utf8.elementsEqual(name.utf8) } }
        guard missing.isEmpty else {
            let hints = missing.compactMap { name in
                Spelling.nearest(name, in: header).map { "'\(name)' may be '\($0)'" }
            }
            throw Refusal(
                .missingFeature, "the file has no column \(missing.map { "'\($0)'" }.joined(separator: ", "))",
                hint: hints.isEmpty
                    ? "its columns are \(header.joined(separator: ", "))" : hints.joined(separator: "; "))
        }
    }

    private static func cell(_ column: Int, _ role: Role, _ contract: Contract) -> Cell? {
        if case .ignored = role { return nil }
        var cell = Cell(column: column, role: role)
        guard case .feature(let index) = role else { return cell }
        let feature = contract.features[index]
        if feature.kind == .category, feature.categories == nil {
            cell.openCategorySlot = contract.layout.slots[index]
        }
        return cell
    }

    private static func number(_ cell: Cell, _ contract: Contract) -> NumberCell? {
        guard case .feature(let index) = cell.role, contract.features[index].kind == .number else { return nil }
        let feature = contract.features[index]
        return NumberCell(
            column: cell.column, slot: contract.layout.slots[index], isOptional: feature.isOptional,
            minimum: feature.minimum ?? -.infinity, maximum: feature.maximum ?? .infinity)
    }

    /// What a column is for; a feature may serve as a time or an id as well.
    static func roles(
        of name: UnsafeBufferPointer<UInt8>, _ contract: Contract, _ data: DataMapping
    ) -> [Role] {
        var roles: [Role] = []
        func matches(_ other: String?) -> Bool { other.map { $0.utf8.elementsEqual(name) } ?? false }
        if let index = contract.features.firstIndex(where: { $0.name.utf8.elementsEqual(name) }) {
            roles.append(.feature(index))
        }
        if matches(contract.target.name) { roles.append(.target) }
        if matches(data.id) { roles.append(.id) }
        if matches(data.time) { roles.append(.time) }
        if matches(data.labelTime) { roles.append(.labelTime) }
        return roles.isEmpty ? [.ignored] : roles
    }

    public func makeRow() -> Row {
        Row(features: FeatureRow(contract.layout))
    }

    /// Reads one row.
    public mutating func read(into row: inout Row, cells table: TableCells) throws(Refusal) {
        guard table.count == columnCount else { throw wrongCount(table.count) }
        row.id.removeAll()
        (row.time, row.label, row.labelTime) = (nil, nil, nil)
        // Every column of a feature sets its slot, so that nothing of the row before needs to be cleared first.
        row.features.beginStrings()
        var areNumbersPlain = false
        numbers.withUnsafeBufferPointer { numbers in
            row.features.withNumbers { areNumbersPlain = Self.read(numbers, into: $0, table) }
        }
        // Where one is not, all are read again, so that the first cell that is refused is the one told of.
        // By their places: a walk through an array would hold on to it, at the price of two counts.
        for place in 0..<(areNumbersPlain ? others.count : cells.count) {
            let cell = areNumbersPlain ? others[place] : cells[place]
            if let slot = cell.openCategorySlot, Self.readShort(table, cell.column, slot, &row.features) { continue }
            let text = table[cell.column]
            if let slot = cell.openCategorySlot, Self.isPlain(text) {
                row.features.setString(UnsafeRawBufferPointer(text), at: slot)
            } else {
                try read(cell.role, text, &row)
            }
        }
    }

    /// Reads the numbers where they lie.
    /// - Returns: false where one of them needs a closer look.
    @inline(__always)
    private static func read(
        _ numbers: UnsafeBufferPointer<NumberCell>, into row: UnsafeMutableBufferPointer<Double>,
        _ table: TableCells
    ) -> Bool {
        for cell in numbers {
            let (word, count) = table.word(cell.column)
            if count <= 8, let value = DecimalText.short(word, count: count), value >= cell.minimum,
                value <= cell.maximum
            {
                row[cell.slot] = value
                continue
            }
            let text = table[cell.column]
            if case .value(let value) = DecimalText.parse(text), value >= cell.minimum, value <= cell.maximum {
                row[cell.slot] = value
            } else if text.isEmpty, cell.isOptional {
                row[cell.slot] = .nan
            } else {
                return false
            }
        }
        return true
    }

    /// Reads a category of 1 to 7 bytes of ASCII, as most are.
    /// - Returns: false where it is another, or begins as a reserved name does.
    @inline(__always)
    private static func readShort(
        _ table: TableCells, _ column: Int, _ slot: Int, _ row: inout FeatureRow
    ) -> Bool {
        var (word, count) = table.word(column)
        guard count >= 1, count <= 7 else { return false }
        word &= (1 as UInt64) &<< (8 &* UInt64(truncatingIfNeeded: count)) &- 1
        guard word & 0x8080_8080_8080_8080 == 0, word & 0xFF != UInt64(UInt8(ascii: "(")) else { return false }
        row.setString(word: word, count: count, at: slot)
        return true
    }

    /// Whether a category's text needs no closer look: neither empty nor too long, and ASCII.
    @inline(__always)
    private static func isPlain(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, text.count <= FeatureCheck.categoryByteCountMax else { return false }
        // It may be a reserved name.
        guard first != UInt8(ascii: "(") else { return false }
        var all: UInt8 = 0
        for byte in text { all |= byte }
        return all < 0x80
    }

    /// Begins a row whose values come by name.
    mutating func begin(_ row: inout Row) {
        row.id.removeAll()
        (row.time, row.label, row.labelTime) = (nil, nil, nil)
        features.begin(&row.features)
    }

    mutating func read(_ role: Role, _ text: UnsafeBufferPointer<UInt8>, _ row: inout Row) throws(Refusal) {
        switch role {
        case .ignored: return
        case .feature(let index):
            if text.baseAddress == nil {
                try features.setMissing(index, in: &row.features)
            } else {
                try features.set(text: text, index, in: &row.features)
            }
        case .target:
            guard !text.isEmpty, !labels.isMissing(text) else { return }
            row.label = try labels.label(text)
        case .id: try EventReader.set(&row.id, text)
        case .time:
            if case .time(let time) = times.parse(text) {
                row.time = time
            } else {
                row.time = try time(text, data.time)
            }
        case .labelTime:
            if case .time(let time) = labelTimes.parse(text) {
                row.labelTime = time
            } else {
                row.labelTime = try time(text, data.labelTime)
            }
        }
    }

    /// A time that was not read at once.
    @inline(never)
    private func time(_ text: UnsafeBufferPointer<UInt8>, _ column: String?) throws(Refusal) -> Timestamp? {
        if text.isEmpty || MissingWord.matches(text) { return nil }
        return try FeatureCheck.time(text) { "'\(column ?? "")'" }
    }

    @inline(never)
    private func wrongCount(_ count: Int) -> Refusal {
        Refusal(.malformed, "the row has \(count) \(count == 1 ? "cell" : "cells"), the header \(columnCount)")
    }
}
