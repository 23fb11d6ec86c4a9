import Determinism
import OnlineLearning

/// What the present knows and no restore takes back: log time, the predictions that await their labels, the labels that
/// await their predictions, and the ids that are still known.
///
/// An id is known by its fingerprint. Each lies in one of three queues — *pending*, *waiting*, *known* — in the order
/// in which it came there; since every queue waits the same horizon, the queues expire from their heads. A slab of
/// entries with an open-addressing index. Complexity: O(1) for every operation, amortized; memory is bounded by
/// ``Limits/idBytes``.
public struct Ledger: Sendable {
    /// The log time of a log without any: the first instant that can be written, 0001-01-01T00:00:00Z.
    public static let beginning = Timestamp(microseconds: -62_135_596_800_000_000)

    /// The log time: that of the newest event.
    public internal(set) var time = Ledger.beginning
    public internal(set) var counts = StreamCounts()
    /// What was said to open questions.
    var voices = Voices()

    private var entries: [Entry] = []
    /// By the index of the entry; nothing ever walks through it.
    private var corrections: [Int: Correction] = [:]
    /// What was answered to questions whose answer is the voice of no model here any more, by the index of the entry;
    /// nothing ever walks through it.
    private var given: [Int: [Double]] = [:]
    private var freeHead: Int32 = -1
    private var queues = Queues()
    /// Entry + 1 below, the id's highest 32 bits above it, so that another id's entry is hardly ever looked at; or 0.
    /// A power of two, at most half taken.
    private var buckets: [UInt64] = []
    private var used = 0
    /// The entry appended last, which is asked for next where labels come at once.
    private var newest = 0
    /// The answers of each entry, one after the other: `answerWidth` doubles each.
    private var answers: [Double] = []
    private(set) var answerWidth: Int
    /// When the open questions were asked.
    private(set) var openTimes = OpenTimes(horizon: 0)

    init(answerWidth: Int) {
        self.answerWidth = answerWidth
    }

    /// Tells the open questions' times apart as suits a horizon. Complexity: O(open) where it is another.
    mutating func tellOpenTimes(within horizon: Int64) {
        var times = OpenTimes(horizon: horizon)
        guard times.width != openTimes.width else { return }
        var next = oldest(.pending)
        while let index = next {
            times.add(time(of: index), 1)
            next = self.next(after: index)
        }
        openTimes = times
    }

    var isEmpty: Bool { used == 0 }
    /// How many lie in the queue of a status.
    func count(of status: Status) -> Int { queues[status].count }
    public var pendingCount: Int { queues[.pending].count }
    public var waitingCount: Int { queues[.waiting].count }
    public var knownCount: Int { queues[.labelled].count }
    /// How many open questions were learned provisionally.
    public private(set) var provisionalCount = 0

    /// Bytes that the entries take, their index included.
    @inline(__always)
    var byteCount: Int {
        // What is in memory does not overflow.
        used &* (MemoryLayout<Entry>.stride &+ 24 &+ answerWidth &* 8) &+ corrections.count &* 64
            &+ given.count &* (64 &+ answerWidth &* 8)
    }

    // MARK: Entries

    @inline(__always)
    func entry(_ index: Int) -> Entry { entries[index] }

    @inline(__always)
    func status(of index: Int) -> Status { entries[index].status }

    /// When an entry came into its queue.
    @inline(__always)
    func time(of index: Int) -> Timestamp { entries[index].time }

    // A call would be given a copy of the ledger's fields.
    @inline(__always)
    func index(of id: Fingerprint) -> Int? {
        guard !buckets.isEmpty else { return nil }
        if entries[newest].id == id, entries[newest].status != .free { return newest }
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: id.low) & mask
        while true {
            let found = buckets[bucket]
            if found == 0 { return nil }
            if found >> 32 == id.high >> 32 {
                let entry = Int(truncatingIfNeeded: found & 0xFFFF_FFFF) - 1
                if entries[entry].id == id { return entry }
            }
            bucket = (bucket &+ 1) & mask
        }
    }

    /// The oldest entry of a queue, if there is one.
    func oldest(_ status: Status) -> Int? {
        let head = queues[status].head
        return head < 0 ? nil : Int(head)
    }

    /// The entries that fulfil a condition. Complexity: O(ledger).
    func entries(where fulfils: (Entry) -> Bool) -> [Int] {
        entries.indices.filter { entries[$0].status != .free && fulfils(entries[$0]) }
    }

    /// The oldest event that anything here refers to; nil where there is nothing. Complexity: O(ledger).
    var oldestOffset: Int? {
        var oldest: Int64?
        for entry in entries where entry.status != .free {
            let first = entry.labelOffset < 0 ? entry.offset : min(entry.offset, entry.labelOffset)
            oldest = min(oldest ?? first, first)
        }
        return oldest.map { Int($0) }
    }

    func next(after index: Int) -> Int? {
        let next = entries[index].next
        return next < 0 ? nil : Int(next)
    }

    /// Adds an entry to the end of its queue. The id must not be known.
    @discardableResult
    mutating func append(_ entry: Entry) -> Int {
        var index = Int(freeHead)
        if index >= 0 {
            freeHead = entries[index].next
            entries[index] = entry
        } else {
            index = entries.count
            entries.append(entry)
            answers.append(contentsOf: repeatElement(.nan, count: answerWidth))
        }
        newest = index
        used += 1
        if entry.isProvisional { provisionalCount += 1 }
        if used * 2 > buckets.count { rehash(max(64, buckets.count * 2)) } else { place(index) }
        relink { $0.link(index, in: $1) }
        if entry.status == .pending { openTimes.add(entry.time, 1) }
        return index
    }

    /// Moves an entry to the end of the queue of its new status.
    mutating func move(_ index: Int, to status: Status, at time: Timestamp) {
        if !given.isEmpty, status != .pending { given[index] = nil }
        if entries[index].status == .pending {
            openTimes.add(entries[index].time, -1)
            if voices.used > 0, status != .pending { leaveVoices(index) }
        }
        if status != .pending, entries[index].isProvisional { unmarkProvisional(index) }
        if status == .pending { openTimes.add(time, 1) }
        relink { queues, entries in
            queues.unlink(index, in: entries)
            entries[index].status = status
            entries[index].time = time
            queues.link(index, in: entries)
        }
        if voices.used > 0, status == .pending { findOldestVoices() }
    }

    /// The label came, by the event at an offset.
    mutating func setLabel(_ hash: UInt64, at offset: Int, of index: Int) {
        if entries[index].isProvisional { unmarkProvisional(index) }
        entries[index].label = hash
        entries[index].labelOffset = Int64(offset)
    }

    func correction(of index: Int) -> Correction? {
        corrections.isEmpty ? nil : corrections[index]
    }

    /// Hash of the label as it counts now; 0 while there is none.
    func label(of index: Int) -> UInt64 {
        correction(of: index)?.label ?? entries[index].label
    }

    mutating func correct(_ index: Int, to hash: UInt64, at offset: Int) {
        corrections[index] = Correction(label: hash, offset: Int64(offset))
    }

    /// The first label counts again.
    mutating func uncorrect(_ index: Int) {
        if !corrections.isEmpty { corrections[index] = nil }
    }

    /// A prediction takes the place of the label that waited for it.
    mutating func replace(_ index: Int, with entry: Entry) {
        relink { queues, entries in
            queues.unlink(index, in: entries)
            entries[index] = entry
            queues.link(index, in: entries)
        }
        if entry.status == .pending { openTimes.add(entry.time, 1) }
    }

    mutating func remove(_ index: Int) {
        unplace(index)
        if !corrections.isEmpty { corrections[index] = nil }
        if !given.isEmpty { given[index] = nil }
        if voices.used > 0 { leaveVoices(index) }
        if entries[index].isProvisional { unmarkProvisional(index) }
        if entries[index].status == .pending { openTimes.add(entries[index].time, -1) }
        let free = freeHead
        relink { queues, entries in
            queues.unlink(index, in: entries)
            entries[index].status = .free
            entries[index].next = free
        }
        freeHead = Int32(index)
        used -= 1
    }

    /// Lets go of everything that still waits: what comes for it would be of another target.
    mutating func forgetOpenQuestions() {
        while let oldest = oldest(.pending) {
            counts.expiredPredictions += 1
            remove(oldest)
        }
        while let oldest = oldest(.waiting) {
            counts.unmatchedLabels += 1
            remove(oldest)
        }
    }

    // MARK: Setting aside

    /// An entry with all that is known of it.
    struct Whole: Sendable {
        let entry: Entry
        let correction: Correction?
        let given: [Double]?
        let answers: [Double]
        /// What was said, where that is kept; by the layout of now.
        let voices: [Double]?
    }

    /// Takes an entry out.
    mutating func take(_ index: Int) -> Whole {
        let whole = Whole(
            entry: entries[index], correction: correction(of: index), given: given(of: index),
            answers: withAnswers(of: index) { Array($0) }, voices: voices.withSlot(of: index) { Array($0) })
        remove(index)
        return whole
    }

    /// Puts entries in, each in the place of its queue that its time gives it. Their ids must not be known.
    /// Complexity: O(n log n + ledger).
    mutating func insert(_ wholes: [Whole]) {
        var places = [Status.pending, .waiting, .labelled].map { queues[$0].tail }
        for whole in wholes.sorted(by: { $0.entry.isLater(than: $1.entry) }) {
            let queue = whole.entry.status.queue
            while places[queue] >= 0, entries[Int(places[queue])].isLater(than: whole.entry) {
                places[queue] = entries[Int(places[queue])].previous
            }
            let index = append(whole.entry)
            relink { queues, entries in
                queues.unlink(index, in: entries)
                queues.link(index, after: places[queue], in: entries)
            }
            corrections[index] = whole.correction
            given[index] = whole.given
            setAnswers(whole.answers, of: index)
            if let said = whole.voices { voices.store(said, of: index) }
        }
        if voices.used > 0 { findOldestVoices() }
        findOldestFresh()
    }

    // MARK: Learned provisionally

    /// The oldest open question that was not learned provisionally.
    var oldestFresh: Int? { queues.fresh < 0 ? nil : Int(queues.fresh) }

    /// The next such question behind an open one.
    func nextFresh(after index: Int) -> Int? {
        var next = self.next(after: index)
        while let index = next, entries[index].isProvisional { next = self.next(after: index) }
        return next
    }

    /// An open question was learned provisionally, as the event at an offset let time pass.
    mutating func markProvisional(_ index: Int, at offset: Int) {
        entries[index].labelOffset = Int64(offset)
        provisionalCount += 1
        if queues.fresh == Int32(index) { relink { $0.findFresh(from: $1[index].next, in: $1) } }
    }

    /// An open question counts as if it had not been learned provisionally. Where it stays in its queue,
    /// ``findOldestFresh()`` is due.
    mutating func unmarkProvisional(_ index: Int) {
        entries[index].labelOffset = -1
        provisionalCount -= 1
    }

    /// To be called after questions have come to other places of their queue.
    /// Complexity: O(those learned provisionally).
    mutating func findOldestFresh() {
        relink { $0.findFresh(from: $0[.pending].head, in: $1) }
    }

    // MARK: Answers

    /// What was answered to an open question, where that is not the voice of the model in the entry's place.
    func given(of index: Int) -> [Double]? { given.isEmpty ? nil : given[index] }

    /// The entry has no place then: models may be fewer later.
    mutating func setGiven(_ answer: [Double], of index: Int) {
        given[index] = answer
        entries[index].place = 0
    }

    mutating func setPlace(_ place: Int, of index: Int) { entries[index].place = place }

    @inline(__always)
    mutating func setAnswers(_ values: [Double], of index: Int) {
        let start = index * answerWidth
        for i in 0..<answerWidth { answers[start + i] = values[i] }
    }

    @inline(__always)
    func copyAnswers(of index: Int, to values: inout [Double]) {
        if values.count != answerWidth { values = [Double](repeating: .nan, count: answerWidth) }
        for place in 0..<answerWidth { values[place] = answers[index * answerWidth + place] }
    }

    func withAnswers<R>(of index: Int, _ body: (UnsafeBufferPointer<Double>) -> R) -> R {
        answers.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[index * answerWidth..<(index + 1) * answerWidth]))
        }
    }

    /// Lays every entry's answers out anew: place *i* takes what was at `sources[i]`, or no answer where that is nil.
    mutating func rearrangeAnswers(_ sources: [Int?]) {
        guard sources != (0..<answerWidth).map({ $0 }) else { return }
        var rearranged = [Double](repeating: .nan, count: entries.count * sources.count)
        for index in entries.indices {
            for (place, source) in sources.enumerated() {
                guard let source else { continue }
                rearranged[index * sources.count + place] = answers[index * answerWidth + source]
            }
        }
        answers = rearranged
        answerWidth = sources.count
    }

    // MARK: Queues and index

    /// Changes queues and entries together, where they lie.
    @inline(__always)
    private mutating func relink(_ body: (inout Queues, UnsafeMutableBufferPointer<Entry>) -> Void) {
        var queues = self.queues
        entries.withUnsafeMutableBufferPointer { body(&queues, $0) }
        self.queues = queues
    }

    @inline(__always)
    private static func mark(_ id: Fingerprint, _ index: Int) -> UInt64 {
        id.high & 0xFFFF_FFFF_0000_0000 | UInt64(truncatingIfNeeded: index + 1)
    }

    private mutating func place(_ index: Int) {
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: entries[index].id.low) & mask
        while buckets[bucket] != 0 { bucket = (bucket &+ 1) & mask }
        buckets[bucket] = Self.mark(entries[index].id, index)
    }

    /// Empties an entry's bucket and moves later ones of the same run up (Knuth, TAOCP 3, 6.4, algorithm R), so that
    /// the index never fills with tombstones.
    private mutating func unplace(_ index: Int) {
        let mask = buckets.count - 1
        let id = entries[index].id
        let mark = Self.mark(id, index)
        entries.withUnsafeBufferPointer { entries in
            buckets.withUnsafeMutableBufferPointer { buckets in
                var hole = Int(truncatingIfNeeded: id.low) & mask
                while buckets[hole] != mark { hole = (hole &+ 1) & mask }
                var bucket = hole
                while true {
                    bucket = (bucket &+ 1) & mask
                    guard buckets[bucket] != 0 else { break }
                    let entry = Int(truncatingIfNeeded: buckets[bucket] & 0xFFFF_FFFF) - 1
                    let home = Int(truncatingIfNeeded: entries[entry].id.low) & mask
                    if (bucket &- home) & mask >= (bucket &- hole) & mask {
                        buckets[hole] = buckets[bucket]
                        hole = bucket
                    }
                }
                buckets[hole] = 0
            }
        }
    }

    private mutating func rehash(_ count: Int) {
        buckets = [UInt64](repeating: 0, count: count)
        for index in entries.indices where entries[index].status != .free { place(index) }
    }
}
