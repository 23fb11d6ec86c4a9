import OnlineLearning

/// Where what models said lies among the doubles that are kept with a question: first the count of labels that had been
/// learned, then, of each model with voices, these; of several classes their number before them.
struct VoiceLayout: Sendable, Equatable {
    /// Of each model in its place, how many voices an answer has, of several classes for each class; 0 where what it
    /// says need not be kept.
    private let counts: [Int]
    /// How many classes there is room for; nil where an answer is one number.
    private let classRoom: Int?
    /// Where each model's part begins.
    private let starts: [Int]
    /// Doubles a question; 0 where no model has voices.
    let stride: Int

    /// Of no voices.
    static let none = VoiceLayout(counts: [], classRoom: nil)

    init(counts: [Int], classRoom: Int?) {
        (self.counts, self.classRoom) = (counts, classRoom)
        var (starts, next) = ([Int](), 1)
        for count in counts {
            starts.append(next)
            if count > 0 { next += count * (classRoom ?? 1) + (classRoom == nil ? 0 : 1) }
        }
        (self.starts, stride) = (starts, next == 1 ? 0 : next)
    }

    /// Whether what a model says is kept.
    @inline(__always)
    private func isKept(_ model: Int) -> Bool { model < counts.count && counts[model] > 0 }

    /// What a model said, among what is kept; nil where nothing of it is.
    @inline(__always)
    func voices(of model: Int, in kept: UnsafeBufferPointer<Double>) -> UnsafeBufferPointer<Double>? {
        guard isKept(model) else { return nil }
        let (start, first) = (starts[model], kept[starts[model]])
        guard classRoom != nil else {
            return first.isNaN ? nil : UnsafeBufferPointer(rebasing: kept[start..<start + counts[model]])
        }
        return first > 0 ? UnsafeBufferPointer(rebasing: kept[start + 1..<start + 1 + Int(first)]) : nil
    }

    /// Writes what a model said. Another count than its own is as if it had said nothing.
    @inline(__always)
    func put(_ said: UnsafeBufferPointer<Double>, of model: Int, in kept: inout [Double]) {
        guard isKept(model) else { return }
        let (start, count) = (starts[model], counts[model])
        if let classRoom {
            guard said.count % count == 0, said.count <= count * classRoom else { return clear(model, in: &kept) }
            kept[start] = Double(said.count)
            for i in said.indices { kept[start + 1 + i] = said[i] }
        } else {
            guard said.count == count else { return clear(model, in: &kept) }
            for i in said.indices { kept[start + i] = said[i] }
        }
    }

    /// Nothing is kept of a model: what it said was not what was answered.
    func clear(_ model: Int, in kept: inout [Double]) {
        if isKept(model) { kept[starts[model]] = classRoom == nil ? .nan : 0 }
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
        for model in counts.indices {
            clear(model, in: &own)
            guard let source = model < sources.count ? sources[model] : nil,
                let voices = other.voices(of: source, in: kept)
            else { continue }
            put(voices, of: model, in: &own)
            hasAny = hasAny || isKept(model)
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
        if said.count != stride { said = [Double](repeating: .nan, count: stride) }
        slab.withUnsafeBufferPointer { slab in
            for i in 0..<stride { said[i] = slab[start + i] }
        }
        return Double(learned) - said[0]
    }
}
