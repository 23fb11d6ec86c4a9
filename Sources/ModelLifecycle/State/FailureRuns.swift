import Determinism

/// How often models failed of late, so that one that fails at every event is told of now and then, not at every event.
///
/// A run begins with a failure and ends after ``goodMax`` steps in a row that went well, or with an adoption. Of a run
/// the 1st, the 2nd, the 4th, the 8th failure and so on are told. It belongs to the present: what was told stays told.
struct FailureRuns: Sendable, Equatable {
    /// Steps that go well before a run ends.
    static let goodMax: UInt64 = 1_024

    struct Run: Sendable, Equatable {
        fileprivate var failures: UInt64 = 0
        fileprivate var good: UInt64 = 0
    }

    /// By the place of the model: answers that were not finite.
    private var answers: [Run]
    /// By the place of the model: updates that failed.
    private var updates: [Run]

    init(modelCount: Int) {
        answers = [Run](repeating: Run(), count: modelCount)
        updates = answers
    }

    /// - Returns: which failure of its run this is, where it is to be told.
    mutating func answerFailed(_ model: Int) -> UInt64? { Self.fail(&answers[model]) }

    mutating func updateFailed(_ model: Int) -> UInt64? { Self.fail(&updates[model]) }

    @inline(__always)
    mutating func answerWentWell(_ model: Int) {
        if answers[model].failures > 0 { Self.goOn(&answers[model]) }
    }

    @inline(__always)
    mutating func updateWentWell(_ model: Int) {
        if updates[model].failures > 0 { Self.goOn(&updates[model]) }
    }

    private static func fail(_ run: inout Run) -> UInt64? {
        run.failures += 1
        run.good = 0
        return run.failures & (run.failures - 1) == 0 ? run.failures : nil
    }

    private static func goOn(_ run: inout Run) {
        run.good += 1
        if run.good == goodMax { run = Run() }
    }
}

extension FailureRuns {
    func encode(to encoder: inout CanonicalEncoder) {
        for run in answers + updates {
            encoder.uint(run.failures)
            if run.failures > 0 { encoder.uint(run.good) }
        }
    }

    init(from decoder: inout CanonicalDecoder, modelCount: Int) throws(CanonicalDecodingError) {
        self.init(modelCount: modelCount)
        for index in answers.indices { answers[index] = try Self.run(&decoder) }
        for index in updates.indices { updates[index] = try Self.run(&decoder) }
    }

    private static func run(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Run {
        let failures = try decoder.uint()
        let good = failures > 0 ? try decoder.uint() : 0
        guard failures < .max, good < goodMax else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no run of failures is so long")
        }
        return Run(failures: failures, good: good)
    }
}
