import ArgumentParser
import Engine
import ModelLifecycle
import SQLiteStore

struct LogVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what happened: events with what was answered, one JSON object a line.")

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @Option(name: .long, help: "The offset to begin at, like @1234.")
    var from = "@0"

    @Option(name: .long, help: "How many events to show at most.")
    var limit: Int?

    mutating func run() async throws {
        guard case .offset(var next) = try RestorePoint(from) else {
            throw ValidationError("--from takes an offset, like @1234")
        }
        var left = limit ?? Int.max / 4
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            while left > 0 {
                let page = try await client.get(
                    "/v1/applications/\(application)/events?from=\(next)&limit=\(min(left, 1_000))")
                let events = page["events"]?.array ?? []
                for event in events { show { event.write(to: &$0) } }
                left -= events.count
                guard let following = page["next"]?.integer, !events.isEmpty else { return }
                next = following
            }
        } else {
            let store = try options.openForReading()
            defer { try? store.close() }
            _ = try EventListing.write(from: next, limit: left, in: store) { show($0) }
        }
    }

    private func show(_ event: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        event(&json)
        print(json.text)
    }
}
