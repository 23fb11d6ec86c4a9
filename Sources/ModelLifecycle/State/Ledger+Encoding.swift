import Determinism

extension Ledger {
    /// Writes the ledger; without offsets it is what `ledger_digest` is taken of, with them what a snapshot keeps.
    func encode(to encoder: inout CanonicalEncoder, withOffsets: Bool) {
        encoder.int(time.microseconds)
        counts.encode(to: &encoder)
        encoder.count(answerWidth)
        for status in [Status.pending, .waiting, .labelled] {
            encoder.count(count(of: status))
            var index = oldest(status)
            while let current = index {
                let (entry, correction) = (self.entry(current), correction(of: current))
                encoder.byte(
                    entry.status.rawValue | (correction == nil ? 0 : Self.correctedFlag)
                        | (entry.isProvisional ? Self.provisionalFlag : 0))
                encoder.fingerprint(entry.id)
                encoder.fixed64(
                    UInt64(bitPattern: entry.time.microseconds), entry.content, correction?.label ?? entry.label)
                if correction != nil { encoder.fixed64(entry.label) }
                if withOffsets {
                    encoder.int(entry.offset)
                    if entry.label != 0 || entry.isProvisional { encoder.int(entry.labelOffset) }
                    if let correction { encoder.int(correction.offset) }
                }
                if entry.status == .pending {
                    withAnswers(of: current) { for answer in $0 { encoder.double(answer) } }
                }
                index = next(after: current)
                encoder.spill()
            }
        }
    }

    /// More than the most models and classes that a spec can have.
    private static let answerWidthMax = 1 << 20

    /// Set in the byte of the status where the label was corrected and the first one follows.
    private static let correctedFlag: UInt8 = 0x80
    /// Set in the byte of the status of an open question that was learned provisionally; where offsets are, that of the
    /// event which let so much time pass stands where else the label's does.
    private static let provisionalFlag: UInt8 = 0x40

    /// - Parameter format: of the snapshot; 1 and 2 say nothing of what gave a label, nor that it was corrected.
    init(from decoder: inout CanonicalDecoder, format: UInt8) throws(CanonicalDecodingError) {
        let time = Timestamp(microseconds: try decoder.int())
        let counts = try StreamCounts(from: &decoder)
        let width = try decoder.natural()
        guard width > 0, width <= Self.answerWidthMax else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "answers of \(width) numbers")
        }
        self.init(answerWidth: width)
        (self.time, self.counts) = (time, counts)
        var values = [Double](repeating: .nan, count: answerWidth)
        for queue in 0..<3 {
            for _ in 0..<(try decoder.count()) {
                let (entry, correction) = try Self.entry(&decoder, queue, format)
                let index = append(entry)
                if let correction { correct(index, to: correction.label, at: Int(correction.offset)) }
                guard entry.status == .pending else { continue }
                for place in values.indices { values[place] = try decoder.double() }
                setAnswers(values, of: index)
            }
        }
    }

    private static func entry(
        _ decoder: inout CanonicalDecoder, _ queue: Int, _ format: UInt8
    ) throws(CanonicalDecodingError) -> (Entry, Correction?) {
        let flags = try decoder.byte()
        let isCorrected = format > 2 && flags & correctedFlag != 0
        let isProvisional = format > 2 && flags & provisionalFlag != 0
        guard let status = Status(rawValue: format > 2 ? flags & ~(correctedFlag | provisionalFlag) : flags),
            status != .free, status.queue == queue, !isCorrected || queue == 2, !isProvisional || queue == 0
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "an entry in the wrong queue") }
        let id = try decoder.fingerprint()
        let time = Timestamp(microseconds: Int64(bitPattern: try decoder.fixed64()))
        let (content, label) = (try decoder.fixed64(), try decoder.fixed64())
        let first = isCorrected ? try decoder.fixed64() : label
        let offset = try decoder.int()
        let labelOffset = format > 2 && (first != 0 || isProvisional) ? try decoder.int() : -1
        guard !isProvisional || first == 0 && labelOffset >= 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a labelled question learned provisionally")
        }
        let entry = Entry(
            id: id, offset: offset, time: time, content: content, label: first, labelOffset: labelOffset,
            status: status)
        return (entry, isCorrected ? Correction(label: label, offset: try decoder.int()) : nil)
    }
}
