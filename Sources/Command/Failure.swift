import ArgumentParser
import Engine
import EventLog
import Foundation
import ModelLifecycle

/// How the program ends, in numbers a script can trust: 0 done; 1 done, and something is wrong with what was looked at
/// (rows refused, a difference found); 2 not done; 64 a mistake on the command line; 130 interrupted.
enum Failure {
    static let somethingWrong = ExitCode(1)
    static let notDone = ExitCode(2)
    static let interrupted = ExitCode(130)

    /// Says what went wrong on standard error and ends.
    static func exit(with error: any Error) -> Never {
        switch error {
        case is ExitCode, is CleanExit, is ValidationError: Headrace.exit(withError: error)
        case _ where isOurs(error):
            say("\(error)")
            Headrace.exit(withError: notDone)
        default:
            guard Headrace.exitCode(for: error) == .failure else { Headrace.exit(withError: error) }
            say("\(error)")
            Headrace.exit(withError: notDone)
        }
    }

    private static func isOurs(_ error: any Error) -> Bool {
        error is Refusal || error is LogFailure || error is DataFileError || error is EventSchedule.Disorder
            || error is SpecFileError || error is InitError || error is ClientError || error is Unavailable
    }

    /// Writes a line to standard error.
    static func say(_ message: String) {
        FileHandle.standardError.write(Data("headrace: \(message)\n".utf8))
    }
}
