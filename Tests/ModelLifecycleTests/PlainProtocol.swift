import ModelLifecycle

/// The label protocol a second time, as dumb as can be: a dictionary that is looked through from end to end at every
/// event. It knows nothing of models; what it must agree with is every decision and every count.
struct PlainProtocol {
    enum Outcome: String {
        case predicted, predictedAndLearned, learned, waiting, late, corrected, repeated, conflict
    }

    private enum Stage { case pending, waiting, labelled, expired }

    private struct Known {
        var stage: Stage
        var since: Int64
        var features: String
        var label: String?
        var corrected: String?

        func says(_ other: String) -> Bool { label == other || corrected == other }
    }

    let horizon: Int64
    private var known: [[UInt8]: Known] = [:]
    private var now = Int64.min
    private(set) var counts: [String: UInt64] = [:]

    init(horizon: Int64) {
        self.horizon = horizon
    }

    mutating func predict(_ id: String, at claimed: Int64, features: String) -> Outcome {
        let (key, time) = (Array(id.utf8), max(now, claimed))
        guard let found = lookUp(key, at: time) else {
            pass(to: time)
            count("predictions")
            known[key] = Known(stage: .pending, since: time, features: features)
            return .predicted
        }
        guard found.stage == .waiting else { return found.features == features ? .repeated : .conflict }
        pass(to: time)
        count("predictions")
        count("labels")
        known[key] = Known(stage: .labelled, since: time, features: features, label: found.label)
        return .predictedAndLearned
    }

    mutating func label(_ id: String, at claimed: Int64, _ label: String) -> Outcome {
        let (key, time) = (Array(id.utf8), max(now, claimed))
        guard var found = lookUp(key, at: time) ?? stillThere(key) else {
            pass(to: time)
            known[key] = Known(stage: .waiting, since: time, features: "", label: label)
            return .waiting
        }
        if found.label != nil { return found.says(label) ? .repeated : .conflict }
        pass(to: time)
        found.label = label
        if found.stage == .expired {
            found.since = time
            known[key] = found
            count("lateLabels")
            return .late
        }
        (found.stage, found.since) = (.labelled, time)
        known[key] = found
        count("labels")
        return .learned
    }

    mutating func example(_ id: String, at claimed: Int64, features: String, _ label: String) -> Outcome {
        let (key, time) = (Array(id.utf8), max(now, claimed))
        if let found = lookUp(key, at: time) {
            guard found.says(label), found.stage == .waiting || found.features == features else { return .conflict }
            guard found.stage == .waiting else { return .repeated }
        }
        pass(to: time)
        count("examples")
        known[key] = Known(stage: .labelled, since: time, features: features, label: label)
        return .predictedAndLearned
    }

    mutating func correct(_ id: String, _ label: String) -> Outcome {
        let key = Array(id.utf8)
        guard let found = lookUp(key, at: now), let other = found.corrected ?? found.label else {
            // It is the first.
            return self.label(id, at: 0, label)
        }
        if other == label { return .repeated }
        guard found.stage != .waiting, known[key]?.stage != .pending else { return .conflict }
        known[key]?.corrected = label
        count("corrections")
        return .corrected
    }

    /// Whose label may come however late, as long as nothing else has let time pass.
    private func stillThere(_ id: [UInt8]) -> Known? {
        guard var found = known[id], found.stage != .waiting else { return nil }
        if found.stage == .pending { found.stage = .expired }
        return found
    }

    /// What is known of an id at a time, which may be later than now.
    private func lookUp(_ id: [UInt8], at time: Int64) -> Known? {
        guard var found = known[id] else { return nil }
        if found.stage == .pending, time - found.since > horizon {
            found.stage = .expired
            found.since += horizon
        }
        return found.stage != .pending && time - found.since > horizon ? nil : found
    }

    private mutating func pass(to time: Int64) {
        for (id, entry) in known {
            let after = lookUp(id, at: time)
            if entry.stage == .pending, time - entry.since > horizon { count("expiredPredictions") }
            if entry.stage == .waiting, after == nil { count("unmatchedLabels") }
            known[id] = after
        }
        now = time
    }

    private mutating func count(_ what: String) {
        counts[what, default: 0] += 1
    }
}

extension Decision {
    /// The decision in the words of the dumb one.
    var plain: PlainProtocol.Outcome? {
        switch self {
        case .predicted: .predicted
        case .predictedAndLearned, .predictedAndSetAside: .predictedAndLearned
        case .learned, .setAside: .learned
        case .waiting: .waiting
        case .late: .late
        case .corrected: .corrected
        case .repeated: .repeated
        case .refused(let refusal): refusal.kind == .conflict ? .conflict : nil
        case .adopted, .amended, .void, .noted: nil
        }
    }
}

extension StreamCounts {
    /// The counts that the dumb one keeps, those at 0 left out.
    var plain: [String: UInt64] {
        let all: [(String, UInt64)] = [
            ("predictions", predictions), ("labels", labels), ("examples", examples), ("lateLabels", lateLabels),
            ("unmatchedLabels", unmatchedLabels), ("expiredPredictions", expiredPredictions),
            ("corrections", corrections),
        ]
        return Dictionary(uniqueKeysWithValues: all.filter { $0.1 > 0 })
    }
}
