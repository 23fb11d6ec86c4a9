import Command
import Foundation
import Testing

@Suite("Plots")
struct TerminalPlotTests {
    private func curve(_ name: String, count: Int = 1000, _ value: (Double) -> Double) -> MetricCurve {
        MetricCurve(name: name, points: (1...count).map { (Double($0), value(Double($0))) })
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test func drawsACurveWithAxesTicksAndLegend() {
        let plot = TerminalPlot(title: "log_loss", width: 40, height: 6).render([
            curve("champion") { 0.4 + 0.3 / ($0 / 100 + 1) }, curve("baseline") { _ in 0.693 },
        ])
        #expect(
            plot == """
                log_loss
                     │⢏⠉⠉⠉⠉⠉○⠉⠉⠉⠉⠉⠉⠉○⠉⠉⠉⠉⠉⠉⠉○⠉⠉⠉⠉⠉⠉⠉○⠉⠉⠉
                     │⠘⡄
                 0.6 ┤ ⠈●
                     │   ⠑⢄⡀
                 0.5 ┤     ⠈⠑⠒⠤⢄●⡀
                     │           ⠈⠉⠉⠑⠒⠒⠒●⠢⠤⠤⠤⠤⠤⠤●⢄⣀⣀⣀⣀⣀⣀
                     └───────┬─────┬──────┬─────┬──────┬
                            200   400    600   800  1000
                  ● champion 0.43  ○ baseline 0.69
                  2 points lie outside the frame

                """)
    }

    @Test func everyLineFitsAndTheSizeIsTheOneAskedFor() {
        let plot = TerminalPlot(title: "mae").render([
            curve("champion", count: 100_000) { 20 + 100 / $0 }, curve("baseline", count: 100_000) { _ in 23.88 },
            curve("a challenger with a long name") { $0 }, curve("tree") { -$0 / 1000 },
        ])
        let drawn = lines(plot)
        #expect(drawn.allSatisfy { $0.count <= 72 })
        #expect(drawn.filter { $0.contains("│") || $0.contains("┤") }.count == 14)
        for marker in ["●", "○", "▲", "◇"] {
            #expect(drawn.count { $0.contains(marker) } >= 2, "\(marker) is on the curve and in the legend")
        }
    }

    @Test(arguments: [5, 17, TerminalPlot.curvesMax])
    func everyCurveIsDrawnAndNoTwoLookAlike(count: Int) {
        let curves = (1...count).map { index in curve("curve\(index)") { _ in Double(index) } }
        let plot = TerminalPlot(title: "", height: 40).render(curves)
        let drawing = lines(plot).filter { $0.contains("│") || $0.contains("┤") }.joined()
        let legend = lines(plot).filter { $0.contains("curve") }.joined().split(separator: " ")
        let markers = Set(legend.compactMap { word in
            word.count == 1 && !(word.first?.isNumber ?? true) ? word.first : nil
        })
        #expect(markers.count == count)
        for marker in markers { #expect(drawing.contains(marker), "\(marker) is on its curve") }
        let svg = SVGPlot(title: "").render(curves)
        for index in 1...count { #expect(plot.contains(" curve\(index) ") && svg.contains(">curve\(index) ")) }
        let strokes = svg.split(separator: "\n").filter { $0.hasPrefix("<path class") }
            .map { String($0).components(separatedBy: " d=")[0] }
        #expect(strokes.count == count && Set(strokes).count == count)
    }

    @Test func outliersAtTheStartAreLeftOutsideTheFrame() {
        let plot = TerminalPlot(title: "mae").render([curve("champion") { $0 < 10 ? 1e9 : 20 + $0 / 1000 }])
        #expect(plot.contains("20.5"))
        #expect(plot.contains("9 points lie outside the frame"))
        #expect(!plot.contains("G"))
    }

    @Test func aDivergingChallengerDoesNotFlattenTheOthers() {
        let plot = TerminalPlot(title: "mae").render([
            curve("champion") { 20 + 2 / $0 }, curve("baseline") { _ in 24 }, curve("wild") { 1e9 * $0 },
        ])
        #expect(plot.contains("24"))
        #expect(plot.contains("wild 1e+12"))
    }

    @Test func theLastValueIsAlwaysInTheFrame() {
        let plot = TerminalPlot(title: "f1").render([curve("champion") { $0 > 990 ? 1 : 0 }])
        #expect(plot.contains("1.0 ┤"))
        #expect(!plot.contains("outside"))
    }

    @Test func copesWithNothingOnePointConstantsAndGaps() {
        let plot = TerminalPlot(title: "r2")
        #expect(plot.render([]) == "r2\n  no values yet\n")
        #expect(plot.render([MetricCurve(name: "c", points: [(1, .nan), (.infinity, 1)])]) == "r2\n  no values yet\n")
        #expect(plot.render([MetricCurve(name: "c", points: [(5, 0.5)])]).contains("● c 0.5"))
        #expect(plot.render([curve("zero") { _ in 0 }]).contains("● zero 0.0"))
        #expect(plot.render([curve("gaps") { Int($0) % 2 == 0 ? .nan : $0 }]).contains("● gaps"))
        #expect(plot.render([curve("c") { _ in 1 }, MetricCurve(name: "new", points: [])]).contains("○ new no value"))
    }

    private static let extremeRanges: [(Double, Double)] = [
        (0, .leastNonzeroMagnitude), (-.leastNormalMagnitude, 0), (1e308, 1e308), (-1.7e308, 1.7e308), (1, 1 + 1e-15),
        (-3, -3), (1e15, 1e15 + 1),
    ]

    @Test(arguments: extremeRanges)
    func extremeRangesAreDrawn(low: Double, high: Double) {
        let curves = [MetricCurve(name: "c", points: [(low, low), (high, high)])]
        #expect(lines(TerminalPlot(title: "x").render(curves)).count >= 18)
        #expect(!SVGPlot(title: "x").render(curves).contains("nan"))
    }

    @Test func namesFromDataCannotMoveTheCursor() {
        let plot = TerminalPlot(title: "a\u{1B}[2Jb\n").render([curve("x\u{9B}y\r") { $0 }])
        #expect(plot.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) })
    }

    @Test func theSVGIsSelfContainedAndEscaped() {
        let svg = SVGPlot(title: "a < b & \"c\"", xLabel: "labels").render([
            curve("champion <1>") { $0 < 3 ? 1e9 : 1 / $0 }, curve("baseline") { Int($0) % 100 == 0 ? .nan : 0.5 },
        ])
        #expect(svg.hasPrefix("<svg xmlns="))
        #expect(svg.hasSuffix("</svg>\n"))
        #expect(svg.contains("a &lt; b &amp; &quot;c&quot;"))
        #expect(svg.contains("champion &lt;1&gt;"))
        #expect(svg.contains("prefers-color-scheme: dark"))
        #expect(!svg.contains("href") && !svg.contains("nan") && !svg.contains("inf"))
        #expect(svg.components(of: "<path") == 2)
        #expect(SVGPlot(title: "t").render([]).contains("no values yet"))
    }
}

extension String {
    fileprivate func components(of part: String) -> Int {
        var count = 0
        var rest = self[...]
        while let found = rest.firstRange(of: part) {
            count += 1
            rest = rest[found.upperBound...]
        }
        return count
    }
}
