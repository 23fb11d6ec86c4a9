import Determinism

/// A fact for the world outside that a step of the fold tells: a state went live, an update failed.
///
/// Notices follow from the log as answers do: the fold finds them, a block keeps them, `verify` compares them. Where a
/// notice lies, by the offset of its event and its number among those of that event, follows from its place.
public struct Notice: Sendable, Equatable {
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// A learned state went live.
        case adopted = 1
        /// The past counts as another from here on.
        case amended = 2
        /// A model's answer was not finite, and the baseline's was taken in its place.
        case replaced = 3
        /// An update would have made a number of a model infinite or NaN, and was left out.
        case failed = 4
        /// A label lies far outside the range learned so far, and is neither scored nor learned yet.
        case setAside = 5
        /// Labels that were set aside were scored and learned.
        case learnedLate = 6
        /// Labels that were set aside are left out for good.
        case dropped = 7

        public var name: String {
            switch self {
            case .adopted: "adopted"
            case .amended: "amended"
            case .replaced: "replaced"
            case .failed: "failed"
            case .setAside: "set_aside"
            case .learnedLate: "learned_late"
            case .dropped: "dropped"
            }
        }
    }

    /// A number that says how much, or from where.
    public struct Evidence: Sendable, Equatable {
        public let name: String
        public let value: Double

        public init(_ name: String, _ value: Double) {
            (self.name, self.value) = (name, value)
        }

        /// - Parameter count: an offset or a count, far below 2⁵³.
        init(_ name: String, count: some BinaryInteger) {
            self.init(name, Double(count))
        }
    }

    public let kind: Kind
    /// The model that it is about; nil where it is about all of them.
    public let model: String?
    /// Why, in a few words.
    public let cause: String
    public let evidence: [Evidence]

    public init(_ kind: Kind, model: String? = nil, cause: String, evidence: [Evidence] = []) {
        (self.kind, self.model, self.cause, self.evidence) = (kind, model, cause, evidence)
    }

    /// For people, on one line.
    public var summary: String {
        let subject = model.map { "\(kind.name) of '\($0)'" } ?? kind.name
        return ([subject + ": " + cause] + evidence.map { "\($0.name) \($0.value)" }).joined(separator: ", ")
    }
}

extension Notice {
    /// - Parameter offset: of the adoption.
    static func adopted(_ recipe: Adoption.Recipe, at offset: Int) -> Notice {
        switch recipe {
        case .spec: Notice(.adopted, cause: "spec")
        case .restore(offset): Notice(.adopted, cause: "rebuild")
        case .restore(let target): Notice(.adopted, cause: "restore", evidence: [Evidence("to", count: target)])
        case .candidate(_, let start):
            Notice(.adopted, cause: "candidate", evidence: [Evidence("from", count: start)])
        case .upgrade(let start): Notice(.adopted, cause: "upgrade", evidence: [Evidence("from", count: start)])
        }
    }

    /// Nil of what an event of its own says, which tells nothing.
    static func amended(_ amendment: Amendment) -> Notice? {
        switch amendment {
        case .exclusion(let offsets, let isForgotten):
            Notice(
                .amended, cause: isForgotten ? "events forgotten" : "events excluded",
                evidence: [Evidence("count", count: offsets.count)])
        case .corrections(let corrections):
            Notice(.amended, cause: "labels corrected", evidence: [Evidence("count", count: corrections.count)])
        case .clock, .withdrawal: nil
        }
    }

    /// - Parameter offset: of the amendment.
    static func withdrawn(_ offset: Int) -> Notice {
        Notice(.amended, cause: "amendment withdrawn", evidence: [Evidence("of", count: offset)])
    }

    /// - Parameter count: which one of its run it is.
    static func replaced(_ model: String, count: UInt64) -> Notice {
        Notice(.replaced, model: model, cause: "answer not finite", evidence: [Evidence("count", count: count)])
    }

    static func failed(_ model: String, count: UInt64) -> Notice {
        Notice(.failed, model: model, cause: "update not finite", evidence: [Evidence("count", count: count)])
    }
}

extension Notice: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.byte(kind.rawValue)
        encoder.optional(model) { $0.string($1) }
        encoder.string(cause)
        encoder.count(evidence.count)
        for one in evidence {
            encoder.string(one.name)
            encoder.double(one.value)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        kind = try decoder.enumeration(Kind.init(rawValue:))
        model = try decoder.bool() ? try decoder.string() : nil
        cause = try decoder.string()
        var evidence: [Evidence] = []
        for _ in 0..<(try decoder.count()) {
            let name = try decoder.string()
            evidence.append(Evidence(name, try decoder.double()))
        }
        self.evidence = evidence
    }
}
