import ArgumentParser
import Determinism
import ModelLifecycle

/// The program `headrace`. Each verb is a file in `Verbs`.
package struct Headrace: AsyncParsableCommand {
    package static let version = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "headrace",
        abstract: "Puts models that learn online into production, and keeps the people who run them in control.",
        discussion: """
            The state of an application is a deterministic fold over an append-only log: every version can be \
            restored, every answer derived again.
            """,
        version: version,
        subcommands: [
            InitVerb.self, CheckVerb.self, EvaluateVerb.self, UpVerb.self, FeedVerb.self, StatusVerb.self,
            VersionsVerb.self, DiffVerb.self, LogVerb.self, AuditVerb.self, RestoreVerb.self, AmendVerb.self,
            ForgetVerb.self, BacktestVerb.self, ExperimentsVerb.self, AdoptVerb.self, VerifyVerb.self, DoctorVerb.self,
            QuarantineVerb.self, BisectVerb.self, ExportVerb.self, ImportVerb.self,
        ])

    package init() {}

    package static func main() async {
        do {
            try checkVerb(CommandLine.arguments.dropFirst().first)
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Failure.exit(with: error)
        }
    }

    /// Says which verb may have been meant: the parser would name the first option, which no verb can take then.
    private static func checkVerb(_ word: String?) throws {
        let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word, !word.hasPrefix("-"), word != "help", !verbs.contains(word) else { return }
        let hint = Spelling.nearest(word, in: verbs).map { "did you mean '\($0)'?" }
        let all = verbs.joined(separator: ", ")
        throw ValidationError("there is no verb '\(word.printable)' (\(hint ?? "there are \(all)"))")
    }
}
