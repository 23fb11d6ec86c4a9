import Determinism

/// An estimate of a quantile of a stream, in constant time and memory: one set of ``QuantileMarkers``.
///
/// Up to the fifth value it is one of the values seen. Of 9, 7, 3, 2, 6, 1, 8, 5 and 4 the median is 5.
struct RunningQuantile: Sendable {
    /// The quantile looked for, between 0 and 1.
    let level: Double
    private var markers: [Double]

    init(level: Double) {
        self.level = level
        markers = QuantileMarkers.initial
        for (index, rank) in QuantileMarkers.wantedRanks(level).enumerated() { markers[11 + index] = rank }
    }

    /// The estimate; nil before the first value.
    var value: Double? {
        markers.withUnsafeBufferPointer { $0.baseAddress.flatMap { QuantileMarkers.value($0, level: level) } }
    }

    mutating func update(_ x: Double) {
        let level = level
        markers.withUnsafeMutableBufferPointer { markers in
            if let base = markers.baseAddress { QuantileMarkers.update(base, level: level, x) }
        }
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(Int(markers[0]))
        for index in 0..<5 {
            for row in 0..<3 { encoder.double(markers[1 + 5 * row + index]) }
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let count = try decoder.uint()
        markers[0] = Double(count)
        for index in 0..<5 {
            for row in 0..<3 { markers[1 + 5 * row + index] = try decoder.double() }
        }
        guard count <= 1 << 53, QuantileMarkers.areSound(markers) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no quantile has these markers")
        }
    }
}
