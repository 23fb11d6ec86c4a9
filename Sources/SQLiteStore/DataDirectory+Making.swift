import EventLog
import Foundation

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

extension DataDirectory {
    /// Makes a store that nobody sees before it is whole: it grows under another name and takes its own at the end.
    ///
    /// - Parameter body: fills the empty store. Where it throws, nothing of the store is left.
    /// - Throws: `unavailable` where there is a store of this name already; what `body` throws.
    public func make<Result>(
        _ application: String, unpack: @escaping Packing.Unpack, _ body: (SQLiteStore) throws -> Result
    ) throws -> Result {
        let target = Self.storePath(path, application)
        guard access(target, F_OK) != 0 else { throw Self.exists(application, path) }
        let growing = target + ".importing"
        // What a process left that was killed on the way.
        Self.remove(growing)
        do {
            let store = try SQLiteStore.create(path: growing, unpack: unpack)
            let result: Result
            do {
                result = try body(store)
                try store.gather()
            } catch {
                try? store.close()
                throw error
            }
            try store.close()
            // Unlike renaming, linking never takes the place of a file that has come meanwhile.
            guard link(growing, target) == 0 else {
                throw errno == EEXIST
                    ? Self.exists(application, path)
                    : LogFailure(.unavailable, "cannot make \(target): \(String(cString: strerror(errno)))")
            }
            Self.remove(growing)
            try Self.flush(path, application)
            return result
        } catch {
            Self.remove(growing)
            throw error
        }
    }

    private static func exists(_ application: String, _ path: String) -> LogFailure {
        LogFailure(
            .unavailable, "\(path) has an application '\(application)' already; it was not touched",
            hint: "import under another name with --as NAME, or into another --data-dir")
    }

    private static func remove(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    /// Puts the names in a directory on the disk.
    private static func flush(_ path: String, _ application: String) throws(LogFailure) {
        let directory = open(path, O_RDONLY | O_CLOEXEC)
        defer { _ = close(directory) }
        guard directory < 0 || fsync(directory) != 0 else { return }
        throw LogFailure(
            .outcomeUnknown, "'\(application)' is there and whole, but \(path) cannot be flushed: "
                + String(cString: strerror(errno)))
    }
}
