import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// What an audit finds, over January's flights with their real delays and three challengers.
@Suite struct AuditTests {
    private static let stream = RiverNumbers.streams.first { $0.description == "flights_january_24h" }

    private func application(_ log: MemoryLog) throws -> Application {
        let spec = try #require(Self.stream).spec()
        return try Application(
            name: "january", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    /// An application that has been fed the first flights, and the log it wrote, in requests of a hundred.
    private func fed(rows: Int, _ log: MemoryLog) async throws -> Application {
        let stream = try #require(Self.stream)
        let application = try application(log)
        let source = try RowSource(path: stream.path, contract: application.spec.contract, data: application.spec.data)
        var schedule = EventSchedule(source, data: application.spec.data, limit: rows)
        var event = Event(application.spec.contract.layout)
        var events: [Event] = []
        while case .event = try schedule.next(into: &event) { events.append(event) }
        for start in stride(from: 0, to: events.count, by: 100) {
            _ = try await application.submit(Array(events[start..<min(start + 100, events.count)]))
        }
        return application
    }

    /// - Parameter text: an id, or `@` and the offset of an event.
    private func audit(_ text: String, _ log: MemoryLog) throws -> Audit {
        let offset = text.hasPrefix("@") ? Int(text.dropFirst()) : nil
        return try Audit(offset.map { .offset($0) } ?? AuditSubject(id: text), in: log)
    }

    /// An event with the features of the first flight.
    private func event(
        _ kind: Event.Kind, _ id: String, day: Int, _ log: MemoryLog, label: Label? = nil
    ) throws -> Event {
        let features = try audit("@1", log).event.features
        let start = Timestamp(microseconds: 1_400_000_000_000_000)
        return Event(
            .of(kind, label), time: Timestamp(microseconds: start.microseconds + Int64(day) * 86_400_000_000),
            id: EventID(id), features: features)
    }

    @Test func randomAnswersAreDerivedAgainBitForBit() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 600, log)
        var generator = SeededGenerator(seed: 7)
        var (agreeing, moved) = (0, 0)
        for _ in 0..<25 {
            let offset = 1 + generator.below(log.endOffset - 1)
            let audit = try audit("@\(offset)", log)
            #expect(audit.isSame, "\(audit.stored) \(audit.derived)")
            #expect(audit.stored.values.map(\.bitPattern) == audit.given.answers[0].values.map(\.bitPattern))
            #expect(audit.given.answers.map(\.role).first == "champion")
            #expect(audit.given.answers.last?.role == "baseline")
            #expect(audit.given.answers.count == application.spec.settings.challengers.count + 2)
            #expect(audit.version.offset == 0 && audit.version.reason == "spec adopted")
            let explanation = try audit.explanation.get()
            #expect((explanation.total - audit.stored.values[0]).magnitude <= 1e-9 * explanation.magnitude)
            let label = try #require(audit.labels.first)
            #expect(label.decision == .learned && label.offset > audit.offset && label.time >= audit.event.time)
            let movement = try #require(audit.movement)
            #expect(movement.offset == label.offset)
            guard case .number(let truth) = label.label else { continue }
            let (before, after) = (movement.before.answers[0].values[0], movement.after.answers[0].values[0])
            moved += 1
            if (after - before) * (truth - before) >= 0 { agreeing += 1 }
        }
        // The scaler learns, too, and now and then moves an answer farther than the weights do.
        #expect(moved == 25 && agreeing >= 23, "\(agreeing) of \(moved) answers moved towards their labels")
        await application.stop()
    }

    @Test func theIdAndTheOffsetOfQuestionOrLabelFindTheSame() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 60, log)
        let first = try audit("@1", log)
        let label = try #require(first.labels.first)
        for text in [first.event.id.text, "@\(label.offset)"] {
            let found = try audit(text, log)
            #expect(found.offset == first.offset && found.isSame)
            #expect(try found.explanation.get() == first.explanation.get())
        }
        await application.stop()
    }

    @Test func anAuditWritesNothing() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 60, log)
        let (end, snapshots) = (log.endOffset, log.snapshots())
        _ = try audit("@5", log)
        #expect(log.endOffset == end && log.snapshots() == snapshots)
        await application.stop()
        let verification = try Verification(of: log)
        #expect(verification.isEqual)
    }

    @Test func theVersionNamedIsTheOneThatServed() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 200, log)
        let restored = try await application.restore(to: .offset(50))
        _ = try await application.submit([try event(.prediction, "after", day: 0, log)])
        let audit = try audit("after", log)
        #expect(audit.isSame)
        #expect(audit.version.offset == restored.offset)
        #expect(audit.version.reason == "restored to @50")
        #expect(audit.version.stateDigest == restored.stateDigest)
        #expect(audit.labels.isEmpty && audit.movement == nil)
        #expect(try self.audit("@1", log).version.offset == 0)
        // What was asked before the restore is learned after it, by the state that was restored.
        let label = try event(.label, "after", day: 0, log, label: .number(99))
        _ = try await application.submit([label])
        let movement = try #require(try self.audit("after", log).movement)
        let (before, after) = (movement.before.answers[0].values[0], movement.after.answers[0].values[0])
        #expect(before < after && after < 99)
        await application.stop()
    }

    @Test func anIdUsedAgainShowsTheNewestAndNamesTheOthers() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 20, log)
        let first = log.endOffset
        for day in [0, 400] {
            _ = try await application.submit([
                try event(.prediction, "again", day: day, log),
                try event(.label, "again", day: day, log, label: .number(1)),
            ])
        }
        let newest = try audit("again", log)
        #expect(newest.offset == first + 2 && newest.otherQuestions == [first])
        #expect(newest.labels.map(\.offset) == [first + 3])
        let oldest = try audit("@\(first)", log)
        #expect(oldest.offset == first && oldest.otherQuestions == [first + 2])
        #expect(oldest.labels.map(\.offset) == [first + 1])
        await application.stop()
    }

    @Test func aLabelThatWaitedALateOneAndACorrectionAreTold() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 20, log)
        _ = try await application.submit([try event(.label, "early", day: 0, log, label: .number(5))])
        let refusal = #expect(throws: Refusal.self) { try audit("early", log) }
        #expect(refusal?.kind == .unknownQuestion)
        #expect(refusal?.message.contains("waited for the question") == true)
        _ = try await application.submit([try event(.prediction, "early", day: 0, log)])
        let early = try audit("early", log)
        #expect(early.isSame && early.stored.decision == .predictedAndLearned)
        #expect(early.labels.map(\.decision) == [.waiting])
        #expect(early.movement?.offset == early.offset)

        _ = try await application.submit([
            try event(.prediction, "late", day: 1, log), try event(.label, "late", day: 3, log, label: .number(5)),
        ])
        let late = try audit("late", log)
        #expect(late.labels.map(\.decision) == [.late] && late.movement == nil)

        _ = try await application.submit([
            try event(.example, "whole", day: 4, log, label: .number(5)),
            try event(.corrected, "whole", day: 4, log, label: .number(6)),
        ])
        let whole = try audit("whole", log)
        #expect(whole.isSame && whole.movement?.offset == whole.offset)
        #expect(whole.labels.map(\.decision) == [.corrected])
        await application.stop()
    }

    @Test func whatWasNeverAskedIsRefused() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 20, log)
        for text in ["nobody", "@0", "@\(log.endOffset)", "@999999"] {
            let refusal = #expect(throws: Refusal.self) { try audit(text, log) }
            #expect(refusal?.kind == .unknownQuestion && refusal?.hint != nil, "\(text)")
        }
        for text in ["", String(repeating: "x", count: 257)] {
            let refusal = #expect(throws: Refusal.self) { try AuditSubject(id: text) }
            #expect(refusal?.kind == .outOfRange)
        }
        #expect(try AuditSubject(id: "@1") == .id(EventID("@1")))
        await application.stop()
    }

    @Test func aDamagedBlockIsAClearError() async throws {
        let log = MemoryLog()
        let application = try await fed(rows: 200, log)
        await application.stop()
        let damaged = MemoryLog()
        while let block = try log.block(containing: damaged.endOffset) {
            var payload = block.payload
            if block.firstOffset > 1 { payload[payload.count - 9] ^= 0xFF }
            try damaged.append(
                Block(
                    firstOffset: block.firstOffset, count: block.count, firstTime: block.firstTime,
                    lastTime: block.lastTime, payload: block.firstOffset > 1 ? Array(payload.dropLast()) : payload),
                snapshot: log.snapshots().contains { $0.offset == block.endOffset }
                    ? log.snapshot(atOrBefore: block.endOffset) : nil)
        }
        let failure = #expect(throws: LogFailure.self) { try audit("@5", damaged) }
        #expect(failure?.kind == .damaged && failure?.hint != nil)
    }
}
