import ArgumentParser
import Engine
import ModelLifecycle

struct AmendVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend",
        abstract: "Exclude or correct past events and rebuild the models; or list amendments, or withdraw one.",
        discussion: """
            --exclude takes a condition on questions, such as
              'carrier = "UA" and time in 2013-01-10T00:00Z..2013-01-11T00:00Z'
            (features, id, time, offset, label; = != < <= > >=, in a..b, in [a, b], is missing; and, or, not). \
            --labels takes a CSV file with a column of ids and one of labels, named as in the spec. The log keeps what \
            happened; everything derived from here on, to serve or to back-test, counts it as amended. --withdraw \
            takes an amendment back: all is as if it had never been made, open questions included. --dry-run shows \
            what would change, and changes nothing.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption
    @OptionGroup var remark: RemarkOptions

    @Option(name: .long, help: "The questions that count as never asked, with their labels.")
    var exclude: String?

    @Option(name: .long, help: "A CSV file of ids and the labels that they should have had.")
    var labels: String?

    @Option(name: .long, help: "The event of an amendment that counts as never made: its offset, as --list shows it.")
    var withdraw: Int?

    @Flag(name: .long, help: "List the amendments.")
    var list = false

    mutating func validate() throws {
        let wishes = [exclude != nil, labels != nil, withdraw != nil, list]
        guard wishes.filter({ $0 }).count == 1 else {
            throw ValidationError("give one of --exclude CONDITION, --labels FILE, --withdraw OFFSET and --list")
        }
        if let withdraw, withdraw < 0 { throw ValidationError("--withdraw takes an offset, from 0") }
        if list, remark.dryRun || remark.note != nil || remark.by != nil {
            throw ValidationError("--dry-run, --note and --by go with what amends")
        }
    }

    mutating func run() async throws {
        if list { return try await AmendmentTable.print(options, format) }
        let report: JSONValue
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            let body = try await body(application, client)
            report = try await client.derive("/v1/applications/\(application)/amend", body)
        } else {
            let (exclude, labels, withdraw) = (exclude, labels, withdraw)
            report = try await remark.amend(options, verb: "headrace amend") { spec in
                if let exclude { return .exclude(exclude) }
                if let withdraw { return .withdraw(withdraw) }
                return .correct(try LabelFile.read(labels ?? "", spec.contract, spec.data))
            }
        }
        if withdraw != nil {
            AmendmentText.print(report, "count as before", "would count as before", format)
        } else if exclude != nil {
            AmendmentText.print(report, "excluded", "would be excluded", format)
        } else {
            AmendmentText.print(report, "labelled otherwise", "would be labelled otherwise", format)
        }
    }

    private func body(_ application: String, _ client: Client) async throws -> [UInt8] {
        var json = JSONWriter()
        var texts: [(id: String, label: String)] = []
        if let labels {
            guard let described = try await client.get("/v1/applications/\(application)")["contract"] else { return [] }
            let (contract, mapping) = try Spec.readContract(described)
            texts = try LabelFile.read(labels, contract, mapping)
        }
        json.object { json in
            if let exclude {
                json.member("exclude", exclude)
            } else if let withdraw {
                json.member("withdraw", withdraw)
            } else {
                json.member("labels", array: { json in
                    for (id, label) in texts {
                        json.object { json in
                            json.member("id", id)
                            json.member("label", label)
                        }
                    }
                })
            }
            remark.write(to: &json)
        }
        return json.bytes
    }
}
