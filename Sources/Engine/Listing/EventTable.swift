import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Events of a log as a table: one row an event, one column a feature, with what was answered.
///
/// The columns are those of the newest contract in the range; features that only earlier ones had come after its own. A
/// feature that bears the name of another column is written as `features.NAME`. ``LoggedEvents`` reads it back.
public struct EventTable {
    /// What stands in a column, beside features and probabilities.
    enum Column: String, CaseIterable {
        case offset, time, event, id, label, outcome, prediction, lower, upper, answer
        case answeredBy = "answered_by"
        case version
        /// What was noted or directed, as JSON.
        case payload
        /// What listings of before call ``event``.
        case kind
    }

    static let featurePrefix = "features."
    static let probabilityPrefix = "probability."

    private let log: StoreAccess.Store
    private let features: [String]
    private let target: TargetDeclaration
    private var writer = CSVWriter()
    private var plan: Plan?

    /// Where the values of one contract's events go.
    private struct Plan {
        let digest: Digest
        let target: TargetDeclaration
        /// The position in the layout of what stands in each column of a feature.
        let sources: [Int?]
        /// The class whose probability stands in each column of one.
        let classes: [Int?]
    }

    /// - Parameter range: the part of the log that will be written.
    public init(_ log: StoreAccess.Store, range: Range<Int>) throws {
        self.log = log
        let contracts = try Self.contracts(of: log, in: range)
        guard let newest = contracts.last else {
            throw LogFailure(.unavailable, "the log is empty", hint: "`headrace up SPEC` begins one")
        }
        var names: [String] = []
        for contract in contracts.reversed() {
            for name in contract.layout.names where !names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                names.append(name)
            }
        }
        (features, target) = (names, newest.target)
    }

    /// The contracts that the events of a range were checked against, oldest first.
    private static func contracts(of log: StoreAccess.Store, in range: Range<Int>) throws -> [Contract] {
        var contracts: [Contract] = []
        for entry in try Adoptions.list(in: log, 0..<max(range.upperBound, 1)) {
            guard case .spec(let spec) = entry.adoption.recipe else { continue }
            if entry.offset < range.lowerBound { contracts.removeAll() }
            contracts.append(spec.contract)
        }
        return contracts
    }

    /// Writes the header, then the events of a range.
    /// - Parameter write: takes the text, some ten thousand bytes at a time.
    /// - Returns: the offset after the last event.
    public mutating func write(_ range: Range<Int>, to write: ([UInt8]) throws -> Void) throws -> Int {
        writeHeader()
        var scan = LogScan(log)
        let next = try scan.run(range) { offset, event, answer, block in
            if plan?.digest != block.digest { plan = try makePlan(block.contract, block.digest) }
            append(offset, event, answer, block)
            guard writer.bytes.count >= 1 << 16 else { return }
            try write(writer.bytes)
            writer.removeAll()
        }
        try write(writer.bytes)
        writer.removeAll()
        return next
    }

    // MARK: Columns

    private var answerColumns: [String] {
        switch target.task {
        case .regression: [Column.prediction, .lower, .upper].map(\.rawValue)
        case .binary, .multiclass:
            target.classes.map { [Column.prediction.rawValue] + $0.map { Self.probabilityPrefix + $0 } }
                ?? [Column.answer.rawValue]
        }
    }

    private mutating func writeHeader() {
        for column in [Column.offset, .time, .event, .id] { writer.text(column.rawValue) }
        for name in features { writer.text(Self.column(ofFeature: name)) }
        for column in [Column.label, .outcome] { writer.text(column.rawValue) }
        for name in answerColumns { writer.text(name) }
        for column in [Column.answeredBy, .version, .payload] { writer.text(column.rawValue) }
        writer.endRecord()
    }

    /// The column of a feature: its name, where no other column has it.
    static func column(ofFeature name: String) -> String {
        let isTaken = Column.allCases.contains { $0.rawValue.utf8.elementsEqual(name.utf8) }
            || name.hasPrefix(featurePrefix) || name.hasPrefix(probabilityPrefix)
        return isTaken ? featurePrefix + name : name
    }

    private func makePlan(_ contract: Contract, _ digest: Digest) throws -> Plan {
        let sources = features.map { contract.layout.index(of: $0) }
        guard sources.compactMap(\.self).count == contract.layout.count else {
            throw LogFailure(.damaged, "the log has events under a contract whose adoption has no snapshot")
        }
        let classes = (target.classes ?? []).map { name in
            contract.target.classes?.firstIndex { $0.utf8.elementsEqual(name.utf8) }
        }
        return Plan(digest: digest, target: contract.target, sources: sources, classes: classes)
    }

    // MARK: Rows

    private mutating func append(
        _ offset: Int, _ event: borrowing Event, _ answer: StoredAnswer, _ block: ScannedBlock
    ) {
        guard let plan else { return }
        writer.integer(offset)
        if event.time == Ledger.beginning { writer.empty() } else { writer.time(event.time) }
        writer.text(event.kind.name)
        if event.id.isEmpty { writer.empty() } else { writer.text(event.id.bytes) }
        let hasFeatures = event.kind.isQuestion
        for source in plan.sources {
            if hasFeatures, let source, !event.features.isMissing(source, block.contract.layout) {
                append(event.features, source, block.contract.layout)
            } else {
                writer.empty()
            }
        }
        append(event.label, plan.target)
        writer.text(answer.decision.word)
        append(answer, plan)
        if answer.decision.hasAnswer, answer.isBaseline { writer.text("baseline") } else { writer.empty() }
        writer.integer(block.version)
        append(event.payload, at: offset)
        writer.endRecord()
    }

    private mutating func append(_ payload: Event.Payload, at offset: Int) {
        guard payload.isOfPlainMembers else { return writer.empty() }
        var json = JSONWriter()
        payload.writePlainMembers(to: &json, at: offset)
        writer.text(json.bytes)
    }

    private mutating func append(_ row: borrowing FeatureRow, _ feature: Int, _ layout: FeatureLayout) {
        let slot = layout.slots[feature]
        switch layout.kinds[feature] {
        case .number: writer.number(row.numbers[slot])
        case .boolean: writer.boolean(row.numbers[slot] != 0)
        case .category, .text: _ = row.withString(at: slot) { bytes, _ in writer.text(bytes) }
        case .timestamp: writer.time(Timestamp(microseconds: row.timestamps[slot]))
        }
    }

    private mutating func append(_ label: Label?, _ target: TargetDeclaration) {
        switch label {
        case nil: writer.empty()
        case .number(let value): writer.number(value)
        case .listed(let slot): writer.text(target.classes?[slot] ?? "")
        case .named(let bytes): writer.text(bytes)
        }
    }

    private mutating func append(_ answer: StoredAnswer, _ plan: Plan) {
        let values = answer.decision.hasAnswer ? answer.values : []
        guard target.task != .regression else {
            let isNumber = plan.target.task == .regression
            for place in 0..<3 {
                if isNumber, place < values.count { writer.number(values[place]) } else { writer.empty() }
            }
            return
        }
        guard target.classes != nil else { return writer.numbers(values) }
        guard let classes = plan.target.classes, plan.target.task != .regression, values.saysAnything else {
            for _ in 0...plan.classes.count { writer.empty() }
            return
        }
        let words = Answer(values: values, classes: classes)
        writer.text(classes[words.best])
        let probabilities = words.probabilities
        for source in plan.classes {
            if let source { writer.number(probabilities[source]) } else { writer.empty() }
        }
    }
}
