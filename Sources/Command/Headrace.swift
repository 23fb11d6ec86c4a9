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
            InitVerb.self, CheckVerb.self, ComponentsVerb.self,
            EvaluateVerb.self, UpVerb.self, FeedVerb.self, StatusVerb.self,
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

    /// What others call what our verbs do.
    package static let otherVerbs = [
        "train": "`evaluate` learns from a file, `up` from what is sent to it",
        "fit": "`evaluate` learns from a file, `up` from what is sent to it",
        "learn": "`evaluate` learns from a file, `up` from what is sent to it",
        "serve": "`headrace up SPEC` serves", "run": "`headrace up SPEC` serves", "start": "`headrace up SPEC` serves",
        "deploy": "`headrace up SPEC` serves; `adopt` puts a candidate in production",
        "stop": "Ctrl-C or SIGTERM ends `headrace up`", "down": "Ctrl-C or SIGTERM ends `headrace up`",
        "predict": "`headrace up SPEC` answers at POST /v1/applications/NAME/predictions; `evaluate` runs over a file",
        "score": "`headrace evaluate SPEC --data FILE`", "test": "`headrace evaluate SPEC --data FILE`",
        "validate": "`check` is for a spec, `evaluate` for a model over a file",
        "lint": "`headrace check SPEC`", "new": "`headrace init DATA --target COLUMN`",
        "create": "`headrace init DATA --target COLUMN`", "rollback": "`headrace restore --to VERSION`",
        "undo": "`headrace restore --to VERSION`", "revert": "`headrace restore --to VERSION`",
        "delete": "`headrace forget` removes questions, `amend` leaves them out",
        "explain": "`headrace audit ID`", "compare": "`diff` compares versions, `backtest` models",
        "history": "`versions` lists states, `log` events", "events": "`headrace log`",
        "list": "`versions`, `experiments` and `components` list things", "info": "`headrace status`",
        "models": "`headrace components` lists learners", "promote": "`headrace adopt NUMBER`",
        "send": "`headrace feed --data FILE`", "replay": "`headrace feed --data FILE`, `verify` or `backtest`",
        "backup": "`headrace export --to FILE`", "load": "`headrace import FILE`",
    ]

    /// Says which verb may have been meant: the parser would name the first option, which no verb can take then.
    private static func checkVerb(_ word: String?) throws {
        let verbs = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard let word, !word.hasPrefix("-"), word != "help", !verbs.contains(word) else { return }
        let hint = otherVerbs[word.lowercased()] ?? Spelling.nearest(word, in: verbs).map { "did you mean '\($0)'?" }
        let all = verbs.joined(separator: ", ")
        throw ValidationError("there is no verb '\(word.printable)' (\(hint ?? "there are \(all)"))")
    }
}
