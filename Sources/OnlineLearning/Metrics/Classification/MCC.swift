/// Matthews correlation coefficient: how far choices and truths go together, from −1 to 1, whatever the classes'
/// frequencies; 0 where either never varies.
///
/// Truths true, true, true, false for which true, false, true, true were chosen give −1/3 = −0.3333333333333333. Of
/// several classes it is Gorodkin's correlation, which for two is the same.
///
/// Source: River's `metrics.MCC`, for two classes; J. Gorodkin, *Comparing two K-category assignments by a K-category
/// correlation coefficient*, Computational Biology and Chemistry 28(5–6), 2004, equation 8.
public struct MCC: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "mcc")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double {
        guard confusion.total > 0 else { return 0 }
        let n = Double(confusion.total)
        // A choice of no class is a class of its own.
        let none = n - Double(confusion.choices)
        var (together, truths, choices) = (n * Double(confusion.hits), n * n, n * n - none * none)
        for entry in confusion.classes {
            let (truth, choice) = (Double(entry.truths), Double(entry.choices))
            together -= truth * choice
            truths -= truth * truth
            choices -= choice * choice
        }
        return truths <= 0 || choices <= 0 ? 0 : together / (truths.squareRoot() * choices.squareRoot())
    }
}
