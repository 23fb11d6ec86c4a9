import Foundation

/// `faulty_disk.c`, compiled: programs that are run with it find a disk that fails at a chosen moment.
enum FaultyDisk {
    /// What happens at the Nth change of the disk.
    enum Fault: String, CaseIterable {
        /// The program is killed before it.
        case kill
        /// It fails, and those after it do not.
        case once
        /// It fails, and so do all after it.
        case from
        /// There is no room for it, nor for anything after it.
        case full
    }

    static let isAvailable = library != nil

    struct NotBuilt: Error, CustomStringConvertible {
        let description = "faulty_disk.c is not compiled: it needs Linux and a C compiler"
    }

    private static let library = Preloaded.library("faulty_disk")

    /// Runs the program with changes failing under a directory.
    static func headrace(
        _ arguments: [String], under directory: String, _ fault: Fault, at change: Int
    ) throws -> Program.Result {
        try starting(arguments, under: directory, fault, at: change).wait()
    }

    /// The same of a program that goes on until it is told to end.
    static func starting(
        _ arguments: [String], under directory: String, _ fault: Fault, at change: Int
    ) throws -> Running {
        try run(arguments, directory, ["FAULTY_DISK_FAULT": "\(fault.rawValue)@\(change)"])
    }

    /// Starts it on a sound disk. - Returns: also how many changes it has made, to be asked when it has ended.
    static func counting(
        _ arguments: [String], under directory: String
    ) throws -> (Running, changes: () throws -> Int) {
        let scratch = try Scratch()
        let running = try run(arguments, directory, ["FAULTY_DISK_COUNT": scratch("count")])
        return (
            running,
            {
                let text = try String(contentsOfFile: scratch("count"), encoding: .utf8)
                return Int(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
            }
        )
    }

    /// What a server is run with on a sound disk, and the files that it has flushed so far, in order.
    static func noting(
        under directory: String
    ) throws -> (environment: [String: String], flushed: () throws -> [String]) {
        let scratch = try Scratch()
        return (
            try environment(directory, ["FAULTY_DISK_FLUSHES": scratch("flushes")]),
            {
                let text = (try? String(contentsOfFile: scratch("flushes"), encoding: .utf8)) ?? ""
                return text.split(separator: "\n").map(String.init)
            }
        )
    }

    private static func run(
        _ arguments: [String], _ directory: String, _ more: [String: String]
    ) throws -> Running {
        try Running(Program.headrace, arguments, environment: try environment(directory, more))
    }

    /// What a program is run with, so that the disk under a directory fails as `more` says.
    static func environment(_ directory: String, _ more: [String: String]) throws -> [String: String] {
        let path = URL(fileURLWithPath: directory).resolvingSymlinksInPath().path
        // Without a library every program would find a sound disk, and every test of a faulty one pass.
        guard let library else { throw NotBuilt() }
        return ["LD_PRELOAD": library, "FAULTY_DISK_UNDER": path].merging(more) { $1 }
    }

    /// What a server is run with whose disk fails at a change.
    static func environment(_ directory: String, _ fault: Fault, at change: Int) throws -> [String: String] {
        try environment(directory, ["FAULTY_DISK_FAULT": "\(fault.rawValue)@\(change)"])
    }
}
