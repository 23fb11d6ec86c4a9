import Determinism

/// A candidate's run over a range of the log, as a store keeps it: bytes that mean nothing here, and what lists show.
public struct StoredExperiment: Sendable, Equatable {
    /// From 1, in the order in which they were kept; 0 before that.
    public let number: Int
    /// When it was run, by the clock of the machine.
    public let time: Timestamp
    public let name: String
    /// The range of the log.
    public let from: Int
    public let to: Int
    public let specDigest: Digest
    /// Of the learned state that the candidate ended in.
    public let stateDigest: Digest
    /// Of everything that does not differ from run to run.
    public let resultDigest: Digest
    public let payload: [UInt8]

    public init(
        number: Int = 0, time: Timestamp, name: String, from: Int, to: Int, specDigest: Digest, stateDigest: Digest,
        resultDigest: Digest, payload: [UInt8]
    ) {
        (self.number, self.time, self.name, self.from, self.to) = (number, time, name, from, to)
        (self.specDigest, self.stateDigest, self.resultDigest) = (specDigest, stateDigest, resultDigest)
        self.payload = payload
    }

    /// The same under the number that a store gave it.
    public func numbered(_ number: Int) -> StoredExperiment {
        StoredExperiment(
            number: number, time: time, name: name, from: from, to: to, specDigest: specDigest,
            stateDigest: stateDigest, resultDigest: resultDigest, payload: payload)
    }

    /// What lists show of it, without its bytes.
    public var withoutPayload: StoredExperiment {
        StoredExperiment(
            number: number, time: time, name: name, from: from, to: to, specDigest: specDigest,
            stateDigest: stateDigest, resultDigest: resultDigest, payload: [])
    }
}

/// Where experiments are kept.
public protocol ExperimentStore: Sendable {
    /// Keeps an experiment under the next number; beyond ``ExperimentLimit/keptMax`` the oldest goes.
    /// - Returns: its number.
    func add(_ experiment: StoredExperiment) throws(LogFailure) -> Int
    func experiment(_ number: Int) throws(LogFailure) -> StoredExperiment?
    /// All experiments, oldest first.
    func experiments() throws(LogFailure) -> [StoredExperiment]
}

/// How many experiments an application keeps.
public enum ExperimentLimit {
    public static let keptMax = 10_000
}
