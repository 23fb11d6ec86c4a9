import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle

/// How results are written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json
}

struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "How to write the result: text or json.")
    var format = OutputFormat.text

    var isJSON: Bool { format == .json }

    /// Writes a result as JSON to standard output.
    func print(_ body: (inout JSONWriter) -> Void) {
        var json = JSONWriter()
        body(&json)
        Swift.print(json.text)
    }
}

/// Where an application is found: behind a server or in a directory.
struct ApplicationOptions: ParsableArguments {
    static let directoryDefault = "headrace-data"

    @Option(name: .long, help: "The application's name; may be left out where there is only one.")
    var application: String?

    @Option(name: .long, help: "The directory of the stores (default: \(directoryDefault), where it exists).")
    var dataDir: String?

    @Option(name: .long, help: "The URL of a running server.")
    var url: String?

    mutating func validate() throws {
        if dataDir != nil, url != nil { throw ValidationError("give --data-dir or --url, not both") }
    }

    /// The server to ask, where one was named.
    func client() throws -> Client? {
        try url.map { try Client($0) }
    }

    var directory: String { dataDir ?? Self.directoryDefault }

    /// The application meant, among those of a directory.
    func name(among names: [String], in place: String) throws -> String {
        guard let application else {
            if names.count == 1 { return names[0] }
            throw Refusal(
                .missingField, names.isEmpty ? "\(place) has no application" : "which application? --application NAME",
                hint: names.isEmpty
                    ? "`headrace up SPEC --data-dir \(place)` begins one"
                    : "there are \(names.joined(separator: ", "))")
        }
        guard names.contains(application) else {
            let nearest = Spelling.nearest(application, in: names)
            throw Refusal(
                .outOfRange, "\(place) has no application '\(application)'",
                hint: nearest.map { "did you mean '\($0)'?" } ?? "there are \(names.joined(separator: ", "))")
        }
        return application
    }

    /// Opens the store of the application meant, for reading.
    func openForReading() throws -> StoreAccess.Store {
        try Engines.openForReading(nameInDirectory(), in: directory)
    }

    /// Where the log of the application meant lies.
    func path() throws -> String { Engines.path(of: try nameInDirectory(), in: directory) }

    private func nameInDirectory() throws -> String {
        try name(among: Engines.applications(in: directory), in: directory)
    }
}
