import Determinism
import OnlineLearning

/// What stands before the columns.
struct ColumnHead {
    let prefix: BlockPrefix
    let firstOffset: Int
    let firstTime: Timestamp
    /// What times are counted in, in microseconds.
    let unit: Int64
    let kinds: [FeatureKind]
    let labelIsNumber: Bool
    /// The strings of all blocks.
    let strings: CategoryTable
    /// How many events each block has.
    let counts: [Int]
    /// How many events all of them have.
    let count: Int
    /// Whether the last column holds the notices of each block.
    let hasNotices: Bool

    init(_ columns: BlockColumns) throws(CanonicalDecodingError) {
        var head = CanonicalDecoder(columns.head)
        prefix = try BlockPrefix(from: &head)
        try BlockPrefix.check(prefix.format)
        firstOffset = try head.natural()
        firstTime = Timestamp(microseconds: try head.int())
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
        let plainCount = BlockColumns.Fixed.allCases.count + kinds.count
        hasNotices = prefix.format > 2 && columns.columns.count == plainCount + 1
        guard unit > 0, hasNotices || columns.columns.count == plainCount else {
            throw BlockColumns.failure("\(columns.columns.count) columns of \(kinds.count) features")
        }
        // Before anything is made room for: a damaged number may be any.
        let count = columns.columns[BlockColumns.Fixed.kinds.rawValue].count
        guard counts.allSatisfy({ $0 <= count }), counts.reduce(0, +) == count else {
            throw BlockColumns.failure("the blocks have not as many events as the columns")
        }
        self.count = count
    }

    /// How many bytes say which features of a record are missing.
    var maskBytes: Int { (kinds.count + 7) / 8 }
}
