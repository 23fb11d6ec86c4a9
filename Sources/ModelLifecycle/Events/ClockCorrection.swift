import Determinism

/// Log time had run ahead of the true time, and is set to the time of the event: what the jump expired is open again.
/// It alone sets log time back.
public struct ClockCorrection: Sendable, Equatable {
    /// The first event that was stamped ahead. It and those after it count as of the time that is set, at the latest.
    public let from: Int
    /// The questions that the ledger had lost by the jump, by their offsets.
    public let opened: OffsetRanges

    public init(from: Int, opened: OffsetRanges) {
        (self.from, self.opened) = (from, opened)
    }
}

extension ClockCorrection {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(from)
        opened.encode(to: &encoder)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        from = try decoder.natural()
        opened = try OffsetRanges(from: &decoder)
    }
}
