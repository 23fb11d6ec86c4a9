import Determinism
import OnlineLearning

/// Which arithmetic folds: the revision of the fold itself, and of every component that settings use. Two programs of
/// one revision give the same bits; of another, perhaps not.
public struct Revision: Sendable, Equatable, CustomStringConvertible {
    public struct Part: Sendable, Equatable {
        public let name: String
        public let revision: Int
    }

    /// Raised with every change of what `apply`, the elementary functions or the baseline give.
    public static let fold = 3

    /// The first that scores what was answered, whatever was adopted since, and whose digests cover it.
    static let served = 2
    /// The first that keeps what models say with the question, and lets them be judged by it.
    static let voices = 3

    /// The first that keeps how late labels come, and how answers proved by that, and whose digests cover it.
    static let lateness = 3

    /// The first that sets labels aside which lie far outside the range learned so far.
    static let outliers = 3

    /// What blocks of format 1 were written by: they do not say.
    public static let unrecorded = Revision(fold: 0, components: [])

    public let fold: Int
    /// In the order of their names, one each.
    public let components: [Part]

    public init(fold: Int, components: [Part]) {
        (self.fold, self.components) = (fold, components)
    }

    /// That of this program for some settings.
    public init(of settings: Settings) {
        var all: [Component] = []
        for pipeline in settings.models.map(\.pipeline) {
            all += pipeline.transformers.map(\.component) + [pipeline.learner]
        }
        all += settings.metrics
        var names: [String] = []
        var next = 0
        while next < all.count {
            names.append(all[next].name)
            all += all[next].parts
            next += 1
        }
        names.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var components: [Part] = []
        for name in names where components.last?.name != name {
            components.append(Part(name: name, revision: Catalogue.declaration(named: name)?.revision ?? 0))
        }
        self.init(fold: Self.fold, components: components)
    }

    public var description: String {
        guard self != .unrecorded else { return "unrecorded" }
        return (["fold \(fold)"] + components.map { "\($0.name) \($0.revision)" }).joined(separator: ", ")
    }
}

extension Revision: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(fold)
        encoder.count(components.count)
        for part in components {
            encoder.string(part.name)
            encoder.count(part.revision)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let fold = try decoder.natural()
        var components: [Part] = []
        for _ in 0..<(try decoder.count()) {
            let name = try decoder.string()
            components.append(Part(name: name, revision: try decoder.natural()))
        }
        self.init(fold: fold, components: components)
    }
}
