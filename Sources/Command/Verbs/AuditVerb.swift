import ArgumentParser
import Engine
import EventLog
import ModelLifecycle

struct AuditVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Take one answer apart: asked, answered by, derived again, why, and what came.",
        discussion: """
            Folds the log again up to the question and compares the answer bit for bit; says what each feature \
            contributed, which label came and when, and how far learning from it moved the answer to the question. \
            Ends with status 1 where the answer derived again differs. Nothing is written.
            """)

    @Argument(help: "The id of the question.")
    var id: String?

    @Option(name: .long, help: "The event of the question, or of a label of it, in place of an id: its offset.")
    var event: Int?

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if (id == nil) == (event == nil) { throw ValidationError("give an id, or --event OFFSET") }
        if let event, event < 0 { throw ValidationError("--event takes an offset, from 0") }
        // A version is no question; what is meant is nearly always the event of that number.
        if let id, id.hasPrefix("@"), let offset = Int(id.dropFirst()) {
            throw ValidationError("\(id) names a version, the state after \(offset) events: give --event \(offset)")
        }
    }

    mutating func run() async throws {
        let subject = try event.map { .offset($0) } ?? AuditSubject(id: id ?? "")
        let result: JSONValue
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            result = try await client.get("/v1/applications/\(application)/audit?\(Self.query(subject))")
        } else {
            let store = try options.openForReading()
            defer { try? store.close() }
            var json = JSONWriter()
            try Audit(subject, in: store).write(to: &json)
            result = try JSONValue(parsing: json.bytes)
        }
        if format.isJSON {
            format.print { result.write(to: &$0) }
        } else {
            print(AuditPage(result).text, terminator: "")
        }
        if result["rederived"]?["equal"] != .boolean(true) { throw Failure.somethingWrong }
    }

    private static func query(_ subject: AuditSubject) -> String {
        switch subject {
        case .offset(let offset): return "offset=\(offset)"
        case .id(let id):
            return "id=" + HTTPRequest.escaped(id.bytes)
        }
    }
}
