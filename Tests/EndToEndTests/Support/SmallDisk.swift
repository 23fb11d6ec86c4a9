import Foundation

/// A disk that is soon full: a small tmpfs, unmounted when nobody holds it any more. Only root may mount one.
final class SmallDisk {
    static let isAvailable: Bool = {
        guard geteuid() == 0, let scratch = try? Scratch() else { return false }
        return (try? SmallDisk(scratch("try"), kilobytes: 64)) != nil
    }()

    struct Failed: Error {
        let errors: String
    }

    let path: String

    init(_ path: String, kilobytes: Int) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(kilobytes)k", "tmpfs", path])
    }

    func resize(kilobytes: Int) throws {
        try Self.run("mount", ["-o", "remount,size=\(kilobytes)k", path])
    }

    private static func run(_ name: String, _ arguments: [String]) throws {
        let result = try Program.run(Program.path(name) ?? name, arguments)
        if result.status != 0 { throw Failed(errors: result.errors) }
    }

    deinit { try? Self.run("umount", ["-l", path]) }
}
