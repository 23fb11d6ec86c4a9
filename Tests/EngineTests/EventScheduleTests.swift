import Determinism
import Engine
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// In which order the rows of a file become events.
@Suite struct EventScheduleTests {
    private static let contract = Contract(
        features: [FeatureDeclaration(name: "x", kind: .number)],
        target: TargetDeclaration(name: "y", task: .regression), clock: .server)

    /// The events of a text, `p` a question and `l` a label, each with its id and its second; then the rows refused.
    private func events(
        _ text: String, _ data: DataMapping, sort: Bool = false, limit: Int = .max, suffix: String = ".csv"
    ) throws -> [String] {
        let file = try DataFileFixture(text: text, suffix: suffix)
        var source = try RowSource(path: file.path, contract: Self.contract, data: data)
        if sort { try source.sortByTime() }
        var schedule = EventSchedule(source, data: data, limit: limit)
        var event = Event(Self.contract.layout)
        var events: [String] = []
        while true {
            switch try schedule.next(into: &event) {
            case .end: return events
            case .refused(let row, let line, let refusal): events.append("refused \(row) \(line) \(refusal.kind)")
            case .event:
                let kind = event.kind == .prediction ? "p" : "l"
                events.append("\(kind) \(event.id.text) \(event.time.microseconds / 1_000_000)")
            }
        }
    }

    private static let timed = DataMapping(id: "id", time: "asked", labelTime: "known")

    /// A file of rows `id,asked,known,y`, the times in seconds; x is 1 everywhere.
    private func table(_ rows: [(String, Int64, Int64?, String)]) -> String {
        "id,asked,known,y,x\n"
            + rows.map { id, asked, known, y in
                let times = "\(moment(asked)),\(known.map(moment) ?? "")"
                return "\(id),\(times),\(y),1\n"
            }.joined()
    }

    private func moment(_ second: Int64) -> String { Timestamp(microseconds: second * 1_000_000).description }

    @Test func eventsComeInTheOrderOfTheirInstants() throws {
        let text = table([("a", 0, 5, "1"), ("b", 2, 3, "1"), ("c", 4, 9, "1")])
        #expect(try events(text, Self.timed) == ["p a 0", "p b 2", "l b 3", "p c 4", "l a 5", "l c 9"])
    }

    @Test func atOneInstantEarlierRowsLabelsComeBeforePredictionsAndOwnLabelsAfter() throws {
        let text = table([
            ("a", 0, 5, "1"), ("b", 0, 5, "1"), ("c", 5, 5, "1"), ("d", 5, 7, "1"), ("e", 5, 5, "1"), ("f", 7, 7, "1"),
        ])
        #expect(
            try events(text, Self.timed) == [
                "p a 0", "p b 0", "l a 5", "l b 5", "p c 5", "p d 5", "p e 5", "l c 5", "l e 5", "l d 7", "p f 7",
                "l f 7",
            ])
    }

    @Test func tiesAmongLabelsGoByRow() throws {
        let rows = (0..<40).map { ("r\($0)", Int64($0), Int64(100) as Int64?, "1") }
        let labels = try events(table(rows), Self.timed).suffix(40)
        #expect(Array(labels) == (0..<40).map { "l r\($0) 100" })
    }

    @Test func aLabelKnownBeforeItsQuestionComesRightAfterIt() throws {
        let text = table([("a", 5, 1, "1"), ("b", 6, nil, "")])
        #expect(try events(text, Self.timed) == ["p a 5", "l a 5", "p b 6"])
    }

    @Test func withoutTimesARowIsASecond() throws {
        let text = "x,y\n1,1\n1,\n1,3\n"
        #expect(try events(text, DataMapping()) == ["p 0 0", "l 0 0", "p 1 1", "p 2 2", "l 2 2"])
    }

    @Test func aRefusedRowKeepsItsNumberAndItsSecond() throws {
        let text = "x,y\n1,1\noops,2\n1\n1,3\n"
        #expect(
            try events(text, DataMapping()) == [
                "p 0 0", "l 0 0", "refused 2 3 wrongType", "refused 3 4 malformed", "p 3 3", "l 3 3",
            ])
    }

    @Test func aRowOutOfOrderIsNamed() throws {
        let text = table([("a", 5, 6, "1"), ("b", 4, 6, "1")])
        do {
            _ = try events(text, Self.timed)
            Issue.record("a row went back in time")
        } catch let disorder as EventSchedule.Disorder {
            let words = ":3: row 2 is out of time order: \(moment(4)) comes after \(moment(5))"
            #expect(disorder.description.contains(words))
            #expect(disorder.description.contains("--sort"))
        }
    }

    @Test func sortingBringsRowsIntoOrderAndKeepsTies() throws {
        let text = table([("a", 5, 6, "1"), ("b", 4, 9, "1"), ("c", 5, 5, "1"), ("d", 4, 4, "1")])
        #expect(
            try events(text, Self.timed, sort: true) == [
                "p b 4", "p d 4", "l d 4", "p a 5", "p c 5", "l c 5", "l a 6", "l b 9",
            ])
    }

    @Test func aLabelWithoutItsTimeIsRefusedAndNoLabelNeedsNone() throws {
        let text = table([("a", 1, nil, "1"), ("b", 2, nil, ""), ("c", 3, 4, "")])
        #expect(try events(text, Self.timed) == ["refused 1 2 wrongTime", "p b 2", "p c 3"])
    }

    @Test func theLimitCountsRows() throws {
        let text = table([("a", 0, 9, "1"), ("b", 1, 9, "1"), ("c", 2, 9, "1")])
        #expect(try events(text, Self.timed, limit: 2) == ["p a 0", "p b 1", "l a 9", "l b 9"])
        #expect(try events(text, Self.timed, limit: 0) == [])
    }

    /// The refusals of an evaluation, each as row, line and words.
    private func refusals(_ text: String, _ data: DataMapping) throws -> [String] {
        let spec = try SpecText.spec(
            """
            {"application": "r", "features": {"x": "number"}, "target": {"name": "y", "type": "regression"},
             "model": ["linear_regression"]}
            """)
        let file = try DataFileFixture(text: text)
        let source = try RowSource(path: file.path, contract: spec.contract, data: data)
        var evaluation = Evaluation(spec, EventSchedule(source, data: data))
        var refused: [String] = []
        while try evaluation.run(events: 3, refused: { refused.append("\($0) \($1) \($2)") }) {}
        #expect(evaluation.refusedCount == refused.count)
        #expect(evaluation.state.ledger.counts.labels + UInt64(refused.count) == UInt64(evaluation.rowCount))
        return refused
    }

    @Test func aRowThatIsRefusedIsNamedOnceWithItsIDWhateverWasReadSince() throws {
        let atOnce = try refusals("id,x,y\na,1,1\na,2,2\nb,3,3\n", DataMapping(id: "id"))
        #expect(atOnce.count == 1 && atOnce[0].hasPrefix("2 3 id 'a': "))
        // The label of the second row comes first, and must not be taken for the first row's.
        let late = try refusals(
            table([("a", 0, 90, "1"), ("a", 1, 5, "2"), ("b", 50, 60, "3"), ("c", 70, 95, "4")])
                .replacingOccurrences(of: "2,1\n", with: "2,7\n"), Self.timed)
        #expect(late.count == 1 && late[0].hasPrefix("2 3 id 'a': "))
        let otherLabel = try refusals(
            table([("a", 0, 2, "1"), ("a", 1, 30, "2"), ("b", 5, 6, "3"), ("c", 7, 8, "4")]), Self.timed)
        #expect(otherLabel.count == 1 && otherLabel[0].hasPrefix("2 3 id 'a': "))
    }

    @Test func whatIsSentBeforeItIsAnsweredRefusesAnIDOfTwoRowsItself() throws {
        let text = "id,asked,known,y,x\na,\(moment(0)),\(moment(9)),1,1\na,\(moment(1)),\(moment(3)),2,2\n"
        let file = try DataFileFixture(text: text)
        let source = try RowSource(path: file.path, contract: Self.contract, data: Self.timed)
        var schedule = EventSchedule(source, data: Self.timed, reading: .sent(ids: ""))
        var event = Event(Self.contract.layout)
        guard case .event = try schedule.next(into: &event) else { Issue.record("no question"); return }
        guard case .refused(2, 3, let refusal) = try schedule.next(into: &event) else { Issue.record("taken"); return }
        #expect(refusal.kind == .conflict && refusal.message.contains("'a'"))
        guard case .event = try schedule.next(into: &event) else { Issue.record("no label"); return }
        #expect(event.label == .number(1))
        guard case .end = try schedule.next(into: &event) else { Issue.record("more"); return }
    }

    @Test func linesOfJSONGiveTheSameEvents() throws {
        let rows: [(String, Int64, Int64?, String)] = [("a", 0, 5, "1"), ("b", 2, 3, "2.5"), ("c", 4, nil, "")]
        let lines = rows.map { id, asked, known, y in
            let time = known.map { "\"\(moment($0))\"" } ?? "null"
            return "{\"id\":\"\(id)\",\"asked\":\"\(moment(asked))\",\"known\":\(time),"
                + "\"y\":\(y.isEmpty ? "null" : y),\"x\":1}\n"
        }.joined()
        #expect(try events(lines, Self.timed, suffix: ".ndjson") == events(table(rows), Self.timed))
    }
}
