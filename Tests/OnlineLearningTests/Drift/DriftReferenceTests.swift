import Foundation
import OnlineLearning
import Testing

/// Where River 0.26.1 detects drifts and begins to warn, see `Tests/RiverNumbers/drift.py`.
@Suite struct DriftReferenceTests {
    struct Case: Sendable, CustomStringConvertible {
        let stream: String
        let detector: Component
        let values: [Double]
        let drifts: [Int]
        let warnings: [Int]
        /// Of ADWIN the width, estimation and variance at the end.
        let window: [Double]

        var description: String { "\(detector.name) \(detector.arguments) on \(stream)" }
    }

    static let cases: [Case] = (try? read()) ?? []

    static func read() throws -> [Case] {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: url.appendingPathComponent("RiverNumbers/drift.json"))
        let json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        var cases: [Case] = []
        for stream in try #require(json["streams"] as? [[String: Any]]) {
            let bits = (stream["bits"] as? String)?.utf8.map { Double($0) - 48 }
            let values = try #require(bits ?? stream["values"] as? [Double])
            for run in try #require(stream["detections"] as? [[String: Any]]) {
                let spec = try #require((run["detector"] as? [String: [String: Any]])?.first)
                cases.append(
                    Case(
                        stream: try #require(stream["name"] as? String),
                        detector: try Self.detector(spec.key, spec.value), values: values,
                        drifts: try #require(run["drifts"] as? [Int]),
                        warnings: try #require(run["warnings"] as? [Int]),
                        window: ["width", "estimation", "variance"].compactMap { run[$0] as? Double }))
            }
        }
        return cases
    }

    private static func detector(_ name: String, _ parameters: [String: Any]) throws -> Component {
        let declaration = try #require(Catalogue.declaration(named: name))
        return Component(
            name: name,
            arguments: try declaration.parameters.map { parameter in
                guard let value = parameters[parameter.name] else { return parameter.defaultValue }
                switch parameter.kind {
                case .number: return .number(try #require(value as? Double))
                case .integer: return .integer(try #require(value as? Int))
                case .boolean: return .boolean(try #require(value as? Bool))
                default: return .choice(try #require(value as? String))
                }
            })
    }

    @Test func thereAreStreamsAndEveryDetector() {
        let declared = Catalogue.declarations(of: .driftDetector).map(\.name)
        #expect(Set(Self.cases.map(\.stream)).count == 48)
        let short = Self.cases.filter { $0.stream.hasPrefix("short") }
        #expect(short.count == 24 * 21 + 12 * 9 && Self.cases.count - short.count == 6 * 15 + 6 * 8)
        // A parameter at whose edge nothing ever happens holds nothing.
        for name in declared where name != "no_drift" {
            #expect(short.contains { $0.detector.name == name && !$0.drifts.isEmpty }, "\(name)")
        }
        #expect(Set(Self.cases.map(\.detector.name)) == Set(declared))
        #expect(declared == ["adwin", "ddm", "eddm", "hddm_a", "hddm_w", "kswin", "no_drift", "page_hinkley"])
    }

    @Test(arguments: cases) func detectsAndWarnsWhereRiverDoes(_ it: Case) {
        var detector = AnyDriftDetector(it.detector)
        var drifts: [Int] = []
        var warnings: [Int] = []
        var isWarned = false
        for (index, value) in it.values.enumerated() {
            if detector.update(value) { drifts.append(index) }
            #expect(detector.isDrift == (drifts.last == index))
            if detector.isWarning, !isWarned { warnings.append(index) }
            isWarned = detector.isWarning
        }
        #expect(drifts == it.drifts)
        #expect(warnings == it.warnings)
        guard let adwin = detector.adwin else { return }
        for (value, expected) in zip([adwin.width, adwin.estimation, adwin.variance], it.window) {
            #expect(isClose(value, expected))
        }
    }
}
