import Engine
import EventLog
import SQLiteStore

/// The one place that picks what keeps a log: SQLite files in a data directory. Nothing else in the program knows how
/// an application's log lies on a disk.
enum Engines {
    /// The applications that a directory has logs of, in alphabetical order.
    static func applications(in directory: String) -> [String] {
        DataDirectory.applications(in: directory)
    }

    /// Who writes to a directory: a server's URL, or the name of a command; nil where nobody does.
    static func holder(of directory: String) -> String? {
        DataDirectory.holder(of: directory)
    }

    /// Where the log of an application lies, for people and the system.
    static func path(of application: String, in directory: String) -> String {
        DataDirectory.storePath(directory, application)
    }

    /// Opens a log that nobody changes by this.
    /// - Throws: `missing` where there is none.
    static func openForReading(_ application: String, in directory: String) throws(LogFailure) -> FileLog {
        try SQLiteStore(path: path(of: application, in: directory), readOnly: true, unpack: PackedBlocks.unpack)
    }

    /// Opens a log, and brings its format up to date. The directory must be held.
    /// - Throws: `missing` where there is none.
    static func open(_ application: String, in directory: String) throws(LogFailure) -> FileLog {
        try SQLiteStore(path: path(of: application, in: directory), unpack: PackedBlocks.unpack)
    }

    /// A log as any engine of this program has it.
    typealias FileLog = any AppendOnlyLog & SnapshotStore & ExperimentStore & InspectableLog

    /// A log that is there, opened anew after a commit that failed.
    static func access(_ application: String, in directory: String) -> StoreAccess {
        StoreAccess(open: { try open(application, in: directory) }, close: { try $0.close() })
    }

    /// Begins a log where there is none.
    static func begin(_ application: String, in directory: String) throws(LogFailure) {
        do throws(LogFailure) {
            try open(application, in: directory).close()
        } catch {
            guard error.kind == .missing else { throw error }
            try SQLiteStore.create(path: path(of: application, in: directory)).close()
        }
    }

    /// Where what an application's contract refused is kept.
    static func quarantine(
        _ application: String, in directory: String, readOnly: Bool = false
    ) -> any QuarantineStore {
        SQLiteQuarantine(path: DataDirectory.quarantinePath(directory, application), readOnly: readOnly)
    }
}

/// A data directory that is held for writing.
final class HeldDirectory: Sendable {
    private let directory: DataDirectory

    /// Takes a directory, making it where there is none. - Throws: `locked` where somebody else has it.
    init(_ path: String, owner: String) throws(LogFailure) {
        directory = try DataDirectory(locking: path, owner: owner)
    }

    /// Says who holds it.
    func setOwner(_ owner: String) { directory.setOwner(owner) }

    func unlock() { directory.unlock() }

    /// Makes a log that nobody sees before it is whole.
    /// - Parameter body: fills it. Where it throws, nothing is left.
    func make<Result>(_ application: String, _ body: (StoreAccess.Store) throws -> Result) throws -> Result {
        try directory.make(application, unpack: PackedBlocks.unpack) { try body($0) }
    }
}
