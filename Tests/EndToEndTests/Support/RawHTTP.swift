import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A request as bytes over a socket, for what a decent client never sends.
enum RawHTTP {
    struct Reply {
        let status: Int
        let headers: [String: String]
        /// Everything after the head, until the server has closed.
        let body: String

        var json: JSON { JSON(Data(body.utf8)) }
    }

    struct NoReply: Error {}

    /// Sends a request and reads until the server closes.
    /// - Parameter headers: `Host` is the server's own unless it is given; a body gets its length.
    static func send(
        _ method: String, _ path: String, _ headers: [(String, String)] = [], body: [UInt8] = [], port: Int
    ) throws -> Reply {
        var head = "\(method) \(path) HTTP/1.1\r\nConnection: close\r\n"
        if !headers.contains(where: { $0.0 == "Host" }) { head += "Host: 127.0.0.1:\(port)\r\n" }
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        if !body.isEmpty || method == "POST" { head += "Content-Length: \(body.count)\r\n" }
        return try reply(to: Array(head.utf8) + Array("\r\n".utf8) + body, port: port)
    }

    private static func reply(to bytes: [UInt8], port: Int) throws -> Reply {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else { throw NoReply() }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { rest in
                Glibc.send(socket, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { break }
            sent += count
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received.append(contentsOf: buffer[..<count])
        }
        return try parse(String(decoding: received, as: UTF8.self))
    }

    private static func parse(_ text: String) throws -> Reply {
        guard let end = text.range(of: "\r\n\r\n") else { throw NoReply() }
        let lines = text[..<end.lowerBound].components(separatedBy: "\r\n")
        let word = lines[0].split(separator: " ").dropFirst().first
        guard let status = word.flatMap({ Int($0) }) else { throw NoReply() }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
            if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
        }
        return Reply(status: status, headers: headers, body: String(text[end.upperBound...]))
    }
}
