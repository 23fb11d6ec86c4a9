import Engine
import EventLog
import Foundation
import ModelLifecycle

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What a data directory is like, and each application in it.
struct DirectoryCheckup {
    /// One application, as far as it could be looked at.
    struct Application {
        let name: String
        let path: String
        var file: StoreInspection?
        var log: Checkup?
        var findings: [Checkup.Finding] = []
    }

    /// Times that the disk is asked to flush; the median counts.
    private static let flushes = 9

    let path: String
    /// Who writes to it: a server's URL, or the name of a command.
    let holder: String?
    let isWritable: Bool
    let freeBytes: Int
    /// Median of some flushes of 4 KiB; nil where nothing can be written.
    let flushMilliseconds: Double?
    /// Files of imports that were killed on the way.
    let leftOvers: [String]
    var applications: [Application]

    /// - Throws: where there is no directory to look at.
    init(_ path: String, _ names: [String]) throws(LogFailure) {
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw LogFailure(.unavailable, "cannot look into \(path)", hint: "name the directory: --data-dir DIR")
        }
        self.path = path
        holder = Engines.holder(of: path)
        isWritable = access(path, W_OK | X_OK) == 0
        freeBytes = Self.freeBytes(path)
        flushMilliseconds = Self.flushMilliseconds(path)
        let isHeld = holder != nil
        leftOvers = isHeld ? [] : files.filter { $0.contains(".headrace.importing") }.sorted()
        applications = names.map { Self.look($0, path, isHeld: isHeld) }
    }

    var findings: [Checkup.Finding] {
        var findings = leftOvers.map {
            Checkup.Finding(
                what: "\($0) is left of an import that was killed", hint: "`headrace doctor --repair` removes it")
        }
        if !isWritable { findings.append(.init(what: "\(path) cannot be written to", hint: "see who owns it")) }
        return findings
    }

    var isSound: Bool { findings.isEmpty && applications.allSatisfy { $0.findings.isEmpty } }

    private static func look(_ name: String, _ directory: String, isHeld: Bool) -> Application {
        var application = Application(name: name, path: Engines.path(of: name, in: directory))
        func note(_ what: String, _ hint: String) { application.findings.append(.init(what: what, hint: hint)) }
        let repairs = "`headrace doctor --repair` does it, and so does the next start"
        if access(application.path, R_OK | W_OK) != 0 {
            note("\(application.path) cannot be read and written", "see who owns it")
        }
        do {
            let store = try Engines.openForReading(name, in: directory)
            defer { try? store.close() }
            let log = try Checkup(of: store)
            application.findings += log.findings
            application.log = log
            let file = try store.inspection()
            application.file = file
            for damage in file.pageDamage { note("SQLite: \(damage)", "bring the file back from a backup") }
            if !isHeld, file.walBytes > 0 {
                note("a process was killed: \(file.walBytes) bytes are still to be gathered into the file", repairs)
            }
            if !isHeld, file.looseEventCount >= Compaction.eventsMin {
                note("packing was broken off: \(file.looseEventCount) events lie loose", repairs)
            }
        } catch {
            let failure = error as? LogFailure
            note(failure?.message ?? "\(error)", failure?.hint ?? "bring the file back from a backup")
        }
        return application
    }

    // MARK: The disk

    private static func freeBytes(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        return (attributes?[.systemFreeSize] as? NSNumber)?.intValue ?? 0
    }

    private static func flushMilliseconds(_ directory: String) -> Double? {
        let path = "\(directory)/.doctor-\(getpid())"
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        defer {
            _ = close(file)
            unlink(path)
        }
        let bytes = [UInt8](repeating: 0, count: 4_096)
        let times = (0..<flushes).compactMap { turn -> Double? in
            guard pwrite(file, bytes, bytes.count, off_t(turn * bytes.count)) == bytes.count else { return nil }
            let start = ContinuousClock.now
            guard fsync(file) == 0 else { return nil }
            return (ContinuousClock.now - start) / .milliseconds(1)
        }
        return times.count == flushes ? times.sorted()[flushes / 2] : nil
    }
}

extension DirectoryCheckup {
    /// Puts right what can be without guessing. - Returns: what was done.
    /// - Throws: where somebody else writes to the directory.
    func repair() throws -> [String] {
        let directory = try HeldDirectory(path, owner: "headrace doctor")
        defer { directory.unlock() }
        var done: [String] = []
        for file in leftOvers where unlink("\(path)/\(file)") == 0 { done.append("removed \(file)") }
        for application in applications where !application.findings.isEmpty {
            do {
                // Opening it for writing and closing it gathers the -wal and brings the format up to date.
                let store = try Engines.open(application.name, in: path)
                defer { try? store.close() }
                if let file = application.file, file.walBytes > 0 {
                    done.append("\(application.name): gathered \(file.walBytes) bytes of the -wal into the file")
                }
                done += try SnapshotRepair.repair(store).map { "\(application.name): \($0)" }
            } catch {
                done.append("\(application.name): left as it is: \((error as? LogFailure)?.message ?? "\(error)")")
            }
        }
        return done
    }

    func write(to json: inout JSONWriter, repaired: [String]?) {
        json.object { json in
            json.member("ok", isSound)
            json.member("directory", path)
            if let holder { json.member("held_by", holder) }
            json.member("writable", isWritable)
            json.member("free_bytes", freeBytes)
            if let flushMilliseconds { json.member("flush_ms_median", flushMilliseconds) }
            json.member("findings", array: { json in for finding in findings { finding.write(to: &json) } })
            json.member("applications", array: { json in for one in applications { one.write(to: &json) } })
            if let repaired {
                json.member("repaired", array: { json in for line in repaired { json.string(line) } })
            }
        }
    }

    var text: String {
        var lines = [
            "\(path): \(holder.map { "written by \($0)" } ?? "nobody writes to it"), \(freeBytes >> 20) MiB free, "
                + (flushMilliseconds.map { "a flush takes \(Status.short($0)) ms" } ?? "cannot be written to")
        ]
        lines += findings.map { "  \($0.what)\n    \($0.hint)" }
        for application in applications { lines += application.lines }
        return lines.joined(separator: "\n")
    }
}

extension DirectoryCheckup.Application {
    var lines: [String] {
        var parts: [String] = []
        if let log { parts.append("\(log.eventCount.grouped) events") }
        if let file, let log {
            let newest = log.newestSnapshot.map { ", newest @\($0)" } ?? ""
            parts.append("\(log.snapshotCount) snapshots of \(file.snapshotBytes.grouped) bytes\(newest)")
            parts.append("\(file.fileBytes.grouped) bytes, format \(file.formatVersion)")
            parts.append("a start folds \(log.recoveryEvents.grouped) events")
        }
        var lines = ["\(name): " + (parts.isEmpty ? "cannot be read" : parts.joined(separator: "; "))]
        if let log, !log.isOwnRevision, let revision = log.revision {
            lines.append("  folded by another revision: \(revision)")
        }
        if let underived = log?.underived, !underived.isEmpty { lines.append(Self.line(underived)) }
        return lines + findings.map { "  \($0.what)\n    \($0.hint)" }
    }

    /// Adoptions that are shown one by one, the newest; of more there are only the numbers.
    private static let adoptionsShown = 8

    /// Says in words what would be derived, and when.
    private static func line(_ underived: [Underived]) -> String {
        let (count, events) = (underived.count, underived.reduce(0) { $0 + $1.events })
        let shown = underived.suffix(adoptionsShown).map { $0.offset.grouped }.joined(separator: ", ")
        let more = count > adoptionsShown ? "the newest " : ""
        return "  \(count) \(count == 1 ? "adoption has" : "adoptions have") no snapshot (\(more)"
            + "\(count == 1 ? "event" : "events") \(shown)): what was adopted is derived when `verify` or a restore "
            + "asks for it, which folds \(events.grouped) events"
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("application", name)
            json.member("ok", findings.isEmpty)
            if let file {
                json.member("format", file.formatVersion)
                json.member("bytes", file.fileBytes)
                json.member("wal_bytes", file.walBytes)
                json.member("snapshot_bytes", file.snapshotBytes)
                json.member("loose_events", file.looseEventCount)
            }
            if let log {
                json.member("events", log.eventCount)
                json.member("snapshots", log.snapshotCount)
                if let newest = log.newestSnapshot { json.member("newest_snapshot", newest) }
                json.member("recovery_events", log.recoveryEvents)
                if let revision = log.revision { json.member("revision", revision) }
                json.member("own_revision", log.isOwnRevision)
                json.member("derivation_events", log.underived.reduce(0) { $0 + $1.events })
                json.member("adoptions_without_snapshot", array: { json in
                    for one in log.underived {
                        json.object { json in
                            json.member("offset", one.offset)
                            json.member("events", one.events)
                        }
                    }
                })
            }
            json.member("findings", array: { json in for finding in findings { finding.write(to: &json) } })
        }
    }
}

extension Checkup.Finding {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("what", what)
            json.member("hint", hint)
        }
    }
}
