import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle

struct ExportVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write an application into one file, or its models as JSON to be read.",
        discussion: """
            A bundle holds the log, snapshots, names and digests, compressed, and nothing that could be executed; \
            `headrace import` checks all of it. The files are read, also beside a running server.
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @Option(name: .long, help: "The bundle to write.")
    var to: String?

    @Option(name: .long, help: "The JSON file to write the models to; '-' is standard output.")
    var model: String?

    @Flag(name: .long, help: "Overwrite a file that is there.")
    var force = false

    mutating func validate() throws {
        if options.url != nil { throw ValidationError("export reads the files: --data-dir DIR, also beside a server") }
        if (to == nil) == (model == nil) { throw ValidationError("give --to FILE for a bundle, or --model FILE.json") }
        if model == "-", format.isJSON { throw ValidationError("--model - is JSON already; leave out --format") }
    }

    mutating func run() async throws {
        let path = to ?? model ?? ""
        try OutputFile.check(path)
        guard force || path == "-" || !FileManager.default.fileExists(atPath: path) else {
            throw LogFailure(.unavailable, "\(path) is there already", hint: "--force overwrites it")
        }
        let store = try options.openForReading()
        defer { try? store.close() }
        if to != nil { try exportBundle(store, path) } else { try exportModels(store, path) }
    }

    private func exportBundle(_ store: StoreAccess.Store, _ path: String) throws {
        var bar = ProgressBar("exporting", unit: "events")
        let summary = try BundleWriter.write(store, to: path) { offset, end in
            bar.update(count: offset, fraction: end == 0 ? nil : Double(offset) / Double(end))
        }
        bar.finish()
        let log = try options.path()
        for damage in summary.damage { Failure.say("\(log): \(damage.description)") }
        if format.isJSON { return format.print { summary.write(to: &$0) } }
        print(
            "\(path): \(summary.application), \(summary.eventCount.grouped) events, "
                + "\(summary.snapshotCount) snapshots, \(summary.byteCount.grouped) bytes")
        print("head \(summary.head)")
    }

    private func exportModels(_ store: StoreAccess.Store, _ path: String) throws {
        let report = try ModelReport(reading: store)
        var json = JSONWriter()
        report.write(to: &json)
        json.newline()
        guard path != "-" else { return try StandardOutput().write(json.bytes) }
        do {
            try Data(json.bytes).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw LogFailure(.unavailable, "cannot write \(path): \(error.localizedDescription)")
        }
        if format.isJSON {
            format.print { json in
                json.object { json in
                    json.member("file", path)
                    json.member("state_digest", report.stateDigest.description)
                }
            }
        } else {
            print("\(path): the models of state \(report.stateDigest)")
        }
    }
}
