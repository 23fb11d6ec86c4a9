import ModelLifecycle

/// Talks to a running server.
struct Client: Sendable {
    /// How long requests that could not be answered are tried again, in seconds.
    static let retrySeconds = 60.0
    /// How long a state that is derived anew is waited for, in seconds.
    static let derivationSeconds: Int64 = 86_400

    let base: String
    private let server: ServerAddress

    init(_ url: String) throws(ClientError) {
        guard let server = ServerAddress(url) else {
            throw ClientError(url: url, message: "'\(url)' is no URL of a server", hint: "like http://127.0.0.1:8080")
        }
        self.server = server
        base = url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    func get(_ path: String) async throws(ClientError) -> JSONValue {
        let (status, body) = try await send(HTTPRequest(path: path))
        return try value(status, body)
    }

    func post(_ path: String, _ body: [UInt8]) async throws(ClientError) -> JSONValue {
        let (status, body) = try await send(HTTPRequest(path: path, body: body))
        return try value(status, body)
    }

    /// Removes what lies at a path.
    func delete(_ path: String) async throws(ClientError) {
        let (status, body) = try await send(HTTPRequest(path: path, isRemoval: true))
        guard (200..<300).contains(status) else { throw Self.problem(status, body, base) }
    }

    /// Posts what makes the server derive a state anew, which may take its time.
    func derive(_ path: String, _ body: [UInt8]) async throws(ClientError) -> JSONValue {
        let request = HTTPRequest(path: path, body: body, secondsMax: Self.derivationSeconds)
        let (status, body) = try await send(request)
        return try value(status, body)
    }

    /// Sends events and hands back one value a line. While the server cannot be reached or answers 503, the same lines
    /// are sent again: their ids make that safe.
    ///
    /// - Parameter source: the file and the lines that they come from, for what is refused.
    func events(
        _ application: String, _ lines: [UInt8], source: String? = nil
    ) async throws(ClientError) -> [JSONValue] {
        var request = HTTPRequest(path: "/v1/applications/\(application)/events", body: lines)
        request.source = source
        return try await retrying { () async throws(ClientError) in
            let (status, body) = try await send(request)
            guard status == 200 else { throw Self.problem(status, body, base) }
            return try Self.lines(body, base)
        }
    }

    /// Asks where an application stands, as patiently as events are sent.
    func status(_ application: String) async throws(ClientError) -> JSONValue {
        try await retrying { () async throws(ClientError) in try await get("/v1/applications/\(application)") }
    }

    /// Tries again for a while what may go away by itself.
    private func retrying<Value>(
        _ body: () async throws(ClientError) -> Value
    ) async throws(ClientError) -> Value {
        let start = ContinuousClock.now
        var pause = 0.05
        while true {
            do throws(ClientError) {
                return try await body()
            } catch {
                guard error.isTransient, ContinuousClock.now - start < .seconds(Self.retrySeconds) else { throw error }
                try? await Task.sleep(for: .seconds(pause))
                if Task.isCancelled { throw error }
                pause = min(pause * 2, 1)
            }
        }
    }

    private func send(_ request: HTTPRequest) async throws(ClientError) -> (Int, [UInt8]) {
        do {
            return try await request.send(to: server)
        } catch {
            throw ClientError(
                url: base, message: "\(base) does not answer: \(HTTPRequestError.reason(error))",
                hint: "is `headrace up` running there?", isTransient: true)
        }
    }

    private func value(_ status: Int, _ body: [UInt8]) throws(ClientError) -> JSONValue {
        guard (200..<300).contains(status) else { throw Self.problem(status, body, base) }
        do { return try JSONValue(parsing: body) } catch {
            throw ClientError(url: base, message: "\(base) answered what is not JSON: \(error)")
        }
    }

    private static func lines(_ body: [UInt8], _ base: String) throws(ClientError) -> [JSONValue] {
        var values: [JSONValue] = []
        for line in body.split(separator: 0x0A) {
            do { values.append(try JSONValue(parsing: Array(line))) } catch {
                throw ClientError(url: base, message: "\(base) answered what is not JSON: \(error)", isTransient: true)
            }
        }
        return values
    }

    private static func problem(_ status: Int, _ body: [UInt8], _ base: String) -> ClientError {
        let problem = try? JSONValue(parsing: body)
        return ClientError(
            url: base, message: problem?["detail"]?.string ?? "\(base) answered with status \(status)",
            hint: problem?["hint"]?.string, isTransient: status == 503)
    }
}

/// What a server said, or why it could not be asked.
struct ClientError: Error, CustomStringConvertible {
    let url: String
    let message: String
    var hint: String?
    /// Whether it may go away by itself.
    var isTransient = false

    var description: String { hint.map { "\(message)\n  \($0)" } ?? message }
}
