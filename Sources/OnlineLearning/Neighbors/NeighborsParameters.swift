/// The parameters that the learners by neighbors share, under River's names.
enum NeighborsParameters {
    static let neighborCount = ParameterDeclaration(
        "n_neighbors", .integer(1...1000), default: .integer(5), "how many of the nearest examples answer")
    static let engine = ParameterDeclaration(
        "engine", .component(.searchEngine),
        default: .component(Component(name: "lazy_search", arguments: [.integer(1000), .number(0)])),
        "which examples are kept and how they are searched")
}

extension Arguments {
    /// The search engine of a learner by neighbors.
    var engine: Component {
        guard let component = component("engine") else { preconditionFailure("\(self) has no engine") }
        return component
    }
}
