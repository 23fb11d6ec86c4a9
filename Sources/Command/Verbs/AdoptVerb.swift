import ArgumentParser
import Determinism
import Engine
import ModelLifecycle

struct AdoptVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt", abstract: "Put a back-tested candidate in production, warm, caught up with every event.",
        discussion: """
            Its models become what they would be had they been there since the experiment began: derived from the log \
            while serving goes on, then adopted as an event. `headrace restore` goes back.
            """)

    @ArgumentParser.Argument(help: "The number of an experiment, or a spec file.")
    var candidate: String

    @Option(name: .long, help: "With a spec file, where it begins: @OFFSET, a time or a name.")
    var from: String?

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if Int(candidate) != nil, from != nil { throw ValidationError("an experiment has its own --from") }
    }

    mutating func run() async throws {
        let point = try from.map { try RestorePoint($0) }
        let number = Int(candidate)
        let spec = number == nil ? try SpecFile.load(path: candidate).spec : nil
        let tree = number == nil ? try SpecFile.tree(path: candidate) : nil
        let result: JSONValue
        if let client = try options.client() {
            var body = JSONWriter()
            body.object { json in
                if let number { json.member("experiment", number) }
                if let tree {
                    json.key("spec")
                    tree.write(to: &json)
                }
                if let from { json.member("from", from) }
            }
            let application = try await Status.name(options, client)
            result = try await client.derive("/v1/applications/\(application)/adopt", body.bytes)
        } else {
            result = try await OfflineApplication.run(options, verb: "headrace adopt") { application in
                let adopted: Adopted
                if let spec {
                    adopted = try await application.adopt(spec, from: point)
                } else {
                    adopted = try await application.adopt(experiment: number ?? 0)
                }
                var json = JSONWriter()
                adopted.write(to: &json, try await application.passedOver(by: adopted))
                return try JSONValue(parsing: json.bytes)
            }
        }
        if format.isJSON { return format.print { result.write(to: &$0) } }
        let event = result["offset"]?.integer ?? 0
        let seconds = Status.short(result["elapsed_seconds"]?.number ?? 0)
        let what = number.map { "the candidate of experiment \($0)" } ?? candidate
        print("adopted \(what) (event \(event)), caught up with every event, in \(seconds) s")
        print("state_digest \(result["state_digest"]?.string ?? "")")
        let again = PassedOverText.ranges(result["taken_up_again"])
        guard !again.isEmpty else { return }
        print("\nthe models know the events \(again.joined(separator: ", ")) again, which a restore had gone around.")
        print("Where they should not count: `headrace amend --exclude CONDITION` or `--labels FILE`")
    }
}
