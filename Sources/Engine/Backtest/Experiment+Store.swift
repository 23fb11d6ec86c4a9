import Determinism
import EventLog
import ModelLifecycle

/// Experiments as stores keep them.
extension Experiment {
    /// - Parameter time: when it was run.
    public func stored(at time: Timestamp) -> StoredExperiment {
        StoredExperiment(
            time: time, name: name, from: from, to: to, specDigest: specDigest, stateDigest: stateDigest,
            resultDigest: resultDigest, payload: canonicalBytes)
    }

    public init(_ stored: StoredExperiment) throws(LogFailure) {
        do {
            try self.init(canonicalBytes: stored.payload)
        } catch {
            throw LogFailure(
                .damaged, "experiment \(stored.number) does not decode: \(error)",
                hint: "Nothing was deleted, and the log is whole: run the back-test again.")
        }
    }

    /// The experiment of a number.
    /// - Throws: a `Refusal` where there is none.
    public static func find(_ number: Int, in log: StoreAccess.Store) throws -> (Experiment, StoredExperiment) {
        guard let stored = try log.experiment(number) else {
            throw Refusal(
                .impossibleBacktest, "there is no experiment \(number)", hint: "`headrace experiments` lists them")
        }
        return (try Experiment(stored), stored)
    }
}

extension Application {
    /// Keeps experiments that another process has run on this log.
    /// - Returns: their numbers.
    public func keep(_ experiments: [Experiment], ranAt time: Timestamp) async throws -> [Int] {
        try await withLog { log in
            let end = try log.endOffset
            for experiment in experiments {
                guard experiment.from < experiment.to, experiment.to <= end else {
                    throw Refusal(
                        .impossibleBacktest,
                        "@\(experiment.from)..@\(experiment.to) is no range of this log, which ends at @\(end)")
                }
            }
            return try experiments.map { try log.add($0.stored(at: time)) }
        }
    }

    /// Adopts an experiment's candidate: as it stood at the end of its run, caught up with every event since.
    public func adopt(experiment number: Int) async throws -> Adopted {
        let experiment = try await withLog { try Experiment.find(number, in: $0).0 }
        return try await adopt(experiment.spec, from: experiment.from)
    }

    /// Adopts a candidate that begins untrained at a moment of the log; nil for its beginning.
    public func adopt(_ candidate: Spec, from point: RestorePoint?) async throws -> Adopted {
        guard let point else { return try await adopt(candidate, from: 0) }
        let offset = try await withLog { try point.offset(in: $0) }
        return try await adopt(candidate, from: offset)
    }
}

/// Bytes as hexadecimal digits, to be carried in JSON.
public enum Hexadecimal {
    public static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Nil where the text is something else.
    public static func bytes(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        var high: UInt8?
        for character in text.utf8 {
            guard let value = digit(character) else { return nil }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }

    private static func digit(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
