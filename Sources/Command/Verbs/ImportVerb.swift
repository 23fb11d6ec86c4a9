import ArgumentParser
import Engine
import EventLog
import Foundation
import ModelLifecycle

struct ImportVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Take over an application that `export` wrote.",
        discussion: """
            Every digest and the whole chain are checked before the application is there. An application of the same \
            name is never touched.
            """)

    @Argument(help: "The bundle.")
    var file: String

    @Option(name: .customLong("as"), help: "The name it gets here (default: the one it had).")
    var name: String?

    @Option(name: .long, help: "The directory of the stores; made where there is none.")
    var dataDir = ApplicationOptions.directoryDefault

    @OptionGroup var format: FormatOption

    mutating func run() async throws {
        let name = try name ?? BundleImport.application(of: file)
        guard SpecChecker.isIdentifier(name.utf8) else {
            throw Refusal(
                .outOfRange, "'\(name.printable)' cannot name an application",
                hint: "--as takes a name of a–z, 0–9, - and _ that begins with a letter or digit, at most 64 long")
        }
        let isNewDirectory = !FileManager.default.fileExists(atPath: dataDir)
        do {
            let summary = try take(name)
            report(summary, name)
        } catch {
            // Goes only where nothing is in it.
            if isNewDirectory { rmdir(dataDir) }
            throw error
        }
    }

    private func take(_ name: String) throws -> BundleSummary {
        let directory = try HeldDirectory(dataDir, owner: "headrace import")
        defer { directory.unlock() }
        var bar = ProgressBar("importing", unit: "bytes")
        defer { bar.finish() }
        let file = file
        return try directory.make(name) { store in
            try BundleImport.read(file, into: store) { bar.update(count: 0, fraction: $0) }
        }
    }

    private func report(_ summary: BundleSummary, _ name: String) {
        if format.isJSON { return format.print { summary.write(to: &$0) } }
        print(
            "\(Engines.path(of: name, in: dataDir)): \(summary.application), \(summary.eventCount.grouped) events, "
                + "\(summary.snapshotCount) snapshots; all digests and the chain are right")
        print("`headrace up SPEC --data-dir \(dataDir)` serves it, SPEC being its spec under the name \(name)")
    }
}
