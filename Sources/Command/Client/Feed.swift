import Engine
import ModelLifecycle

/// Sends the events of a file to a server, batch by batch.
struct Feed: Sendable {
    let client: Client
    let application: String
    let contract: Contract
    let concurrency: Int
    let batchEvents: Int

    /// Points of the curve, about; each costs a status request.
    private static let curvePoints = 60.0

    func run(
        _ schedule: consuming EventSchedule, path: String, interruption: Interruption
    ) async throws -> FeedResult {
        var schedule = schedule
        var result = FeedResult()
        var bar = ProgressBar("feeding", unit: "events")
        var refusals = RefusedRows(path: path)
        defer { bar.finish() }
        var nextPoint = 0.0
        try await withThrowingTaskGroup(of: [JSONValue].self) { group in
            var underWay = 0
            while !interruption.isRequested, let (lines, source) = try nextBatch(&schedule, path, &refusals) {
                if underWay == concurrency, let replies = try await group.next() {
                    result.count(replies, path)
                    underWay -= 1
                }
                group.addTask { try await client.events(application, lines, source: source) }
                underWay += 1
                let fraction = schedule.fraction ?? 0
                if fraction >= nextPoint {
                    nextPoint = fraction + 1 / Self.curvePoints
                    let status = try await client.status(application)
                    result.curve.append(CurvePoint(status))
                }
                bar.update(
                    count: result.eventCount, fraction: schedule.fraction, detail: result.curve.last?.headline ?? "")
            }
            for try await replies in group { result.count(replies, path) }
        }
        bar.finish()
        refusals.finish()
        result.refusedCount += refusals.count
        result.sayRefused(path)
        return result
    }

    /// Lines of the file that are named to the server, at most: a header has its limit.
    private static let namedLinesMax = 1_000

    /// The next events as NDJSON, and where they come from; nil at the end of the file.
    private func nextBatch(
        _ schedule: inout EventSchedule, _ path: String, _ refusals: inout RefusedRows
    ) throws -> (lines: [UInt8], source: String?)? {
        var places: [String] = []
        var json = JSONWriter(reserving: batchEvents * 200)
        var event = Event(contract.layout)
        var count = 0
        while count < batchEvents {
            switch try schedule.next(into: &event) {
            case .end: return count == 0 ? nil : (json.bytes, Self.source(path, places))
            case .refused(let row, let line, let refusal): refusals.add(row, line, refusal)
            case .event:
                event.write(to: &json, contract: contract)
                json.newline()
                count += 1
                if schedule.line > 0 { places.append(String(schedule.line)) }
            }
        }
        return (json.bytes, Self.source(path, places))
    }

    /// Nil where the events have no lines, or too many.
    private static func source(_ path: String, _ lines: [String]) -> String? {
        guard !lines.isEmpty, lines.count <= namedLinesMax else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return "\(HTTPRequest.escaped(Array(name.utf8))):\(lines.joined(separator: ","))"
    }
}

/// What came of feeding a file.
struct FeedResult {
    private(set) var eventCount = 0
    private(set) var repeatedCount = 0
    var refusedCount = 0
    var seconds = 0.0
    var curve: [CurvePoint] = []
    private var firstRefused: [String] = []

    mutating func count(_ replies: [JSONValue], _ path: String) {
        for reply in replies {
            eventCount += 1
            if reply["repeated"] == .boolean(true) { repeatedCount += 1 }
            guard let status = reply["status"]?.integer, status >= 400 else { continue }
            refusedCount += 1
            if firstRefused.count < RefusedRows.namedMax { firstRefused.append(reply["detail"]?.string ?? "?") }
        }
    }

    func sayRefused(_ path: String) {
        for detail in firstRefused { Failure.say("\(path): the server refused an event: \(detail)") }
    }
}

/// The metrics by role at one moment of a feed.
struct CurvePoint: Sendable {
    let labels: Int
    let metrics: JSONValue
    let baseline: JSONValue
    let challengers: [(key: String, value: JSONValue)]

    init(_ status: JSONValue) {
        labels = status["labels"]?.integer ?? 0
        metrics = status["metrics"] ?? .null
        baseline = status["baseline"] ?? .null
        challengers = status["challengers"]?.members ?? []
    }

    /// The metric that is drawn: the spec's first.
    var metric: String { metrics.members?.first?.key ?? "" }

    var headline: String {
        guard let value = metrics[metric]?.number, let standard = baseline[metric]?.number else { return "" }
        return "\(metric) \(Status.short(value)), baseline \(Status.short(standard))"
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("labels", labels)
            json.key("metrics")
            metrics.write(to: &json)
            json.key("baseline")
            baseline.write(to: &json)
            json.key("challengers")
            JSONValue.object(challengers).write(to: &json)
        }
    }

    static func curves(_ points: [CurvePoint]) -> [MetricCurve] {
        guard let last = points.last else { return [] }
        let metric = last.metric
        func curve(_ name: String, _ value: (CurvePoint) -> JSONValue?) -> MetricCurve {
            MetricCurve(
                name: name,
                points: points.compactMap { point in
                    guard point.labels > 0, let y = value(point)?[metric]?.number else { return nil }
                    return (Double(point.labels), y)
                })
        }
        let named = last.challengers.map { challenger in
            curve(challenger.key) { point in point.challengers.first { $0.key == challenger.key }?.value }
        }
        return Array(([curve("champion") { $0.metrics }, curve("baseline") { $0.baseline }] + named)
            .prefix(TerminalPlot.curvesMax))
    }
}
