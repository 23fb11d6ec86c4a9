import ArgumentParser
import Engine
import ModelLifecycle
import SQLiteStore

struct DoctorVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at a data directory: is it sound, and what would a start cost?",
        discussion: """
            Looks at every application: its file, snapshots, chain, names and experiments, and at the disk. Without \
            --repair no application's file is changed. Status 1 where something is found, 2 where it could not look. \
            It does not fold the log again: `headrace verify` does.
            """)

    @Option(name: .long, help: "The directory of the stores.")
    var dataDir = ApplicationOptions.directoryDefault

    @Option(name: .long, help: "Look at this application only.")
    var application: String?

    @Flag(name: .long, help: "Put right what can be without guessing, and say what was done.")
    var repair = false

    @OptionGroup var format: FormatOption

    mutating func run() async throws {
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

    private func look() throws -> DirectoryCheckup {
        let names = DataDirectory.applications(in: dataDir)
        var options = ApplicationOptions()
        (options.application, options.url, options.dataDir) = (application, nil, dataDir)
        return try DirectoryCheckup(
            dataDir, try application.map { _ in [try options.name(among: names, in: dataDir)] } ?? names)
    }
}
