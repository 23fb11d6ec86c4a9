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
        var kept = KeptRows(path: path)
        defer { bar.finish() }
        var nextPoint = 0.0
        try await withThrowingTaskGroup(of: (Batch, [JSONValue]).self) { group in
            var underWay = 0
            while !interruption.isRequested {
                // Replies first: the label of a question that was refused is not sent.
                if underWay == concurrency, let (batch, replies) = try await group.next() {
                    count(replies, batch, &schedule, &refusals, &result)
                    underWay -= 1
                }
                let next = try nextBatch(&schedule, &refusals, &kept)
                if kept.isFull { await keep(&kept) }
                guard let batch = next else { break }
                let source = Self.source(path, batch)
                group.addTask { (batch, try await client.events(application, batch.lines, source: source)) }
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
            while let (batch, replies) = try await group.next() {
                count(replies, batch, &schedule, &refusals, &result)
            }
        }
        await keep(&kept)
        bar.finish()
        refusals.finish()
        result.refusedCount = refusals.count
        return result
    }

    /// Events of a request, and where each comes from.
    private struct Batch: Sendable {
        struct Part: Sendable {
            let origin: EventSchedule.Origin
            let id: String
            let hasLabelToCome: Bool
        }

        var lines: [UInt8] = []
        var parts: [Part] = []
    }

    /// Counts what was answered. A row of which anything was refused is named once.
    private func count(
        _ replies: [JSONValue], _ batch: Batch, _ schedule: inout EventSchedule, _ refusals: inout RefusedRows,
        _ result: inout FeedResult
    ) {
        for (reply, part) in zip(replies, batch.parts) {
            result.count(reply)
            guard let status = reply["status"]?.integer, status >= 400 else { continue }
            if part.hasLabelToCome { schedule.withdraw(part.origin.row) }
            guard result.isFirst(part.origin.row) else { continue }
            let refusal = Refusal(.conflict, reply["detail"]?.string ?? "?", hint: reply["hint"]?.string)
            refusals.add(part.origin.row, part.origin.line, refusal.naming(EventID(part.id)))
        }
    }

    /// Lines of the file that are named to the server, at most: a header has its limit.
    private static let namedLinesMax = 1_000

    /// The file and the line of each event, for what the server keeps of refused ones; nil where they have no lines,
    /// or too many.
    private static func source(_ path: String, _ batch: Batch) -> String? {
        let lines = batch.parts.map(\.origin.line)
        guard !lines.isEmpty, lines.count <= namedLinesMax, !lines.contains(0) else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return "\(HTTPRequest.escaped(Array(name.utf8))):\(lines.map(String.init).joined(separator: ","))"
    }

    /// Hands rows that were refused here to the server's quarantine: best effort, as all that is kept there.
    private func keep(_ rows: inout KeptRows) async {
        guard let body = rows.take() else { return }
        _ = try? await client.post("/v1/applications/\(application)/quarantine", body)
    }

    /// The next events as NDJSON; nil at the end of the file.
    private func nextBatch(
        _ schedule: inout EventSchedule, _ refusals: inout RefusedRows, _ kept: inout KeptRows
    ) throws -> Batch? {
        var parts: [Batch.Part] = []
        var json = JSONWriter(reserving: batchEvents * 200)
        var event = Event(contract.layout)
        var count = 0
        while count < batchEvents {
            switch try schedule.next(into: &event) {
            case .end: return count == 0 ? nil : Batch(lines: json.bytes, parts: parts)
            case .refused(let row, let line, let refusal):
                refusals.add(row, line, refusal)
                if refusal.isOfContract, let event = schedule.refusedEvent { kept.add(event, line, refusal) }
            case .event:
                event.write(to: &json, contract: contract)
                json.newline()
                count += 1
                parts.append(
                    Batch.Part(
                        origin: schedule.origin, id: event.id.text,
                        hasLabelToCome: event.kind == .prediction && schedule.questionLabel != nil))
            }
        }
        return Batch(lines: json.bytes, parts: parts)
    }
}

/// Rows that the contract refused before they were sent, on their way to the quarantine.
private struct KeptRows {
    /// Rows in a request, at most.
    private static let rowsMax = 100

    private let name: String
    private var json = JSONWriter()
    private var count = 0

    init(path: String) {
        name = path.split(separator: "/").last.map(String.init) ?? path
    }

    var isFull: Bool { count >= Self.rowsMax }

    mutating func add(_ event: JSONValue, _ line: Int, _ refusal: Refusal) {
        // Where more is refused than is sent, the rest is not kept.
        guard count < 10 * Self.rowsMax else { return }
        json.object { json in
            json.member("source", "\(name):\(line)")
            json.member("type", "urn:headrace:\(refusal.kind.rawValue)")
            json.member("detail", refusal.message)
            if let hint = refusal.hint { json.member("hint", hint) }
            json.key("event")
            event.write(to: &json)
        }
        count += 1
    }

    /// The body of a request; nil where there is none to be sent.
    mutating func take() -> [UInt8]? {
        guard count > 0 else { return nil }
        defer {
            json.removeAll()
            count = 0
        }
        return Array("[".utf8) + json.bytes + Array("]".utf8)
    }
}

/// What came of feeding a file.
struct FeedResult {
    private(set) var eventCount = 0
    private(set) var repeatedCount = 0
    var refusedCount = 0
    var seconds = 0.0
    var curve: [CurvePoint] = []
    /// Rows of which the server refused something.
    private var refusedRows: Set<Int> = []

    mutating func count(_ reply: JSONValue) {
        eventCount += 1
        if reply["repeated"] == .boolean(true) { repeatedCount += 1 }
    }

    /// Whether this is the first that the server refused of a row.
    mutating func isFirst(_ row: Int) -> Bool { refusedRows.insert(row).inserted }
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
        return [curve("champion") { $0.metrics }, curve("baseline") { $0.baseline }] + named
    }
}
