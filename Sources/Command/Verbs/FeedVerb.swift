import ArgumentParser
import Engine
import Foundation
import ModelLifecycle

struct FeedVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "feed",
        abstract: "Play a file against a server: predictions at their time, labels at theirs.",
        discussion: """
            Sends batches of events as fast as they are answered. While the server cannot be reached or is overloaded, \
            the same events are sent again for 60 seconds; their ids make that safe. With more than one request under \
            way the order of events, and with it the digests, may vary.
            """)

    @Option(name: .long, help: "The application's name; may be left out where the server has only one.")
    var application: String?

    @Option(name: .long, help: "A CSV or NDJSON file, gzipped or not; '-' is standard input.")
    var data: String

    @Option(name: .long, help: "The URL of the server.")
    var url = "http://127.0.0.1:8080"

    @Option(name: .long, help: "Requests under way at once.")
    var concurrency = 1

    @Option(name: .long, help: "Events in a request.")
    var batch = 100

    @OptionGroup var rows: RowOptions
    @OptionGroup var plotting: PlotOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if !(1...64).contains(concurrency) { throw ValidationError("--concurrency takes a number from 1 to 64") }
        if !(1...10_000).contains(batch) { throw ValidationError("--batch takes a number from 1 to 10000") }
    }

    mutating func run() async throws {
        try plotting.check(reading: [data])
        let client = try Client(url)
        var options = ApplicationOptions()
        (options.application, options.url, options.dataDir) = (application, url, nil)
        let name = try await Status.name(options, client)
        let before = try await client.get("/v1/applications/\(name)")
        guard let described = before["contract"] else {
            throw ClientError(url: url, message: "\(url) does not say what '\(name)' takes")
        }
        let (contract, mapping) = try Spec.readContract(described)
        let feed = Feed(
            client: client, application: name, contract: contract, concurrency: concurrency, batchEvents: batch)
        let interruption = Interruption()
        let clock = ContinuousClock()
        let start = clock.now
        var result = try await feed.run(
            rows.sending(data, contract, mapping), path: data, interruption: interruption)
        result.seconds = (clock.now - start) / .seconds(1)
        let after = try await client.status(name)
        result.curve.append(CurvePoint(after))
        try report(result, after, name)
        if interruption.isRequested { throw Failure.interrupted }
        if result.refusedCount > 0 { throw Failure.somethingWrong }
    }

    private func report(_ result: FeedResult, _ status: JSONValue, _ name: String) throws {
        let curves = CurvePoint.curves(result.curve)
        let title = "\(result.curve.first?.metric ?? "") of \(name), progressively"
        try plotting.writeSVG(curves, title)
        if format.isJSON {
            format.print { json in
                json.object { json in
                    json.member("events", result.eventCount)
                    json.member("refused", result.refusedCount)
                    json.member("repeated", result.repeatedCount)
                    for (key, value) in status.members ?? [] where !["versions", "contract"].contains(key) {
                        json.key(key)
                        value.write(to: &json)
                    }
                    json.member("curve", array: { json in for point in result.curve { point.write(to: &json) } })
                    json.member("elapsed_seconds", result.seconds)
                    json.member("events_per_second", Double(result.eventCount) / max(result.seconds, 1e-9))
                }
            }
            return
        }
        print(plotting.render(curves, title), terminator: "")
        print(Status.text(status))
        let rate = Int(Double(result.eventCount) / max(result.seconds, 1e-9))
        print(
            "\(result.eventCount.grouped) events sent in \(Status.short(result.seconds)) s: \(rate.grouped) a second; "
                + "\(result.repeatedCount.grouped) known before, \(result.refusedCount.grouped) refused")
    }
}
