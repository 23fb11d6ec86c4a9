import EventLog
import Foundation

/// What a file must not be that a verb is about to write, whatever `--force` says.
enum OutputFile {
    /// - Parameters:
    ///   - path: nil where nothing is written.
    ///   - inputs: the files that the verb reads.
    /// - Throws: where the file is one of them, or the store of an application.
    static func check(_ path: String?, reading inputs: [String] = []) throws(LogFailure) {
        guard let path, let file = identity(path) else { return }
        if inputs.contains(where: { identity($0) == file }) {
            throw LogFailure(.unavailable, "\(path) is read by this very command", hint: "name another file to write")
        }
        if begins(path, with: "SQLite format 3\0") {
            throw LogFailure(
                .unavailable, "\(path) is a database, and may be the store of an application",
                hint: "name another file to write")
        }
    }

    /// The same of a picture, which is drawn again over an older one, and over nothing else.
    static func check(picture path: String?, reading inputs: [String]) throws(LogFailure) {
        try check(path, reading: inputs)
        guard let path, let size = size(path), size > 0 else { return }
        guard !begins(path, with: "<svg"), !begins(path, with: "<?xml") else { return }
        throw LogFailure(.unavailable, "\(path) is there already, and no SVG file", hint: "name another file to write")
    }

    /// What is the same for two names of one file; nil where there is none.
    private static func identity(_ path: String) -> [Int]? {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path)),
            let device = attributes[.systemNumber] as? NSNumber, let file = attributes[.systemFileNumber] as? NSNumber
        else { return nil }
        return [device.intValue, file.intValue]
    }

    private static func size(_ path: String) -> Int? {
        let attributes = try? FileManager.default.attributesOfItem(atPath: resolved(path))
        guard attributes?[.type] as? FileAttributeType == .typeRegular else { return nil }
        return (attributes?[.size] as? NSNumber)?.intValue
    }

    private static func begins(_ path: String, with text: String) -> Bool {
        guard size(path) != nil, let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: text.utf8.count)).flatMap { $0 } == Data(text.utf8)
    }

    private static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    }
}
