import Determinism

/// Never detects a drift: it stands where one is asked for and none is wanted.
///
/// Source: River's `drift.NoDrift`.
public struct NoDrift: DriftDetector {
    public static let declaration = ComponentDeclaration("no_drift", .driftDetector)

    public init() {}

    public init(_ arguments: Arguments) {}

    public var isDrift: Bool { false }

    public mutating func reset() {}

    @discardableResult
    public mutating func update(_ value: Double) -> Bool { false }

    public func encode(to encoder: inout CanonicalEncoder) {}

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
