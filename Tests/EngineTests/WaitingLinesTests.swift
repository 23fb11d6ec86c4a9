import Engine
import Testing

/// The bounded queue alone, at its edges.
@Suite struct WaitingLinesTests {
    @Test func theBoundCountsTheJobThatComes() {
        var lines = WaitingLines<Int>(eventsMax: 10)
        #expect(lines.add(1, events: 9, to: .others) == true)
        #expect(lines.add(2, events: 2, to: .others) == false, "eleven would wait")
        #expect(lines.eventCount(.others) == 9, "what is refused leaves nothing")
        #expect(lines.add(3, events: 1, to: .others) == true, "ten fit")
        #expect(lines.add(4, events: 1, to: .others) == false)
        #expect(lines.add(5, events: 0, to: .others) == true, "what has no events always fits")
        #expect([lines.next(.others), lines.next(.others), lines.next(.others)] == [1, 3, 5])
        #expect(lines.next(.others) == nil)
    }

    @Test func aJobLargerThanTheLineIsTakenWhenNoEventWaits() {
        var lines = WaitingLines<Int>(eventsMax: 10)
        #expect(lines.add(1, events: 11, to: .questions) == true)
        #expect(lines.add(2, events: 1, to: .questions) == false)
        _ = lines.next(.questions)
        #expect(lines.add(3, events: 1, to: .questions) == false, "events being applied count")
        lines.finish(events: 1, of: .questions)
        #expect(lines.add(4, events: 1, to: .questions) == false, "ten are left")
        lines.finish(events: 1, of: .questions)
        #expect(lines.add(5, events: 1, to: .questions) == true)
    }

    @Test func linesDoNotFillEachOther() {
        var lines = WaitingLines<Int>(eventsMax: 2)
        #expect(lines.add(1, events: 2, to: .others) == true)
        #expect(lines.add(2, events: 2, to: .questions) == true)
        #expect(lines.add(3, events: 1, to: .questions) == false)
        #expect(!lines.isEmpty(.others) && !lines.isEmpty(.questions))
        #expect(lines.takeAll() == [2, 1])
        #expect(lines.isEmpty && lines.eventCount(.others) == 0)
    }

    @Test func whatIsNotDoneGoesToTheEndAndGoesOnToCount() {
        var lines = WaitingLines<Int>(eventsMax: 10)
        #expect(lines.add(1, events: 6, to: .others) == true)
        #expect(lines.add(2, events: 4, to: .others) == true)
        #expect(lines.next(.others) == 1)
        lines.finish(events: 2, of: .others)
        lines.putBack(1, to: .others)
        #expect(lines.eventCount(.others) == 8)
        #expect(lines.add(3, events: 3, to: .others) == false)
        #expect(lines.add(3, events: 2, to: .others) == true)
        #expect([lines.next(.others), lines.next(.others), lines.next(.others)] == [2, 1, 3])
    }

    @Test func orderHoldsOverManyJobs() {
        var lines = WaitingLines<Int>(eventsMax: 1_000)
        var taken: [Int] = []
        for job in 0..<500 {
            #expect(lines.add(job, events: 1, to: .others) == true)
            if job % 3 == 0, let next = lines.next(.others) { taken.append(next) }
        }
        while let next = lines.next(.others) { taken.append(next) }
        #expect(taken == Array(0..<500))
    }
}
