import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// A log as a table and as lines, and the way back.
@Suite struct LogListingTests {
    private static let models = [
        "regression": "linear_regression", "binary": "logistic_regression", "multiclass": "softmax_regression",
    ]

    private static func spec(_ task: String, more: String = "", features: String = "") throws -> Spec {
        try SpecText.spec(
            """
            {"application": "list", "clock": "claimed",
             "features": {"id": {"type": "category", "optional": true},
               "note, or \\"so\\"": {"type": "text", "optional": true},
               "x": {"type": "number", "optional": true}\(features),
               "on": {"type": "boolean", "optional": true}, "since": {"type": "timestamp", "optional": true}},
             "target": {"name": "y", "type": "\(task)"\(more), "horizon": "1h"},
             "model": ["\(models[task] ?? "")"]}
            """)
    }

    private func application(_ spec: Spec?, _ log: MemoryLog) throws -> Application {
        try Application(
            name: "list", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    /// Events of every kind, with strings that CSV must quote.
    private func events(_ spec: Spec, _ count: Int, label: (Int) -> Label) -> [Event] {
        var generator = SeededGenerator(seed: 5)
        let layout = spec.contract.layout
        let texts = [
            "", "a,b", "a;b", "a|b\tc", "NA", "say \"so\"", "two\nlines", " blank ", "plain", "日本", "\r", "'", "-1",
            "=1+1",
        ]
        var events: [Event] = []
        for index in 0..<count {
            var row = FeatureRow(layout)
            func set(_ name: String, _ body: (Int) -> Void) {
                guard generator.below(4) > 0, let feature = layout.index(of: name) else { return }
                body(layout.slots[feature])
            }
            set("x") { row.setNumber([0.1, -3, 1e-9, 12_345_678.5, 1e300][generator.below(5)], at: $0) }
            set("z") { row.setNumber(Double(index), at: $0) }
            set("id") { row.setString(texts[generator.below(texts.count)], at: $0) }
            set("note, or \"so\"") { row.setString(texts[generator.below(texts.count)], at: $0) }
            set("on") { row.setNumber(Double(generator.below(2)), at: $0) }
            set("since") { row.setTimestamp(Int64(generator.below(1 << 50)), at: $0) }
            let time = Timestamp(microseconds: 1_400_000_000_000_000 + Int64(index) * 1_500_000)
            let id = EventID("e,\(index)")
            switch generator.below(4) {
            case 0: events.append(Event(.example(label(index)), time: time, id: id, features: row))
            case 1:
                events.append(Event(.prediction, time: time, id: id, features: row))
                events.append(Event(.label(label(index)), time: time, id: id, features: FeatureRow(layout)))
                events.append(
                    Event(.corrected(label(index + 1)), time: time, id: id, features: FeatureRow(layout)))
            case 2:
                events.append(Event(.label(label(index)), time: time, id: id, features: FeatureRow(layout)))
                events.append(Event(.prediction, time: time, id: id, features: row))
            default: events.append(Event(.prediction, time: time, id: id, features: row))
            }
        }
        return events
    }

    private func fill(_ log: MemoryLog, _ spec: Spec, _ events: [Event]) async throws {
        let application = try application(spec, log)
        for start in stride(from: 0, to: events.count, by: 50) {
            for reply in try await application.submit(Array(events[start..<min(start + 50, events.count)])) {
                guard case .accepted = reply else { Issue.record("\(reply)"); continue }
            }
        }
        await application.stop()
    }

    private func csv(_ log: MemoryLog, _ range: Range<Int>? = nil) throws -> [UInt8] {
        let range = range ?? 0..<log.endOffset
        var table = try EventTable(log, range: range)
        var bytes: [UInt8] = []
        #expect(try table.write(range) { bytes += $0 } == range.upperBound)
        return bytes
    }

    private func ndjson(_ log: MemoryLog) throws -> [UInt8] {
        var bytes: [UInt8] = []
        _ = try EventListing.write(from: 0, limit: .max / 4, in: log) { event in
            var json = JSONWriter()
            event(&json)
            bytes += json.bytes + [0x0A]
        }
        return bytes
    }

    private func json(_ log: MemoryLog) throws -> [UInt8] {
        let lines = try ndjson(log).split(separator: 0x0A)
        return Array("[".utf8) + Array(lines.joined(separator: Array(",\n".utf8))) + Array("]\n".utf8)
    }

    private func read(_ bytes: [UInt8], _ suffix: String, _ contract: Contract) throws -> [Event] {
        let file = try DataFileFixture(bytes, suffix: suffix)
        var schedule = EventSchedule(try LoggedEvents(path: file.path, contract: contract))
        var event = Event(contract.layout)
        var events: [Event] = []
        while true {
            switch try schedule.next(into: &event) {
            case .event: events.append(event)
            case .refused(let row, _, let refusal): Issue.record("row \(row): \(refusal)")
            case .end: return events
            }
        }
    }

    private func same(_ a: [Event], _ b: [Event]) {
        #expect(a.count == b.count)
        for (one, other) in zip(a, b) {
            #expect(one.kind == other.kind && one.id == other.id && one.time == other.time)
            #expect(one.label == other.label)
            let asks = one.kind == .prediction || one.kind == .example
            #expect(!asks || one.features == other.features, "\(one) \(other)")
        }
    }

    @Test(arguments: ["regression", "binary", "multiclass", "open"])
    func whatIsListedComesBackAsTheSameEventsAndTheSameState(_ task: String) async throws {
        let classes = task == "multiclass" ? #", "classes": ["a", "b", "c d"]"# : ""
        let spec = try Self.spec(task == "open" ? "multiclass" : task, more: classes)
        let log = MemoryLog()
        let events = events(spec, 300) { index in
            switch task {
            case "regression": .number(Double(index % 13) / 8)
            case "binary": .listed(index % 2)
            case "multiclass": .listed(index % 3)
            default: .named(Array("class, \(index % 4)".utf8))
            }
        }
        try await fill(log, spec, events)
        var expected: Digest?
        for (bytes, suffix) in [(try csv(log), ".csv"), (try ndjson(log), ".ndjson"), (try json(log), ".json")] {
            same(try read(bytes, suffix, spec.contract), events)
            let file = try DataFileFixture(bytes, suffix: suffix)
            var evaluation = Evaluation(
                spec, EventSchedule(try LoggedEvents(path: file.path, contract: spec.contract)))
            while try evaluation.run(events: 100, refused: { Issue.record("row \($0): \($2)") }) {}
            #expect(evaluation.state.offset == log.endOffset)
            let digest = evaluation.state.stateDigest
            #expect(digest == log.snapshot(atOrBefore: .max)?.stateDigest)
            #expect(expected == nil || expected == digest)
            expected = digest
        }
    }

    @Test func aTableIsAsDocumented() async throws {
        let spec = try Self.spec("binary")
        let log = MemoryLog()
        let layout = spec.contract.layout
        var row = FeatureRow(layout)
        row.setNumber(1.5, at: layout.slots[2])
        row.setString("a \"b\", c", at: 0)
        row.setNumber(1, at: layout.slots[3])
        let time = try #require(Timestamp("2013-01-01T10:15:00.25Z"))
        try await fill(
            log, spec, [
                Event(.prediction, time: time, id: EventID("q"), features: row),
                Event(.label(.listed(1)), time: time, id: EventID("q"), features: FeatureRow(layout)),
            ])
        let text = String(decoding: try csv(log), as: UTF8.self)
        #expect(
            text == """
                offset,time,event,id,features.id,"note, or ""so""\",x,on,since,label,outcome,prediction,\
                probability.false,probability.true,answered_by,version,payload\r
                0,,adopted,,,,,,,,adopted,,,,,0,\r
                1,2013-01-01T10:15:00.25Z,prediction,q,"a ""b"", c",,1.5,true,,,predicted,false,0.5,0.5,,0,\r
                2,2013-01-01T10:15:00.25Z,label,q,,,,,,true,learned,,,,,0,\r\n
                """)
    }

    @Test func aContractThatChangedKeepsTheColumnsOfBoth() async throws {
        let old = try Self.spec("regression", features: #", "z": {"type": "number", "optional": true}"#)
        let new = try Self.spec("regression")
        let log = MemoryLog()
        let before = events(old, 20) { .number(Double($0)) }
        try await fill(log, old, before)
        let middle = log.endOffset
        try await fill(log, new, events(new, 40) { .number(Double($0)) }.suffix(20).map(\.self))
        let text = String(decoding: try csv(log), as: UTF8.self)
        #expect(text.hasPrefix("offset,time,event,id,features.id,\"note, or \"\"so\"\"\",x,on,since,z,label,"))
        let late = String(decoding: try csv(log, middle + 1..<log.endOffset), as: UTF8.self)
        #expect(!late.prefix { $0 != "\r\n" }.contains(",z,"))
        #expect(try read(Array(text.utf8), ".csv", old.contract).prefix(before.count).map(\.features.numbers.count)
            == before.map(\.features.numbers.count))
        same(Array(try read(Array(text.utf8), ".csv", old.contract).prefix(before.count)), before)
    }

    @Test func whatWasDoneToTheApplicationIsPassedOverOnTheWayBack() async throws {
        let spec = try Self.spec("regression")
        let log = MemoryLog()
        let events = events(spec, 60) { .number(Double($0)) }
        try await fill(log, spec, events)
        let application = try application(nil, log)
        _ = try await application.exclude("x is missing")
        let labelled = try #require(events.first { $0.kind == .label && !$0.id.isEmpty })
        _ = try? await application.correct([(id: labelled.id.text, label: "3.5")])
        await application.stop()
        for (bytes, suffix) in [(try csv(log), ".csv"), (try ndjson(log), ".ndjson"), (try json(log), ".json")] {
            same(try read(bytes, suffix, spec.contract), events)
        }
    }

    @Test func anEmptyStringIsNoMissingValue() throws {
        let spec = try Self.spec("regression")
        let data = DataMapping(id: nil, time: nil, labelTime: nil)
        let file = try DataFileFixture(text: "id,\"note, or \"\"so\"\"\",x,on,since,y\n\"\",,\"\",,,1\n,\"\",,,,\"\"\n")
        var source = try RowSource(path: file.path, contract: spec.contract, data: data)
        var row = source.makeRow()
        let layout = spec.contract.layout
        guard case .row = try source.next(into: &row) else { Issue.record("refused"); return }
        #expect(!row.features.isMissing(0, layout) && row.features.isMissing(1, layout))
        #expect(row.features.isMissing(2, layout), "a number is never an empty string")
        guard case .row = try source.next(into: &row) else { Issue.record("refused"); return }
        #expect(row.features.isMissing(0, layout) && !row.features.isMissing(1, layout) && row.label == nil)
    }

    @Test func rangesAreNamedAsMomentsAre() async throws {
        let spec = try Self.spec("regression")
        let log = MemoryLog()
        let events = (0..<10).map { index in
            Event(
                .prediction, time: Timestamp(microseconds: Int64(index) * 1_000_000), id: EventID("\(index)"),
                features: FeatureRow(spec.contract.layout))
        }
        try await fill(log, spec, events)
        func range(_ from: String?, _ to: String?) throws -> Range<Int> {
            try LogRange.resolve(from: from.map { try RestorePoint($0) }, to: to.map { try RestorePoint($0) }, in: log)
        }
        log.keep(formerNames: [("half", 5)])
        #expect(try range(nil, nil) == 0..<11)
        #expect(try range("@3", "@7") == 3..<7)
        #expect(try range("half", nil) == 5..<11)
        #expect(try range("1970-01-01T00:00:02Z", "1970-01-01T00:00:04.5Z") == 4..<6)
        #expect(try range("1900-01-01T00:00:00Z", "2900-01-01T00:00:00Z") == 1..<11)
        for (from, to) in [("@7", "@3"), ("@12", nil), (nil, "@12"), ("nobody", nil)] as [(String?, String?)] {
            #expect(throws: Refusal.self) { try range(from, to) }
        }
    }

    @Test func whatIsNoListingIsRefusedWithItsRow() throws {
        let contract = try Self.spec("regression").contract
        let rows = try DataFileFixture(text: "id,x,y\n1,2,3\n")
        #expect(throws: Refusal.self) { try LoggedEvents(path: rows.path, contract: contract) }
        let header = "offset,time,event,id,features.id,\"note, or \"\"so\"\"\",x,on,since,label\n"
        let bad = [
            "1,2013-01-01T00:00:00Z,prophecy,a,,,1,,,", "1,2013-01-01T00:00:00Z,prediction,a,,,1,,,5",
            "1,2013-01-01T00:00:00Z,label,a,,,,,,", "1,soon,prediction,a,,,1,,,", "1,2013-01-01T00:00:00Z,prediction,a",
            "1,2013-01-01T00:00:00Z,prediction,a,,,one,,,",
        ]
        let file = try DataFileFixture(
            text: header + (bad + ["2,2013-01-01T00:00:00Z,prediction,b,,,1,,,"]).joined(separator: "\n") + "\n")
        var schedule = EventSchedule(try LoggedEvents(path: file.path, contract: contract))
        var event = Event(contract.layout)
        for row in bad.indices {
            guard case .refused(row + 1, row + 2, _) = try schedule.next(into: &event) else {
                Issue.record("\(bad[row]) was taken")
                continue
            }
        }
        guard case .event = try schedule.next(into: &event) else { throw Refusal(.malformed, "the good row") }
        #expect(event.id.text == "b")
    }
}
