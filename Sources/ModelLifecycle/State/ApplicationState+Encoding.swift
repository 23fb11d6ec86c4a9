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
            if hasVoices { encodeVoices(of: [ledger], to: &encoder) }
            if hasLateness { lateness.encode(to: &encoder) }
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
        if hasVoices || marks.ledger.voices.used > 0 {
            encoder.section(SnapshotSection.voices) { encodeVoices(of: [ledger, marks.ledger], to: &$0) }
        }
        if provisionalMicroseconds != nil {
            encoder.section(SnapshotSection.taught) { learned.encodeTaught(to: &$0) }
        }
        if hasLateness { encoder.section(SnapshotSection.lateness) { lateness.encode(to: &$0) } }
        if !learned.outliers.isEmpty || !asideLabels.isEmpty {
            encoder.section(SnapshotSection.outliers) { encoder in
                encoder.optional(learned.outliers.isEmpty ? nil : learned.outliers) {
                    $1.encode(to: &$0, withOffsets: true)
                }
                asideLabels.encode(to: &encoder)
            }
        }
    }

    /// Whether there is something to say of what was said.
    private var hasVoices: Bool { ledger.voices.used > 0 || ledger.voices.dropped > 0 }

    /// How many questions lost what was said to them, then what was said to those of each ledger.
    private func encodeVoices(of ledgers: [Ledger], to encoder: inout CanonicalEncoder) {
        encoder.uint(ledger.voices.dropped)
        for part in ledgers {
            part.encodeVoices(learned: ledger.voices.learned, modelCount: learned.models.count, to: &encoder)
        }
    }

    private mutating func decodeVoices(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        ledger.voices.setDropped(try decoder.uint())
        try ledger.decodeVoices(modelCount: learned.models.count, from: &decoder)
        try marks.ledger.decodeVoices(modelCount: learned.models.count, from: &decoder)
        guard hasVoices || marks.ledger.voices.used > 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "voices, and there are none")
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
        if var taught = sections.optional(.taught) {
            try self.learned.decodeTaught(from: &taught)
            try taught.finish()
        }
        if var lateness = sections.optional(.lateness) {
            guard keepsLateness else { throw lateness.lateness("a state of revision \(revision.fold)") }
            self.lateness = try Lateness(from: &lateness, spec)
            try lateness.finish()
        }
        if var outliers = sections.optional(.outliers) {
            if try outliers.bool() {
                self.learned.outliers = try OutlierLabels(from: &outliers, modelCount: self.learned.models.count)
            }
            asideLabels = try AsideLabels(from: &outliers)
            try outliers.finish()
        }
        for part in [head, learned, present] { try part.finish() }
        try checkHalves()
        layOutVoices()
        if var voices = sections.optional(.voices) {
            try decodeVoices(from: &voices)
            try voices.finish()
        }
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

    private mutating func checkHalves() throws(CanonicalDecodingError) {
        contractChanged()
        guard ledger.answerWidth % (learned.models.count + 1) == 0 else {
            throw CanonicalDecodingError(offset: 0, reason: "answers of other roles")
        }
        guard learned.lineage.amendmentCount <= amendments.count else {
            throw CanonicalDecodingError(offset: 0, reason: "a lineage of amendments that are not there")
        }
    }
}
