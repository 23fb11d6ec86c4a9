import Determinism
import OnlineLearning

/// Consecutive events of a log, decoded once for everybody who folds them: all under one contract and one version,
/// column by column in memory that is used again and again.
///
/// Of what was asked and answered it has all that another model's fold looks at: ids by their fingerprints.
public struct EventBatch: Sendable {
    public internal(set) var payloads: [Event.Payload] = []
    public internal(set) var times: [Timestamp] = []
    public internal(set) var ids: [Fingerprint] = []
    /// The features of the questions and examples among them.
    public internal(set) var rows: FeatureRows
    var answerValues: [Double] = []
    var answerEnds = [0]

    public private(set) var firstOffset = 0
    public private(set) var contract: Contract
    public private(set) var contractDigest = Digest(hashing: [])
    /// The offset of the adoption that served.
    public private(set) var version = 0

    public init(_ contract: Contract) {
        self.contract = contract
        rows = FeatureRows(contract.layout)
    }

    public var count: Int { payloads.count }
    public var isEmpty: Bool { payloads.isEmpty }
    public var endOffset: Int { firstOffset + count }

    /// What was answered to a question then.
    public func answer(_ index: Int) -> ArraySlice<Double> { answerValues[answerEnds[index]..<answerEnds[index + 1]] }

    /// Forgets its events; those that come are of this contract and version.
    public mutating func begin(_ contract: Contract, _ digest: Digest, version: Int, at offset: Int) {
        if contract.layout != self.contract.layout { rows = FeatureRows(contract.layout) }
        (self.contract, contractDigest, self.version, firstOffset) = (contract, digest, version, offset)
        payloads.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
        ids.removeAll(keepingCapacity: true)
        rows.removeAll()
        answerValues.removeAll(keepingCapacity: true)
        answerEnds.removeSubrange(1...)
    }

    /// Adds a copy of an event, with what was answered to it.
    public mutating func append(_ event: borrowing Event, _ answer: borrowing StoredAnswer) {
        payloads.append(event.payload)
        times.append(event.time)
        ids.append(event.id.fingerprint)
        if event.kind.isQuestion { rows.append(event.features) }
        answerValues.append(contentsOf: answer.values)
        answerEnds.append(answerValues.count)
    }
}
