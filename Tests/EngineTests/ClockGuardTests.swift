import Determinism
import Engine
import Testing

/// Which readings of the server's clock become log time: the rule alone.
@Suite struct ClockGuardTests {
    private static let day: Int64 = 86_400
    private static let begin = Timestamp(microseconds: 1_700_000_000_000_000)

    /// A reading so many seconds after the beginning by the clock, and by the monotonic one.
    private func reading(_ clock: Int64, _ monotonic: Int64, microseconds: Int64 = 0) -> Reading {
        Reading(
            time: Timestamp(microseconds: Self.begin.microseconds + clock * 1_000_000 + microseconds),
            moment: Moment(nanoseconds: monotonic * 1_000_000_000))
    }

    private func started() -> ClockGuard {
        var clock = ClockGuard(continuing: nil, at: Moment(nanoseconds: 0))
        #expect(clock.read(reading(0, 0), logTime: Self.begin) == nil, "the first reading is accepted")
        return clock
    }

    @Test func itMayBeSetAheadByFiveMinutes() {
        var clock = started()
        #expect(clock.jump(reading(10 + 300, 10), logTime: Self.begin) == nil)
        let jump = clock.read(reading(10 + 300, 10, microseconds: 1), logTime: Self.begin)
        #expect(jump?.expected == reading(10, 10).time)
        #expect(clock.read(reading(10 + 300, 10), logTime: Self.begin) == nil)
        #expect(clock.read(reading(10 + 600, 10), logTime: Self.begin) == nil, "that is five minutes more")
        #expect(clock.read(reading(10 + 901, 10), logTime: Self.begin) != nil)
    }

    @Test func whatPassedMayPass() {
        var clock = started()
        #expect(clock.read(reading(400 * Self.day, 400 * Self.day), logTime: Self.begin) == nil, "idle for long")
        #expect(clock.read(reading(801 * Self.day, 800 * Self.day), logTime: Self.begin) != nil)
    }

    @Test func aJumpIsRefusedUntilItIsTakenBack() {
        var clock = started()
        for second in Int64(1)..<50 {
            #expect(clock.read(reading(400 * Self.day + second, second), logTime: Self.begin) != nil)
        }
        #expect(clock.read(reading(50, 50), logTime: Self.begin) == nil)
    }

    @Test func settingItBackAndRightAgainIsNoJump() {
        var clock = started()
        for second in Int64(1)..<20 {
            #expect(clock.read(reading(second - 400 * Self.day, second), logTime: Self.begin) == nil)
        }
        #expect(clock.read(reading(20, 20), logTime: Self.begin) == nil)
        #expect(clock.read(reading(400 * Self.day, 21), logTime: Self.begin) != nil)
    }

    @Test func aProcessMayHaveBeenDownForSevenDays() {
        let down = 7 * Self.day + 300
        var clock = ClockGuard(continuing: Self.begin, at: Moment(nanoseconds: 0))
        #expect(clock.jump(reading(down, 0), logTime: Self.begin) == nil)
        #expect(clock.jump(reading(down, 0, microseconds: 1), logTime: Self.begin) != nil)
        #expect(clock.read(reading(-3_600, 0), logTime: Self.begin) == nil, "set back at the start")
        #expect(clock.read(reading(3_600, 1), logTime: Self.begin) == nil, "and right again")
        #expect(clock.jump(reading(3_602 + 300, 1), logTime: reading(3_600, 0).time) != nil, "it is running now")
    }

    @Test func whatDoesNotMoveLogTimeAheadIsNoJump() {
        let clock = started()
        let claimed = reading(30 * Self.day, 0).time
        #expect(clock.jump(reading(30 * Self.day + 300, 0), logTime: claimed) == nil)
        #expect(clock.jump(reading(30 * Self.day + 301, 0), logTime: claimed) != nil)
    }
}
