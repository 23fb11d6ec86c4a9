import Determinism
import OnlineLearning

/// What an application is asked and what it learns from: the features and the target, with their names, types and
/// ranges. Every request is checked against it before it can reach the log.
public struct Contract: Sendable, Equatable {
    public let features: [FeatureDeclaration]
    public let target: TargetDeclaration
    /// Whether an event must carry its own time.
    public let clock: Clock

    /// The features compiled to slots.
    public let layout: FeatureLayout

    public enum Clock: UInt8, Sendable {
        /// An event without a time gets the server's.
        case server = 0
        /// An event without a time is refused.
        case claimed = 1
    }

    public init(features: [FeatureDeclaration], target: TargetDeclaration, clock: Clock) {
        (self.features, self.target, self.clock) = (features, target, clock)
        layout = FeatureLayout(features.map { ($0.name, $0.kind) })
    }
}

/// One feature: its kind and what values it may have.
public struct FeatureDeclaration: Sendable, Equatable {
    public let name: String
    public let kind: FeatureKind
    /// Whether it may be absent, null or an empty cell.
    public let isOptional: Bool
    /// The smallest and largest number allowed, where there is a bound.
    public let minimum: Double?
    public let maximum: Double?
    /// The only categories allowed; nil where the list is open.
    public let categories: [String]?

    public init(
        name: String, kind: FeatureKind, isOptional: Bool = false, minimum: Double? = nil, maximum: Double? = nil,
        categories: [String]? = nil
    ) {
        (self.name, self.kind, self.isOptional) = (name, kind, isOptional)
        (self.minimum, self.maximum, self.categories) = (minimum, maximum, categories)
    }
}

/// What is predicted, and how long its true value is waited for.
public struct TargetDeclaration: Sendable, Equatable {
    /// What becomes of a prediction whose label does not come within the horizon.
    public enum Unlabelled: Sendable, Equatable {
        /// It is forgotten.
        case drop
        /// It is learned with this label.
        case label(Label)
    }

    /// What becomes of a label far outside the range of those learned so far; of a regression only.
    public enum Outliers: UInt8, Sendable, CaseIterable {
        /// It is set aside: neither scored nor learned, until others like it come.
        case setAside = 0
        /// It is learned like any other.
        case learn = 1

        public var name: String { self == .setAside ? "set_aside" : "learn" }
    }

    public static let defaultHorizon = TimeSpan(microseconds: 30 * 86_400 * 1_000_000)
    public static let defaultMaxClasses = 256

    public let name: String
    public let task: Task
    /// How long a label is waited for, and how long an id is known afterwards.
    public let horizon: TimeSpan
    /// The classes in the order of their slots; of a binary target the negative one first. Nil where they are open.
    public let classes: [String]?
    /// How many classes get a slot where they are open; later ones share one more.
    public let maxClasses: Int
    /// Whether classes get their slots when they are first learned.
    package var hasOpenClasses: Bool { task == .multiclass && classes == nil }
    public let unlabelled: Unlabelled
    /// How old a question is when it is learned provisionally with the label of ``unlabelled``; nil where none is, and
    /// wherever that is no class.
    public let provisionalAfter: TimeSpan?
    /// The label that questions are learned with provisionally; nil where none is.
    package var provisionalLabel: Label? {
        guard provisionalAfter != nil, case .label(let label) = unlabelled else { return nil }
        return label
    }
    /// The smallest and largest label that is taken, where there is a bound; of a regression only.
    public let minimum: Double?
    public let maximum: Double?
    public let outliers: Outliers
    /// What retries of each listed class are compared by.
    let classHashes: [UInt64]
    /// The listed classes as UTF-8.
    let classBytes: [[UInt8]]

    public init(
        name: String, task: Task, horizon: TimeSpan = defaultHorizon, classes: [String]? = nil,
        maxClasses: Int = defaultMaxClasses, unlabelled: Unlabelled = .drop, provisionalAfter: TimeSpan? = nil,
        minimum: Double? = nil, maximum: Double? = nil, outliers: Outliers = .setAside
    ) {
        (self.name, self.task, self.horizon, self.outliers) = (name, task, horizon, outliers)
        self.classes = task == .binary ? classes ?? ["false", "true"] : classes
        (self.maxClasses, self.unlabelled) = (maxClasses, unlabelled)
        (self.provisionalAfter, self.minimum, self.maximum) = (provisionalAfter, minimum, maximum)
        classBytes = (self.classes ?? []).map { Array($0.utf8) }
        classHashes = classBytes.map { Fingerprint($0).low }
    }

    /// The label that a class is.
    func label(of name: UnsafeRawBufferPointer) -> Label {
        for (slot, bytes) in classBytes.enumerated() where bytes.elementsEqual(name) { return .listed(slot) }
        return .named(Array(name))
    }

    /// Whether labels are plain true and false.
    public var isBoolean: Bool { task == .binary && classes == ["false", "true"] }
}

/// A true value as somebody sent it: checked against the contract, not yet turned into a class slot.
public enum Label: Sendable, Equatable {
    case number(Double)
    /// A class that the contract lists, by position.
    case listed(Int)
    /// A class of an open list, as UTF-8.
    case named([UInt8])

    /// What retries are compared by; never 0.
    func contentHash(_ target: TargetDeclaration) -> UInt64 {
        switch self {
        // A pattern that no finite number has keeps 0 free to mean *no label*.
        case .number(let value): return value.bitPattern ^ 0x7FF8_0000_0000_0001
        case .listed(let slot): return target.classHashes[slot]
        case .named(let bytes): return Fingerprint(bytes).low
        }
    }

    /// Whether it can be a label of a target.
    public func fits(_ target: TargetDeclaration) -> Bool {
        switch self {
        case .number: target.task == .regression
        case .listed(let slot): target.task != .regression && target.classes.map { slot < $0.count } ?? false
        case .named: target.task != .regression && target.classes == nil
        }
    }
}

extension Contract: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        let extras = target.extras
        encoder.byte(extras.marking(clock.rawValue))
        encoder.count(features.count)
        for feature in features {
            encoder.string(feature.name)
            encoder.byte(feature.kind.rawValue)
            encoder.bool(feature.isOptional)
            encoder.optional(feature.minimum) { $0.double($1) }
            encoder.optional(feature.maximum) { $0.double($1) }
            encoder.optional(feature.categories) { $0.strings($1) }
        }
        target.encode(to: &encoder)
        extras.encode(to: &encoder)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let (clock, hasExtras) = try decoder.enumeration(orExtras: Clock.init(rawValue:))
        var features: [FeatureDeclaration] = []
        for _ in 0..<(try decoder.count()) {
            let name = try decoder.string()
            let kind = try decoder.enumeration(FeatureKind.init(rawValue:))
            let isOptional = try decoder.bool()
            let minimum = try decoder.bool() ? try decoder.double() : nil
            let maximum = try decoder.bool() ? try decoder.double() : nil
            let categories = try decoder.bool() ? try decoder.strings() : nil
            features.append(
                FeatureDeclaration(
                    name: name, kind: kind, isOptional: isOptional, minimum: minimum, maximum: maximum,
                    categories: categories))
        }
        var target = try TargetDeclaration(from: &decoder)
        if hasExtras { target = try target.with(Extras(from: &decoder, names: Self.extraNames, of: "a contract")) }
        self.init(features: features, target: target, clock: clock)
    }
}

/// The extras of a contract are those of its target.
extension TargetDeclaration {
    fileprivate var extras: Extras {
        var extras = Extras()
        extras.add(Contract.extraNames[0], maximum) { $0.double($1) }
        extras.add(Contract.extraNames[1], minimum) { $0.double($1) }
        extras.add(Contract.extraNames[2], outliers == .setAside ? nil : outliers) { $0.byte($1.rawValue) }
        extras.add(Contract.extraNames[3], provisionalAfter) { $0.int($1.microseconds) }
        return extras
    }

    fileprivate func with(_ extras: Extras) throws(CanonicalDecodingError) -> TargetDeclaration {
        func bound(_ name: String) throws(CanonicalDecodingError) -> Double? {
            try extras.value(name) { (decoder) throws(CanonicalDecodingError) in try decoder.double() }
        }
        let (maximum, minimum) = (try bound(Contract.extraNames[0]), try bound(Contract.extraNames[1]))
        let outliers = try extras.value(Contract.extraNames[2]) { (decoder) throws(CanonicalDecodingError) in
            let outliers = try decoder.enumeration(Outliers.init(rawValue:))
            guard outliers != .setAside else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a default that is written")
            }
            return outliers
        }
        let provisional = try extras.value(Contract.extraNames[3]) { (decoder) throws(CanonicalDecodingError) in
            TimeSpan(microseconds: try decoder.int())
        }
        if let provisional {
            guard case .label = unlabelled, task != .regression, provisional.microseconds > 0, provisional <= horizon
            else { throw CanonicalDecodingError(offset: 0, reason: "questions that cannot be learned provisionally") }
        }
        return TargetDeclaration(
            name: name, task: task, horizon: horizon, classes: classes, maxClasses: maxClasses,
            unlabelled: unlabelled, provisionalAfter: provisional, minimum: minimum, maximum: maximum,
            outliers: outliers ?? .setAside)
    }
}

extension Contract {
    fileprivate static let extraNames = [
        "target.max", "target.min", "target.outliers", "target.provisional_after",
    ]
}

/// The part that every format has; bounds are extras of the contract.
extension TargetDeclaration {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.string(name)
        encoder.byte(task.rawValue)
        encoder.int(horizon.microseconds)
        encoder.optional(classes) { $0.strings($1) }
        encoder.count(maxClasses)
        switch unlabelled {
        case .drop: encoder.bool(false)
        case .label(let label):
            encoder.bool(true)
            label.encode(to: &encoder)
        }
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let name = try decoder.string()
        let task = try decoder.enumeration(Task.init(rawValue:))
        let horizon = TimeSpan(microseconds: try decoder.int())
        let classes = try decoder.bool() ? try decoder.strings() : nil
        let maxClasses = try decoder.natural()
        let unlabelled: Unlabelled = try decoder.bool() ? .label(try Label(from: &decoder)) : .drop
        self.init(
            name: name, task: task, horizon: horizon, classes: classes, maxClasses: maxClasses, unlabelled: unlabelled)
    }
}

extension Label: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        switch self {
        case .number(let value):
            encoder.byte(0)
            encoder.double(value)
        case .listed(let slot):
            encoder.byte(1)
            encoder.count(slot)
        case .named(let bytes):
            encoder.byte(2)
            encoder.blob(bytes)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        switch try decoder.byte() {
        case 0: self = .number(try decoder.double())
        case 1: self = .listed(try decoder.natural())
        case 2: self = .named(try decoder.blob())
        case let kind: throw CanonicalDecodingError(offset: decoder.offset, reason: "no label is of kind \(kind)")
        }
    }
}

extension CanonicalEncoder {
    mutating func strings(_ values: [String]) {
        count(values.count)
        for value in values { string(value) }
    }
}

extension CanonicalDecoder {
    mutating func strings() throws(CanonicalDecodingError) -> [String] {
        var values: [String] = []
        for _ in 0..<(try count()) { values.append(try string()) }
        return values
    }

    /// An offset, a length, a limit: a number that an `Int` holds.
    package mutating func natural() throws(CanonicalDecodingError) -> Int {
        guard let value = Int(exactly: try uint()) else {
            throw CanonicalDecodingError(offset: offset, reason: "a number beyond all offsets and lengths")
        }
        return value
    }

    /// A choice whose byte also says whether ``Extras`` follow.
    mutating func enumeration<T>(orExtras make: (UInt8) -> T?) throws(CanonicalDecodingError) -> (T, hasExtras: Bool) {
        let raw = try byte()
        guard let value = make(raw & ~Extras.flag) else {
            throw CanonicalDecodingError(offset: offset, reason: "unknown kind \(raw)")
        }
        return (value, raw & Extras.flag != 0)
    }

    mutating func enumeration<T>(_ make: (UInt8) -> T?) throws(CanonicalDecodingError) -> T {
        let raw = try byte()
        guard let value = make(raw) else { throw CanonicalDecodingError(offset: offset, reason: "unknown kind \(raw)") }
        return value
    }
}
