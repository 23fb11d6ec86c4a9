import Determinism
import EventLog
import ModelLifecycle

/// The sections of a bundle: an application in one file, to be carried elsewhere.
///
/// `docs/formats/bundle.md` describes the bytes. Each section is followed by a link, the digest of the link before it
/// and of the section: whatever is altered, cut or moved is noticed at the section where it is.
enum BundleFormat {
    /// What a file begins with, before the byte of its format.
    static let magic = Array("HdRcBundle".utf8)
    /// 1 held blocks and snapshots of formats 1 and 2; its sections are the same.
    static let version: UInt8 = 2
    /// Bytes of one section at most: far more than a snapshot or a block has, and no more than a machine can take.
    static let sectionBytesMax = 1 << 30

    enum Section: UInt8 {
        case end = 0
        /// The application's name, the version of the format of what is in it.
        case application = 1
        /// Packed blocks.
        case blocks = 2
        case snapshot = 3
        case names = 4
        case heads = 5
    }

    /// The first link: of what the file begins with.
    static func firstLink(_ version: UInt8) -> Digest { Digest(hashing: magic + [version]) }

    static func link(after previous: Digest, _ section: UInt8, _ payload: [UInt8]) -> Digest {
        var encoder = CanonicalEncoder()
        encoder.digest(previous)
        encoder.byte(section)
        encoder.count(payload.count)
        return Digest(hashing: encoder.bytes, payload)
    }

    static func damaged(_ path: String, _ what: String) -> LogFailure {
        LogFailure(
            .damaged, "\(path): \(what)",
            hint: "nothing was imported; export the application again, or bring the file over once more")
    }
}

/// What a bundle holds, as its last section says.
public struct BundleSummary: Sendable, Equatable {
    public let application: String
    /// The log's end: how many events there are.
    public let eventCount: Int
    /// The chain's last link.
    public let head: Digest
    public let snapshotCount: Int
    public let nameCount: Int
    /// Of the newest snapshot: its offset, and the digest of the learned state there.
    public internal(set) var stateOffset: Int
    public internal(set) var stateDigest: Digest
    /// The bytes of the file.
    public internal(set) var byteCount = 0
    /// Snapshots that were damaged when it was written; adoptions' were derived again, others left out.
    public internal(set) var damage: [SnapshotDamage] = []

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("application", application)
            json.member("events", eventCount)
            json.member("head", head.description)
            json.member("snapshots", snapshotCount)
            json.member("names", nameCount)
            json.member("state_offset", stateOffset)
            json.member("state_digest", stateDigest.description)
            json.member("bytes", byteCount)
            json.member("damaged_snapshots", array: { json in
                for damage in damage { damage.write(to: &json) }
            })
        }
    }
}

extension BundleSummary {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.string(application)
        encoder.count(eventCount)
        encoder.digest(head)
        encoder.count(snapshotCount)
        encoder.count(nameCount)
        encoder.count(stateOffset)
        encoder.digest(stateDigest)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        application = try decoder.string()
        eventCount = Int(clamping: try decoder.uint())
        head = try decoder.digest()
        snapshotCount = Int(clamping: try decoder.uint())
        nameCount = Int(clamping: try decoder.uint())
        stateOffset = Int(clamping: try decoder.uint())
        stateDigest = try decoder.digest()
    }
}

extension Snapshot {
    /// For a bundle, the payload compressed.
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(offset)
        encoder.byte(UInt8(reason.rawValue))
        encoder.optional(restoredOffset) { $0.count($1) }
        encoder.digest(stateDigest)
        encoder.digest(ledgerDigest)
        encoder.int(time.microseconds)
        encoder.count(payload.count)
        encoder.blob(Deflate.compress(payload, level: PackedBlocks.level))
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let offset = Int(clamping: try decoder.uint())
        let code = try decoder.byte()
        let restored = try decoder.bool() ? Int(clamping: try decoder.uint()) : nil
        let (state, ledger) = (try decoder.digest(), try decoder.digest())
        let time = Timestamp(microseconds: try decoder.int())
        let count = try decoder.uint()
        let compressed = try decoder.blob()
        guard let reason = Reason(rawValue: Int(code)), count <= UInt64(BundleFormat.sectionBytesMax),
            let payload = Deflate.expand(compressed, to: Int(count))
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "a snapshot does not expand") }
        self.init(
            offset: offset, reason: reason, restoredOffset: restored, stateDigest: state, ledgerDigest: ledger,
            time: time, payload: payload)
    }
}
