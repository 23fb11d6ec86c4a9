import Determinism
import EventLog

/// What every engine's log must do.
public enum LogLaw: String, CaseIterable, Sendable {
    /// Of all appends after a tip, one is accepted, and all others are superseded.
    case oneAppend
    /// An append that is superseded or refused changes nothing.
    case nothingChanges
    /// The same blocks after the same tip again are one append.
    case sameAppendOnce
    /// Whoever holds a tip from before a claim can append no more.
    case claimStops
    /// What was appended is read back in order, with the tips that appending gave, from any of them on.
    case readGivesBack
    /// What is not what was written, or not there, is damage: never the end, and never something else.
    case damageIsSeen
    /// Who follows sees what is appended later.
    case followSees
    /// A tip before an offset or a time is where reading it begins.
    case tipBefore
    /// Several blocks, or blocks with their snapshot, are appended as a whole or not at all.
    case allOrNothing
    /// Bytes come back by their digest; dropping what is not there harms nothing.
    case blobsComeBack
    /// Forgetting replaces what it says and nothing else, and the chain can be checked.
    case forgettingReplaces
    /// Packing changes nothing that is read.
    case packingChangesNothing
}

/// Tries a subject against the laws.
public enum LogChecks {
    /// What breaks a law; empty where nothing does.
    public static func violations(of subject: LogSubject, _ law: LogLaw) -> [String] {
        var trial = Trial("\(subject.name), \(law)")
        do {
            switch law {
            case .oneAppend: try oneAppend(subject, &trial)
            case .nothingChanges: try nothingChanges(subject, &trial)
            case .sameAppendOnce: try sameAppendOnce(subject, &trial)
            case .claimStops: try claimStops(subject, &trial)
            case .readGivesBack: try readGivesBack(subject, &trial)
            case .damageIsSeen: try damageIsSeen(subject, &trial)
            case .followSees: try followSees(subject, &trial)
            case .tipBefore: try tipBefore(subject, &trial)
            case .allOrNothing: try allOrNothing(subject, &trial)
            case .blobsComeBack: try blobsComeBack(subject, &trial)
            case .forgettingReplaces: try forgettingReplaces(subject, &trial)
            case .packingChangesNothing: try packingChangesNothing(subject, &trial)
            }
        } catch {
            trial.found("\(error)")
        }
        return trial.violations
    }

    /// What breaks any of them.
    public static func violations(of subject: LogSubject) -> [String] {
        LogLaw.allCases.flatMap { violations(of: subject, $0) }
    }

    /// Collects what breaks a law.
    struct Trial {
        private let name: String
        private(set) var violations: [String] = []

        init(_ name: String) {
            self.name = name
        }

        mutating func found(_ what: String) {
            violations.append("\(name): \(what)")
        }

        mutating func check(_ holds: Bool, _ what: @autoclosure () -> String) {
            if !holds { found(what()) }
        }

        /// Whether something fails in a way that is wanted.
        mutating func fails(_ kind: LogFailure.Kind, _ what: String, _ body: () throws -> Void) {
            do {
                try body()
                found("\(what) did not fail")
            } catch {
                check((error as? LogFailure)?.kind == kind, "\(what) failed otherwise: \(error)")
            }
        }
    }

    /// All entries with their tips, as they are read after a tip.
    static func entries(_ log: LogSubject.Log, after tip: LogTip = .start) throws -> [(LogEntry, LogTip)] {
        var entries: [(LogEntry, LogTip)] = []
        _ = try log.read(after: tip) { entry, tip in
            entries.append((entry, tip))
            return true
        }
        return entries
    }

    /// Everything that is read, to be compared.
    static func contents(_ log: LogSubject.Log) throws -> [Place] {
        try entries(log).map { Place(entry: $0, tip: $1) }
    }

    struct Place: Equatable {
        let entry: LogEntry
        let tip: LogTip
    }
}
