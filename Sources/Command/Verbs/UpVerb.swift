import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import NIOCore
import SQLiteStore
import Server

struct UpVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Serve applications: predict, learn, version, watch.",
        discussion: """
            Each application continues from its log in the data directory. A spec that has changed is adopted as an \
            event; models that it declares as before go on as they are.
            """)

    @Argument(help: "Spec files, one per application.")
    var specs: [String]

    @Option(name: .long, help: "The directory of the stores; made where there is none.")
    var dataDir = ApplicationOptions.directoryDefault

    @Option(name: .long, help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(name: .long, help: "The port to listen on; 0 takes any that is free.")
    var port = 8080

    @Option(
        name: .long,
        help: "A name under which browsers and programs ask this server, beside localhost and --host; may be repeated.")
    var allowedHost: [String] = []

    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("a port is a number from 0 to 65535") }
    }

    mutating func run() async throws {
        let loaded = try specs.map { try SpecFile.load(path: $0) }
        for (path, spec) in zip(specs, loaded) {
            for warning in spec.warnings { Failure.say("\(path):\(warning)") }
        }
        let names = loaded.map(\.spec.application)
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw ValidationError("two specs are named '\(name)'")
        }
        let directory = try DataDirectory(locking: dataDir, owner: "headrace up")
        defer { directory.unlock() }
        var applications: [Engine.Application] = []
        do {
            for (spec, _) in loaded {
                applications.append(
                    try Engine.Application(
                        name: spec.application, spec: spec,
                        store: .file(DataDirectory.storePath(dataDir, spec.application)), clock: { Timestamp.now() }))
            }
            let format = format
            let server = HeadraceServer(applications: applications, host: host, port: port, allowedHosts: allowedHost)
            try await server.run { url in
                directory.setOwner(url)
                Self.announce(names, url, format)
            }
        } catch {
            for application in applications { await application.stop() }
            throw Self.explained(error, host, port)
        }
    }

    private static func announce(_ names: [String], _ url: String, _ format: FormatOption) {
        if format.isJSON {
            format.print { json in
                json.object { json in
                    json.member("url", url)
                    json.member("applications", array: { json in for name in names { json.string(name) } })
                }
            }
        } else {
            print("headrace: serving \(names.joined(separator: ", ")) at \(url) (what it answers: \(url)/docs)")
        }
        fflush(nil)
    }

    private static func explained(_ error: any Error, _ host: String, _ port: Int) -> any Error {
        ListenFailure(error, host: host, port: port).map(\.failure) ?? error
    }
}

/// Why a server cannot listen, in words.
package struct ListenFailure {
    package let failure: LogFailure

    /// - Returns: nil where the error is of another kind.
    package init?(_ error: any Error, host: String, port: Int) {
        let (reason, hint): (String, String)
        switch error {
        case let error as IOError: (reason, hint) = Self.words(error.errnoCode, host, port)
        case is SocketAddressError:
            (reason, hint) = ("there is no host named '\(host)'", "--host takes an address or a name of this machine")
        default: return nil
        }
        failure = LogFailure(.unavailable, "cannot listen on \(host):\(port): \(reason)", hint: hint)
    }

    private static func words(_ code: CInt, _ host: String, _ port: Int) -> (String, String) {
        switch code {
        case EADDRINUSE:
            ("another program listens there", "stop that one, or take another port: --port 0 takes any that is free")
        case EACCES, EPERM:
            ("no permission", "\(port < 1_024 ? "ports below 1024 need root" : "take another port"): --port 8080")
        case EADDRNOTAVAIL:
            (
                "this machine has no such address",
                "--host 127.0.0.1 is this machine alone, --host 0.0.0.0 all its addresses"
            )
        case EAFNOSUPPORT: ("this machine does not speak that protocol", "--host 127.0.0.1 is this machine alone")
        default: (String(cString: strerror(code)), "--host and --port say where")
        }
    }
}
