/// What the learners of counts share.
enum NaiveBayesParameters {
    static let alpha = ParameterDeclaration(
        "alpha", .number(1e-10...1e10), default: .number(1), "what is added to each count")
    /// What a sum that is not positive counts as.
    static let least = 1e-15
}
