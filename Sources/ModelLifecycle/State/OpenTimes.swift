import Determinism

/// How many questions are open by when they were asked, so that nobody walks through them to say how old they are.
///
/// Time is cut into slots, each a part of a UTC day. 4,096 of them reach over any horizon, so two open questions never
/// share one unless they were asked within it: a slot takes a second where the horizon is up to an hour, a minute where
/// it is up to two days, and at most 1/800 of a longer one. O(1) for each question; 16 KiB.
struct OpenTimes: Sendable {
    static let slotCount = 4_096
    private static let day: UInt64 = 86_400_000_000
    /// In seconds; each divides a day.
    private static let widths: [UInt64] = [1, 2, 4, 12, 60, 120, 240, 720, 1_440, 4_320, 8_640, 17_280, 43_200, 86_400]

    /// How much time a slot takes, in microseconds.
    private(set) var width: UInt64
    private var counts: [Int32] = []

    /// - Parameter horizon: how old a question may become before it is open no more, in microseconds; at most 3,650 d.
    init(horizon: Int64) {
        let horizon = UInt64(max(0, horizon))
        let fitting = Self.widths.first { horizon / ($0 * 1_000_000) < UInt64(Self.slotCount - 2) }
        width = (fitting ?? 86_400) * 1_000_000
    }

    /// A day, counted from 0001-01-01, in UTC.
    @inline(__always)
    static func day(of time: Timestamp) -> Int { Int(since(time) / day) }

    /// The first instant of a day.
    static func beginning(ofDay day: Int) -> Timestamp {
        Timestamp(microseconds: Ledger.beginning.microseconds + Int64(day) * Int64(Self.day))
    }

    @inline(__always)
    private static func since(_ time: Timestamp) -> UInt64 {
        UInt64(max(0, time.microseconds &- Ledger.beginning.microseconds))
    }

    @inline(__always)
    mutating func add(_ time: Timestamp, _ change: Int32) {
        if counts.isEmpty { counts = [Int32](repeating: 0, count: Self.slotCount) }
        let slot = Self.since(time) / width
        counts[Int(slot & UInt64(Self.slotCount - 1))] &+= change
    }

    /// The slots with open questions, the youngest first: how old these are at a time, in microseconds and to a slot,
    /// the day they were asked on, and how many they are.
    func open(at time: Timestamp) -> [(age: Int64, day: Int, count: Int)] {
        guard !counts.isEmpty else { return [] }
        let now = Self.since(time) / width
        var open: [(age: Int64, day: Int, count: Int)] = []
        for back in 0..<UInt64(Self.slotCount) where back <= now {
            let slot = now - back
            let count = counts[Int(slot & UInt64(Self.slotCount - 1))]
            if count > 0 { open.append((Int64(back * width), Int(slot * width / Self.day), Int(count))) }
        }
        return open
    }
}
