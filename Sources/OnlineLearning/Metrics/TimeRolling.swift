/// A metric over the answers whose label came not long ago, by log time: exactly, those later than the last label minus
/// the period.
///
/// - `metric`: which; one that has a window of its own, or slices, is refused.
/// - `period`: how long, such as `24h`, from 1us to 3650d (default 1d).
/// - `max_answers`: how many answers are kept at most, from 1 to 100,000 (default 10,000); beyond it the oldest leave
///   before their time.
///
/// Time and memory as ``Rolling``. River keeps all answers of the period, in the order of their times; here time never
/// goes back.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 a second apart: the mean absolute error over two seconds is 0.5.
///
/// Source: River's `utils.TimeRolling`.
public enum TimeRolling {
    public static let declaration = ComponentDeclaration(
        metric: "time_rolling",
        [
            ParameterDeclaration("metric", .component(.metric), default: .none, "what is measured"),
            ParameterDeclaration(
                "period", .timeSpan(1...315_360_000_000_000), default: .integer(86_400_000_000),
                "how long ago a label may have come"),
            ParameterDeclaration(
                "max_answers", .integer(1...100_000), default: .integer(10_000),
                "answers that are kept at most, the latest"),
        ],
        conflict: { Rolling.conflict($0, size: $0[2]) })
}
