import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import NIOCore
import Server

struct UpVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Serve applications: predict, learn, version, watch.",
        discussion: """
            Each application continues from its log in the data directory. A spec that has changed is adopted as an \
            event; models that it declares as before go on as they are. An application that cannot start is said on \
            standard error and in its status; the others serve, and the exit status is 1.
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

    @Flag(name: .long, help: "Believe this machine's clock, however far it is ahead of the log.")
    var acceptClock = false

    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if !(0...65_535).contains(port) { throw ValidationError("a port is a number from 0 to 65535") }
    }

    mutating func run() async throws {
        let starts = specs.map { ApplicationStart(path: $0) }
        let names = starts.map(\.name)
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw ValidationError("two specs are named '\(name)'")
        }
        try ApplicationStart.checkAny(starts)
        let directory = try HeldDirectory(dataDir, owner: "headrace up")
        defer { directory.unlock() }
        let opened = starts.map { $0.open(in: dataDir, trust: acceptClock ? .acceptFirst : .bounded) }
        try await serve(opened, in: directory)
        if opened.contains(where: { $0.failure != nil }) { throw Failure.somethingWrong }
    }

    private func serve(_ starts: [ApplicationStart], in directory: HeldDirectory) async throws {
        let applications = starts.compactMap(\.application)
        do {
            try ApplicationStart.checkAny(starts)
            ApplicationStart.sayFailed(starts)
            let format = format
            let server = HeadraceServer(
                applications: applications, failed: starts.compactMap(\.failedApplication),
                quarantines: quarantines(applications), host: host, port: port, allowedHosts: allowedHost,
                endsAtHangup: Self.endsAtHangup)
            try await server.run { url in
                directory.setOwner(url)
                Self.announce(starts, url, format)
            }
        } catch {
            for application in applications {
                // What the server could not stop, its error says already.
                guard let failure = await application.stop(), !"\(error)".contains(failure.message) else { continue }
                Failure.say("\(application.name): not stopped cleanly: \(failure.message)")
            }
            throw Self.explained(error, host, port)
        }
    }

    /// A hang-up ends the server as SIGTERM does, unless whoever started it ignores it, as `nohup` does.
    private static var endsAtHangup: Bool {
        var action = sigaction()
        sigaction(SIGHUP, nil, &action)
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) != 1
    }

    private func quarantines(_ applications: [Engine.Application]) -> [String: Quarantine] {
        var quarantines: [String: Quarantine] = [:]
        for application in applications {
            let store = Engines.quarantine(application.name, in: dataDir)
            quarantines[application.name] = Quarantine(store, clock: { Timestamp.now() }) {
                Failure.say("\(application.name): what is refused is not kept: \($0)")
            }
        }
        return quarantines
    }

    private static func announce(_ starts: [ApplicationStart], _ url: String, _ format: FormatOption) {
        let names = starts.filter { $0.application != nil }.map(\.name)
        if format.isJSON {
            format.print { json in
                json.object { json in
                    json.member("url", url)
                    json.member("applications", array: { json in for name in names { json.string(name) } })
                    json.member("failed", array: { json in
                        for failed in starts.compactMap(\.failedApplication) { json.string(failed.name) }
                    })
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
        case is SocketAddressError, is SocketAddressError.UnknownHost:
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
