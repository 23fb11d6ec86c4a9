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
            let restored = try await OfflineApplication.run(options, verb: "headrace restore") {
                try await $0.restore(to: point)
            }
            var json = JSONWriter()
            restored.write(to: &json)
            result = try JSONValue(parsing: json.bytes)
        }
        if format.isJSON { return format.print { result.write(to: &$0) } }
        let offset = result["restored_offset"]?.integer ?? 0
        let event = result["offset"]?.integer ?? 0
        let seconds = Status.short(result["elapsed_seconds"]?.number ?? 0)
        print("restored the state of @\(offset) (event @\(event)), in \(seconds) s")
        print("state_digest \(result["state_digest"]?.string ?? "")")
    }
}
