import Determinism
import OnlineLearning

/// Puts the records of blocks together again from their columns.
struct ColumnJoiner {
    private let head: ColumnHead
    private var fixed: [CanonicalDecoder]
    private var features: [CanonicalDecoder]
    /// The notices of each block; nil where none of them has any.
    private var notices: CanonicalDecoder?
    private let answers: [UInt64]
    private var nextAnswer = 0
    private var time: UInt64
    /// About how many bytes a record takes.
    private var recordBytes = 64
    /// The ids met so far, end to end, and where each of them ends; the first end is 0.
    private var ids: [UInt8] = []
    private var idEnds = [0]
    private var numbering: Numbering
    /// Which features of the record under way are missing, a bit each.
    private var masks: [UInt8]

    private typealias Fixed = BlockColumns.Fixed

    /// The strings of all blocks, and those of the block under way by their numbers there.
    private struct Numbering {
        let strings: CategoryTable
        /// The strings of the block in the order of their first use.
        private(set) var dictionary: [Int] = []
        /// Each string's number in the block, or -1.
        private var numbers: [Int]

        init(_ strings: CategoryTable) {
            self.strings = strings
            numbers = [Int](repeating: -1, count: strings.count)
        }

        mutating func beginBlock() {
            for string in dictionary { numbers[string] = -1 }
            dictionary.removeAll(keepingCapacity: true)
        }

        func encodeDictionary(to encoder: inout CanonicalEncoder) {
            encoder.count(dictionary.count)
            for string in dictionary { strings.withName(at: string) { encoder.blob($0) } }
        }

        mutating func number(of string: Int) throws(CanonicalDecodingError) -> Int {
            guard string < numbers.count else { throw BlockColumns.failure("no string has the number \(string)") }
            if numbers[string] < 0 {
                numbers[string] = dictionary.count
                dictionary.append(string)
            }
            return numbers[string]
        }
    }

    init(_ columns: BlockColumns) throws(CanonicalDecodingError) {
        head = try ColumnHead(columns)
        time = UInt64(bitPattern: head.firstTime.microseconds)
        numbering = Numbering(head.strings)
        masks = [UInt8](repeating: 0, count: head.maskBytes)
        fixed = Fixed.allCases.map { columns.decoder(of: $0) }
        features = head.kinds.indices.map { columns.decoder(ofFeature: $0) }
        notices = head.hasNotices ? CanonicalDecoder(columns.columns[columns.columns.count - 1]) : nil
        answers = try columns.answers()
    }

    mutating func parts() throws(CanonicalDecodingError) -> [BlockColumns.Part] {
        var parts: [BlockColumns.Part] = []
        var offset = head.firstOffset
        for count in head.counts {
            parts.append(try part(offset, count))
            let (next, overflow) = offset.addingReportingOverflow(count)
            guard !overflow else { throw BlockColumns.failure("an offset beyond all numbers") }
            offset = next
        }
        for column in Fixed.allCases where column != .answers { try fixed[column.rawValue].finish() }
        for column in features { try column.finish() }
        try notices?.finish()
        guard nextAnswer == answers.count else { throw BlockColumns.failure("answers are left over") }
        return parts
    }

    private mutating func part(_ offset: Int, _ count: Int) throws(CanonicalDecodingError) -> BlockColumns.Part {
        numbering.beginBlock()
        var records = CanonicalEncoder(reserving: recordBytes * count)
        var lengths = CanonicalEncoder(reserving: 2 * count)
        var firstTime = time
        for index in 0..<count {
            let start = records.bytes.count
            let kind = try fixed[Fixed.kinds.rawValue].byte()
            let delta = try fixed[Fixed.times.rawValue].int()
            time = time &+ UInt64(bitPattern: delta &* head.unit)
            if index == 0 { firstTime = time }
            records.byte(kind)
            records.uint(time &- firstTime)
            if RecordShape.isSplit(kind, head.prefix.format) {
                try join(kind, &records)
            } else {
                try fixed[Fixed.others.rawValue].withBlob { records.raw($0) }
            }
            lengths.count(records.bytes.count - start)
        }
        // Room for the next block's, with some to spare.
        if count > 0 { recordBytes = records.bytes.count / count + 8 }
        let (strings, firstInstant) = (numbering, Timestamp(microseconds: Int64(bitPattern: firstTime)))
        let payload = head.prefix.block(
            firstOffset: offset, firstTime: firstInstant, dictionary: { strings.encodeDictionary(to: &$0) },
            count: count, lengths: lengths.bytes, records: records.bytes, notices: try notices?.blob() ?? [])
        return BlockColumns.Part(
            firstOffset: offset, count: count, firstTime: firstInstant,
            lastTime: Timestamp(microseconds: Int64(bitPattern: time)), payload: payload)
    }

    private mutating func join(_ kind: UInt8, _ records: inout CanonicalEncoder) throws(CanonicalDecodingError) {
        try joinID(&records)
        if RecordShape.hasFeatures(kind) { try joinFeatures(&records) }
        if RecordShape.hasLabel(kind) {
            try Self.copy(&fixed[Fixed.labels.rawValue], head.labelIsNumber ? .number : .category, &numbering, &records)
        }
        let decision = try fixed[Fixed.decisions.rawValue].byte()
        records.byte(decision)
        guard RecordShape.hasAnswer(decision) else { return }
        let width = try fixed[Fixed.answerCounts.rawValue].natural()
        guard width <= answers.count - nextAnswer else { throw BlockColumns.failure("an answer is missing") }
        records.count(width)
        for _ in 0..<width {
            records.fixed64(answers[nextAnswer])
            nextAnswer += 1
        }
    }

    private mutating func joinID(_ records: inout CanonicalEncoder) throws(CanonicalDecodingError) {
        let distance = try fixed[Fixed.idPlaces.rawValue].natural()
        if distance == 0 {
            try fixed[Fixed.ids.rawValue].withBlob { ids.append(contentsOf: $0) }
            idEnds.append(ids.count)
        }
        // The ends begin with that of no id, 0.
        let place = idEnds.count - max(distance, 1)
        guard place > 0 else { throw BlockColumns.failure("an id before the first") }
        let range = idEnds[place - 1]..<idEnds[place]
        ids.withUnsafeBytes { records.blob(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    private mutating func joinFeatures(_ records: inout CanonicalEncoder) throws(CanonicalDecodingError) {
        for index in masks.indices {
            masks[index] = try fixed[Fixed.missing.rawValue].byte()
            records.byte(masks[index])
        }
        for feature in head.kinds.indices where masks[feature / 8] & 1 << (feature % 8) == 0 {
            try Self.copy(&features[feature], head.kinds[feature], &numbering, &records)
        }
    }

    /// Copies one value. Static, so that the column is read where it lies: taken out of its array and put back, it
    /// costs more than the value.
    private static func copy(
        _ column: inout CanonicalDecoder, _ kind: FeatureKind, _ numbering: inout Numbering,
        _ records: inout CanonicalEncoder
    ) throws(CanonicalDecodingError) {
        switch kind {
        case .number:
            let code = try column.uint()
            records.uint(code)
            if code & 7 == 7 { records.fixed64(try column.fixed64()) }
        case .boolean: records.byte(try column.byte())
        case .category, .text: records.count(try numbering.number(of: try column.natural()))
        case .timestamp: records.uint(try column.uint())
        }
    }
}
