import ArgumentParser
import Engine
import EventLog
import Foundation
import ModelLifecycle

/// Who amends the past and why, and whether it is only to be shown what it would change.
struct RemarkOptions: ParsableArguments {
    @Flag(name: .long, help: "Show what would change, and change nothing.")
    var dryRun = false

    @Option(name: .long, help: "Why, in at most 1,000 bytes; kept in the log and listed.")
    var note: String?

    @Option(name: .long, help: "Who, in at most 200 bytes (default: the user of this system).")
    var by: String?

    private func remark() throws -> Remark { try Remark(by: by ?? NSUserName(), note: note ?? "") }

    /// The members of a request.
    func write(to json: inout JSONWriter) {
        json.member("by", by ?? NSUserName())
        if let note { json.member("note", note) }
        if dryRun { json.member("dry_run", true) }
    }

    /// Amends an application of a data directory, or shows what that would change: then the directory is only read.
    func amend(
        _ options: ApplicationOptions, verb: String, _ wanted: (Spec) throws -> AmendmentRequest
    ) async throws -> JSONValue {
        let remark = try remark()
        var json = JSONWriter()
        if dryRun {
            let store = try options.openForReading()
            defer { try? store.close() }
            let spec = try ApplicationState(reading: store).spec
            try AmendmentPreview(wanted(spec), in: store, now: .now()).write(to: &json)
        } else {
            let report = try await OfflineApplication.run(options, verb: verb) { application in
                try await application.amend(wanted(application.spec), remark)
            }
            report.write(to: &json)
        }
        return try JSONValue(parsing: json.bytes)
    }
}

/// What an amendment changed, as a person reads it.
enum AmendmentText {
    /// - Parameters:
    ///   - done: what became of the questions.
    ///   - shown: what would become of them, of a dry run.
    static func print(_ report: JSONValue, _ done: String, _ shown: String, _ format: FormatOption) {
        if format.isJSON { return format.print { report.write(to: &$0) } }
        let isDryRun = report["dry_run"] == .boolean(true)
        var line = questions(report["questions"]?.integer ?? 0) + " " + (isDryRun ? shown : done)
        if let first = report["first_time"]?.string, let last = report["last_time"]?.string {
            line += ", of \(first) to \(last)"
        }
        Swift.print(line)
        let (labels, open) = (report["labels"]?.integer ?? 0, report["open"]?.integer ?? 0)
        Swift.print("\(open.grouped) of them open, with \(labels.grouped) \(labels == 1 ? "label" : "labels")")
        if let forgotten = report["forgotten"]?.integer {
            Swift.print("\(forgotten.grouped) events have been forgotten since, and cannot come back")
        }
        let seconds = Status.short(report["elapsed_seconds"]?.number ?? 0)
        if isDryRun {
            Swift.print("nothing was changed: this is what the models would be, derived in \(seconds) s\n")
        } else {
            Swift.print(
                "amended by event \(report["amendment"]?.integer ?? 0); the models were rebuilt "
                    + "(event \(report["offset"]?.integer ?? 0)), in \(seconds) s")
            Swift.print("state_digest \(report["state_digest"]?.string ?? "")\n")
        }
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
        printRoles(report)
    }

    private static func printRoles(_ report: JSONValue) {
        for (name, role) in report["roles_after"]?.members ?? [] {
            let before = report["roles_before"]?[name]?.string
            guard before != role.string else { continue }
            Swift.print("'\(name)': \(role.string ?? "–"), was \(before ?? "not there")")
        }
    }

    private static func questions(_ count: Int) -> String {
        "\(count.grouped) \(count == 1 ? "question" : "questions")"
    }

    /// Who amended and why, to be put behind what was done.
    static func remark(_ value: JSONValue) -> String {
        (value["by"]?.string.map { ", by \($0)" } ?? "") + (value["note"]?.string.map { ": \($0)" } ?? "")
    }
}

/// The amendments, as a table.
enum AmendmentTable {
    static func print(_ options: ApplicationOptions, _ format: FormatOption) async throws {
        let amendments = try await read(options)
        if format.isJSON { return format.print { amendments.write(to: &$0) } }
        var table = TextTable([
            .init("event", .right), .init("log time"), .init("what"), .init("questions", .right), .init("by"),
            .init("note"), .init("rebuilt"), .init("withdrawn"),
        ])
        for one in amendments.array ?? [] {
            let what = (one["kind"]?.string ?? "") + (one["withdraws"]?.integer.map { " event \($0)" } ?? "")
            let withdrawn = one["withdrawn_by"]?.integer.map {
                "event \($0), \(one["withdrawn_at"]?.string ?? "")"
            }
            table.add([
                one["offset"]?.integer.map { "\($0)" } ?? "", one["time"]?.string ?? "–", what,
                one["questions"]?.integer.map(\.grouped) ?? "–", one["by"]?.string ?? "–",
                one["note"]?.string ?? "–",
                one["adopted"]?.integer.map { "event \($0)" } ?? "–", withdrawn ?? "–",
            ])
        }
        Swift.print(table.render(), terminator: "")
    }

    private static func read(_ options: ApplicationOptions) async throws -> JSONValue {
        guard let client = try options.client() else {
            let store = try options.openForReading()
            defer { try? store.close() }
            var json = JSONWriter()
            let amendments = try ApplicationState(reading: store).amendments
            try AmendmentListing(amendments, in: store).write(to: &json, of: "")
            return try JSONValue(parsing: json.bytes)["amendments"] ?? .array([])
        }
        let application = try await Status.name(options, client)
        var (next, all) = (Int?.some(0), [JSONValue]())
        while let from = next {
            let page = try await client.get("/v1/applications/\(application)/amendments?from=\(from)")
            all += page["amendments"]?.array ?? []
            next = page["next"]?.integer
        }
        return .array(all)
    }
}
