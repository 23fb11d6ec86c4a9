import ArgumentParser
import Engine
import ModelLifecycle

struct AmendVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "amend",
        abstract: "Make the past count as another, and the models what they would be then.",
        discussion: """
            --exclude takes a condition on questions, such as
              'carrier = "UA" and time in 2013-01-10T00:00Z..2013-01-11T00:00Z'
            (features, id, time, offset, label; = != < <= > >=, in a..b, in [a, b], is missing; and, or, not). \
            --labels takes a CSV file with a column of ids and one of labels, named as in the spec. The log keeps what \
            happened; everything derived from here on, to serve or to back-test, counts it as amended.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @Option(name: .long, help: "The questions that count as never asked, with their labels.")
    var exclude: String?

    @Option(name: .long, help: "A CSV file of ids and the labels that they should have had.")
    var labels: String?

    mutating func validate() throws {
        if (exclude == nil) == (labels == nil) { throw ValidationError("give --exclude CONDITION or --labels FILE") }
    }

    mutating func run() async throws {
        let report: JSONValue
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            let body = try await body(application, client)
            report = try await client.derive("/v1/applications/\(application)/amend", body)
        } else {
            let (exclude, labels) = (exclude, labels)
            report = try await OfflineApplication.run(options, verb: "headrace amend") { application in
                var json = JSONWriter()
                if let exclude {
                    try await application.exclude(exclude).write(to: &json)
                } else if let labels {
                    let texts = try LabelFile.read(labels, application.spec.contract, application.spec.data)
                    try await application.correct(texts).write(to: &json)
                }
                return try JSONValue(parsing: json.bytes)
            }
        }
        AmendmentText.print(report, exclude == nil ? "labelled otherwise" : "excluded", format)
    }

    private func body(_ application: String, _ client: Client) async throws -> [UInt8] {
        var json = JSONWriter()
        if let exclude {
            json.object { $0.member("exclude", exclude) }
        } else if let labels {
            guard let described = try await client.get("/v1/applications/\(application)")["contract"] else { return [] }
            let (contract, mapping) = try Spec.readContract(described)
            let texts = try LabelFile.read(labels, contract, mapping)
            json.object { json in
                json.member("labels", array: { json in
                    for (id, label) in texts {
                        json.object { json in
                            json.member("id", id)
                            json.member("label", label)
                        }
                    }
                })
            }
        }
        return json.bytes
    }
}

/// What an amendment changed, as a person reads it.
enum AmendmentText {
    static func print(_ report: JSONValue, _ what: String, _ format: FormatOption) {
        if format.isJSON { return format.print { report.write(to: &$0) } }
        let count = report["questions"]?.integer ?? 0
        var line = "\(count.grouped) \(count == 1 ? "question" : "questions") \(what)"
        if let first = report["first_time"]?.string, let last = report["last_time"]?.string {
            line += ", of \(first) to \(last)"
        }
        Swift.print(line)
        Swift.print(
            "the models were rebuilt (event \(report["offset"]?.integer ?? 0)), in "
                + "\(Status.short(report["elapsed_seconds"]?.number ?? 0)) s")
        Swift.print("state_digest \(report["state_digest"]?.string ?? "")\n")
        let names = (report["after"]?["champion"]?.members ?? []).map(\.key)
        var table = TextTable([.init("")] + names.flatMap { [.init($0, .right), .init("was", .right)] })
        for (role, after) in report["after"]?.members ?? [] {
            let before = report["before"]?[role]
            table.add(
                [role]
                    + names.flatMap { name in
                        [after[name], before?[name]].map { $0?.number.map { Status.short($0) } ?? "–" }
                    })
        }
        Swift.print(table.render(), terminator: "")
    }
}
