import Determinism
import OnlineLearning

/// Takes the records of blocks apart, value by value, into columns.
struct ColumnSplitter {
    private let kinds: [FeatureKind]
    private let labelIsNumber: Bool
    private var prefix: BlockPrefix?
    private var firstOffset = 0
    private var counts: [Int] = []
    /// Log times of all events, and those from which the blocks count.
    private var times: [UInt64] = []
    private var strings = CategoryTable()
    private var ids = CategoryTable()
    private var fixed = [CanonicalEncoder](repeating: CanonicalEncoder(), count: BlockColumns.Fixed.allCases.count)
    private var features: [CanonicalEncoder]
    private var answers: [UInt64] = []
    /// The bytes of each block's notices.
    private var notices: [ArraySlice<UInt8>] = []

    init(_ contract: Contract) throws(CanonicalDecodingError) {
        kinds = contract.layout.kinds
        labelIsNumber = contract.target.task == .regression
        features = [CanonicalEncoder](repeating: CanonicalEncoder(), count: kinds.count)
    }

    mutating func add(_ payload: [UInt8]) throws(CanonicalDecodingError) {
        let layout = try BlockLayout(payload)
        if prefix == nil { (prefix, firstOffset) = (layout.prefix, layout.firstOffset) }
        guard prefix == layout.prefix, layout.firstOffset == firstOffset + counts.reduce(0, +) else {
            throw BlockColumns.failure("blocks that do not belong together")
        }
        let dictionary = layout.dictionary
        // Numbers of the block's own dictionary to those of all blocks.
        var numbers: [Int] = []
        for slot in 0..<dictionary.count {
            numbers.append(
                dictionary.withName(at: slot) { name in
                    let hash = CategoryTable.hash(name)
                    return strings.slot(of: name, hash: hash) ?? strings.append(name, hash: hash)
                })
        }
        counts.append(layout.count)
        let firstTime = UInt64(bitPattern: layout.firstTime.microseconds)
        for (start, end) in zip(layout.starts, layout.starts.dropFirst()) {
            try add(payload, start..<end, firstTime, numbers, layout.prefix.format)
        }
        notices.append(layout.notices.map { payload[$0] } ?? [])
    }

    private mutating func add(
        _ payload: [UInt8], _ range: Range<Int>, _ firstTime: UInt64, _ numbers: [Int], _ format: UInt8
    ) throws(CanonicalDecodingError) {
        var record = CanonicalDecoder(payload, in: range)
        let kind = try record.byte()
        times.append(firstTime &+ (try record.uint()))
        at(.kinds) { $0.byte(kind) }
        guard RecordShape.isSplit(kind, format) else {
            let rest = range.lowerBound + record.offset
            at(.others) { $0.blob(payload[rest..<range.upperBound]) }
            return
        }
        try addID(&record)
        if RecordShape.hasFeatures(kind) { try addFeatures(&record, numbers) }
        if RecordShape.hasLabel(kind) {
            let kind: FeatureKind = labelIsNumber ? .number : .category
            try Self.copy(&record, kind, numbers, to: &fixed[BlockColumns.Fixed.labels.rawValue])
        }
        let decision = try record.byte()
        at(.decisions) { $0.byte(decision) }
        if RecordShape.hasAnswer(decision) {
            let width = try record.count(elementBytes: 8)
            at(.answerCounts) { $0.count(width) }
            for _ in 0..<width { answers.append(try record.fixed64()) }
        }
        try record.finish()
    }

    /// An id that was met before is the distance to it among the different ones, because a label comes some questions
    /// after its own.
    private mutating func addID(_ record: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var distance = 0
        var known = ids
        var column = CanonicalEncoder()
        swap(&column, &fixed[BlockColumns.Fixed.ids.rawValue])
        swap(&known, &ids)
        try record.withBlob { bytes in
            let bytes = UnsafeRawBufferPointer(bytes)
            let hash = CategoryTable.hash(bytes)
            if let slot = known.slot(of: bytes, hash: hash) {
                distance = known.count - slot
            } else {
                known.append(bytes, hash: hash)
                column.blob(bytes)
            }
        }
        swap(&known, &ids)
        swap(&column, &fixed[BlockColumns.Fixed.ids.rawValue])
        at(.idPlaces) { $0.count(distance) }
    }

    private mutating func addFeatures(
        _ record: inout CanonicalDecoder, _ numbers: [Int]
    ) throws(CanonicalDecodingError) {
        var masks: [UInt8] = []
        for _ in 0..<(kinds.count + 7) / 8 { masks.append(try record.byte()) }
        at(.missing) { $0.raw(masks) }
        for feature in kinds.indices where masks[feature / 8] & 1 << (feature % 8) == 0 {
            try Self.copy(&record, kinds[feature], numbers, to: &features[feature])
        }
    }

    /// Moves one value over as it is; a string's number becomes that of all blocks.
    private static func copy(
        _ record: inout CanonicalDecoder, _ kind: FeatureKind, _ numbers: [Int], to column: inout CanonicalEncoder
    ) throws(CanonicalDecodingError) {
        switch kind {
        case .number:
            let code = try record.uint()
            column.uint(code)
            if code & 7 == 7 { column.fixed64(try record.fixed64()) }
        case .boolean: column.byte(try record.byte())
        case .category, .text:
            let index = try record.uint()
            guard index < UInt64(numbers.count) else { throw BlockColumns.failure("no string has the number \(index)") }
            column.count(numbers[Int(index)])
        case .timestamp: column.uint(try record.uint())
        }
    }

    // MARK: Finishing

    mutating func finish() -> (head: [UInt8], columns: [[UInt8]]) {
        let unit = timeUnit()
        var previous = times.first ?? 0
        for time in times {
            let delta = Int64(bitPattern: time &- previous)
            at(.times) { $0.int(delta / unit) }
            previous = time
        }
        let planes = Self.planes(answers)
        at(.answers) { $0.raw(planes) }
        var head = CanonicalEncoder()
        prefix?.encode(to: &head)
        head.count(firstOffset)
        head.int(Int64(bitPattern: times.first ?? 0))
        head.int(unit)
        head.count(kinds.count)
        for kind in kinds { head.byte(kind.rawValue) }
        head.bool(labelIsNumber)
        strings.encode(to: &head)
        head.count(counts.count)
        for count in counts { head.count(count) }
        var columns = fixed.map(\.bytes) + features.map(\.bytes)
        if notices.contains(where: { !$0.isEmpty }) {
            var column = CanonicalEncoder()
            for part in notices { column.blob(part) }
            columns.append(column.bytes)
        }
        return (head.bytes, columns)
    }

    /// The largest usual unit that divides all distances of times.
    private func timeUnit() -> Int64 {
        var units: [Int64] = [60_000_000, 1_000_000, 1_000, 1]
        var previous = times.first ?? 0
        for time in times {
            let delta = Int64(bitPattern: time &- previous)
            while units[0] > 1, delta % units[0] != 0 { units.removeFirst() }
            previous = time
        }
        return units[0]
    }

    /// All first bytes, then all second bytes, and so on: those of exponents are much alike, those of digits are not.
    static func planes(_ words: [UInt64]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * words.count)
        for plane in stride(from: 56, through: 0, by: -8) {
            for word in words { bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(plane))) }
        }
        return bytes
    }

    @inline(__always)
    private mutating func at(_ column: BlockColumns.Fixed, _ body: (inout CanonicalEncoder) -> Void) {
        body(&fixed[column.rawValue])
    }
}
