import BundledStreams
import OnlineLearning

/// What drift detectors cost, over the mistakes of a logistic regression on elec, and what distances cost, of the
/// flights' second half from the first.
struct DriftTable {
    private let mistakes: [Double]
    private let flights: StreamRows

    init() throws {
        guard let elec = BundledStream.named("elec"), let flights = BundledStream.named("flights_delay") else {
            throw Program.Failure("no elec or no flights_delay")
        }
        let (rows, numbers) = (try elec.rows(), elec.features(of: .number))
        let declaration = PipelineDeclaration(
            numbers: numbers, transformers: [.init(Component(named: "standard_scaler"), features: numbers)],
            learner: Component(named: "logistic_regression"))
        var model = Pipeline(declaration, task: rows.task, layout: rows.layout)
        var (workspace, answer) = (Pipeline.Workspace(), [Double]())
        mistakes = (0..<rows.count).map { index in
            answer.removeAll(keepingCapacity: true)
            model.predict(rows.features[index], into: &answer, workspace: &workspace)
            model.learn(rows.features[index], rows.targets[index], workspace: &workspace)
            return rows.targets[index] == .label(answer[0] > 0.5 ? 1 : 0) ? 0 : 1
        }
        self.flights = try flights.rows()
    }

    /// Two tables in Markdown.
    var text: String { "\(detectors)\n\(distances)" }

    private var detectors: String {
        var text = "| drift detector | ns a value | bytes | drifts in elec |\n|---|---:|---:|---:|\n"
        for type in Catalogue.driftDetectors {
            let fresh = AnyDriftDetector(type.declaration.withDefaults)
            var (detector, count) = (fresh, 0)
            let cost = nanoseconds(mistakes.count) {
                (detector, count) = (fresh, 0)
                for mistake in mistakes where detector.update(mistake) { count += 1 }
            }
            text += "| `\(type.declaration.name)` | \(Int(cost.rounded())) | \(detector.byteCount) | \(count) |\n"
        }
        return text
    }

    // MARK: Distances

    private var distances: String {
        let half = flights.count / 2
        let (numbers, numberCost) = sketches(half) { (sketch: inout QuantileSketch, row) in
            sketch.update(row.numbers[0])
        }
        let (names, nameCost) = sketches(half) { (sketch: inout CategorySketch, row) in
            _ = row.withString(at: 2) { sketch.update($0, hash: $1) }
        }
        var text = "| distance | of | ns a value, kept in a sketch | bytes of the two sketches | asking for it, µs |\n"
        text += "|---|---|---:|---:|---:|\n"
        func add(_ title: String, _ of: String, _ cost: Double, _ bytes: Int, _ body: () -> Double) {
            var sum = 0.0
            let asking = nanoseconds(20) { for _ in 0..<20 { sum += body() } } / 1e3
            text += "| \(title) | \(of) | \(Int(cost.rounded())) | \(bytes) | \(fixed(asking, digits: 1)) |\n"
        }
        let numberBytes = numbers.0.byteCount + numbers.1.byteCount
        let nameBytes = names.0.byteCount + names.1.byteCount
        add("`PopulationStabilityIndex`", "distance", numberCost, numberBytes) {
            PopulationStabilityIndex.distance(Shares(reference: numbers.0, current: numbers.1))
        }
        add("`PopulationStabilityIndex`", "dest", nameCost, nameBytes) {
            PopulationStabilityIndex.distance(Shares(reference: names.0, current: names.1))
        }
        add("`JensenShannon`", "distance", numberCost, numberBytes) {
            JensenShannon.distance(Shares(reference: numbers.0, current: numbers.1))
        }
        add("`JensenShannon`", "dest", nameCost, nameBytes) {
            JensenShannon.distance(Shares(reference: names.0, current: names.1))
        }
        add("`KolmogorovSmirnov`", "distance", numberCost, numberBytes) {
            KolmogorovSmirnov.distance(numbers.0, numbers.1)
        }
        return text
    }

    /// The sketches of the first half and of the second, and what a value costs to take in.
    private func sketches<Sketch: EmptySketch>(
        _ half: Int, _ update: (inout Sketch, FeatureRow) -> Void
    ) -> ((Sketch, Sketch), Double) {
        var both = (Sketch(), Sketch())
        let cost = nanoseconds(flights.count) {
            both = (Sketch(), Sketch())
            for index in 0..<half { update(&both.0, flights.features[index]) }
            for index in half..<flights.count { update(&both.1, flights.features[index]) }
        }
        return (both, cost)
    }
}

/// A sketch that has seen nothing, at its default capacity.
private protocol EmptySketch {
    init()
    var byteCount: Int { get }
}

extension QuantileSketch: EmptySketch {
    init() { self.init(capacity: 512) }
}

extension CategorySketch: EmptySketch {
    init() { self.init(capacity: 256) }
}
