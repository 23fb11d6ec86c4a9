import ArgumentParser
import Engine
import ModelLifecycle

struct RestoreVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Adopt an earlier state, as a new event: history is never rewritten.",
        discussion: """
            Models, preprocessing, metrics and settings become those of that moment. Predictions that await their \
            labels and the contract stay those of the present.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @Option(name: .long, help: "@OFFSET, a time like 2013-01-16T00:00:00Z, or the name of a version.")
    var to: String

    mutating func run() async throws {
        let point = try RestorePoint(to)
        let result: JSONValue
        if let client = try options.client() {
            var body = JSONWriter()
            body.object { $0.member("to", to) }
            let application = try await Status.name(options, client)
            result = try await client.derive("/v1/applications/\(application)/restore", body.bytes)
        } else {
            result = try await OfflineApplication.run(options, verb: "headrace restore") { application in
                let restored = try await application.restore(to: point)
                var json = JSONWriter()
                restored.write(to: &json, try await application.passedOver(by: restored))
                return try JSONValue(parsing: json.bytes)
            }
        }
        if format.isJSON { return format.print { result.write(to: &$0) } }
        let offset = result["restored_offset"]?.integer ?? 0
        let event = result["offset"]?.integer ?? 0
        let seconds = Status.short(result["elapsed_seconds"]?.number ?? 0)
        print("restored the state of @\(offset) (event \(event)), in \(seconds) s")
        print("state_digest \(result["state_digest"]?.string ?? "")")
        let aside = PassedOverText.ranges(result["set_aside"])
        guard !aside.isEmpty else { return }
        print("\nthe events \(aside.joined(separator: ", ")) stay in the log, and the models know nothing of them;")
        print("`headrace adopt` and `headrace backtest` count them again. To leave them out for good:")
        for range in aside { print("  headrace amend --exclude 'offset in \(range)'  (the questions asked there)") }
        print("  headrace amend --labels FILE  (a wrong label, of a question asked at any time)")
    }
}

/// The events that an adoption has left out or brought back, from the JSON of its report.
enum PassedOverText {
    static func ranges(_ value: JSONValue?) -> [String] {
        (value?.array ?? []).map { "@\($0["from"]?.integer ?? 0)..@\($0["to"]?.integer ?? 0)" }
    }
}
