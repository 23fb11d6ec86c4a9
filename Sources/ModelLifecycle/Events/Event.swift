import Determinism
import OnlineLearning

/// A fact in the log. One value of this type is reused while events stream through it, so that none allocates.
public struct Event: Sendable, Equatable {
    /// What there is in a log, by the number that a block has for it. A block with another number is refused.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// The question: an id and features.
        case prediction = 1
        /// The true value of a question, by its id.
        case label = 2
        /// Features and true value together.
        case example = 3
        /// A learned state goes live.
        case adopted = 4
        /// Something of the past counts as another; it takes effect when a learned state is derived anew.
        case amended = 5
        /// What is left of an event whose payload was removed.
        case forgotten = 6
        /// Another label for an id; the first one where it has none yet.
        case corrected = 7
        /// A version is given a name.
        case named = 8
        /// Log time passes, and nothing else happens.
        case tick = 9
        /// Numbers that no fold can know.
        case measured = 10
        /// Log time had run ahead, and is set back.
        case clock = 11
        /// What a person wants done.
        case directed = 12
        /// Something of the past counts as another, as ``amended``, with who says so and why.
        case signed = 13

        public var name: String {
            switch self {
            case .prediction: "prediction"
            case .label: "label"
            case .example: "example"
            case .adopted: "adopted"
            case .amended, .signed: "amended"
            case .forgotten: "forgotten"
            case .corrected: "corrected"
            case .named: "named"
            case .tick: "tick"
            case .measured: "measured"
            case .clock: "clock"
            case .directed: "directed"
            }
        }

        /// Whether it has features.
        public var isQuestion: Bool { self == .prediction || self == .example }

        /// Whether clients ask or teach with it; what is left tells what was done to an application, or noted by it.
        public var isOfClients: Bool {
            switch self {
            case .prediction, .label, .example, .corrected: true
            default: false
            }
        }
    }

    /// What happened, with all that belongs to it but the id and the features. What comes seldom lies elsewhere: events
    /// are moved about all the time.
    public enum Payload: Sendable, Equatable {
        case prediction
        case label(Label)
        case example(Label)
        case corrected(Label)
        indirect case adopted(Adoption)
        case amended(Amendment)
        case forgotten
        indirect case named(Naming)
        case tick
        indirect case measured(Measured)
        indirect case clock(ClockCorrection)
        indirect case directed(Directive)
        indirect case signed(SignedAmendment)
    }

    public var payload: Payload
    /// Before the writer has stamped it: the time claimed. After: the log time.
    public var time: Timestamp
    /// Of what clients ask and teach; empty elsewhere.
    public var id: EventID
    /// Of a prediction or an example; laid out by the contract.
    public var features: FeatureRow

    public init(_ payload: Payload, time: Timestamp, id: EventID = EventID(), features: FeatureRow) {
        (self.payload, self.time, self.id, self.features) = (payload, time, id, features)
    }

    /// An event of an application that has not been given anything yet.
    public init(_ layout: FeatureLayout) {
        self.init(.prediction, time: Timestamp(microseconds: 0), features: FeatureRow(layout))
    }
}

extension Event {
    public var kind: Kind { payload.kind }
    public var label: Label? { payload.label }
    public var adoption: Adoption? { payload.adoption }
    public var amendment: Amendment? { payload.amendment }
}

extension Event.Payload {
    public var kind: Event.Kind {
        switch self {
        case .prediction: .prediction
        case .label: .label
        case .example: .example
        case .corrected: .corrected
        case .adopted: .adopted
        case .amended: .amended
        case .forgotten: .forgotten
        case .named: .named
        case .tick: .tick
        case .measured: .measured
        case .clock: .clock
        case .directed: .directed
        case .signed: .signed
        }
    }

    /// Of a label, an example or a correction.
    public var label: Label? {
        switch self {
        case .label(let label), .example(let label), .corrected(let label): label
        default: nil
        }
    }

    public var adoption: Adoption? {
        if case .adopted(let adoption) = self { adoption } else { nil }
    }

    public var naming: Naming? {
        if case .named(let naming) = self { naming } else { nil }
    }

    /// The same with another label, where it has one.
    public func relabelled(_ label: Label) -> Event.Payload {
        switch self {
        case .label: .label(label)
        case .example: .example(label)
        case .corrected: .corrected(label)
        default: self
        }
    }
}

/// The id of a question: 1 to 256 bytes of UTF-8, compared byte by byte, with the fingerprint that the ledger knows it
/// by.
public struct EventID: Sendable, Equatable {
    public static let byteCountMax = 256

    /// The bytes, or what is left of those of the id before.
    private var storage: [UInt8] = []
    private var hasBytes = false
    public private(set) var fingerprint = Fingerprint(high: 0, low: 0)

    public var bytes: [UInt8] { hasBytes ? storage : [] }

    public init() {}

    public init(_ text: String) {
        set(Array(text.utf8))
    }

    /// Whether no id was given.
    public var isEmpty: Bool { !hasBytes }

    public mutating func removeAll() {
        hasBytes = false
    }

    public mutating func set(_ newBytes: [UInt8]) {
        newBytes.withUnsafeBufferPointer { set($0) }
    }

    public mutating func set(_ newBytes: UnsafeBufferPointer<UInt8>) {
        take(newBytes)
        fingerprint = Fingerprint(UnsafeRawBufferPointer(newBytes))
    }

    /// Takes a number, from 0, as its decimal digits.
    public mutating func set(_ number: Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var (rest, start) = (UInt(number), digits.count)
            repeat {
                start &-= 1
                let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
                digits[start] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
                rest = quotient
            } while rest > 0
            set(UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Takes over another id without giving up this one's storage.
    public mutating func assign(_ other: EventID) {
        if other.hasBytes { other.storage.withUnsafeBufferPointer { take($0) } } else { hasBytes = false }
        fingerprint = other.fingerprint
    }

    /// Becomes the id of a fingerprint without its bytes: all that a fold looks at, and shared with nobody.
    public mutating func set(_ fingerprint: Fingerprint) {
        hasBytes = false
        self.fingerprint = fingerprint
    }

    /// Ids of one stream mostly have one length: then nothing but the bytes themselves is touched.
    @inline(__always)
    private mutating func take(_ newBytes: UnsafeBufferPointer<UInt8>) {
        hasBytes = !newBytes.isEmpty
        if storage.count != newBytes.count {
            storage.removeAll(keepingCapacity: true)
            storage.append(contentsOf: newBytes)
        } else {
            storage.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(newBytes)) }
        }
    }

    public static func == (a: EventID, b: EventID) -> Bool {
        a.fingerprint == b.fingerprint && a.hasBytes == b.hasBytes && (!a.hasBytes || a.storage == b.storage)
    }

    public var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// How a learned state came to be: a recipe over earlier offsets that derives it again.
public struct Adoption: Sendable, Equatable {
    // Indirect, because a spec is large and an event, which hardly ever carries one, is moved about all the time.
    public indirect enum Recipe: Sendable, Equatable {
        /// The models of a spec: those it declares as before go on, the others begin untrained.
        case spec(Spec)
        /// The learned state before the event at this offset, folded under every amendment before the adoption.
        case restore(offset: Int)
        /// The models of this spec as they would be had they been fed the events from this offset up to the adoption.
        case candidate(Spec, from: Int)
        /// The state as it is, of which the events from this offset on were folded by another revision than answered
        /// them.
        case upgrade(from: Int)
    }

    public let recipe: Recipe
    /// The digest of the learned state adopted.
    public let stateDigest: Digest
    /// What derived it.
    public let revision: Revision

    public init(_ recipe: Recipe, stateDigest: Digest, revision: Revision) {
        (self.recipe, self.stateDigest, self.revision) = (recipe, stateDigest, revision)
    }

    /// - Parameter learned: what the recipe gave, by the arithmetic of this program.
    public init(_ recipe: Recipe, giving learned: LearnedState) {
        self.init(recipe, stateDigest: learned.digest, revision: Revision(of: learned.settings))
    }
}

extension Adoption {
    func encode(to encoder: inout CanonicalEncoder) {
        switch recipe {
        case .spec(let spec):
            encoder.byte(0)
            spec.encode(to: &encoder)
        case .restore(let offset):
            encoder.byte(1)
            encoder.count(offset)
        case .candidate(let spec, let offset):
            encoder.byte(2)
            spec.encode(to: &encoder)
            encoder.count(offset)
        case .upgrade(let offset):
            encoder.byte(3)
            encoder.count(offset)
        }
        encoder.digest(stateDigest)
        revision.encode(to: &encoder)
    }

    /// - Parameter hasRevision: false in blocks of format 1, which named none.
    init(from decoder: inout CanonicalDecoder, hasRevision: Bool) throws(CanonicalDecodingError) {
        switch try decoder.byte() {
        case 0: recipe = .spec(try Spec(from: &decoder))
        case 1: recipe = .restore(offset: try decoder.natural())
        case 2:
            let spec = try Spec(from: &decoder)
            recipe = .candidate(spec, from: try decoder.natural())
        case 3: recipe = .upgrade(from: try decoder.natural())
        case let kind: throw CanonicalDecodingError(offset: decoder.offset, reason: "no recipe is of kind \(kind)")
        }
        stateDigest = try decoder.digest()
        revision = hasRevision ? try Revision(from: &decoder) : .unrecorded
    }
}

extension Timestamp {
    /// The time of an event that claims none, until the writer stamps it: below every instant that can be written.
    public static let unclaimed = Timestamp(microseconds: .min)
}

extension FeatureRow {
    /// What retries are compared by: equal rows have equal hashes, others almost never. Complexity: O(features).
    package var contentHash: UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
        @inline(__always) func mix(_ bits: UInt64) {
            let product = (hash ^ bits).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
            hash = product.low ^ product.high ^ 0xA076_1D64_78BD_642F
        }
        numbers.withUnsafeBufferPointer { numbers in
            for number in numbers { mix(number.isNaN ? 0x7FF8_0000_0000_0000 : number.bitPattern) }
        }
        for slot in 0..<stringCount { mix(stringHash(at: slot) ?? 1) }
        timestamps.withUnsafeBufferPointer { for timestamp in $0 { mix(UInt64(bitPattern: timestamp)) } }
        return hash
    }
}
