import Determinism
import OnlineLearning

/// Puts the records of blocks together again from their columns.
struct ColumnJoiner {
    private let prefix: BlockPrefix
    private let firstOffset: Int
    private let unit: Int64
    private let kinds: [FeatureKind]
    private let labelIsNumber: Bool
    private let strings: CategoryTable
    private let counts: [Int]
    private var fixed: [CanonicalDecoder]
    private var features: [CanonicalDecoder]
    private let answers: [UInt64]
    private var nextAnswer = 0
    private var time: UInt64
    /// The ids met so far.
    private var ids: [[UInt8]] = []
    /// The block under way: its strings in the order of their first use, and each string's number in it, or -1.
    private var dictionary: [Int] = []
    private var numbers: [Int]

    init(head: [UInt8], columns: [[UInt8]]) throws(CanonicalDecodingError) {
        var head = CanonicalDecoder(head)
        prefix = try BlockPrefix(from: &head)
        firstOffset = try head.natural()
        time = UInt64(bitPattern: try head.int())
        unit = try head.int()
        var kinds: [FeatureKind] = []
        for _ in 0..<(try head.count()) { kinds.append(try head.enumeration(FeatureKind.init(rawValue:))) }
        self.kinds = kinds
        labelIsNumber = try head.bool()
        strings = try CategoryTable(from: &head)
        var counts: [Int] = []
        for _ in 0..<(try head.count()) { counts.append(try head.natural()) }
        self.counts = counts
        try head.finish()
        let fixedCount = BlockColumns.Fixed.allCases.count
        guard unit > 0, columns.count == fixedCount + kinds.count else {
            throw BlockColumns.failure("\(columns.count) columns of \(kinds.count) features")
        }
        fixed = columns[..<fixedCount].map { CanonicalDecoder($0) }
        features = columns[fixedCount...].map { CanonicalDecoder($0) }
        numbers = [Int](repeating: -1, count: strings.count)
        let planes = columns[BlockColumns.Fixed.answers.rawValue]
        guard planes.count % 8 == 0 else { throw BlockColumns.failure("an answer is cut") }
        answers = Self.words(planes)
    }

    mutating func parts() throws(CanonicalDecodingError) -> [BlockColumns.Part] {
        var parts: [BlockColumns.Part] = []
        var offset = firstOffset
        for count in counts {
            parts.append(try part(offset, count))
            let (next, overflow) = offset.addingReportingOverflow(count)
            guard !overflow else { throw BlockColumns.failure("an offset beyond all numbers") }
            offset = next
        }
        for column in BlockColumns.Fixed.allCases where column != .answers { try fixed[column.rawValue].finish() }
        for column in features { try column.finish() }
        guard nextAnswer == answers.count else { throw BlockColumns.failure("answers are left over") }
        return parts
    }

    private mutating func part(_ offset: Int, _ count: Int) throws(CanonicalDecodingError) -> BlockColumns.Part {
        for string in dictionary { numbers[string] = -1 }
        dictionary.removeAll(keepingCapacity: true)
        var records = CanonicalEncoder()
        var lengths = CanonicalEncoder()
        var firstTime = time
        for index in 0..<count {
            let start = records.bytes.count
            let kind = try next(.kinds) { (column) throws(CanonicalDecodingError) in try column.byte() }
            let delta = try next(.times) { (column) throws(CanonicalDecodingError) in try column.int() }
            time = time &+ UInt64(bitPattern: delta &* unit)
            if index == 0 { firstTime = time }
            records.byte(kind)
            records.uint(time &- firstTime)
            if RecordShape.isSplit(kind) {
                try join(kind, &records)
            } else {
                let rest = try next(.others) { (column) throws(CanonicalDecodingError) in try column.blob() }
                records.raw(rest)
            }
            lengths.count(records.bytes.count - start)
        }
        var encoder = CanonicalEncoder(reserving: records.bytes.count + lengths.bytes.count + 128)
        prefix.encode(to: &encoder)
        encoder.count(offset)
        encoder.int(Int64(bitPattern: firstTime))
        encoder.count(dictionary.count)
        for string in dictionary { strings.withName(at: string) { encoder.blob($0) } }
        encoder.count(count)
        encoder.raw(lengths.bytes)
        encoder.raw(records.bytes)
        return BlockColumns.Part(
            firstOffset: offset, count: count, firstTime: Timestamp(microseconds: Int64(bitPattern: firstTime)),
            lastTime: Timestamp(microseconds: Int64(bitPattern: time)), payload: encoder.bytes)
    }

    private mutating func join(_ kind: UInt8, _ records: inout CanonicalEncoder) throws(CanonicalDecodingError) {
        try joinID(&records)
        if RecordShape.hasFeatures(kind) { try joinFeatures(&records) }
        if RecordShape.hasLabel(kind) {
            var column = fixed[BlockColumns.Fixed.labels.rawValue]
            try copy(&column, labelIsNumber ? .number : .category, &records)
            fixed[BlockColumns.Fixed.labels.rawValue] = column
        }
        let decision = try next(.decisions) { (column) throws(CanonicalDecodingError) in try column.byte() }
        records.byte(decision)
        guard RecordShape.hasAnswer(decision) else { return }
        let width = try next(.answerCounts) { (column) throws(CanonicalDecodingError) in try column.natural() }
        guard width <= answers.count - nextAnswer else { throw BlockColumns.failure("an answer is missing") }
        records.count(width)
        for _ in 0..<width {
            records.fixed64(answers[nextAnswer])
            nextAnswer += 1
        }
    }

    private mutating func joinID(_ records: inout CanonicalEncoder) throws(CanonicalDecodingError) {
        let distance = try next(.idPlaces) { (column) throws(CanonicalDecodingError) in try column.natural() }
        if distance == 0 {
            ids.append(try next(.ids) { (column) throws(CanonicalDecodingError) in try column.blob() })
            records.blob(ids[ids.count - 1])
        } else {
            guard distance <= ids.count else { throw BlockColumns.failure("an id before the first") }
            records.blob(ids[ids.count - distance])
        }
    }

    private mutating func joinFeatures(_ records: inout CanonicalEncoder) throws(CanonicalDecodingError) {
        var mask: UInt8 = 0
        let first = records.bytes.count
        var masks: [UInt8] = []
        for _ in 0..<(kinds.count + 7) / 8 {
            mask = try next(.missing) { (column) throws(CanonicalDecodingError) in try column.byte() }
            masks.append(mask)
            records.byte(mask)
        }
        precondition(records.bytes.count == first + masks.count)
        for feature in kinds.indices where masks[feature / 8] & 1 << (feature % 8) == 0 {
            var column = features[feature]
            try copy(&column, kinds[feature], &records)
            features[feature] = column
        }
    }

    private mutating func copy(
        _ column: inout CanonicalDecoder, _ kind: FeatureKind, _ records: inout CanonicalEncoder
    ) throws(CanonicalDecodingError) {
        switch kind {
        case .number:
            let code = try column.uint()
            records.uint(code)
            if code & 7 == 7 { records.fixed64(try column.fixed64()) }
        case .boolean: records.byte(try column.byte())
        case .category, .text:
            let string = try column.natural()
            guard string < strings.count else { throw BlockColumns.failure("no string has the number \(string)") }
            if numbers[string] < 0 {
                numbers[string] = dictionary.count
                dictionary.append(string)
            }
            records.count(numbers[string])
        case .timestamp: records.uint(try column.uint())
        }
    }

    private mutating func next<T>(
        _ column: BlockColumns.Fixed, _ read: (inout CanonicalDecoder) throws(CanonicalDecodingError) -> T
    ) throws(CanonicalDecodingError) -> T {
        try read(&fixed[column.rawValue])
    }

    private static func words(_ planes: [UInt8]) -> [UInt64] {
        let count = planes.count / 8
        var words = [UInt64](repeating: 0, count: count)
        for plane in 0..<8 {
            for index in 0..<count { words[index] = words[index] << 8 | UInt64(planes[plane * count + index]) }
        }
        return words
    }
}
