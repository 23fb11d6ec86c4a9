import ModelLifecycle

/// An application that could not start, while others beside it serve.
public struct FailedApplication: Sendable, Equatable {
    public let name: String
    public let reason: String
    public let hint: String?

    public init(name: String, reason: String, hint: String? = nil) {
        (self.name, self.reason, self.hint) = (name, reason, hint)
    }

    /// What is answered where they are asked for.
    static func problem(_ failed: [FailedApplication]) -> Problem {
        Problem(
            status: 503, kind: "not-started", title: "Could not start",
            detail: failed.map { "'\($0.name)' could not start: \($0.reason)" }.joined(separator: "; "),
            hint: failed.compactMap(\.hint).first
                ?? "put it right and start the server again; the others go on until then")
    }

    /// `{"application", "reason"}`.
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("application", name)
            json.member("reason", reason)
        }
    }
}
