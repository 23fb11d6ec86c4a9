import EventLog
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A directory of stores, one file per application, with one writer.
///
/// The writer holds an advisory lock on the file `lock`, which names it, so that whoever comes second can say where to
/// go instead. The lock goes with the process, however that ends.
public final class DataDirectory: Sendable {
    public let path: String
    private let descriptor: Mutex<Int32?>

    /// Takes a directory for writing, making it where there is none.
    /// - Throws: `locked` where somebody else has it.
    public convenience init(locking path: String, owner: String) throws(LogFailure) {
        try self.init(locking: path, owner: owner, whenOpened: {})
    }

    /// - Parameter whenOpened: is called whenever the lock file is open and not locked yet.
    package init(locking path: String, owner: String, whenOpened: () -> Void) throws(LogFailure) {
        self.path = path
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw LogFailure(.unavailable, "cannot make the directory \(path): \(error.localizedDescription)")
        }
        let lockPath = path + "/lock"
        descriptor = Mutex(try Self.lock(lockPath, in: path, whenOpened))
        setOwner(owner)
    }

    /// Opens and locks the lock file. A holder removes the file when it is done, so the one locked may no longer be the
    /// one that lies there; then it is tried again.
    private static func lock(
        _ lockPath: String, in path: String, _ whenOpened: () -> Void
    ) throws(LogFailure) -> Int32 {
        while true {
            let file = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard file >= 0 else {
                throw LogFailure(.unavailable, "cannot write in \(path): \(String(cString: strerror(errno)))")
            }
            whenOpened()
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
                let holder = (try? String(contentsOfFile: lockPath, encoding: .utf8)) ?? ""
                _ = close(file)
                throw locked(path, by: holder.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            var (held, lying) = (stat(), stat())
            if fstat(file, &held) == 0, stat(lockPath, &lying) == 0, held.st_ino == lying.st_ino { return file }
            _ = close(file)
        }
    }

    /// Writes who holds the lock: a server's URL, or the name of a command.
    public func setOwner(_ owner: String) {
        descriptor.withLock { file in
            guard let file else { return }
            _ = ftruncate(file, 0)
            _ = pwrite(file, owner, owner.utf8.count, 0)
        }
    }

    /// Gives the directory up and removes the lock file.
    public func unlock() {
        descriptor.withLock { file in
            guard let open = file else { return }
            unlink(path + "/lock")
            _ = close(open)
            file = nil
        }
    }

    private static func locked(_ path: String, by holder: String) -> LogFailure {
        let isServer = holder.hasPrefix("http")
        return LogFailure(
            .locked, "\(path) is being written by \(holder.isEmpty ? "another process" : holder)",
            hint: isServer ? "talk to it: --url \(holder) instead of --data-dir" : "wait until it is done")
    }

    /// Who holds a directory, as it has written it: a server's URL, or the name of a command; nil where nobody does.
    public static func holder(of path: String) -> String? {
        let file = open(path + "/lock", O_RDWR | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { _ = close(file) }
        guard flock(file, LOCK_SH | LOCK_NB) != 0 else { return nil }
        let text = (try? String(contentsOfFile: path + "/lock", encoding: .utf8)) ?? ""
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Where the store of an application lies.
    public static func storePath(_ directory: String, _ application: String) -> String {
        "\(directory)/\(application).\(SQLiteStore.fileExtension)"
    }

    /// The applications that a directory has stores of, in alphabetical order.
    public static func applications(in directory: String) -> [String] {
        let suffix = "." + SQLiteStore.fileExtension
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return files.filter { $0.hasSuffix(suffix) }.map { String($0.dropLast(suffix.count)) }.sorted()
    }
}
