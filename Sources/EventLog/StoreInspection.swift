/// What a store's file is like, apart from what is in it.
public struct StoreInspection: Sendable {
    /// Of the file.
    public let formatVersion: Int
    public let fileBytes: Int
    /// What lies beside the file and belongs to it: more than nothing while somebody serves, or where a process was
    /// killed.
    public let walBytes: Int
    public let snapshotBytes: Int
    /// Events that lie there as they were committed, not packed.
    public let looseEventCount: Int
    /// What SQLite finds wrong with its pages; empty where nothing is.
    public let pageDamage: [String]

    public init(
        formatVersion: Int, fileBytes: Int, walBytes: Int, snapshotBytes: Int, looseEventCount: Int,
        pageDamage: [String]
    ) {
        (self.formatVersion, self.fileBytes, self.walBytes) = (formatVersion, fileBytes, walBytes)
        (self.snapshotBytes, self.looseEventCount, self.pageDamage) = (snapshotBytes, looseEventCount, pageDamage)
    }
}

/// A log that lies in a file of its own, which can be looked at.
public protocol InspectableLog: AppendOnlyLog {
    /// Looks at every page of the file. Complexity: O(file).
    func inspection() throws(LogFailure) -> StoreInspection
}
