import OnlineLearning

/// Which amendments can be withdrawn.
extension Amendments {
    /// The amendment that a withdrawal of an offset takes back.
    /// - Throws: why it cannot be: nothing was amended there, it is withdrawn already, or what it was about is gone.
    public func withdrawable(_ offset: Int) throws(Refusal) -> Amendment {
        guard let amendment = entries(at: offset).first?.amendment else { throw noAmendment(at: offset) }
        if let withdrawal = withdrawal(of: offset) {
            throw Refusal(
                .outOfRange, "the amendment of event \(offset) was withdrawn already, by event \(withdrawal)",
                hint: Self.nothingChanged)
        }
        switch amendment {
        case .exclusion(_, isForgotten: true):
            throw Refusal(
                .outOfRange, "what event \(offset) forgot is gone, and cannot come back", hint: Self.nothingChanged)
        case .exclusion(let offsets, isForgotten: false):
            guard !offsets.isSubset(of: onlyForgetting.voids) else { throw Self.allForgotten(offset) }
        case .corrections(let corrections):
            guard !corrections.isEmpty else { throw Self.allForgotten(offset) }
        case .clock:
            throw Refusal(
                .outOfRange, "event \(offset) set log time back; that cannot be withdrawn", hint: Self.nothingChanged)
        case .withdrawal:
            throw Refusal(
                .outOfRange, "event \(offset) is a withdrawal",
                hint: "nothing was changed; to amend again, amend again")
        }
        return amendment
    }

    private static let nothingChanged = "nothing was changed; `headrace amend --list` lists the amendments"

    private static func allForgotten(_ offset: Int) -> Refusal {
        Refusal(
            .outOfRange, "all that event \(offset) was about has been forgotten since, and cannot come back",
            hint: nothingChanged)
    }

    private func noAmendment(at offset: Int) -> Refusal {
        let nearest = entries.filter { withdrawal(of: $0.offset) == nil && $0.amendment.canBeWithdrawn }
            .min { ($0.offset - offset).magnitude < ($1.offset - offset).magnitude }
        return Refusal(
            .outOfRange, "event \(offset) is no amendment",
            hint: nearest.map { "the nearest is event \($0.offset); `headrace amend --list` lists them" }
                ?? "there is none that could be withdrawn")
    }
}

extension Amendment {
    fileprivate var canBeWithdrawn: Bool {
        switch self {
        case .exclusion(_, let isForgotten): !isForgotten
        case .corrections: true
        case .clock, .withdrawal: false
        }
    }
}
