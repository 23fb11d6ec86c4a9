import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// One request to a server over a connection of its own: on the loopback opening one costs less than reading the
/// answer, and no request can meet a connection that the server has just closed.
struct HTTPRequest: Sendable {
    let path: String
    /// JSON to be sent.
    var body: [UInt8]?
    /// Asks that what lies at the path be removed.
    var isRemoval = false
    /// Where the events of the body come from: `FILE:LINE,LINE,…`.
    var source: String?
    /// How long an answer is waited for.
    var secondsMax: Int64 = 60

    private static let answerBytesMax = 1 << 30

    private typealias AsyncChannel = NIOAsyncChannel<NIOHTTPClientResponseFull, HTTPClientRequestPart>

    /// Bytes as a query may hold them (RFC 3986, 2.1).
    static func escaped(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                String(UnicodeScalar(byte))
            default: "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }.joined()
    }

    /// - Returns: the status and the body of the answer, whatever it says.
    /// - Throws: what the connection failed by.
    func send(to server: ServerAddress) async throws -> (status: Int, body: [UInt8]) {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(10))
            .connect(host: server.host, port: server.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(
                        NIOHTTPClientResponseAggregator(maxContentLength: Self.answerBytesMax))
                    return try AsyncChannel(wrappingChannelSynchronously: channel)
                }
            }
        let deadline = channel.channel.eventLoop.scheduleTask(in: .seconds(secondsMax)) {
            channel.channel.close(promise: nil)
        }
        defer { deadline.cancel() }
        return try await channel.executeThenClose { answers, request in
            // In one piece: a server may answer and close as soon as it has seen all of the request that matters.
            let content = body.map { [HTTPClientRequestPart.body(.byteBuffer(ByteBuffer(bytes: $0)))] } ?? []
            try await request.write(contentsOf: [.head(head(server))] + content + [.end(nil)])
            for try await answer in answers {
                return (Int(answer.head.status.code), answer.body.map { Array($0.readableBytesView) } ?? [])
            }
            throw HTTPRequestError.noAnswer
        }
    }

    private func head(_ server: ServerAddress) -> HTTPRequestHead {
        var headers = HTTPHeaders([
            ("Host", "\(server.authority)"), ("Connection", "close"), ("Accept", "application/json"),
        ])
        if let body {
            headers.add(name: "Content-Type", value: "application/json")
            headers.add(name: "Content-Length", value: "\(body.count)")
        }
        if let source { headers.add(name: "Headrace-Source", value: source) }
        let method = isRemoval ? HTTPMethod.DELETE : body == nil ? .GET : .POST
        return HTTPRequestHead(version: .http1_1, method: method, uri: server.path + path, headers: headers)
    }
}

/// Where a server listens, as a URL says it.
struct ServerAddress: Sendable {
    let host: String
    let port: Int
    /// What every path on it begins with, without a slash at its end.
    let path: String

    /// - Returns: nil where the text is no URL of a server that speaks plain HTTP.
    init?(_ url: String) {
        guard let parsed = URL(string: url), parsed.scheme?.lowercased() == "http", let host = parsed.host,
            !host.isEmpty
        else { return nil }
        self.host = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        port = parsed.port ?? 80
        path = parsed.path.hasSuffix("/") ? String(parsed.path.dropLast()) : parsed.path
    }

    var authority: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}

enum HTTPRequestError: Error {
    /// The connection closed, or a minute passed, before there was an answer.
    case noAnswer

    /// Why a request failed, in words.
    static func reason(_ error: any Error) -> String {
        switch error {
        case is HTTPRequestError: return "it closed the connection without an answer"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first { return reason(first.error) }
            return "there is no host named \(error.host)"
        case is ChannelError: return "the connection was lost"
        default: return "\(error)"
        }
    }
}
