import Determinism
import OnlineLearning

/// An application as it was declared and checked: only `SpecChecker` and the decoder make one.
///
/// It has two parts. The ``Settings`` — models and metrics — belong to the learned state: restoring brings them back.
/// Everything else belongs to the present.
public struct Spec: Sendable, Equatable {
    public let application: String
    public let contract: Contract
    public let data: DataMapping
    public let durability: Durability
    public let limits: Limits
    public let settings: Settings
    /// How long starting again after a crash may take.
    public let recovery: TimeSpan
    /// The age, in log time, from which on the log no longer keeps what clients asked and taught; nil keeps all.
    public let retention: TimeSpan?
    /// What its models would be by the defaults of before.
    var former = Former()

    public static let defaultRecovery = TimeSpan(microseconds: 30 * 1_000_000)

    public init(
        application: String, contract: Contract, data: DataMapping, durability: Durability, limits: Limits,
        settings: Settings, recovery: TimeSpan = defaultRecovery, retention: TimeSpan? = nil
    ) {
        (self.application, self.contract, self.data) = (application, contract, data)
        (self.durability, self.limits, self.settings, self.recovery) = (durability, limits, settings, recovery)
        self.retention = retention
    }
}

/// How the rows of a file become events: names of columns.
public struct DataMapping: Sendable, Equatable {
    /// Where ids come from; nil for the row number.
    public let id: String?
    /// When the prediction is asked for; nil for a second a row.
    public let time: String?
    /// When the label becomes known; nil for the moment of the prediction.
    public let labelTime: String?

    public init(id: String? = nil, time: String? = nil, labelTime: String? = nil) {
        (self.id, self.time, self.labelTime) = (id, time, labelTime)
    }
}

/// When an answer may leave.
public enum Durability: UInt8, Sendable, CaseIterable {
    /// After its event is on the disk.
    case durable = 0
    /// At once; the event reaches the disk within 5 ms.
    case relaxed = 1

    public var name: String { self == .durable ? "durable" : "relaxed" }
}

/// What bounds memory; the table in `docs/limits.md` lists these with all the fixed ones.
public struct Limits: Sendable, Equatable {
    public static let defaultIDBytes = 64 << 20
    public static let defaultQueuedEvents = 65_536
    public static let defaultVoiceBytes = 64 << 20

    /// Bytes for the ledger's predictions and known ids; beyond it the oldest known ids are dropped.
    public let idBytes: Int
    /// Events waiting for the writer; beyond it requests are answered 503.
    public let queuedEvents: Int
    /// Bytes for snapshots in the store; nil for what `SnapshotBudget` says.
    public let snapshotBytes: Int?
    /// Bytes for what models said to open questions, by which they are judged when the label comes; beyond it that of
    /// the oldest questions goes, whose labels then judge nobody.
    public let voiceBytes: Int

    public init(
        idBytes: Int = defaultIDBytes, queuedEvents: Int = defaultQueuedEvents, snapshotBytes: Int? = nil,
        voiceBytes: Int = defaultVoiceBytes
    ) {
        (self.idBytes, self.queuedEvents, self.snapshotBytes) = (idBytes, queuedEvents, snapshotBytes)
        self.voiceBytes = voiceBytes
    }
}

/// The part of a spec that is restored with the learned state: which models there are and how they are judged.
public struct Settings: Sendable, Equatable {
    public struct Model: Sendable, Equatable {
        public let name: String
        public let pipeline: PipelineDeclaration

        public init(name: String, pipeline: PipelineDeclaration) {
            (self.name, self.pipeline) = (name, pipeline)
        }
    }

    /// What `model:` declares.
    public let model: Model
    public let challengers: [Model]
    /// Of the family ``ComponentDeclaration/Family/metric``; the first, which has no slices, is what plots show.
    public let metrics: [Component]

    /// - Parameter name: of the model; nil for the usual one.
    public init(
        model pipeline: PipelineDeclaration, named name: String? = nil, challengers: [Model] = [], metrics: [Component]
    ) {
        model = Model(name: name ?? Self.usualName(beside: challengers), pipeline: pipeline)
        (self.challengers, self.metrics) = (challengers, metrics)
    }

    /// What `model:` is called in a spec that does not name it.
    static let plainName = "model"

    /// What `model:` is called where nobody named it: `model`; where a challenger has that name, as specs of before may
    /// have it, `model-2` and so on.
    static func usualName(beside challengers: [Model]) -> String {
        var (name, number) = (plainName, 2)
        while challengers.contains(where: { $0.name == name }) { (name, number) = ("model-\(number)", number + 1) }
        return name
    }

    /// Whether the bytes have the name of `model:`.
    private var isNamed: Bool { model.name != Self.usualName(beside: challengers) }

    /// The name of `model:`, where a spec must say it.
    var ownName: String? { model.name == Self.plainName ? nil : model.name }

    /// All models in their places.
    public var models: [Model] { [model] + challengers }

    /// Features that some model or metric needs and the layout lacks.
    public func missingFeatures(in layout: FeatureLayout) -> [String] {
        var missing: [String] = []
        for pipeline in models.map(\.pipeline) {
            for name in pipeline.missingFeatures(in: layout) where !missing.contains(name) { missing.append(name) }
        }
        for metric in metrics.map({ ScoredMetric($0) }) where !metric.canBeSliced(in: layout) {
            if let name = metric.feature, !missing.contains(name) { missing.append(name) }
        }
        return missing
    }
}

extension Settings: CanonicallyCodable {
    /// Added to the number of challengers where the name of the model follows, so that settings without one have the
    /// bytes and the digests that they always had.
    private static let nameMark = 1 << 16

    public func encode(to encoder: inout CanonicalEncoder) {
        model.pipeline.encode(to: &encoder)
        encoder.count(challengers.count + (isNamed ? Self.nameMark : 0))
        if isNamed { encoder.string(model.name) }
        for challenger in challengers {
            encoder.string(challenger.name)
            challenger.pipeline.encode(to: &encoder)
        }
        encoder.count(metrics.count)
        for metric in metrics { metric.encode(to: &encoder) }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let pipeline = try PipelineDeclaration(from: &decoder)
        let count = try decoder.natural()
        let name = count >= Self.nameMark ? try decoder.string() : nil
        var challengers: [Model] = []
        for _ in 0..<(count % Self.nameMark) {
            let name = try decoder.string()
            challengers.append(Model(name: name, pipeline: try PipelineDeclaration(from: &decoder)))
        }
        guard count < 2 * Self.nameMark, name != Self.usualName(beside: challengers),
            !challengers.contains(where: { $0.name == name })
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no models are named so") }
        model = Model(name: name ?? Self.usualName(beside: challengers), pipeline: pipeline)
        self.challengers = challengers
        var metrics: [Component] = []
        for _ in 0..<(try decoder.count()) {
            metrics.append(try Component(from: &decoder))
            guard let metric = metrics.last, ScoredMetric.isComplete(metric) else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "no metric is declared so")
            }
        }
        self.metrics = metrics
    }
}

extension Spec: CanonicallyCodable {
    private static let extraNames = ["recovery", "retention", "snapshots", "voices"]

    private var extras: Extras {
        var extras = Extras()
        extras.add(Self.extraNames[0], recovery == Self.defaultRecovery ? nil : recovery) { $1.encode(to: &$0) }
        extras.add(Self.extraNames[1], retention) { $1.encode(to: &$0) }
        extras.add(Self.extraNames[2], limits.snapshotBytes) { $0.count($1) }
        let voiceBytes = limits.voiceBytes == Limits.defaultVoiceBytes ? nil : limits.voiceBytes
        extras.add(Self.extraNames[3], voiceBytes) { $0.count($1) }
        return extras
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.string(application)
        contract.encode(to: &encoder)
        encoder.optional(data.id) { $0.string($1) }
        encoder.optional(data.time) { $0.string($1) }
        encoder.optional(data.labelTime) { $0.string($1) }
        let extras = extras
        encoder.byte(extras.marking(durability.rawValue))
        encoder.count(limits.idBytes)
        encoder.count(limits.queuedEvents)
        settings.encode(to: &encoder)
        extras.encode(to: &encoder)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        application = try decoder.string()
        contract = try Contract(from: &decoder)
        let id = try decoder.bool() ? try decoder.string() : nil
        let time = try decoder.bool() ? try decoder.string() : nil
        let labelTime = try decoder.bool() ? try decoder.string() : nil
        data = DataMapping(id: id, time: time, labelTime: labelTime)
        let hasExtras: Bool
        (durability, hasExtras) = try decoder.enumeration(orExtras: Durability.init(rawValue:))
        let idBytes = try decoder.natural()
        let queuedEvents = try decoder.natural()
        settings = try Settings(from: &decoder)
        let extras = hasExtras ? try Extras(from: &decoder, names: Self.extraNames, of: "a spec") : Extras()
        let recovery = try extras.value(Self.extraNames[0]) { (decoder) throws(CanonicalDecodingError) in
            try TimeSpan(from: &decoder)
        }
        let voiceBytes = try extras.value(Self.extraNames[3]) { (decoder) throws(CanonicalDecodingError) in
            try decoder.natural()
        }
        guard recovery != Self.defaultRecovery, voiceBytes != Limits.defaultVoiceBytes else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a default that is written")
        }
        self.recovery = recovery ?? Self.defaultRecovery
        retention = try extras.value(Self.extraNames[1]) { (decoder) throws(CanonicalDecodingError) in
            try TimeSpan(from: &decoder)
        }
        let snapshotBytes = try extras.value(Self.extraNames[2]) { (decoder) throws(CanonicalDecodingError) in
            try decoder.natural()
        }
        limits = Limits(
            idBytes: idBytes, queuedEvents: queuedEvents, snapshotBytes: snapshotBytes,
            voiceBytes: voiceBytes ?? Limits.defaultVoiceBytes)
    }
}
