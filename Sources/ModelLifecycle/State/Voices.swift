import OnlineLearning

/// Where what models said lies among the doubles that are kept with a question: first the count of labels that had been
/// learned, then, of each model with voices, these; of several classes their number before them.
struct VoiceLayout: Sendable, Equatable {
    private struct Part: Sendable, Equatable {
        /// How many voices an answer has, of several classes for each class; 0 where what is said need not be kept.
        let count: Int
        let start: Int
    }

    /// Of each model in its place.
    private let parts: [Part]
    /// How many classes there is room for; 0 where an answer is one number.
    private let classRoom: Int
    /// Doubles a question; 0 where no model has voices.
    let stride: Int

    /// Stands where nothing of a model is kept. It is not the NaN of arithmetic: a step may say that one.
    static let absent = Double(bitPattern: 0x7FF8_0000_5A1D_0000)

    /// Of no voices.
    static let none = VoiceLayout(counts: [], classRoom: 0)

    /// - Parameter counts: of each model in its place, its voices.
    init(counts: [Int], classRoom: Int) {
        self.classRoom = classRoom
        var (parts, next) = ([Part](), 1)
        for count in counts {
            parts.append(Part(count: count, start: next))
            if count > 0 { next += classRoom == 0 ? count : 1 + count * classRoom }
        }
        (self.parts, stride) = (parts, next == 1 ? 0 : next)
    }

    /// Where a model's part begins, and how many voices it has; nil where nothing of it is kept.
    @inline(__always)
    private func part(_ model: Int) -> Part? {
        guard model < parts.count, parts[model].count > 0 else { return nil }
        return parts[model]
    }

    /// What a model said, among what is kept; nil where nothing of it is.
    @inline(__always)
    func voices(of model: Int, in kept: UnsafeBufferPointer<Double>) -> UnsafeBufferPointer<Double>? {
        guard let part = part(model) else { return nil }
        let (start, first) = (part.start, kept[part.start])
        guard classRoom > 0 else {
            guard first.bitPattern != Self.absent.bitPattern else { return nil }
            return UnsafeBufferPointer(rebasing: kept[start..<start + part.count])
        }
        return first > 0 ? UnsafeBufferPointer(rebasing: kept[start + 1..<start + 1 + Int(first)]) : nil
    }

    /// What a model is told of the question whose label it learns.
    /// - Parameter labelsSince: nil where nobody is to be judged.
    @inline(__always)
    func asked(
        _ model: Int, _ kept: UnsafeBufferPointer<Double>, _ answer: UnsafeBufferPointer<Double>,
        _ labelsSince: Double?
    ) -> Asked {
        guard let labelsSince, let own = voices(of: model, in: kept) else { return .another }
        return .then(voices: own, answer: answer, labelsSince: labelsSince)
    }

    /// Writes what a model said. Another count than its own is as if it had said nothing.
    @inline(__always)
    func put(_ said: UnsafeBufferPointer<Double>, of model: Int, in kept: inout [Double]) {
        guard let part = part(model) else { return }
        var start = part.start
        if classRoom > 0 {
            guard said.count % part.count == 0, said.count <= part.count * classRoom else {
                return clear(model, in: &kept)
            }
            kept[start] = Double(said.count)
            start += 1
        } else if said.count != part.count {
            return clear(model, in: &kept)
        }
        for i in said.indices { kept[start + i] = said[i] }
    }

    /// Nothing is kept of a model: what it said was not what was answered.
    func clear(_ model: Int, in kept: inout [Double]) {
        if let part = part(model) { kept[part.start] = classRoom == 0 ? Self.absent : 0 }
    }

    /// The same by this layout.
    /// - Parameters:
    ///   - kept: laid out by another.
    ///   - sources: for the place of each model here its place there; nil where it has none.
    /// - Returns: whether something of a model is kept.
    func take(_ kept: UnsafeBufferPointer<Double>, _ other: VoiceLayout, _ sources: [Int?], to own: inout [Double])
        -> Bool
    {
        own[0] = kept[0]
        var hasAny = false
        for model in parts.indices {
            clear(model, in: &own)
            guard let source = model < sources.count ? sources[model] : nil,
                let voices = other.voices(of: source, in: kept)
            else { continue }
            put(voices, of: model, in: &own)
            hasAny = hasAny || part(model) != nil
        }
        return hasAny
    }
}

/// What was said to open questions by models that weigh experts: these are judged by it when the label comes, because
/// what they would say by then they could not have said when asked.
///
/// It belongs to the present: no restore takes it back. It lies in slots of a slab, one for a question that has any;
/// a question of before, or one whose voices went for want of room, has none. Nothing is allocated while no model has
/// voices. Complexity: O(voices) for every operation, amortized.
struct Voices: Sendable {
    private(set) var layout = VoiceLayout.none
    /// How many questions there is room for.
    private(set) var capacity = 0
    /// How many questions have voices.
    private(set) var used = 0
    /// Labels learned while some model had voices. Only differences are ever used.
    private(set) var learned = 0
    /// Questions whose voices went before their time, because the room was full.
    private(set) var dropped: UInt64 = 0
    /// No entry of the queue of open questions before this one has voices; of no meaning where none has.
    var oldest: Int32 = -1

    private var slab: [Double] = []
    /// By the index of the entry; -1 for none.
    private var slots: [Int32] = []
    /// The first slot that is free; the others follow through the slab.
    private var free: Int32 = -1

    init() {}

    /// The same count of labels, and no voices yet.
    init(_ layout: VoiceLayout, capacity: Int, after other: Voices) {
        (self.layout, self.capacity) = (layout, capacity)
        (learned, dropped) = (other.learned, other.dropped)
    }

    /// Whether some model has voices.
    @inline(__always)
    var areKept: Bool { layout.stride > 0 }

    /// Bytes that the slab takes.
    var byteCount: Int { slab.capacity * 8 }

    @inline(__always)
    mutating func count(labels: Int) { learned += labels }

    mutating func setDropped(_ count: UInt64) { dropped = count }

    mutating func setCapacity(_ count: Int) { capacity = count }

    @inline(__always)
    func has(_ entry: Int) -> Bool { entry < slots.count && slots[entry] >= 0 }

    /// Keeps what was said to a question that has nothing kept yet, whatever the room.
    /// - Parameter said: a slot, with the count of labels at its front.
    mutating func store(_ said: [Double], of entry: Int) {
        let stride = layout.stride
        while slots.count <= entry { slots.append(-1) }
        var slot = Int(free)
        if slot >= 0 {
            free = Int32(slab[slot * stride])
        } else {
            slot = slab.count / stride
            if slab.count + stride > slab.capacity { grow() }
            slab.append(contentsOf: repeatElement(0, count: stride))
        }
        slab.withUnsafeMutableBufferPointer { slab in
            for i in 0..<stride { slab[slot * stride + i] = said[i] }
        }
        slots[entry] = Int32(slot)
        used += 1
    }

    /// By half, up to the budget.
    private mutating func grow() {
        let (stride, room) = (layout.stride, max(64 * layout.stride, slab.count + slab.count / 2))
        slab.reserveCapacity(max(slab.count + stride, min(room, capacity * stride)))
    }

    mutating func release(_ entry: Int) {
        guard has(entry) else { return }
        let slot = slots[entry]
        slab[Int(slot) * layout.stride] = Double(free)
        (free, slots[entry]) = (slot, -1)
        used -= 1
    }

    /// The same, because the room was full. - Parameter isCounted: whether that is a loss.
    mutating func drop(_ entry: Int, isCounted: Bool) {
        release(entry)
        if isCounted { dropped += 1 }
    }

    /// Counts a question whose voices are not kept, because not one has room.
    mutating func pass() { dropped += 1 }

    /// What is kept with a question; nil where nothing is.
    func withSlot<R>(of entry: Int, _ body: (UnsafeBufferPointer<Double>) -> R) -> R? {
        guard has(entry) else { return nil }
        let start = Int(slots[entry]) * layout.stride
        return slab.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[start..<start + layout.stride])) }
    }

    /// The same, into an array that is reused.
    /// - Returns: how many labels have been learned since the question was asked; nil where nothing is kept.
    @inline(__always)
    func copy(_ entry: Int, to said: inout [Double]) -> Double? {
        guard has(entry) else { return nil }
        let (stride, start) = (layout.stride, Int(slots[entry]) * layout.stride)
        if said.count != stride { said = [Double](repeating: VoiceLayout.absent, count: stride) }
        slab.withUnsafeBufferPointer { slab in
            for i in 0..<stride { said[i] = slab[start + i] }
        }
        return max(0, Double(learned) - said[0])
    }
}
