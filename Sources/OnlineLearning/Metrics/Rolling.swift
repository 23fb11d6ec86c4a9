/// A metric over the last answers.
///
/// - `metric`: which; one that has a window of its own, or slices, is refused.
/// - `window_size`: how many answers, from 1 to 100,000 (default 1,000); of each slice where it is sliced.
///
/// Exactly what the metric would be had only those answers been given. Sums and counts of classes are kept up to date
/// in amortized O(1); histograms, bins and variances are counted anew from the window when the value is asked for.
/// Memory: 8 bytes for each number and 8 for the classes of each answer in the window; windows and slices together hold
/// at most 10,000,000 answers.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8: the mean absolute error of the last two is 0.5.
///
/// Source: River's `utils.Rolling`.
public enum Rolling {
    static let answersMax = 10_000_000

    public static let declaration = ComponentDeclaration(
        metric: "rolling",
        [
            ParameterDeclaration("metric", .component(.metric), default: .none, "what is measured"),
            ParameterDeclaration(
                "window_size", .integer(1...100_000), default: .integer(1_000), "how many of the last answers count"),
        ],
        conflict: { conflict($0, size: $0[1]) })

    /// - Parameter arguments: the metric first, `by` and `max_slices` last.
    static func conflict(_ arguments: [Argument], size: Argument) -> String? {
        guard case .component(let metric) = arguments[0] else { return "which metric goes over the window is not said" }
        let windowed = [declaration.name, TimeRolling.declaration.name]
        if windowed.contains(metric.name) || ScoredMetric(metric).window != nil {
            return "'\(metric.name)' has a window of its own"
        }
        if ScoredMetric(metric).feature != nil { return "'by' belongs beside 'metric', not below it" }
        guard case .integer(let size) = size, case .integer(let slices) = arguments[arguments.count - 1],
            case .choice = arguments[arguments.count - 2]
        else { return nil }
        return size * slices <= answersMax ? nil : "\(slices) slices of \(size) answers are more than \(answersMax)"
    }
}
