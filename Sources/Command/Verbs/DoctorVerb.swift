import ArgumentParser
import Determinism
import Engine
import EventLog
import ModelLifecycle

struct DoctorVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at a data directory: is it sound, and what would a start cost?",
        discussion: """
            Looks at every application: its file, snapshots, chain, names and experiments, and at the disk. Without \
            --repair no application's file is changed. Status 1 where something is found, 2 where it could not look. \
            It does not fold the log again: `headrace verify` does.

            --clock is for a log whose time ran ahead, because the machine's clock did: it sets log time to the clock \
            as it is now, opens the questions again that the jump expired, and adopts the models without what that \
            taught them.
            """)

    @Option(name: .long, help: "The directory of the stores.")
    var dataDir = ApplicationOptions.directoryDefault

    @Option(name: .long, help: "Look at this application only.")
    var application: String?

    @Flag(name: .long, help: "Put right what can be without guessing, and say what was done.")
    var repair = false

    @Flag(name: .long, help: "Set log time back to this machine's clock where it ran ahead, and undo what expired.")
    var clock = false

    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if clock, repair { throw ValidationError("--clock and --repair are done one after the other") }
    }

    mutating func run() async throws {
        if clock { return try await setClocks() }
        let checkup = try look()
        let repaired = repair && !checkup.isSound ? try checkup.repair() : nil
        // What is left is what counts.
        let after = repaired == nil ? checkup : try look()
        if format.isJSON {
            format.print { after.write(to: &$0, repaired: repaired) }
        } else {
            for line in repaired ?? [] { print("repaired: \(line)") }
            print(after.text)
        }
        if !after.isSound { throw Failure.somethingWrong }
    }

    private func setClocks() async throws {
        var reports: [(name: String, report: ClockReport?)] = []
        for name in try names() {
            var options = ApplicationOptions()
            (options.application, options.url, options.dataDir) = (name, nil, dataDir)
            let report = try await OfflineApplication.run(options, verb: "headrace doctor") { try await $0.setClock() }
            reports.append((name, report))
            if !format.isJSON { print("\(name): \(report?.text ?? "log time is not ahead of the clock")") }
        }
        guard format.isJSON else { return }
        format.print { json in
            json.object { json in
                json.member("clock", array: { json in
                    for (name, report) in reports { report.write(to: &json, application: name) }
                })
            }
        }
    }

    private func names() throws -> [String] {
        let names = Engines.applications(in: dataDir)
        guard let application else { return names }
        var options = ApplicationOptions()
        (options.application, options.url, options.dataDir) = (application, nil, dataDir)
        return [try options.name(among: names, in: dataDir)]
    }

    private func look() throws -> DirectoryCheckup {
        try DirectoryCheckup(dataDir, try names())
    }
}

extension ClockReport {
    fileprivate var text: String {
        "log time set from \(before) to \(after), as of event \(from); \(openedCount) questions found again; "
            + "the models go on without what that taught them, event \(offset)"
    }
}

extension ClockReport? {
    /// `{"application", "was_ahead", "from", "log_time_before", "log_time", "questions", "offset"}`
    fileprivate func write(to json: inout JSONWriter, application: String) {
        json.object { json in
            json.member("application", application)
            json.member("was_ahead", self != nil)
            guard let report = self else { return }
            json.member("from", report.from)
            json.member("log_time_before", report.before.description)
            json.member("log_time", report.after.description)
            json.member("questions", report.openedCount)
            json.member("offset", report.offset)
        }
    }
}
