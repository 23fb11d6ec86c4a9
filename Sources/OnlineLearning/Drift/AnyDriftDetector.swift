import Determinism

/// Any of the catalogue's detectors, as a component names it, without an existential: what asks it asks an enumeration.
///
/// ``ADWIN``, which most learners want, is updated where it lies; the others are small and taken out and put back.
public struct AnyDriftDetector: Sendable {
    private enum Other: Sendable {
        case none
        case ddm(DDM)
        case eddm(EDDM)
        case hddmA(HDDMA)
        case hddmW(HDDMW)
        case kswin(KSWIN)
        case pageHinkley(PageHinkley)
    }

    /// The detector, where it is this one; it then has an estimate.
    public private(set) var adwin: ADWIN?
    private var other = Other.none

    /// The detector of a checked component of the family ``ComponentDeclaration/Family/driftDetector``.
    public init(_ component: Component) {
        switch component.name {
        case "adwin": adwin = ADWIN(component)
        case "ddm": other = .ddm(DDM(component))
        case "eddm": other = .eddm(EDDM(component))
        case "hddm_a": other = .hddmA(HDDMA(component))
        case "hddm_w": other = .hddmW(HDDMW(component))
        case "kswin": other = .kswin(KSWIN(component))
        case "no_drift": other = .none
        case "page_hinkley": other = .pageHinkley(PageHinkley(component))
        default: preconditionFailure("no drift detector is named \(component.name)")
        }
    }

    public init(_ adwin: ADWIN) {
        self.adwin = adwin
    }

    /// Takes in a value. - Returns: whether a drift is detected with it.
    @discardableResult
    @inline(__always)
    public mutating func update(_ value: Double) -> Bool {
        adwin?.update(value) ?? updateOther(value)
    }

    private mutating func updateOther(_ value: Double) -> Bool {
        switch other {
        case .none: return false
        case .ddm(var detector): return take(&detector, value) { .ddm($0) }
        case .eddm(var detector): return take(&detector, value) { .eddm($0) }
        case .hddmA(var detector): return take(&detector, value) { .hddmA($0) }
        case .hddmW(var detector): return take(&detector, value) { .hddmW($0) }
        case .kswin(var detector): return take(&detector, value) { .kswin($0) }
        case .pageHinkley(var detector): return take(&detector, value) { .pageHinkley($0) }
        }
    }

    /// Updates a detector that was taken out: it is alone with its memory meanwhile, so that nothing is copied.
    @inline(__always)
    private mutating func take<D: DriftDetector>(_ detector: inout D, _ value: Double, _ put: (D) -> Other) -> Bool {
        other = .none
        let isDrift = detector.update(value)
        other = put(detector)
        return isDrift
    }

    /// Whether a drift was detected with the last value.
    public var isDrift: Bool { adwin?.isDrift ?? current.isDrift }

    /// Whether a drift may be coming, by the last value; always false where the detector does not warn.
    public var isWarning: Bool { current.isWarning }

    /// The mean of the latest values, where the detector keeps one; NaN otherwise.
    public var estimation: Double { adwin?.estimation ?? .nan }

    /// Forgets all values.
    public mutating func reset() { current.reset() }

    /// Bytes of memory, roughly.
    public var byteCount: Int { MemoryLayout<Self>.size + current.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { current.encode(to: &encoder) }

    /// Takes over an encoded state. - Throws: where the bytes are none of this detector's.
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try current.restore(from: &decoder)
    }

    /// The detector, for what is seldom asked.
    private var current: any DriftDetector {
        get {
            if let adwin { return adwin }
            switch other {
            case .none: return NoDrift()
            case .ddm(let detector): return detector
            case .eddm(let detector): return detector
            case .hddmA(let detector): return detector
            case .hddmW(let detector): return detector
            case .kswin(let detector): return detector
            case .pageHinkley(let detector): return detector
            }
        }
        set {
            switch newValue {
            case let detector as ADWIN: adwin = detector
            case let detector as DDM: other = .ddm(detector)
            case let detector as EDDM: other = .eddm(detector)
            case let detector as HDDMA: other = .hddmA(detector)
            case let detector as HDDMW: other = .hddmW(detector)
            case let detector as KSWIN: other = .kswin(detector)
            case let detector as PageHinkley: other = .pageHinkley(detector)
            default: break
            }
        }
    }
}
