import Foundation

/// The plot of `TerminalPlot` as one self-contained SVG file, for reports and pages.
///
/// It follows the reader's dark or light mode, loads nothing, and tells the curves apart by dashes as well as colour.
package struct SVGPlot {
    private static let dashes = ["", "7 4", "2 3", "10 3 2 3", "14 4"]
    private static let colorCount = 8
    private static let width = 720.0
    /// Entries of the legend in a line, where one line is not enough for all.
    private static let legendColumns = 3
    private static let legendLine = 20.0
    private static let (left, right, top, bottom) = (64.0, 704.0, 48.0, 288.0)

    /// Colours and letters, for light and for dark pages.
    static let style = """
        <style>
        svg { --ink: #1c2733; --faint: #d5dbe1; --c0: #0b63ce; --c1: #6b7682; --c2: #c2410c; --c3: #15803d;
          --c4: #7c3aed; --c5: #b8860b; --c6: #be185d; --c7: #0e7490;
          background: #fff; font: 13px system-ui, sans-serif; }
        @media (prefers-color-scheme: dark) { svg { --ink: #e3e9ef; --faint: #37424d; --c0: #6cb2ff; --c1: #9aa5b1;
          --c2: #fb9362; --c3: #5fd38a; --c4: #b79cff; --c5: #e3b341; --c6: #f683b5; --c7: #56c7d8;
          background: #12181f; } }
        text { fill: var(--ink); } .title { font-size: 16px; font-weight: 600; }
        .grid { stroke: var(--faint); } .curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
        </style>
        """

    private let title: String
    private let xLabel: String

    package init(title: String, xLabel: String = "events") {
        self.title = title
        self.xLabel = xLabel
    }

    /// The text of the file. No two of forty curves have both colour and dashes in common.
    package func render(_ curves: [MetricCurve]) -> String {
        let columns = curves.count <= 4 ? max(1, curves.count) : Self.legendColumns
        let height = 360 + Self.legendLine * Double((max(1, curves.count) - 1) / columns)
        var parts = [
            """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 720 \(Int(height))" role="img" \
            aria-label="\(title.escapedXML)">
            \(Self.style)
            <text class="title" x="16" y="28">\(title.escapedXML)</text>
            """
        ]
        if let xAxis = PlotAxis.horizontal(curves, ticksMax: 8), let yAxis = PlotAxis.vertical(curves, ticksMax: 7) {
            parts += grid(xAxis: xAxis, yAxis: yAxis)
            for (index, curve) in curves.enumerated() {
                parts.append(path(curve, index: index, xAxis: xAxis, yAxis: yAxis))
                parts += legendEntry(curve, index: index, columns: columns, yAxis: yAxis)
            }
        } else {
            parts.append("<text x=\"360\" y=\"180\" text-anchor=\"middle\">no values yet</text>")
        }
        return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private func grid(xAxis: PlotAxis, yAxis: PlotAxis) -> [String] {
        var parts = [
            "<clipPath id=\"frame\"><rect x=\"64\" y=\"46\" width=\"640\" height=\"244\"/></clipPath>",
            "<text x=\"704\" y=\"324\" text-anchor=\"end\">\(xLabel.escapedXML)</text>",
        ]
        for tick in yAxis.ticks {
            let y = Self.y(tick, yAxis)
            parts.append("<line class=\"grid\" x1=\"64\" x2=\"704\" y1=\"\(y.svg)\" y2=\"\(y.svg)\"/>")
            parts.append("<text x=\"56\" y=\"\((y + 4).svg)\" text-anchor=\"end\">\(yAxis.label(tick))</text>")
        }
        for tick in xAxis.ticks {
            let x = Self.x(xAxis.fraction(of: tick))
            parts.append("<line class=\"grid\" x1=\"\(x.svg)\" x2=\"\(x.svg)\" y1=\"288\" y2=\"293\"/>")
            parts.append("<text x=\"\(x.svg)\" y=\"308\" text-anchor=\"middle\">\(xAxis.label(tick))</text>")
        }
        return parts
    }

    private func path(_ curve: MetricCurve, index: Int, xAxis: PlotAxis, yAxis: PlotAxis) -> String {
        var commands = ""
        var isDrawing = false
        let bins = curve.binned(xAxis, count: Int(Self.right - Self.left))
        for (index, value) in bins.enumerated() {
            guard let value else { continue }
            guard !value.isNaN else {
                isDrawing = false
                continue
            }
            let x = Self.x((Double(index) + 0.5) / Double(bins.count))
            // A line of no length would not be drawn: a lone point gets half a pixel.
            commands += (isDrawing ? "L" : "M") + "\(x.svg) \(Self.y(value, yAxis).svg)"
            if !isDrawing { commands += "h.5" }
            isDrawing = true
        }
        return """
            <path class="curve" clip-path="url(#frame)" \(Self.stroke(index)) d="\(commands)"/>
            """
    }

    static func stroke(_ index: Int) -> String {
        let dashes = dashes[(index + index / colorCount) % dashes.count]
        return "stroke=\"var(--c\(index % colorCount))\" stroke-dasharray=\"\(dashes)\""
    }

    private func legendEntry(_ curve: MetricCurve, index: Int, columns: Int, yAxis: PlotAxis) -> [String] {
        let room = (Self.width - 32) / Double(columns)
        let x = 16 + Double(index % columns) * room
        let y = 344 + Self.legendLine * Double(index / columns)
        let value = curve.lastValue.map { yAxis.valueText($0) } ?? "no value"
        // About seven units a character, and the line before it.
        let fits = max(4, Int((room - 42) / 7) - value.count - 1)
        let name = curve.name.count <= fits ? curve.name : curve.name.prefix(fits - 1) + "…"
        return [
            """
            <line x1="\(x.svg)" x2="\((x + 28).svg)" y1="\(y.svg)" y2="\(y.svg)" stroke-width="2" \
            \(Self.stroke(index))/>
            """,
            "<text x=\"\((x + 34).svg)\" y=\"\((y + 4).svg)\">\(name.escapedXML) \(value)</text>",
        ]
    }

    private static func x(_ fraction: Double) -> Double { left + fraction * (right - left) }

    /// Clipped a little outside the frame: huge coordinates are drawn wrongly by some viewers.
    private static func y(_ value: Double, _ axis: PlotAxis) -> Double {
        bottom - min(1.5, max(-0.5, axis.fraction(of: value))) * (bottom - top)
    }
}

extension Double {
    var svg: String { String(format: "%.1f", self) }
}

extension String {
    /// As text or attribute of an XML document; characters that XML 1.0 cannot hold are replaced.
    var escapedXML: String {
        var result = ""
        for character in printable {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.append(character)
            }
        }
        return result
    }
}
