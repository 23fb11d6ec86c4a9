import OnlineLearning

/// What is allowed and hardly meant.
extension SpecChecker {
    /// A category is a text to most learners: without columns of its own it reaches none of them.
    mutating func warnUnusedCategories(_ learner: Component, _ head: SpecPlace, _ chain: StepChain) {
        guard !Catalogue.takesCategories(learner) else { return }
        let used = Self.lookup(chain.steps.map(\.step))
        // What was taken out by name is meant to be unused.
        let unused = features.filter { $0.kind == .category && used[$0.name] == nil && !chain.hides($0.name) }
            .map(\.name)
        guard !unused.isEmpty else { return }
        let listed = unused.prefix(Self.listedMax).map(SpecMistake.quote).joined(separator: ", ")
        let more = unused.count > Self.listedMax ? " and \(unused.count - Self.listedMax) more" : ""
        let names = unused.prefix(Self.listedMax).map(YAMLScalar.text).joined(separator: ", ")
        let verb = unused.count == 1 ? "(category) is" : "(categories) are"
        warn(
            head, "\(listed)\(more) \(verb) not used by \(learner.name)",
            hint: "put one_hot: [\(names)\(more.isEmpty ? "" : ", …")] before it")
    }

    /// Texts and timestamps are kept in the log, and teach only where a step works on them.
    mutating func warnUnusedFeatures(pipelines: [PipelineDeclaration]) {
        guard isClean else { return }
        let used = Self.lookup(pipelines.flatMap(\.transformers))
        for feature in features where feature.kind == .text || feature.kind == .timestamp {
            guard let kind = feature.kind, used[feature.name] == nil else { continue }
            warn(feature.key, "no model uses this \(kind.name)", hint: "it is checked and recorded, nothing more")
        }
    }

    /// The features of the steps, for looking up.
    private static func lookup(_ steps: [PipelineDeclaration.Step]) -> [String: Bool] {
        var used: [String: Bool] = [:]
        for step in steps {
            for name in step.features { used[name] = true }
        }
        return used
    }

    private static let listedMax = 8
}
