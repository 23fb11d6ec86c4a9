import Determinism
import OnlineLearning

/// Digests and snapshots.
extension ApplicationState {
    /// The digest of the learned state. Complexity: O(state).
    public var stateDigest: Digest { learned.digest }

    /// The digest of the ledger, offsets left out. Complexity: O(ledger).
    public var ledgerDigest: Digest {
        Digest(encoding: { encoder in
            spec.contract.encode(to: &encoder)
            ledger.encode(to: &encoder, withOffsets: false)
            // Programs before it kept nothing of it, and their digests say nothing of it.
            if keepsServed { encodeServedFacts(to: &encoder) }
        })
    }

    /// The whole state, for a snapshot; `docs/formats/snapshot.md` describes the bytes.
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(offset)
        encoder.count(version)
        spec.encode(to: &encoder)
        learned.lineage.encode(to: &encoder)
        learned.encode(to: &encoder)
        ledger.encode(to: &encoder, withOffsets: true)
        amendments.encode(to: &encoder)
        revision.encode(to: &encoder)
        failureRuns.encode(to: &encoder)
        learned.roles.encode(to: &encoder)
        encodeServed(to: &encoder)
    }

    /// - Parameter format: of the snapshot; 1 had neither amendments nor revisions, 2 not what gave a label, what
    ///   failed of late, who serves, nor how what was answered proved.
    public init(from decoder: inout CanonicalDecoder, format: UInt8) throws(CanonicalDecodingError) {
        let offset = try decoder.natural()
        let version = try decoder.natural()
        let spec = try Spec(from: &decoder)
        let lineage = try Lineage(from: &decoder, hasAmendments: format > 1)
        var learned = try LearnedState(from: &decoder, contract: spec.contract)
        learned.lineage = lineage
        self.init(beginning: spec)
        (self.offset, self.version, self.learned) = (offset, version, learned)
        ledger = try Ledger(from: &decoder, format: format)
        guard ledger.answerWidth % (learned.models.count + 1) == 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "answers of other roles")
        }
        amendments = format > 1 ? try Amendments(from: &decoder) : Amendments()
        revision = format > 1 ? try Revision(from: &decoder) : .unrecorded
        failureRuns = format > 2
            ? try FailureRuns(from: &decoder, modelCount: learned.models.count)
            : FailureRuns(modelCount: learned.models.count)
        if format > 2 {
            self.learned.roles = try Roles(from: &decoder, modelCount: learned.models.count)
            try decodeServed(from: &decoder)
        } else {
            served = Served(beginning: Scorecard(spec.settings.metrics, spec.contract))
        }
        guard learned.lineage.amendmentCount <= amendments.count else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a lineage of amendments that are not there")
        }
    }
}
