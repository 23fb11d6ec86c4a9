/// The features that a transformer works on: which kinds, how they are named, and what becomes of them.
public struct TransformerInputs: Sendable {
    /// A key of the spec under which features are named.
    public struct Role: Sendable {
        public let name: String
        public let accepted: [FeatureKind]
        /// How many features can be named there; 0 of at least 0 means that the key can be left out.
        public let count: ClosedRange<Int>

        public init(_ name: String, _ accepted: [FeatureKind], count: ClosedRange<Int> = 1...1) {
            (self.name, self.accepted, self.count) = (name, accepted, count)
        }
    }

    /// The kind it takes where no features are named; nil where they must be.
    public let usual: FeatureKind?
    /// The kinds that may be named.
    public let accepted: [FeatureKind]
    /// The keys under which features are named, in the order in which they reach the transformer; without any they are
    /// a list, `features`.
    public let roles: [Role]
    /// Whether the features are, after it, what it made of them: numbers are changed in place, categories no longer
    /// reach a learner that takes them as they are. Otherwise it only adds to them.
    public let replaces: Bool
    /// Whether it adds sparse columns.
    public let addsColumns: Bool
    /// How many features can be listed.
    public let count: ClosedRange<Int>
    /// The tasks in which it can stand.
    public let tasks: [Task]

    public init(
        _ usual: FeatureKind?, also others: [FeatureKind] = [], roles: [Role] = [], replaces: Bool,
        addsColumns: Bool = false, count: ClosedRange<Int> = 1...Int.max, tasks: [Task] = Task.allCases
    ) {
        (self.usual, accepted, self.roles) = (usual, (usual.map { [$0] } ?? []) + others, roles)
        (self.replaces, self.addsColumns, self.count, self.tasks) = (replaces, addsColumns, count, tasks)
    }

    /// All numbers, or those listed, booleans among them; changed in place.
    public static let numbers = TransformerInputs(.number, also: [.boolean], replaces: true)
}
