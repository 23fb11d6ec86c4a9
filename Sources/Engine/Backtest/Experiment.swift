import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// One candidate tried on one range of the past: what went in and what came out, as it is kept.
///
/// What goes in — spec, range, amendments, revision — determines what comes out, time and names aside: run again, it
/// gives the same ``resultDigest``. `docs/formats/experiment.md` describes the bytes.
public struct Experiment: Sendable {
    /// How much more a candidate loses on an example than what it is compared with, on the average; less than nothing
    /// is better.
    public struct Difference: Sendable, Equatable {
        public let mean: Double
        /// Of the interval of 95 % confidence; nil where the range is too short to say.
        public let halfWidth: Double?
        public let exampleCount: Int
        /// How many examples a batch has, and how many batches there are; see ``BatchMeans``.
        public let batchSize: Int
        public let batchCount: Int
    }

    public typealias Metrics = [(name: String, reading: Scorecard.Reading)]

    // What went in.
    public let name: String
    public let spec: Spec
    public let from: Int
    public let to: Int
    /// How many of the application's amendments were in force.
    public let amendmentCount: Int
    public let revision: Revision

    // What came out.
    public let stateDigest: Digest
    public let labelCount: Int
    public let failedUpdates: Int
    public let metrics: Metrics
    public let baseline: Metrics
    /// By the candidate's metrics; empty where nothing had answered.
    public let champion: Metrics
    public let loss: ProperLoss
    public let difference: Difference?

    // How it went, which differs from run to run.
    public let nanosecondsPerEvent: Double
    /// The size of the learned state, encoded.
    public let stateBytes: Int

    public var specDigest: Digest { Digest(encoding: { spec.encode(to: &$0) }) }

    /// The digest of all that the candidate, the range and the past determine.
    public var resultDigest: Digest {
        Digest(encoding: { encoder in
            encodeInput(to: &encoder)
            encodeResult(to: &encoder)
        })
    }

    init(
        _ run: CandidateRun, from: Int, to: Int, amendmentCount: Int, loss: ProperLoss,
        champion: BacktestResult.Standing?, isReference: Bool
    ) {
        let (state, learned) = (run.state, run.state.learned)
        (name, spec, self.from, self.to) = (run.candidate.name, run.candidate.spec, from, to)
        (self.amendmentCount, revision) = (amendmentCount, Revision(of: learned.settings))
        stateDigest = learned.digest
        labelCount = Int(state.ledger.counts.scoredLabels)
        failedUpdates = Int(learned.champion.failedUpdates)
        metrics = learned.champion.metrics.readings
        baseline = learned.baselineMetrics.readings
        let names = metrics.map(\.name)
        self.champion = names.compactMap { name in champion?.metrics.first { $0.name == name } }
        self.loss = loss
        let means = run.difference
        difference = isReference || means.count == 0
            ? nil
            : Difference(
                mean: means.mean, halfWidth: means.halfWidth, exampleCount: means.count, batchSize: means.batchSize,
                batchCount: means.batchCount)
        nanosecondsPerEvent = Double(run.nanoseconds) / Double(max(1, run.eventCount))
        var encoder = CanonicalEncoder()
        learned.encode(to: &encoder)
        stateBytes = encoder.bytes.count
    }
}

// MARK: Bytes

extension Experiment: CanonicallyCodable {
    /// 1 knew no extras of specs; without them the two differ in nothing but this byte.
    static let formatVersion: UInt8 = 2

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.byte(Self.formatVersion)
        encoder.string(name)
        encodeInput(to: &encoder)
        encodeResult(to: &encoder)
        encoder.double(nanosecondsPerEvent)
        encoder.count(stateBytes)
    }

    private func encodeInput(to encoder: inout CanonicalEncoder) {
        spec.encode(to: &encoder)
        encoder.count(from)
        encoder.count(to)
        encoder.count(amendmentCount)
        revision.encode(to: &encoder)
    }

    private func encodeResult(to encoder: inout CanonicalEncoder) {
        encoder.digest(stateDigest)
        encoder.count(labelCount)
        encoder.count(failedUpdates)
        for metrics in [metrics, baseline, champion] { Self.encode(metrics, to: &encoder) }
        encoder.byte(loss.rawValue)
        encoder.optional(difference) { $1.encode(to: &$0) }
    }

    private static func encode(_ metrics: Metrics, to encoder: inout CanonicalEncoder) {
        encoder.count(metrics.count)
        for (name, reading) in metrics {
            encoder.string(name)
            switch reading {
            case .value(let value):
                encoder.bool(false)
                encoder.double(value)
            case .slices(let slices):
                encoder.bool(true)
                encoder.count(slices.count)
                for slice in slices {
                    encoder.string(slice.name)
                    encoder.double(slice.value)
                }
            }
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let format = try decoder.byte()
        guard (1...Self.formatVersion).contains(format) else {
            throw CanonicalDecodingError(offset: 0, reason: "experiment format \(format) is not known")
        }
        name = try decoder.string()
        spec = try Spec(from: &decoder)
        (from, to) = (try decoder.natural(), try decoder.natural())
        amendmentCount = try decoder.natural()
        revision = try Revision(from: &decoder)
        stateDigest = try decoder.digest()
        labelCount = try decoder.natural()
        failedUpdates = try decoder.natural()
        metrics = try Self.metrics(from: &decoder)
        baseline = try Self.metrics(from: &decoder)
        champion = try Self.metrics(from: &decoder)
        guard let loss = ProperLoss(rawValue: try decoder.byte()) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "an unknown loss")
        }
        self.loss = loss
        difference = try decoder.bool() ? try Difference(from: &decoder) : nil
        nanosecondsPerEvent = try decoder.double()
        stateBytes = try decoder.natural()
    }

    private static func metrics(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Metrics {
        var metrics: Metrics = []
        for _ in 0..<(try decoder.count()) {
            let name = try decoder.string()
            guard try decoder.bool() else {
                metrics.append((name, .value(try decoder.double())))
                continue
            }
            var slices: [Scorecard.Slice] = []
            for _ in 0..<(try decoder.count()) {
                let name = try decoder.string()
                slices.append(Scorecard.Slice(name: name, value: try decoder.double()))
            }
            metrics.append((name, .slices(slices)))
        }
        return metrics
    }
}

extension Experiment.Difference {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(mean)
        encoder.optional(halfWidth) { $0.double($1) }
        encoder.count(exampleCount)
        encoder.count(batchSize)
        encoder.count(batchCount)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try decoder.double()
        halfWidth = try decoder.bool() ? try decoder.double() : nil
        exampleCount = try decoder.natural()
        batchSize = try decoder.natural()
        batchCount = try decoder.natural()
    }
}
