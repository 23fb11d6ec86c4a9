import Determinism
import OnlineLearning

/// Reads the events of packed blocks column by column, without putting the blocks together again: several times quicker
/// than to read each of its records.
///
/// What comes out is what ``BlockReader`` reads from the blocks.
public struct ColumnReader {
    private let columns: BlockColumns
    private let head: ColumnHead
    private typealias Fixed = BlockColumns.Fixed

    /// - Throws: where the columns are not what ``BlockColumns/init(_:contract:)`` makes.
    public init(_ columns: BlockColumns) throws(CanonicalDecodingError) {
        self.columns = columns
        head = try ColumnHead(columns)
    }

    /// The contract under which the events were checked.
    public var contractDigest: Digest { head.prefix.contract }
    /// The offset of the adoption that served.
    public var version: Int { head.prefix.version }
    public var firstOffset: Int { head.firstOffset }
    public var count: Int { head.count }

    /// Whether there is an event that no column holds, such as an adoption, or what is left of one that was forgotten:
    /// then the blocks must be put together to be read.
    public var holdsOthers: Bool { !columns.columns[Fixed.others.rawValue].isEmpty }

    /// Fills a batch with all events.
    /// - Parameter contract: the one whose digest is ``contractDigest``.
    /// - Precondition: there are no others.
    public func read(_ contract: Contract, into batch: inout EventBatch) throws(CanonicalDecodingError) {
        precondition(!holdsOthers, "events that no column holds")
        guard head.kinds == contract.layout.kinds, head.labelIsNumber == (contract.target.task == .regression) else {
            throw BlockColumns.failure("columns of another contract")
        }
        batch.begin(contract, contractDigest, version: version, at: firstOffset)
        try readTimes(&batch)
        try readIDs(&batch)
        try readPayloads(contract.target, &batch)
        try readFeatures(contract.layout, &batch)
        try readAnswers(&batch)
    }

    private func readTimes(_ batch: inout EventBatch) throws(CanonicalDecodingError) {
        var column = columns.decoder(of: .times)
        var time = head.firstTime.microseconds
        batch.times.reserveCapacity(count)
        for _ in 0..<count {
            time = time &+ (try column.int()) &* head.unit
            batch.times.append(Timestamp(microseconds: time))
        }
        try column.finish()
    }

    /// Each id is looked at once, however many events have it.
    private func readIDs(_ batch: inout EventBatch) throws(CanonicalDecodingError) {
        var places = columns.decoder(of: .idPlaces)
        var column = columns.decoder(of: .ids)
        var ids: [Fingerprint] = []
        batch.ids.reserveCapacity(count)
        for _ in 0..<count {
            let distance = try places.natural()
            if distance == 0 { try column.withBlob { ids.append(Fingerprint(UnsafeRawBufferPointer($0))) } }
            let place = ids.count - max(distance, 1)
            guard place >= 0 else { throw BlockColumns.failure("an id before the first") }
            batch.ids.append(ids[place])
        }
        try places.finish()
        try column.finish()
    }

    private func readPayloads(
        _ target: TargetDeclaration, _ batch: inout EventBatch
    ) throws(CanonicalDecodingError) {
        var column = columns.decoder(of: .labels)
        // Of each string of the blocks, once it was met as a class.
        var classes = [Label?](repeating: nil, count: head.labelIsNumber ? 0 : head.strings.count)
        batch.payloads.reserveCapacity(count)
        for code in columns.columns[Fixed.kinds.rawValue] {
            guard let kind = Event.Kind(rawValue: code), RecordShape.isSplit(code, head.prefix.format) else {
                throw BlockColumns.failure("no column holds a record of kind \(code)")
            }
            guard RecordShape.hasLabel(code) else {
                batch.payloads.append(kind == .tick ? .tick : .prediction)
                continue
            }
            let label: Label
            if head.labelIsNumber {
                label = .number(try CompactNumber.decode(from: &column))
            } else {
                let name = try string(&column)
                label = classes[name] ?? head.strings.withName(at: name) { target.label(of: $0) }
                classes[name] = label
            }
            switch kind {
            case .label: batch.payloads.append(.label(label))
            case .example: batch.payloads.append(.example(label))
            default: batch.payloads.append(.corrected(label))
            }
        }
        try column.finish()
    }

    // MARK: Features

    private func readFeatures(_ layout: FeatureLayout, _ batch: inout EventBatch) throws(CanonicalDecodingError) {
        let rowCount = columns.columns[Fixed.kinds.rawValue].count { RecordShape.hasFeatures($0) }
        let masks = columns.columns[Fixed.missing.rawValue]
        guard masks.count == rowCount * head.maskBytes else {
            throw BlockColumns.failure("a row does not say what is missing")
        }
        // Strings lie row by row, so they come first.
        var names = [Int32](repeating: -1, count: rowCount * layout.stringCount)
        for (feature, slot) in layout.slots.enumerated() where [.category, .text].contains(layout.kinds[feature]) {
            try forEachRow(feature, rowCount, masks) { (row, column) throws(CanonicalDecodingError) in
                names[row * layout.stringCount + slot] = Int32(truncatingIfNeeded: try string(&column))
            }
        }
        batch.rows.begin(rowCount, strings: names, of: head.strings)
        try batch.rows.withNumbers { (numbers) throws(CanonicalDecodingError) in
            for (feature, slot) in layout.slots.enumerated() {
                switch layout.kinds[feature] {
                case .number:
                    try forEachRow(feature, rowCount, masks) { (row, column) throws(CanonicalDecodingError) in
                        numbers[row * layout.numberCount + slot] = try CompactNumber.decode(from: &column)
                    }
                case .boolean:
                    try forEachRow(feature, rowCount, masks) { (row, column) throws(CanonicalDecodingError) in
                        numbers[row * layout.numberCount + slot] = try column.bool() ? 1 : 0
                    }
                case .category, .text, .timestamp: break
                }
            }
        }
        for (feature, slot) in layout.slots.enumerated() where layout.kinds[feature] == .timestamp {
            try forEachRow(feature, rowCount, masks) { (row, column) throws(CanonicalDecodingError) in
                batch.rows.setTimestamp(try column.int(), at: slot, ofRow: row)
            }
        }
    }

    /// Goes through the rows that have a feature.
    @inline(__always)
    private func forEachRow(
        _ feature: Int, _ rowCount: Int, _ masks: [UInt8],
        _ body: (Int, inout CanonicalDecoder) throws(CanonicalDecodingError) -> Void
    ) throws(CanonicalDecodingError) {
        var column = columns.decoder(ofFeature: feature)
        let (bit, bytes) = (UInt8(1) << (feature % 8), head.maskBytes)
        var mask = feature / 8
        for row in 0..<rowCount {
            if masks[mask] & bit == 0 { try body(row, &column) }
            mask += bytes
        }
        try column.finish()
    }

    @inline(__always)
    private func string(_ column: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int {
        let name = try column.uint()
        guard name < UInt64(head.strings.count) else { throw BlockColumns.failure("no string has the number \(name)") }
        return Int(truncatingIfNeeded: name)
    }

    // MARK: Answers

    private func readAnswers(_ batch: inout EventBatch) throws(CanonicalDecodingError) {
        let decisions = columns.columns[Fixed.decisions.rawValue]
        guard decisions.count == count else { throw BlockColumns.failure("an event without a decision") }
        for bits in try columns.answers() {
            let value = Double(bitPattern: bits)
            guard bits != 1 << 63, !value.isNaN || bits == 0x7ff8_0000_0000_0000 else {
                throw BlockColumns.failure("a number that is never written")
            }
            batch.answerValues.append(value)
        }
        var widths = columns.decoder(of: .answerCounts)
        var end = 0
        batch.answerEnds.reserveCapacity(count + 1)
        for code in decisions {
            guard let decision = Decision(code: code >> 1) else {
                throw BlockColumns.failure("no decision has the code \(code >> 1)")
            }
            if decision.hasAnswer {
                let width = try widths.natural()
                guard width <= batch.answerValues.count - end else {
                    throw BlockColumns.failure("an answer is missing")
                }
                end += width
            }
            batch.answerEnds.append(end)
        }
        try widths.finish()
        guard end == batch.answerValues.count else { throw BlockColumns.failure("answers are left over") }
    }
}
