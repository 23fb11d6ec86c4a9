import ModelLifecycle

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A spec in a file of YAML: read, checked, and refused with everything that is wrong with it at once.
package enum SpecFile {
    package static let byteCountMax = 1 << 20

    /// - Throws: `SpecFileError.unreadable`, or `.mistaken` with every mistake by position.
    package static func load(path: String) throws(SpecFileError) -> (spec: Spec, warnings: [SpecMistake]) {
        try check(read(path), path: path)
    }

    /// - Parameter path: what messages call the text.
    package static func check(
        _ bytes: [UInt8], path: String
    ) throws(SpecFileError) -> (spec: Spec, warnings: [SpecMistake]) {
        func mistaken(_ mistakes: [SpecMistake]) -> SpecFileError {
            .mistaken(path: path, SpecMistakes(mistakes))
        }
        guard bytes.count <= byteCountMax else {
            let limit = "the file is larger than \(byteCountMax >> 20) MiB"
            throw mistaken([YAMLSpec.mistake(1, 1, limit, hint: "is it the data, not the spec?")])
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw mistaken([invalidUTF8(bytes)])
        }
        let isMarked = text.unicodeScalars.first == "\u{FEFF}"
        let (root, mistakes) = YAMLSpec.read(isMarked ? String(text.unicodeScalars.dropFirst()) : text)
        guard let root else { throw mistaken(mistakes) }
        let result: (spec: Spec, warnings: [SpecMistake])
        do throws(SpecMistakes) {
            result = try SpecChecker.check(root)
        } catch {
            throw mistaken(mistakes + error.mistakes)
        }
        guard mistakes.isEmpty else { throw mistaken(mistakes) }
        return result
    }

    /// The tree of a file that ``load(path:)`` has found good, for those who ask for it as JSON.
    package static func tree(path: String) throws(SpecFileError) -> SpecNode {
        let text = String(decoding: try read(path), as: UTF8.self)
        guard let root = YAMLSpec.read(text.unicodeScalars.first == "\u{FEFF}" ? String(text.dropFirst()) : text).root
        else { throw .unreadable(path: path, reason: "it has changed") }
        return root
    }

    /// What the application of a file is called that is no good spec: as it says, or else as the file is.
    package static func applicationName(path: String) -> String {
        if let bytes = try? read(path), let text = String(validating: bytes, as: UTF8.self),
            case .map(let entries)? = YAMLSpec.read(text).root?.kind,
            let entry = entries.first(where: { $0.key.kind == .scalar("application", isQuoted: false) }),
            case .scalar(let name, _) = entry.value.kind, !name.isEmpty
        {
            return name
        }
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.split(separator: ".").first.map(String.init) ?? file
    }

    private static func read(_ path: String) throws(SpecFileError) -> [UInt8] {
        func unreadable() -> SpecFileError { .unreadable(path: path, reason: String(cString: strerror(errno))) }
        guard let file = fopen(path, "rbe") else { throw unreadable() }
        defer { fclose(file) }
        // One byte more than may be, to tell a file that is too large.
        let bytes = [UInt8](unsafeUninitializedCapacity: byteCountMax + 1) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        if ferror(file) != 0 { throw unreadable() }
        return bytes
    }

    private static func invalidUTF8(_ bytes: [UInt8]) -> SpecMistake {
        var (line, column) = (1, 1)
        var decoder = UTF8()
        var rest = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&rest) {
            (line, column) = scalar == "\n" ? (line + 1, 1) : (line, column + 1)
        }
        return YAMLSpec.mistake(line, column, "the file is no UTF-8 from here on", hint: "save it as UTF-8")
    }
}

/// Why there is no spec.
package enum SpecFileError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case mistaken(path: String, SpecMistakes)

    /// Of a text that is no spec at all, the first mistakes are as good as thousands.
    private static let listedMax = 100

    /// A line a mistake that begins with `path:line:column:`, then how many there are.
    package var description: String {
        switch self {
        case .unreadable(let path, let reason): return "\(path): cannot be read: \(reason)"
        case .mistaken(let path, let mistakes):
            let count = mistakes.mistakes.count
            let lines = mistakes.mistakes.prefix(Self.listedMax).map { "\(path):\($0)" }
            let listed = count > Self.listedMax ? ", the first \(Self.listedMax) listed" : ""
            return lines.joined(separator: "\n") + "\n\(count) \(count == 1 ? "mistake" : "mistakes")\(listed)"
        }
    }
}
