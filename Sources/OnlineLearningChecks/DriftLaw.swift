import Determinism
import OnlineLearning

/// What every drift detector owes to whoever trusts it, law by law. ``DriftChecks`` checks them all.
public enum DriftLaw: String, Sendable, CaseIterable {
    /// Defaults are in their ranges and go together.
    case declarationIsSound
    /// A value that is NaN or beyond the largest changes no bit and is no drift.
    case noValueChangesNothing
    /// What a copy sees, the original does not know.
    case aCopyIsIndependent
    /// Encode, decode, continue is the same as never having stopped.
    case continuesFromItsEncoding
    /// Damaged bytes are refused or make a state that can be worked with.
    case damagedBytesAreHarmless
    /// Memory stops growing although values do not end.
    case memoryIsBounded
    /// After a reset it is as new.
    case resetForgetsEverything
    /// One value for ever is no drift.
    case whatStaysTheSameIsNoDrift

    public func violations(of type: any DriftDetector.Type) -> [Violation] { check(type) }

    private func check<D: DriftDetector>(_ type: D.Type) -> [Violation] {
        let subject = DriftSubject<D>(law: self)
        switch self {
        case .declarationIsSound: return subject.declarationIsSound()
        case .noValueChangesNothing: return subject.noValueChangesNothing()
        case .aCopyIsIndependent: return subject.aCopyIsIndependent()
        case .continuesFromItsEncoding: return subject.continuesFromItsEncoding()
        case .damagedBytesAreHarmless: return subject.damagedBytesAreHarmless()
        case .memoryIsBounded: return subject.memoryIsBounded()
        case .resetForgetsEverything: return subject.resetForgetsEverything()
        case .whatStaysTheSameIsNoDrift: return subject.whatStaysTheSameIsNoDrift()
        }
    }
}

public enum DriftChecks {
    public static func violations(of type: any DriftDetector.Type) -> [Violation] {
        DriftLaw.allCases.flatMap { $0.violations(of: type) }
    }

    /// A detector's digest: of what it says over a stream of shifting rates and of the state after.
    public static func digest(of type: any DriftDetector.Type) -> Digest { digest(type) }

    private static func digest<D: DriftDetector>(_ type: D.Type) -> Digest {
        var detector = D(D.declaration.withDefaults)
        var encoder = CanonicalEncoder()
        for value in DriftSubject<D>.stream {
            encoder.bool(detector.update(value))
            encoder.bool(detector.isWarning)
        }
        encoder.blob(detector.bytes)
        return Digest(hashing: encoder.bytes)
    }
}

/// A detector at its defaults.
struct DriftSubject<D: DriftDetector> {
    let law: DriftLaw

    /// Bits whose rate shifts, so that every detector finds something.
    static var stream: [Double] {
        var generator = SeededGenerator(seed: 5)
        return (0..<4_000).map { generator.uniform() < [0.1, 0.6, 0.05, 0.9][$0 / 1_000] ? 1 : 0 }
    }

    private var fresh: D { D(D.declaration.withDefaults) }

    private func seen(_ values: some Sequence<Double>) -> D {
        var detector = fresh
        for value in values { detector.update(value) }
        return detector
    }

    private func broken(_ expected: String, _ found: Any, _ index: Int? = nil) -> [Violation] {
        [
            Violation(
                law: law.rawValue, component: D.declaration.name, example: index, expected: expected, found: "\(found)")
        ]
    }

    func declarationIsSound() -> [Violation] {
        let declaration = D.declaration
        if declaration.family != .driftDetector { return broken("a drift detector", declaration.family) }
        for parameter in declaration.parameters where !parameter.accepts(parameter.defaultValue) {
            return broken("\(parameter.name): \(parameter.kind.expectation)", parameter.defaultValue)
        }
        return declaration.conflict(declaration.withDefaults.arguments).map { broken("no conflict", $0) } ?? []
    }

    func noValueChangesNothing() -> [Violation] {
        var detector = seen(Self.stream.prefix(500))
        let before = detector.bytes
        for value in [.nan, .infinity, -.infinity, 10 * D.largestValue] {
            if detector.update(value) || detector.bytes != before { return broken("the state as it was", value) }
        }
        return []
    }

    func aCopyIsIndependent() -> [Violation] {
        let original = seen(Self.stream.prefix(500))
        let before = original.bytes
        var copy = original
        for value in Self.stream.dropFirst(500) { copy.update(value) }
        if original.bytes != before { return broken("the original as it was", "another") }
        return copy.bytes == seen(Self.stream).bytes ? [] : broken("the copy to go on as the original", "another")
    }

    func continuesFromItsEncoding() -> [Violation] {
        var (straight, stopped) = (fresh, fresh)
        for (index, value) in Self.stream.enumerated() {
            if index % 61 == 0 {
                var next = fresh
                do throws(CanonicalDecodingError) { try next.restore(stopped.bytes) } catch {
                    return broken("its own bytes to be taken", error, index)
                }
                stopped = next
            }
            let (one, other) = (straight.update(value), stopped.update(value))
            if one != other { return broken("\(one)", other, index) }
        }
        return straight.bytes == stopped.bytes ? [] : broken("the same state", "another")
    }

    func damagedBytesAreHarmless() -> [Violation] {
        let bytes = seen(Self.stream.prefix(1_300)).bytes
        guard !bytes.isEmpty else { return [] }
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0...generator.below(3) {
                damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            if generator.below(3) == 0 { damaged.removeLast(generator.below(damaged.count)) }
            var detector = fresh
            do throws(CanonicalDecodingError) { try detector.restore(damaged) } catch { continue }
            for value in Self.stream { detector.update(value) }
            detector.reset()
            if detector.isDrift { return broken("no drift after a reset", "one") }
        }
        return []
    }

    /// At most a little for twice as many values, as of a window whose buckets double.
    func memoryIsBounded() -> [Violation] {
        var detector = fresh
        for index in 0..<20_000 { detector.update(Double(index % 2)) }
        let before = detector.byteCount
        for index in 0..<20_000 { detector.update(Double(index % 2)) }
        let after = detector.byteCount
        return after <= before + before / 2 + 512 ? [] : broken("\(before) bytes or little more", after)
    }

    func resetForgetsEverything() -> [Violation] {
        var detector = seen(Self.stream.prefix(1_500))
        detector.reset()
        return detector.bytes == fresh.bytes && !detector.isDrift && !detector.isWarning
            ? [] : broken("a detector as new", "another")
    }

    func whatStaysTheSameIsNoDrift() -> [Violation] {
        for value in [0.0, 1] {
            var detector = fresh
            for index in 0..<3_000 where detector.update(value) { return broken("no drift", "one of \(value)", index) }
        }
        return []
    }
}

extension DriftDetector {
    fileprivate var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }

    fileprivate mutating func restore(_ bytes: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(bytes)
        try restore(from: &decoder)
        try decoder.finish()
    }
}
