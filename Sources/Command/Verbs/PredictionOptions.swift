import ArgumentParser
import Foundation

/// Whether and where every answer is written, with its label.
struct PredictionOptions: ParsableArguments {
    @Option(name: .long, help: "Write every answer with its label, a CSV file: id, time, model, label, prediction, ….")
    var predictions: String?

    @Flag(name: .long, help: "Overwrite the file of predictions.")
    var force = false

    /// The file, begun; nil where none is wanted.
    /// - Parameter inputs: the files that are read meanwhile.
    func file(reading inputs: [String]) throws -> PredictionFile? {
        guard let predictions else { return nil }
        try OutputFile.check(predictions, reading: inputs)
        guard force || !FileManager.default.fileExists(atPath: predictions) else {
            throw ValidationError("\(predictions) exists; --force overwrites it")
        }
        return try PredictionFile(predictions)
    }
}

/// A file that grows by what it is given.
final class PredictionFile: @unchecked Sendable {
    // One thread at a time writes.
    private let path: String
    private let handle: FileHandle

    init(_ path: String) throws {
        self.path = path
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw ValidationError("cannot write \(path)") }
        self.handle = handle
    }

    func write(_ bytes: [UInt8]) throws {
        do { try handle.write(contentsOf: bytes) } catch { throw failure(error) }
    }

    func close() throws {
        do { try handle.close() } catch { throw failure(error) }
    }

    private func failure(_ error: any Error) -> ValidationError {
        ValidationError("cannot write \(path): \(error.localizedDescription)")
    }
}
