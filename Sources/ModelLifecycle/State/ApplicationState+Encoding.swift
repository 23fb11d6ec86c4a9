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

    /// The format of the snapshots that are written: 1 knew neither amendments nor revisions, 2 not what gave a label,
    /// what failed of late, who serves, nor how what was answered proved, no extras of specs and no sections.
    public static var snapshotFormat: UInt8 { 3 }

    /// The whole state, for a snapshot; `docs/formats/snapshot.md` describes the bytes.
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.section(SnapshotSection.head) { encoder in
            encoder.count(offset)
            encoder.count(version)
            spec.encode(to: &encoder)
        }
        encoder.section(SnapshotSection.learned) { encoder in
            learned.lineage.encode(to: &encoder)
            learned.encode(to: &encoder)
            revision.encode(to: &encoder)
            learned.roles.encode(to: &encoder)
        }
        encoder.section(SnapshotSection.present) { encoder in
            ledger.encode(to: &encoder, withOffsets: true)
            amendments.encode(to: &encoder)
            failureRuns.encode(to: &encoder)
            encodeServed(to: &encoder)
        }
        if !names.isEmpty { encoder.section(SnapshotSection.names) { names.encode(to: &$0) } }
        if !marks.isEmpty { encoder.section(SnapshotSection.marks) { encodeMarks(to: &$0) } }
        if !learned.outliers.isEmpty || !asideLabels.isEmpty {
            encoder.section(SnapshotSection.outliers) { encoder in
                encoder.optional(learned.outliers.isEmpty ? nil : learned.outliers) {
                    $1.encode(to: &$0, withOffsets: true)
                }
                asideLabels.encode(to: &encoder)
            }
        }
    }

    /// - Parameter format: of the snapshot.
    public init(from decoder: inout CanonicalDecoder, format: UInt8) throws(CanonicalDecodingError) {
        guard format > 2 else {
            try self.init(inOneFrom: &decoder, format: format)
            return
        }
        guard format == Self.snapshotFormat else { throw .unknown("snapshot format \(format)", at: 0) }
        let sections = try Sections<SnapshotSection>(from: &decoder)
        var (head, learned) = (try sections(.head), try sections(.learned))
        var present = try sections(.present)
        try self.init(head: &head)
        try readLearned(from: &learned, format: format)
        revision = try Revision(from: &learned)
        self.learned.roles = try Roles(from: &learned, modelCount: self.learned.models.count)
        ledger = try Ledger(from: &present, format: format)
        marks = Marks(answerWidth: ledger.answerWidth)
        amendments = try Amendments(from: &present)
        failureRuns = try FailureRuns(from: &present, modelCount: self.learned.models.count)
        try decodeServed(from: &present)
        if var names = sections.optional(.names) {
            self.names = try VersionNames(from: &names)
            try names.finish()
        }
        if var marks = sections.optional(.marks) {
            try decodeMarks(from: &marks)
            try marks.finish()
        }
        if var outliers = sections.optional(.outliers) {
            if try outliers.bool() {
                self.learned.outliers = try OutlierLabels(from: &outliers, modelCount: self.learned.models.count)
            }
            asideLabels = try AsideLabels(from: &outliers)
            try outliers.finish()
        }
        contractChanged()
        for part in [head, learned, present] { try part.finish() }
        try checkHalves()
    }

    /// Before format 3, one part followed the other without a length.
    private init(inOneFrom decoder: inout CanonicalDecoder, format: UInt8) throws(CanonicalDecodingError) {
        guard format > 0 else { throw CanonicalDecodingError(offset: 0, reason: "no snapshot format is 0") }
        try self.init(head: &decoder)
        try readLearned(from: &decoder, format: format)
        ledger = try Ledger(from: &decoder, format: format)
        amendments = format > 1 ? try Amendments(from: &decoder) : Amendments()
        revision = format > 1 ? try Revision(from: &decoder) : .unrecorded
        served = Served(beginning: Scorecard(spec.settings.metrics, spec.contract))
        contractChanged()
        try checkHalves()
    }

    private init(head decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let (offset, version) = (try decoder.natural(), try decoder.natural())
        self.init(beginning: try Spec(from: &decoder))
        (self.offset, self.version) = (offset, version)
    }

    private mutating func readLearned(
        from decoder: inout CanonicalDecoder, format: UInt8
    ) throws(CanonicalDecodingError) {
        let lineage = try Lineage(from: &decoder, hasAmendments: format > 1)
        learned = try LearnedState(from: &decoder, contract: spec.contract)
        learned.lineage = lineage
        failureRuns = FailureRuns(modelCount: learned.models.count)
    }

    private func checkHalves() throws(CanonicalDecodingError) {
        guard ledger.answerWidth % (learned.models.count + 1) == 0 else {
            throw CanonicalDecodingError(offset: 0, reason: "answers of other roles")
        }
        guard learned.lineage.amendmentCount <= amendments.count else {
            throw CanonicalDecodingError(offset: 0, reason: "a lineage of amendments that are not there")
        }
    }
}
