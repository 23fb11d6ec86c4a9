import Foundation

/// A directory that is gone, with everything in it, when the test has ended.
final class Scratch: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "headrace-end-to-end-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    /// The path of something in the directory.
    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file and hands back its path.
    func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: self(name)))
        return self(name)
    }

    /// A directory in it with copies of stores, for what changes them.
    func copy(of directory: String, as name: String) throws -> String {
        try FileManager.default.copyItem(atPath: directory, toPath: self(name))
        return self(name)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}
