import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
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

    @Flag(name: .long, help: "Believe this machine's clock, however far it is ahead of the log.")
    var acceptClock = false

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
                        store: .file(DataDirectory.storePath(dataDir, spec.application)), clock: { Timestamp.now() },
                        trust: acceptClock ? .acceptFirst : .bounded, tell: { Failure.say($0) }))
            }
            let format = format
            try await HeadraceServer(applications: applications, host: host, port: port).run { url in
                directory.setOwner(url)
                Self.announce(names, url, format)
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
        guard "\(error)".contains("bind(") || "\(error)".contains("Address already in use") else { return error }
        return LogFailure(
            .unavailable, "cannot listen on \(host):\(port): \(error)", hint: "--port 0 takes any port that is free")
    }
}
