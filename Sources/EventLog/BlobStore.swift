import Determinism

/// Where large things lie under the digest of their bytes: what snapshots and experiments hold.
///
/// A blob is put before it is named. One that nothing names is garbage; an engine drops it when it is opened anew.
public protocol BlobStore: Sendable {
    /// Keeps bytes. - Returns: their SHA-256.
    func put(_ bytes: [UInt8]) throws(LogFailure) -> Digest

    /// The bytes of a digest; nil where they are not there.
    /// - Throws: `damaged` where they are not what was put.
    func get(_ digest: Digest) throws(LogFailure) -> [UInt8]?

    /// Drops blobs that nothing names; what is named stays, and what is not there is no error.
    func drop(_ digests: [Digest]) throws(LogFailure)
}
