import Determinism

/// Watches one number over time, such as a model's error, and says when its distribution has changed.
///
///     var detector = ADWIN()
///     for error in errors where detector.update(error) { restartTheModel() }
///
/// As in River, a detector that has found a drift starts afresh with the value after it: until then what it knows, such
/// as an ``ADWIN/estimation``, can still be asked for. A value that is NaN or beyond ±``largestValue`` is refused: it
/// changes nothing.
public protocol DriftDetector: Sendable {
    static var declaration: ComponentDeclaration { get }

    /// - Parameter arguments: the checked parameters.
    init(_ arguments: Arguments)

    /// Takes in a value. - Returns: whether a drift is detected with it.
    @discardableResult
    mutating func update(_ value: Double) -> Bool

    /// Whether a drift was detected with the last value.
    var isDrift: Bool { get }

    /// Whether a drift may be coming, by the last value; always false where the detector does not warn.
    var isWarning: Bool { get }

    /// Forgets all values.
    mutating func reset()

    /// Bytes of memory, roughly.
    var byteCount: Int { get }

    func encode(to encoder: inout CanonicalEncoder)

    /// Takes over an encoded state. - Throws: where the bytes are none of this detector's.
    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError)
}

extension DriftDetector {
    /// The largest magnitude of a value that is taken in; no sum of squares of such values overflows.
    public static var largestValue: Double { 1e75 }

    public var isWarning: Bool { false }

    /// Where nothing is allocated.
    public var byteCount: Int { MemoryLayout<Self>.size }

    /// The detector of a checked component that names it.
    public init(_ component: Component) {
        self.init(Arguments(component, declaration: Self.declaration))
    }

    @inline(__always)
    static func isTaken(_ value: Double) -> Bool { value.magnitude <= largestValue }
}
