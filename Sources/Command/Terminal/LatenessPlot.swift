import Foundation

/// How late labels come, and how answers proved by that, as one self-contained SVG file: the metric by the day of the
/// question with the share that is still open below it, the metric by age at the label, and how the lags spread.
package struct LatenessPlot {
    /// How answers proved whose labels have come; nil where none has.
    package struct Figures {
        var metric, baseline: Double?

        package init(metric: Double?, baseline: Double?) { (self.metric, self.baseline) = (metric, baseline) }
    }

    package struct Day {
        /// From any day on.
        var number: Int
        var name: String
        var questions, open: Double
        var figures: Figures

        package init(number: Int, name: String, questions: Double, open: Double, _ figures: Figures) {
            (self.number, self.name, self.questions, self.open) = (number, name, questions, open)
            self.figures = figures
        }
    }

    package struct Age {
        var name: String
        /// Of all labels, from 0 to 1.
        var share: Double
        var figures: Figures

        package init(name: String, share: Double, _ figures: Figures) {
            (self.name, self.share, self.figures) = (name, share, figures)
        }
    }

    /// Labels whose lag lies between two bounds, in seconds.
    package struct Lag {
        var from, below, labels: Double

        package init(from: Double, below: Double, labels: Double) {
            (self.from, self.below, self.labels) = (from, below, labels)
        }
    }

    private let title, metric: String
    private let days: [Day]
    private let ages: [Age]
    private let lags: [Lag]
    /// In seconds, with what they are called.
    private let quantiles: [(name: String, seconds: Double)]

    package init(
        title: String, metric: String, days: [Day], ages: [Age], lags: [Lag],
        quantiles: [(name: String, seconds: Double)]
    ) {
        (self.title, self.metric, self.days, self.ages, self.lags) = (title, metric, days, ages, lags)
        self.quantiles = quantiles
    }

    /// The text of the file.
    package func render() -> String {
        let head = """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 640" role="img" aria-label="\(title.escapedXML)">
            \(SVGPlot.style)
            <style>.head { font-weight: 600; } .small { font-size: 11px; } .faint { fill: var(--c1); }</style>
            <text class="title" x="16" y="28">\(title.escapedXML)</text>
            """
        return ([head] + byDay + byAge + byLag + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    // MARK: By day

    private var byDay: [String] {
        var parts = [heading("\(metric) by day of the question", x: 16, y: 56)]
        let curves = [("answers", \Figures.metric), ("baseline", \Figures.baseline)].map { name, path in
            MetricCurve(
                name: name, points: days.map { (Double($0.number), $0.figures[keyPath: path] ?? .nan) })
        }
        guard let first = days.first, let last = days.last else { return parts + [none(x: 384, y: 160)] }
        let frame = Frame(left: 64, right: 704, top: 72, bottom: 240)
        // A day takes its width: its middle lies half of it from the edge.
        let count = Double(last.number - first.number + 1)
        func x(_ number: Double) -> Double { frame.x((number - Double(first.number) + 0.5) / count) }
        if let axis = PlotAxis.vertical(curves, ticksMax: 6) {
            parts += grid(axis, frame)
            for (index, curve) in curves.enumerated() where curve.lastValue != nil {
                parts += line(curve, index, frame, axis, x)
                parts += legend(curve.name, index, x: 484 + Double(index) * 116, y: 52)
            }
        } else {
            parts.append(none(x: 384, y: 160))
        }
        return parts + stillOpen(count, x)
    }

    /// The share of each day that is open, and the dates.
    private func stillOpen(_ count: Double, _ x: (Double) -> Double) -> [String] {
        guard let first = days.first, let last = days.last else { return [] }
        var parts: [String] = []
        let strip = Frame(left: 64, right: 704, top: 274, bottom: 314)
        parts += [text("100 %", x: 56, y: 278, "end", "small"), text("0", x: 56, y: 318, "end", "small")]
        parts.append(text("still open", x: 64, y: 268, "start", "small"))
        for y in [strip.top, strip.bottom] { parts.append(rule(strip.left, strip.right, y)) }
        let width = max(0.6, min(28, (strip.right - strip.left) / count * 0.8))
        for day in days where day.open > 0 && day.questions > 0 {
            let height = max(0.7, (strip.bottom - strip.top) * min(1, day.open / day.questions))
            parts.append(bar(x(Double(day.number)) - width / 2, strip.bottom - height, width, height, 2))
        }
        // As many dates as have room, the last one among them.
        let step = max(1, Int((count / 6).rounded(.up)))
        for number in stride(from: last.number, through: first.number, by: -step) {
            guard let day = days.first(where: { $0.number == number }) else { continue }
            parts.append(text(day.name, x: min(672, max(64, x(Double(number)))), y: 332, "middle", "small"))
        }
        return parts
    }

    private func line(
        _ curve: MetricCurve, _ index: Int, _ frame: Frame, _ axis: PlotAxis, _ x: (Double) -> Double
    ) -> [String] {
        var (commands, dots, isDrawing) = ("", [String](), false)
        for point in curve.points {
            guard point.y.isFinite else {
                isDrawing = false
                continue
            }
            let (x, y) = (x(point.x), frame.y(min(1.05, max(-0.05, axis.fraction(of: point.y)))))
            commands += (isDrawing ? "L" : "M") + "\(x.svg) \(y.svg)"
            isDrawing = true
            if curve.points.count <= 70 {
                dots.append("<circle cx=\"\(x.svg)\" cy=\"\(y.svg)\" r=\"2.5\" fill=\"var(--c\(index))\"/>")
            }
        }
        return ["<path class=\"curve\" \(SVGPlot.stroke(index)) d=\"\(commands)\"/>"] + dots
    }

    // MARK: By age and lag

    private var byAge: [String] {
        var parts = [heading("\(metric) by age at the label", x: 16, y: 372)]
        let values = ages.flatMap { [$0.figures.metric, $0.figures.baseline] }.compactMap { $0 }.filter(\.isFinite)
        guard let high = values.max(), let low = values.min() else { return parts + [none(x: 200, y: 480)] }
        let axis = PlotAxis(low: min(0, low), high: max(0, high), ticksMax: 6)
        let frame = Frame(left: 64, right: 344, top: 392, bottom: 572)
        parts += grid(axis, frame)
        let room = (frame.right - frame.left) / Double(max(1, ages.count))
        let width = min(24, room * 0.36)
        let zero = frame.y(axis.fraction(of: 0))
        for (index, age) in ages.enumerated() {
            let middle = frame.left + (Double(index) + 0.5) * room
            for (place, value) in [age.figures.metric, age.figures.baseline].enumerated() {
                guard let value, value.isFinite else { continue }
                let y = frame.y(axis.fraction(of: value))
                parts.append(
                    bar(middle + (Double(place) - 1) * width, min(y, zero), width - 1, max(0.7, abs(y - zero)), place))
            }
            parts.append(text(age.name, x: middle, y: 590, "middle", "small"))
            parts.append(text(String(format: "%.0f %%", 100 * age.share), x: middle, y: 605, "middle", "small faint"))
        }
        parts.append(text("share of labels below each age", x: 344, y: 624, "end", "small faint"))
        return parts
    }

    private var byLag: [String] {
        var parts = [heading("how long labels took", x: 376, y: 372)]
        let total = lags.reduce(0) { $0 + $1.labels }
        // A label that came at once has no place on such an axis: it is the first bar.
        func log(_ seconds: Double) -> Double { log2(max(seconds, 1e-3)) }
        guard total > 0, let first = lags.map({ log($0.from) }).min(), let last = lags.map({ log($0.below) }).max()
        else { return parts + [none(x: 540, y: 480)] }
        let axis = PlotAxis(low: 0, high: 100 * (lags.map(\.labels).max() ?? 1) / total, ticksMax: 6)
        let frame = Frame(left: 424, right: 704, top: 408, bottom: 572)
        parts += grid(axis, frame, unit: " %")
        let (low, span) = (first, max(2, last - first))
        func x(_ seconds: Double) -> Double { frame.x(min(1, max(0, (log(seconds) - low) / span))) }
        for lag in lags {
            let (from, to) = (x(lag.from), x(lag.below))
            let height = frame.bottom - frame.y(axis.fraction(of: 100 * lag.labels / total))
            parts.append(bar(from + 0.5, frame.bottom - height, max(0.7, to - from - 1), height, 0))
        }
        for (_, seconds) in quantiles {
            let x = x(seconds).svg
            parts.append(
                "<line x1=\"\(x)\" x2=\"\(x)\" y1=\"402\" y2=\"572\" stroke=\"var(--c2)\" stroke-dasharray=\"4 3\"/>")
        }
        parts.append(text(quantiles.map(\.name).joined(separator: " · "), x: 376, y: 390, "start", "small"))
        var free = frame.left - 20
        for (name, seconds) in Self.marks {
            let place = (log(seconds) - low) / span
            guard place >= 0, place <= 1, frame.x(place) >= free else { continue }
            parts.append(text(name, x: frame.x(place), y: 590, "middle", "small"))
            free = frame.x(place) + 36
        }
        return parts
    }

    private static let marks: [(String, Double)] = [
        ("1 ms", 1e-3), ("10 ms", 0.01), ("0.1 s", 0.1), ("1 s", 1), ("10 s", 10), ("1 min", 60), ("5 min", 300),
        ("20 min", 1_200), ("1 h", 3_600), ("3 h", 10_800), ("6 h", 21_600), ("12 h", 43_200), ("1 d", 86_400),
        ("3 d", 259_200), ("7 d", 604_800), ("30 d", 2_592_000), ("100 d", 8_640_000), ("1 y", 31_536_000),
    ]

    // MARK: Pieces

    private struct Frame {
        let left, right, top, bottom: Double

        func x(_ fraction: Double) -> Double { left + fraction * (right - left) }
        func y(_ fraction: Double) -> Double { bottom - fraction * (bottom - top) }
    }

    private func grid(_ axis: PlotAxis, _ frame: Frame, unit: String = "") -> [String] {
        axis.ticks.flatMap { tick -> [String] in
            let y = frame.y(axis.fraction(of: tick))
            return [
                rule(frame.left, frame.right, y), text(axis.label(tick) + unit, x: frame.left - 8, y: y + 4, "end"),
            ]
        }
    }

    private func rule(_ left: Double, _ right: Double, _ y: Double) -> String {
        "<line class=\"grid\" x1=\"\(left.svg)\" x2=\"\(right.svg)\" y1=\"\(y.svg)\" y2=\"\(y.svg)\"/>"
    }

    private func bar(_ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: Int) -> String {
        "<rect x=\"\(x.svg)\" y=\"\(y.svg)\" width=\"\(width.svg)\" height=\"\(height.svg)\" "
            + "fill=\"var(--c\(colour))\"/>"
    }

    private func legend(_ name: String, _ index: Int, x: Double, y: Double) -> [String] {
        [
            "<line x1=\"\(x.svg)\" x2=\"\((x + 22).svg)\" y1=\"\(y.svg)\" y2=\"\(y.svg)\" stroke-width=\"2\" "
                + "\(SVGPlot.stroke(index))/>", text(name, x: x + 28, y: y + 4, "start"),
        ]
    }

    private func heading(_ words: String, x: Double, y: Double) -> String { text(words, x: x, y: y, "start", "head") }

    private func none(x: Double, y: Double) -> String { text("no values yet", x: x, y: y, "middle") }

    private func text(
        _ words: String, x: Double, y: Double, _ anchor: String, _ style: String = ""
    ) -> String {
        let style = style.isEmpty ? "" : " class=\"\(style)\""
        return "<text\(style) x=\"\(x.svg)\" y=\"\(y.svg)\" text-anchor=\"\(anchor)\">\(words.escapedXML)</text>"
    }
}
