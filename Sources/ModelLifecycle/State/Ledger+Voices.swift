import Determinism

/// What was said to open questions, kept beside what was answered: see ``Voices``.
extension Ledger {
    /// Keeps what was said to the question that came last; where the room is full, the oldest question's goes for it.
    /// - Parameter said: a slot, without the count of labels.
    mutating func keepVoices(_ said: inout [Double], of index: Int) {
        guard voices.capacity > 0 else { return voices.pass() }
        if voices.used >= voices.capacity { dropVoices(downTo: voices.capacity - 1) }
        said[0] = Double(voices.learned)
        voices.store(said, of: index)
        if voices.used == 1 { voices.oldest = Int32(index) }
    }

    /// Lets go of the voices of the oldest questions until so many are left that have any.
    mutating func dropVoices(downTo count: Int, isCounted: Bool = true) {
        while voices.used > count, voices.oldest >= 0 {
            let index = Int(voices.oldest)
            if voices.has(index) { voices.drop(index, isCounted: isCounted) }
            voices.oldest = Int32(next(after: index) ?? -1)
        }
    }

    /// An open question is about to leave its queue.
    @inline(__always)
    mutating func leaveVoices(_ index: Int) {
        if voices.oldest == index { voices.oldest = Int32(next(after: index) ?? -1) }
        voices.release(index)
    }

    /// Looks for the oldest voices anew, after open questions have changed their order.
    mutating func findOldestVoices() { voices.oldest = Int32(oldest(.pending) ?? -1) }

    /// Lays out anew what is kept.
    /// - Parameters:
    ///   - layout: of the models that go on.
    ///   - sources: for the place of each of them its place so far; nil where it is new.
    ///   - capacity: how many questions there is room for now.
    mutating func rearrangeVoices(to layout: VoiceLayout, _ sources: [Int?], capacity: Int) {
        if layout == voices.layout, sources.enumerated().allSatisfy({ $0 == $1 }) {
            voices.setCapacity(capacity)
        } else {
            var rearranged = Voices(layout, capacity: capacity, after: voices)
            var own = [Double](repeating: VoiceLayout.absent, count: layout.stride)
            var next = layout.stride > 0 && voices.used > 0 ? oldest(.pending) : nil
            while let index = next {
                let old = voices.layout
                if voices.withSlot(of: index, { layout.take($0, old, sources, to: &own) }) == true {
                    rearranged.store(own, of: index)
                }
                next = self.next(after: index)
            }
            voices = rearranged
            findOldestVoices()
        }
        dropVoices(downTo: capacity)
    }

    // MARK: Bytes

    /// Whole numbers up to it are doubles.
    private static let labelsSinceMax = 1 << 53

    /// Writes what is kept, open question by open question.
    /// - Parameter learned: how many labels have been learned: written is how many since each question.
    func encodeVoices(learned: Int, modelCount: Int, to encoder: inout CanonicalEncoder) {
        var next = oldest(.pending)
        while let index = next {
            encoder.bool(voices.has(index))
            _ = voices.withSlot(of: index) { kept in
                encoder.count(max(0, learned - Int(kept[0])))
                for model in 0..<modelCount {
                    let said = voices.layout.voices(of: model, in: kept)
                    encoder.count(said?.count ?? 0)
                    if let said { for voice in said { encoder.double(voice) } }
                }
            }
            next = self.next(after: index)
            encoder.spill()
        }
    }

    /// - Precondition: the layout is that of the models.
    mutating func decodeVoices(
        modelCount: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) {
        var own = [Double](repeating: VoiceLayout.absent, count: voices.layout.stride)
        var next = oldest(.pending)
        while let index = next {
            if try decoder.bool() {
                guard voices.areKept else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "voices of models that have none")
                }
                let labelsSince = try decoder.natural()
                guard labelsSince <= Self.labelsSinceMax else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "more labels than there can be")
                }
                // No label has been counted yet here.
                own[0] = -Double(labelsSince)
                for model in 0..<modelCount {
                    let said = try decoder.doubles()
                    said.withUnsafeBufferPointer { voices.layout.put($0, of: model, in: &own) }
                }
                voices.store(own, of: index)
            }
            next = self.next(after: index)
        }
        findOldestVoices()
    }
}
