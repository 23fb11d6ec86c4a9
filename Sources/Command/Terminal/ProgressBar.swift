#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Foundation

/// Says on standard error how far a long piece of work is, if a terminal is there to show it; otherwise it is silent.
///
///     evaluate  43 % ████████▋             194,842 rows  1.21M/s  0:03 left  log_loss 0.412
///
/// At most ten updates a second are drawn; the others cost one look at the clock. `finish()` erases the line, so
/// that nothing of it stays in the output.
package struct ProgressBar {
    /// Where the bar is drawn.
    package struct Output {
        let isTerminal: Bool
        let columns: Int
        let write: (String) -> Void

        package init(isTerminal: Bool, columns: Int, write: @escaping (String) -> Void) {
            self.isTerminal = isTerminal
            self.columns = columns
            self.write = write
        }

        /// Standard error with its present width.
        package static var standardError: Output {
            var size = winsize()
            let known = ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
            return Output(isTerminal: isatty(STDERR_FILENO) == 1, columns: known ? Int(size.ws_col) : 80) { text in
                writeToStandardError(Array(text.utf8))
            }
        }
    }

    private static let interval = Duration.milliseconds(100)
    private static let barColumns = 20
    /// Where the line would not fit otherwise: the numbers are worth more than the bar.
    private static let narrowBarColumns = 8

    private let label: String
    private let unit: String
    private let output: Output
    private let now: () -> Duration
    private let started: Duration
    private var drawn: Duration?

    /// - Parameters:
    ///   - unit: what is counted, in the plural.
    ///   - now: a clock that never goes back; its zero does not matter.
    package init(
        _ label: String, unit: String = "rows", output: Output = .standardError,
        now: @escaping () -> Duration = ProgressBar.monotonicClock()
    ) {
        self.label = label
        self.unit = unit
        self.output = output
        self.now = now
        started = now()
    }

    package static func monotonicClock() -> () -> Duration {
        let clock = ContinuousClock()
        let zero = clock.now
        return { zero.duration(to: clock.now) }
    }

    /// Draws the state of the work, unless the last drawing is less than a tenth of a second ago.
    ///
    /// - Parameters:
    ///   - count: rows (or whatever `unit` says) done so far.
    ///   - fraction: of the whole work, 0 to 1; `nil` where its size is unknown.
    ///   - detail: one free text, such as a live metric; evaluated only when drawn.
    package mutating func update(count: Int, fraction: Double?, detail: @autoclosure () -> String = "") {
        guard output.isTerminal else { return }
        let time = now()
        if let drawn, time - drawn < Self.interval { return }
        drawn = time
        let (elapsed, detail) = (time - started, detail())
        var text = line(count: count, fraction: fraction, elapsed: elapsed, detail: detail)
        if text.count >= output.columns {
            text = line(count: count, fraction: fraction, elapsed: elapsed, detail: detail, isNarrow: true)
        }
        // The last column stays free: some terminals wrap when it is written.
        output.write("\r" + String(text.prefix(max(0, output.columns - 1))) + "\u{1B}[K")
    }

    /// Erases the line.
    package mutating func finish() {
        guard drawn != nil else { return }
        drawn = nil
        output.write("\r\u{1B}[K")
    }

    /// - Parameter isNarrow: leaves the rate out and shortens the bar.
    private func line(
        count: Int, fraction: Double?, elapsed: Duration, detail: String, isNarrow: Bool = false
    ) -> String {
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
        var parts = [label.printable]
        if let fraction {
            let fraction = fraction.isFinite ? min(1, max(0, fraction)) : 0
            let percent = String(Int(fraction * 100))
            let indent = String(repeating: " ", count: 4 - percent.count)
            let barColumns = isNarrow ? Self.narrowBarColumns : Self.barColumns
            parts[0] += "\(indent)\(percent) % \(Self.bar(fraction, barColumns))"
        }
        parts.append("\(count.grouped) \(unit)")
        if !isNarrow, seconds > 0, count > 0 { parts.append("\(Self.short(Double(count) / seconds))/s") }
        if let fraction, fraction > 0, fraction < 1, seconds > 0 {
            parts.append("\(Self.clock(seconds * (1 - fraction) / fraction)) left")
        }
        if !detail.isEmpty { parts.append(detail.printable) }
        return parts.joined(separator: "  ")
    }

    private static func bar(_ fraction: Double, _ barColumns: Int) -> String {
        let eighths = Int(fraction * Double(barColumns * 8))
        let partial = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let bar = String(repeating: "█", count: eighths / 8) + partial
        return bar + String(repeating: " ", count: barColumns - bar.count)
    }

    private static func short(_ value: Double) -> String {
        switch value {
        case 999_500...: String(format: "%.2fM", value / 1e6)
        case 9995...: String(format: "%.0fk", value / 1e3)
        case 999.5...: String(format: "%.1fk", value / 1e3)
        case 9.95...: String(format: "%.0f", value)
        default: String(format: "%.1f", value)
        }
    }

    private static func clock(_ seconds: Double) -> String {
        guard seconds < 100 * 3600 else { return "days" }
        let whole = Int(seconds.rounded(.up))
        let (hours, minutes) = (whole / 3600, whole / 60 % 60)
        let tail = String(format: "%02d", whole % 60)
        return hours > 0 ? String(format: "%d:%02d:", hours, minutes) + tail : "\(minutes):" + tail
    }
}

/// Ignores failures: a terminal that went away is no reason to stop the work.
private func writeToStandardError(_ bytes: [UInt8]) {
    _ = write(STDERR_FILENO, bytes, bytes.count)
}
