import Command
import Testing

@Suite("Tables and progress")
struct TerminalTableTests {
    @Test func columnsAreAligned() {
        var table = TextTable([.init("role"), .init("log_loss", .right), .init("note")])
        table.add(["champion", "0.4", "é"])
        table.add(["b", "10.25", ""])
        #expect(
            table.render() == """
                role      log_loss  note
                champion       0.4  é
                b            10.25

                """)
    }

    @Test func withoutTitlesThereIsNoHeader() {
        var table = TextTable([.init(""), .init("", .right)])
        table.add(["a", "1"])
        table.add(["bb", "22"])
        #expect(table.render() == "a    1\nbb  22\n")
        #expect(TextTable([.init("only")]).render() == "only\n")
    }

    @Test func cellsCannotMoveTheCursorOrBreakTheLine() {
        var table = TextTable([.init("a")])
        table.add(["x\n\u{1B}[31my"])
        #expect(table.render() == "a\nx\u{FFFD}\u{FFFD}[31my\n")
    }

    private final class Screen {
        var written: [String] = []
        var time = Duration.zero

        func bar(isTerminal: Bool = true, columns: Int = 200) -> ProgressBar {
            let output = ProgressBar.Output(isTerminal: isTerminal, columns: columns) { self.written.append($0) }
            return ProgressBar("evaluate", output: output) { self.time }
        }
    }

    @Test func showsFractionRowsRateTimeLeftAndDetail() {
        let screen = Screen()
        var bar = screen.bar()
        screen.time = .seconds(10)
        bar.update(count: 1_234_567, fraction: 0.25, detail: "log_loss 0.412")
        #expect(
            screen.written == [
                "\revaluate  25 % █████                 1,234,567 rows  123k/s  0:30 left  log_loss 0.412\u{1B}[K"
            ])
    }

    @Test func withoutAFractionItCounts() {
        let screen = Screen()
        var bar = screen.bar()
        screen.time = .seconds(2)
        bar.update(count: 7, fraction: nil)
        #expect(screen.written == ["\revaluate  7 rows  3.5/s\u{1B}[K"])
    }

    @Test func drawsAtMostTenTimesASecondAndEvaluatesNoMoreDetails() {
        let screen = Screen()
        var bar = screen.bar()
        var details = 0
        func detail() -> String {
            details += 1
            return "x"
        }
        for step in 0..<1000 {
            screen.time = .milliseconds(step)
            bar.update(count: step, fraction: Double(step) / 1000, detail: detail())
        }
        #expect(screen.written.count == 10)
        #expect(details == 10)
    }

    @Test func finishingErasesTheLineOnce() {
        let screen = Screen()
        var bar = screen.bar()
        bar.finish()
        #expect(screen.written.isEmpty)
        bar.update(count: 1, fraction: .nan)
        bar.finish()
        bar.finish()
        #expect(screen.written.count == 2)
        #expect(screen.written.last == "\r\u{1B}[K")
    }

    @Test func isSilentWhereNoTerminalIsAndFitsItsWidth() {
        let quiet = Screen()
        var bar = quiet.bar(isTerminal: false)
        bar.update(count: 1, fraction: 0.5)
        bar.finish()
        #expect(quiet.written.isEmpty)
        let narrow = Screen()
        bar = narrow.bar(columns: 20)
        narrow.time = .seconds(100_000)
        bar.update(count: 1, fraction: 1e-9, detail: "long")
        #expect(narrow.written.first?.count == 19 + 1 + 3)
    }
}
