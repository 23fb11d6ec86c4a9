/// Draws metric curves as text, for `headrace evaluate` and `headrace status` on a terminal.
///
/// The curves are Braille lines; each carries its own marker every few columns, so that they can be told apart without
/// colour, and the legend names the marker, the curve and its last value. The vertical range is that of
/// `PlotAxis.vertical`; how many points lie outside is said below.
package struct TerminalPlot {
    /// One for each of 32 challengers, the champion and the baseline.
    private static let markers = Array("●○▲◇■△◆□★☆▼▽abcdefghijklmnopqrstuv")
    /// As many as there are markers.
    package static let curvesMax = 34

    private let title: String
    private let xLabel: String
    private let width: Int
    private let height: Int

    /// - Parameters:
    ///   - xLabel: what is counted on the horizontal axis.
    ///   - width: columns of the whole plot, labels included.
    ///   - height: lines of the drawing, without title, axis and legend.
    package init(title: String, xLabel: String = "events", width: Int = 72, height: Int = 14) {
        precondition(width >= 32 && height >= 4, "too small for an axis")
        self.title = title
        self.xLabel = xLabel
        self.width = width
        self.height = height
    }

    /// The plot as lines without trailing spaces, ending in a line feed.
    package func render(_ curves: [MetricCurve]) -> String {
        precondition(curves.count <= Self.curvesMax, "\(curves.count) curves, and \(Self.curvesMax) markers")
        guard
            let xAxis = PlotAxis.horizontal(curves, ticksMax: 6),
            let yAxis = PlotAxis.vertical(curves, ticksMax: max(4, height / 2))
        else {
            return "\(title.printable)\n  no values yet\n"
        }
        let labelWidth = yAxis.ticks.map { yAxis.label($0).count }.max() ?? 1
        var canvas = BrailleCanvas(columns: width - labelWidth - 3, rows: height)
        for (index, curve) in curves.enumerated() {
            draw(curve, index: index, of: curves.count, xAxis: xAxis, yAxis: yAxis, on: &canvas)
        }
        var lines = [title.printable]
        lines += drawing(canvas, yAxis: yAxis, labelWidth: labelWidth)
        lines += horizontalAxis(xAxis, columns: canvas.columns, labelWidth: labelWidth)
        lines += legend(curves, yAxis: yAxis)
        return lines.map { $0.trimmingTrailingSpaces() + "\n" }.joined()
    }

    private func draw(
        _ curve: MetricCurve, index: Int, of count: Int, xAxis: PlotAxis, yAxis: PlotAxis,
        on canvas: inout BrailleCanvas
    ) {
        let bins = curve.binned(xAxis, count: canvas.dotColumns)
        // Clipped a little outside the frame, so that a curve is seen to leave it.
        let positions = bins.map { value -> Int? in
            guard let value, !value.isNaN else { return nil }
            let fraction = min(1.1, max(-0.1, yAxis.fraction(of: value)))
            return Int(((1 - fraction) * Double(canvas.dotRows - 1)).rounded())
        }
        var previous: (x: Int, y: Int)?
        for (x, y) in positions.enumerated() {
            if let y {
                canvas.line(from: previous ?? (x, y), to: (x, y))
                previous = (x, y)
            } else if bins[x] != nil {
                previous = nil
            }
        }
        mark(positions, index: index, of: count, on: &canvas)
    }

    /// Puts the curve's marker on it every few columns, each curve's at other columns, and at its end.
    private func mark(_ positions: [Int?], index: Int, of count: Int, on canvas: inout BrailleCanvas) {
        // Closer together where there are many, so that each comes on at least once.
        let step = max(1, min(4, canvas.columns / max(1, count)))
        let spacing = step * count
        let marker = Self.markers[index]
        var isMarked = false
        var lastSeen: (column: Int, row: Int)?
        for (x, y) in positions.enumerated() {
            guard let y, y >= 0, y < canvas.dotRows else { continue }
            lastSeen = (x / 2, y / 4)
            guard x % 2 == 0, (x / 2) % spacing == step * index + step / 2 else { continue }
            if canvas.mark(marker, column: x / 2, row: y / 4) { isMarked = true }
        }
        guard !isMarked, let lastX = positions.lastIndex(where: { $0 != nil }), let lastY = positions[lastX] else {
            return
        }
        // A curve that is nowhere in the frame leaves its marker at the edge beyond which it ends, in a column of its
        // own.
        let edge = (column: min(canvas.columns - 1, step * index + step / 2), row: lastY < 0 ? 0 : canvas.rows - 1)
        let place = lastSeen ?? edge
        _ = canvas.mark(marker, column: place.column, row: place.row)
    }

    private func drawing(_ canvas: BrailleCanvas, yAxis: PlotAxis, labelWidth: Int) -> [String] {
        var labels = [Int: String]()
        for tick in yAxis.ticks {
            let dot = ((1 - yAxis.fraction(of: tick)) * Double(canvas.dotRows - 1)).rounded()
            labels[Int(dot) / 4] = yAxis.label(tick)
        }
        return (0..<height).map { row in
            let label = labels[row] ?? ""
            let padding = String(repeating: " ", count: labelWidth - label.count)
            return " \(padding)\(label) \(label.isEmpty ? "│" : "┤")\(canvas.text(row: row))"
        }
    }

    private func horizontalAxis(_ axis: PlotAxis, columns: Int, labelWidth: Int) -> [String] {
        var rule = [Character](repeating: "─", count: columns)
        let offset = labelWidth + 3
        var labels = ""
        for tick in axis.ticks {
            let column = Int((axis.fraction(of: tick) * Double(columns - 1)).rounded())
            rule[column] = "┬"
            let text = axis.label(tick)
            let start = min(offset + column - text.count / 2, width - text.count)
            guard labels.isEmpty || start > labels.count else { continue }
            labels += String(repeating: " ", count: start - labels.count) + text
        }
        let fits = labels.count + 1 + xLabel.count <= width
        let indent = String(repeating: " ", count: labelWidth + 2)
        return [indent + "└" + String(rule), fits ? labels + " " + xLabel : labels]
    }

    /// The legend, as many entries a line as fit.
    private func legend(_ curves: [MetricCurve], yAxis: PlotAxis) -> [String] {
        var lines: [String] = [""]
        for (index, curve) in curves.enumerated() {
            let value = curve.lastValue.map { yAxis.valueText($0) } ?? "no value"
            let entry = "  \(Self.markers[index]) \(curve.name.printable) \(value)"
            if lines[lines.count - 1].count + entry.count > width, lines.last != "" { lines.append("") }
            lines[lines.count - 1] += entry
        }
        let outside = curves.reduce(0) { sum, curve in
            sum + curve.points.count { $0.y.isFinite && ($0.y < yAxis.low || $0.y > yAxis.high) }
        }
        if outside > 0 { lines.append("  \(outside) \(outside == 1 ? "point lies" : "points lie") outside the frame") }
        return lines
    }
}
