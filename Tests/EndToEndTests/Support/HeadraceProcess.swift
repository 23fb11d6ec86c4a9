import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// What a server answered.
struct Answer: Sendable {
    let status: Int
    let mediaType: String
    let retryAfter: String?
    let body: Data

    var json: JSON { JSON(body) }
    /// The values of an NDJSON body.
    var lines: [JSON] { body.split(separator: 0x0A).map { JSON(Data($0)) } }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// `headrace up` under way on a port of its own, killed when nobody holds it any more.
final class HeadraceProcess {
    struct NotReady: Error, CustomStringConvertible {
        let description: String
    }

    let url: String
    let directory: String
    /// What goes with the last who holds it: the directory must not go before its server does.
    var scratch: Scratch?
    private let running: Running
    private let session: URLSession

    var pid: Int32 { running.process.processIdentifier }
    var port: Int { URL(string: url)?.port ?? 0 }

    /// Starts a server and returns when it has said that it is ready.
    /// - Parameter onOneCore: it sees a machine of one core.
    init(
        _ specs: String..., directory: String, port: Int = 0, environment: [String: String] = [:],
        onOneCore: Bool = false
    ) async throws {
        self.directory = directory
        let running = try Running(
            onOneCore ? Program.onOneCore[0] : Program.headrace,
            (onOneCore ? Program.onOneCore.dropFirst() + [Program.headrace] : [])
                + ["up"] + specs + ["--data-dir", directory, "--port", String(port), "--format", "json"],
            environment: environment)
        self.running = running
        _ = try await eventually { running.outputText.contains("\n") || !running.process.isRunning }
        guard let url = JSON(Data(running.outputText.utf8))["url"].string else {
            throw NotReady(description: "the server did not become ready: \(running.errorText)")
        }
        self.url = url
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 64
        session = URLSession(configuration: configuration)
    }

    // MARK: Ending

    /// Asks it to stop, and waits. - Returns: its exit status.
    @discardableResult
    func stop(_ signal: Int32 = SIGTERM) throws -> Int32 {
        running.send(signal)
        return try running.wait().status
    }

    /// Ends it as a crash would: nothing of it gets to do anything more.
    func kill() throws {
        running.send(SIGKILL)
        _ = try running.wait()
    }

    /// What it has said on standard error so far.
    var errorText: String { running.errorText }

    var isRunning: Bool { running.process.isRunning }

    // MARK: Asking

    func get(_ path: String) async throws -> Answer { try await send("GET", path, nil) }

    func post(_ path: String, _ body: String) async throws -> Answer {
        try await send("POST", path, Data(body.utf8))
    }

    func send(_ method: String, _ path: String, _ body: Data?) async throws -> Answer {
        try await Self.send(method, url + path, body, session)
    }

    /// What can ask it from another task, and does not hold it.
    var asking: Asking { Asking(url: url, session: session) }

    struct Asking: Sendable {
        fileprivate let url: String
        fileprivate let session: URLSession

        func get(_ path: String) async throws -> Answer {
            try await HeadraceProcess.send("GET", url + path, nil, session)
        }
    }

    private static func send(
        _ method: String, _ address: String, _ body: Data?, _ session: URLSession
    ) async throws -> Answer {
        guard let url = URL(string: address) else { throw NotReady(description: "\(address) is no URL") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body
        let (data, response) = try await session.data(for: request)
        let http = response as? HTTPURLResponse
        return Answer(
            status: http?.statusCode ?? 0, mediaType: http?.value(forHTTPHeaderField: "Content-Type") ?? "",
            retryAfter: http?.value(forHTTPHeaderField: "Retry-After"), body: data)
    }

    /// The answers to requests that are all under way at once.
    func postAll(_ path: String, _ bodies: [String]) async throws -> [Answer] {
        let (url, session) = (self.url, self.session)
        return try await withThrowingTaskGroup(of: Answer.self) { group in
            for body in bodies {
                group.addTask { try await Self.send("POST", url + path, Data(body.utf8), session) }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
    }

    /// Where an application stands.
    func status(_ application: String) async throws -> JSON {
        try await get("/v1/applications/\(application)").json
    }

    /// A line of `/proc/PID/status`, in kB: `VmHWM` is the most memory it ever had.
    func memoryKilobytes(_ field: String = "VmHWM") throws -> Int {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
        return line.split(whereSeparator: { " \t".contains($0) }).compactMap { Int($0) }.first ?? 0
    }
}
