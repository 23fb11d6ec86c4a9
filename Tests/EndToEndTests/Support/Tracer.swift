import Foundation

/// strace on a running program: sees its system calls, and lets some of them fail.
final class Tracer {
    /// Whether there is an strace that may trace. `make test` installs it; a container may still forbid it.
    static let isAvailable: Bool = {
        guard let strace = Program.path("strace") else { return false }
        return (try? Program.run(strace, ["-o", "/dev/null", "true"]).status) == 0
    }()

    private let running: Running
    private let scratch: Scratch

    /// Attaches to every thread of a process and returns when it has.
    init(_ pid: Int32, _ arguments: String...) async throws {
        scratch = try Scratch()
        running = try Running(
            Program.path("strace") ?? "strace", ["-f", "-ttt", "-o", scratch("trace"), "-p", String(pid)] + arguments)
        _ = try await eventually { try Self.isTraced(pid) }
    }

    private static func isTraced(_ pid: Int32) throws -> Bool {
        let threads = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task")
        return try threads.allSatisfy { thread in
            let path = "/proc/\(pid)/task/\(thread)/status"
            guard FileManager.default.fileExists(atPath: path) else { return true }
            return try !String(contentsOfFile: path, encoding: .utf8).contains("TracerPid:\t0\n")
        }
    }

    /// Lets the process go. - Returns: the calls it made, a line each, in the order of their ends.
    func detach() throws -> [String] {
        running.send(SIGTERM)
        _ = try running.wait()
        return try String(contentsOfFile: scratch("trace"), encoding: .utf8).split(separator: "\n").map(String.init)
    }
}
