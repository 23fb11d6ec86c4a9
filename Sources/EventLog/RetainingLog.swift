import Determinism

/// A log that can drop what its oldest rows held. The chain stays as it is: what is left carries its links.
public protocol RetainingLog: PackingLog {
    /// Drops what a row held, in one transaction, and every trace of it. The row is the first that is not sealed.
    /// - Parameter payload: what is left of the row's blocks, sealed with ``link(after:)``.
    func seal(_ row: Block, as payload: [UInt8]) throws(LogFailure)

    /// The chain's link after the row that holds an offset; nil where the log is empty.
    func link(after offset: Int) throws(LogFailure) -> Digest?
}

extension PackingLog {
    /// What lies where an offset is, as it lies there; nil at and beyond the end.
    public func row(containing offset: Int) throws(LogFailure) -> Block? {
        try rows(from: offset, bytesMax: 1).first
    }
}
