import Foundation

/// Programs run to their end, as a user runs them.
enum Program {
    struct Result {
        let status: Int32
        let output: Data
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
        var json: JSON { JSON(output) }
    }

    /// The repository, and the program that was built beside these tests.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
    static let headrace: String = {
        let beside = [CommandLine.arguments.first, Bundle.main.executablePath].compactMap { $0 }
            .map { URL(fileURLWithPath: $0).deletingLastPathComponent().path }
        let places = beside + ["\(repository)/.build/release", "\(repository)/.build/debug"]
        return places.map { "\($0)/headrace" }.first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? "headrace"
    }()

    /// Whether this is a run that must skip nothing: what it lacks makes its tests fail.
    static let isOnCI = ["true", "1"].contains(ProcessInfo.processInfo.environment["CI"] ?? "")
    /// What a program is run by to see one core.
    static let onOneCore = [path("taskset") ?? "taskset", "-c", "0"]

    static let flights = "\(repository)/Examples/flights/flights.yaml"
    static let january = "\(repository)/Examples/flights/january.csv.gz"

    /// Where a program lies, in the directories of PATH.
    static func path(_ name: String) -> String? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func headrace(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        try run(headrace, arguments, environment: environment)
    }

    /// Runs a program to its end. Output goes through files: a pipe that nobody empties would stop it.
    static func run(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws -> Result {
        try Running(path, arguments, environment: environment).wait()
    }
}

/// A program under way; it is killed when nobody holds it any more.
final class Running {
    let process = Process()
    private let scratch: Scratch
    private let output: FileHandle
    private let errors: FileHandle

    init(_ path: String, _ arguments: [String], environment: [String: String] = [:]) throws {
        scratch = try Scratch()
        output = try Self.open(scratch("output"))
        errors = try Self.open(scratch("errors"))
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try Self.withNoSignalBlocked { try process.run() }
    }

    /// A process inherits what signals its maker's thread blocks, and the threads that tests run on block nearly all.
    private static func withNoSignalBlocked(_ body: () throws -> Void) rethrows {
        var none = sigset_t()
        var before = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try body()
    }

    private static func open(_ path: String) throws -> FileHandle {
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        return try FileHandle(forUpdating: URL(fileURLWithPath: path))
    }

    func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    func wait() throws -> Program.Result {
        process.waitUntilExit()
        let data = try Data(contentsOf: URL(fileURLWithPath: scratch("output")))
        return Program.Result(status: process.terminationStatus, output: data, errors: errorText)
    }

    /// What it has said so far.
    var outputText: String { (try? String(contentsOfFile: scratch("output"), encoding: .utf8)) ?? "" }
    var errorText: String { (try? String(contentsOfFile: scratch("errors"), encoding: .utf8)) ?? "" }

    deinit {
        guard process.isRunning else { return }
        send(SIGKILL)
        process.waitUntilExit()
    }
}

/// Tries again and again, for things that come about soon but not at once. A slow machine only makes it slower.
func eventually(_ isSo: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<1_200 {
        if try await isSo() { return true }
        try await Task.sleep(for: .milliseconds(25))
    }
    return false
}
