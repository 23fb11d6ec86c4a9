import ModelLifecycle
import OnlineLearning

/// The models of a moment: who serves, and their metrics that have no slices.
public struct ModelsShown: Sendable, Equatable {
    /// The champion's, the baseline's, then each challenger's.
    public let metrics: [RoleMetrics]
    /// In their places.
    public let roles: [ModelRole]

    public struct ModelRole: Sendable, Equatable {
        public let name: String
        public let role: Roles.Role
    }

    init(_ learned: LearnedState) {
        metrics = zip(learned.plainLabels, learned.plainMetrics).map { role, metrics in
            RoleMetrics(role: role, values: metrics.map { RoleMetrics.Value(name: $0.name, value: $0.value) })
        }
        roles = learned.models.indices.map { ModelRole(name: learned.models[$0].name, role: learned.roles[$0]) }
    }
}

/// The metrics of a model in its role that have no slices.
public struct RoleMetrics: Sendable, Equatable {
    public let role: String
    public let values: [Value]

    public struct Value: Sendable, Equatable {
        public let name: String
        public let value: Double
    }
}

extension ApplicationState {
    /// The champion's, the baseline's, then each challenger's.
    var roleMetrics: [RoleMetrics] { ModelsShown(learned).metrics }
}
