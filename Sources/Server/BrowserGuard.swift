import Hummingbird

/// Keeps pages of other origins from using this server through the browser of somebody who may.
///
/// A browser says where a request comes from, and no page can make it say something else. So a request that changes
/// something is refused where a foreign page sent it, and any request whose `Host` is not this server: that is how a
/// page reaches a private server under a name of its own (DNS rebinding). Programs such as curl send neither `Origin`
/// nor `Sec-Fetch-Site`, and nothing changes for them.
struct BrowserGuard<Context: RequestContext>: RouterMiddleware {
    let hosts: AllowedHosts

    func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        try checkHost(request)
        if Self.changesSomething(request.method) {
            try checkOrigin(request)
            try checkContentType(request)
        }
        return try await next(request, context)
    }

    private static func changesSomething(_ method: HTTPRequest.Method) -> Bool {
        ![.get, .head, .options].contains(method)
    }

    /// Where a browser's request comes from: `same-origin`, `same-site`, `cross-site`, or `none` for a person's own.
    private static func fetchSite(_ request: Request) -> String? {
        request.headers.first { $0.name.canonicalName == "sec-fetch-site" }?.value
    }

    private func checkHost(_ request: Request) throws(Problem) {
        // Without one it is HTTP/1.0, which no browser speaks.
        guard let authority = request.head.authority, !hosts.isHost(authority) else { return }
        throw Problem(
            status: 403, kind: "foreign-host", title: "Another host",
            detail: "this server is not '\(authority.printable)'",
            hint: "start it with --allowed-host NAME for each name under which it is reached")
    }

    private func checkOrigin(_ request: Request) throws(Problem) {
        let site = Self.fetchSite(request)
        guard site == nil || site == "same-origin" || site == "none" else { throw Self.foreignOrigin(site ?? "") }
        guard let origin = request.headers[.origin] else { return }
        guard hosts.isOwn(origin: origin, of: request.head.authority) else { throw Self.foreignOrigin(origin) }
    }

    private static func foreignOrigin(_ origin: String) -> Problem {
        Problem(
            status: 403, kind: "foreign-origin", title: "A page of another origin",
            detail: "a page of another origin sent this (\(origin.printable)), and it would change something",
            hint: "send it from a program, or from a page of this server; behind a proxy: --allowed-host NAME")
    }

    /// Forms send three types without asking first. Of these curl's default is taken from programs, whatever it says:
    /// bodies are JSON.
    private func checkContentType(_ request: Request) throws(Problem) {
        guard let type = request.headers[.contentType] else { return }
        let media = type.prefix { $0 != ";" }.lowercased().trimmed
        let isForm = media == "application/x-www-form-urlencoded"
        let isFromBrowser = request.headers[.origin] != nil || Self.fetchSite(request) != nil
        guard media == "text/plain" || media == "multipart/form-data" || isForm && isFromBrowser else { return }
        throw Problem(
            status: 415, kind: "wrong-media-type", title: "Wrong media type",
            detail: "the body's type is \(media.printable)",
            hint: "send JSON as application/json, lines of JSON as application/x-ndjson")
    }
}

/// The names under which a server may be asked.
struct AllowedHosts: Sendable {
    /// Where the server listens, and what its owner has named.
    private let listening: String
    private let named: Set<String>

    init(listening: String, named: [String] = []) {
        self.listening = listening.lowercased()
        self.named = Set(named.map { $0.lowercased() })
    }

    /// Whether an authority — a host, and perhaps a port — is this server. A port may be forwarded, so it does not
    /// count. Where the server listens on every address of the machine, any address is: rebinding needs a name.
    func isHost(_ authority: String) -> Bool {
        let host = Self.host(authority)
        if ["localhost", "127.0.0.1", "::1", listening].contains(host) || named.contains(host) { return true }
        return ["0.0.0.0", "::"].contains(listening) && Self.isAddress(host)
    }

    /// Whether a page of an origin is one of this server's own: of the authority it asks, or of a host named.
    func isOwn(origin: String, of authority: String?) -> Bool {
        guard let scheme = origin.firstRange(of: "://") else { return false }
        let page = origin[scheme.upperBound...].lowercased()
        if named.contains(Self.host(page)) { return true }
        guard let authority else { return false }
        return Self.withoutDefaultPort(page) == Self.withoutDefaultPort(authority.lowercased())
    }

    /// Without the port, and without the brackets of IPv6.
    private static func host(_ authority: String) -> String {
        let text = authority.lowercased()
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            return String(text[text.index(after: text.startIndex)..<end])
        }
        let host = text.prefix { $0 != ":" }
        return String(host.hasSuffix(".") ? host.dropLast() : host)
    }

    private static func withoutDefaultPort(_ authority: String) -> Substring {
        for port in [":80", ":443"] where authority.hasSuffix(port) { return authority.dropLast(port.count) }
        return authority[...]
    }

    /// An IPv4 or IPv6 address, as far as no name of the DNS looks like it: its last label has a letter.
    private static func isAddress(_ host: String) -> Bool {
        if host.contains(":") { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { part in UInt8(part) != nil }
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " || $0 == "\t" }.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }

    /// For a message: shortened, and without control characters.
    fileprivate var printable: String {
        String(String.UnicodeScalarView(unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(100)))
    }
}
