/// How a leaf of a classification tree observes a number and finds the best threshold: by a normal distribution a
/// class, by a histogram a class, or by every value.
///
/// - `gaussian_splitter`: `n_splits` thresholds evenly between the least and the greatest value, 1 to 1,000 (default
///   10). 48 bytes a class.
/// - `histogram_splitter`: ``StreamingHistogram`` of `n_bins`, 2 to 10,000 (default 256); at most `n_splits`
///   thresholds, 1 to 1,000 (default 32). 24 bytes a bin and class. Weights count by their whole part, up to 1,000, as
///   in River.
/// - `exhaustive_splitter`: ``ValueTree``; every value seen is a threshold. It knows no density: naive Bayes then goes
///   by the frequencies of classes.
///
/// Source: B. Pfahringer, G. Holmes and R. Kirkby, *Handling numeric attributes in Hoeffding trees*, PAKDD 2008.
enum Splitters {
    static let gaussian = ComponentDeclaration(
        "gaussian_splitter", .splitter,
        parameters: [
            ParameterDeclaration(
                "n_splits", .integer(1...1000), default: .integer(10), "thresholds tried, evenly spaced")
        ])

    static let histogram = ComponentDeclaration(
        "histogram_splitter", .splitter,
        parameters: [
            ParameterDeclaration("n_bins", .integer(2...10_000), default: .integer(256), "bins of a class at most"),
            ParameterDeclaration("n_splits", .integer(1...1000), default: .integer(32), "thresholds tried at most"),
        ])

    static let exhaustive = ComponentDeclaration("exhaustive_splitter", .splitter)

    static let declarations = [gaussian, histogram, exhaustive]

    /// What a component of a classification tree's splitter stands for; another tree's is taken for the standard.
    static func observer(_ component: Component?) -> LeafParameters.NumberObserver {
        guard let component else { return .gaussian(splits: 10) }
        switch component.name {
        case histogram.name:
            let arguments = Arguments(component, declaration: histogram)
            return .histogram(bins: arguments.integer("n_bins"), splits: arguments.integer("n_splits"))
        case exhaustive.name: return .exhaustive
        case gaussian.name:
            return .gaussian(splits: Arguments(component, declaration: gaussian).integer("n_splits"))
        default: return .gaussian(splits: 10)
        }
    }

    /// What is wrong with the splitter of a classifier's arguments, or nil.
    static func conflict(_ parameters: [ParameterDeclaration], _ arguments: [Argument]) -> String? {
        for (parameter, argument) in zip(parameters, arguments) where parameter.name == "splitter" {
            guard case .component(let component) = argument else { continue }
            if !declarations.contains(where: { $0.name == component.name }) {
                return "\(component.name) observes for regression trees"
            }
        }
        return nil
    }
}
