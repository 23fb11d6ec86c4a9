import ArgumentParser
import Engine
import ModelLifecycle

struct ForgetVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Remove what some questions and their labels said, and rebuild the models without them.",
        discussion: """
            The payloads go from the log, the snapshots and the free room of the file; their offsets and times stay, \
            and that something was there. The chain is laid anew from the first of them, and both heads are kept. \
            Copies made before — exports, backups, listings — are out of reach: remove them as well.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var remark: RemarkOptions

    @Option(name: .customLong("where"), help: "The questions to forget: a condition, as for amend.")
    var condition: String?

    @Option(name: .long, help: "An id to forget; may be given again.")
    var id: [String] = []

    mutating func validate() throws {
        if (condition == nil) == id.isEmpty { throw ValidationError("give --where CONDITION or --id ID") }
    }

    mutating func run() async throws {
        let report: JSONValue
        let (condition, ids) = (condition, id)
        if let client = try options.client() {
            var body = JSONWriter()
            body.object { json in
                if let condition {
                    json.member("where", condition)
                } else {
                    json.member("ids", array: { json in for id in ids { json.string(id) } })
                }
                remark.write(to: &json)
            }
            let application = try await Status.name(options, client)
            report = try await client.derive("/v1/applications/\(application)/forget", body.bytes)
        } else {
            report = try await remark.amend(options, verb: "headrace forget") { _ in
                condition.map { .forgetWhere($0) } ?? .forgetIDs(ids)
            }
        }
        AmendmentText.print(report, "forgotten", "would be forgotten", format)
        guard !format.isJSON, !remark.dryRun else { return }
        print("\nthe chain's head was \(report["old_head"]?.string ?? ""),")
        print("and is now           \(report["new_head"]?.string ?? "")")
        print("copies made before (exports, backups, listings) still hold what was forgotten")
    }
}
