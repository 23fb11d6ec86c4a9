import Command
import Foundation
import Testing

@Suite("The picture of lateness")
struct LatenessPlotTests {
    private func days(_ count: Int) -> [LatenessPlot.Day] {
        (0..<count).map { number in
            let figures = LatenessPlot.Figures(
                metric: number == count - 1 ? nil : 20 + Double(number % 7), baseline: number % 5 == 0 ? nil : 24)
            return LatenessPlot.Day(
                number: 15_000 + number, name: "2013-01-\(number)", questions: 900,
                open: number > count - 3 ? 450 : 0, figures)
        }
    }

    private func plot(_ days: [LatenessPlot.Day]) -> String {
        LatenessPlot(
            title: "<flights> & \u{1} co", metric: "mae", days: days,
            ages: [
                .init(name: "≤ 1 h", share: 0.25, .init(metric: 12, baseline: 14)),
                .init(name: "≤ 6 h", share: 0.75, .init(metric: 30, baseline: nil)),
            ], lags: [
                .init(from: 0, below: 0.001, labels: 2), .init(from: 2_700, below: 3_600, labels: 10),
                .init(from: 7_200, below: 9_000, labels: 30),
            ],
            quantiles: [("half 2 h", 7_200), ("90 % 2.2 h", 7_900), ("99 % 2.4 h", 8_600)]
        ).render()
    }

    @Test(arguments: [1, 2, 31, 400]) func itIsXMLWithoutNumbersThatAreNone(_ count: Int) throws {
        let svg = plot(days(count))
        #expect(Self.isBalanced(svg))
        for word in ["nan", "inf", "\u{1}"] { #expect(!svg.lowercased().contains("\(word)\"")) }
        for words in ["mae by day of the question", "still open", "mae by age at the label", "how long labels took"] {
            #expect(svg.contains(words))
        }
        // Nothing is drawn outside.
        let numbers = svg.matches(of: /(?: x| x1| x2| cx)="([-0-9.]+)"/).compactMap { Double($0.1) }
        #expect(numbers.allSatisfy { (0...720).contains($0) } && numbers.count > 20)
    }

    /// Whether every element is ended, and no text holds what would begin one.
    private static func isBalanced(_ xml: String) -> Bool {
        var open: [Substring] = []
        for tag in xml.matches(of: /<(\/?)([a-z]+)((?:[^<>"]|"[^"<]*")*?)(\/?)>/) {
            if tag.1 == "/" {
                guard open.popLast() == tag.2 else { return false }
            } else if tag.4.isEmpty {
                open.append(tag.2)
            }
        }
        let rest = xml.replacing(/<(\/?)([a-z]+)((?:[^<>"]|"[^"<]*")*?)(\/?)>/, with: "")
        return open.isEmpty && !rest.contains("<") && !rest.replacing(/&(amp|lt|gt|quot);/, with: "").contains("&")
    }

    @Test func whereNothingCameThatIsSaid() {
        let svg = LatenessPlot(title: "t", metric: "mae", days: [], ages: [], lags: [], quantiles: []).render()
        #expect(svg.components(separatedBy: "no values yet").count == 4)
    }
}
