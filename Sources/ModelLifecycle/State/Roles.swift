import Determinism

/// Who serves, and who only is watched: a table from model to role, in the learned half of the state.
///
/// Models keep their names and their places; a change of who serves changes this table and nothing else. The spec says
/// which models exist, the fold says who serves: a model that a changed spec still has, by its name, keeps its role.
public struct Roles: Sendable, Equatable {
    public enum Role: UInt8, Sendable, CaseIterable {
        /// Its answers are given.
        case champion = 0
        /// It answers and learns as the champion does, and is only scored.
        case challenger = 1

        public var name: String {
            switch self {
            case .champion: "champion"
            case .challenger: "challenger"
            }
        }
    }

    /// The place of the model that serves.
    public let champion: Int
    private let count: Int

    /// What a spec itself says: the model of `model:` serves.
    init(modelCount: Int) {
        self.init(champion: 0, modelCount: modelCount)
    }

    /// - Precondition: there is a model in the place.
    init(champion: Int, modelCount: Int) {
        precondition((0..<modelCount).contains(champion), "no model has the place \(champion)")
        (self.champion, count) = (champion, modelCount)
    }

    public subscript(place: Int) -> Role { place == champion ? .champion : .challenger }

    /// Whether it says nothing else than the spec does.
    var areUsual: Bool { champion == 0 }

    /// The table for the models of a changed spec, in their order: the champion goes on by its name; where it is gone,
    /// the model of `model:` serves.
    func continued(from names: [String], to newNames: [String]) -> Roles {
        Roles(champion: newNames.firstIndex(of: names[champion]) ?? 0, modelCount: newNames.count)
    }
}

extension Roles {
    /// A byte a model, in their places.
    func encode(to encoder: inout CanonicalEncoder) {
        for place in 0..<count { encoder.byte(self[place].rawValue) }
    }

    init(from decoder: inout CanonicalDecoder, modelCount: Int) throws(CanonicalDecodingError) {
        var champion: Int?
        for place in 0..<modelCount {
            guard try decoder.enumeration(Role.init(rawValue:)) == .champion else { continue }
            guard champion == nil else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "two models serve")
            }
            champion = place
        }
        guard let champion else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no model serves") }
        self.init(champion: champion, modelCount: modelCount)
    }
}
