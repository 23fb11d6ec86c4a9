import Determinism
import EventLog
import Foundation
import ModelLifecycle

/// Reads a bundle section by section and checks each link before anything is made of it.
struct BundleReader {
    let path: String
    private let source: ByteSource
    private var link = BundleFormat.firstLink(BundleFormat.version)
    private var buffer: [UInt8] = []
    private var position = 0
    private var consumed = 0

    /// - Throws: where the file cannot be read, is no bundle, or is one of a newer format.
    init(path: String) throws {
        self.path = path
        source = try ByteSource(path: path)
        guard (try? take(BundleFormat.magic.count)) == BundleFormat.magic else {
            throw BundleFormat.damaged(path, "this is no bundle of Headrace")
        }
        let version = try take(1)[0]
        guard version <= BundleFormat.version else {
            throw LogFailure(
                .newerFormat,
                "\(path) was written by a newer Headrace (format \(version); "
                    + "this one reads up to \(BundleFormat.version))",
                hint: "use the newer version; nothing was imported")
        }
        guard version > 0 else { throw BundleFormat.damaged(path, "no format is \(version)") }
        link = BundleFormat.firstLink(version)
    }

    var byteCount: Int { consumed }
    var fraction: Double? { source.fraction }

    /// The next section; its link is right.
    mutating func next() throws -> (section: BundleFormat.Section, payload: [UInt8]) {
        let kind = try take(1)[0]
        var (length, shift): (UInt64, UInt64) = (0, 0)
        while true {
            let byte = try take(1)[0]
            length |= UInt64(byte & 0x7F) << shift
            shift += 7
            if byte < 0x80 { break }
            guard shift < 56 else { throw altered() }
        }
        guard length <= UInt64(BundleFormat.sectionBytesMax) else { throw altered() }
        let payload = try take(Int(length))
        let expected = BundleFormat.link(after: link, kind, payload)
        guard Digest(bytes: try take(Digest.byteCount)) == expected else { throw altered() }
        link = expected
        guard let section = BundleFormat.Section(rawValue: kind) else {
            throw LogFailure(.newerFormat, "\(path) has a section (\(kind)) that this Headrace does not know")
        }
        return (section, payload)
    }

    /// Demands that nothing follows.
    mutating func finish() throws {
        guard try position == buffer.count && !fill() else {
            throw BundleFormat.damaged(path, "bytes follow the end of the bundle")
        }
    }

    private func altered() -> LogFailure {
        BundleFormat.damaged(path, "the bundle was altered, or damaged on its way, before byte \(consumed)")
    }

    /// The next bytes, which grow with what is there and not with what a length claims.
    private mutating func take(_ count: Int) throws -> [UInt8] {
        while buffer.count - position < count {
            guard try fill() else {
                let end = consumed + buffer.count - position
                throw BundleFormat.damaged(path, "the bundle is cut short, at byte \(end)")
            }
        }
        defer { position += count }
        consumed += count
        return Array(buffer[position..<position + count])
    }

    /// Reads on. - Returns: false at the end of the file.
    private mutating func fill() throws -> Bool {
        if position > 1 << 20 || position == buffer.count {
            buffer.removeFirst(position)
            position = 0
        }
        let chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
        defer { chunk.deallocate() }
        let count = try source.read(into: chunk)
        buffer.append(contentsOf: chunk[..<count])
        return count > 0
    }
}
