import ArgumentParser
import Determinism

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
            VersionsVerb.self, LogVerb.self, RestoreVerb.self, VerifyVerb.self,
        ])

    package init() {}

    package static func main() async {
        do {
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
}
