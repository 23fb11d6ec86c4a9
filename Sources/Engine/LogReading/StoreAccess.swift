import EventLog

/// Where an application's log lies, and how to open it again after a failed commit. Opening never makes a log.
public struct StoreAccess: Sendable {
    public typealias Store = any AppendOnlyLog & SnapshotStore & ExperimentStore

    public let open: @Sendable () throws -> Store
    public let close: @Sendable (Store) throws -> Void

    public init(open: @escaping @Sendable () throws -> Store, close: @escaping @Sendable (Store) throws -> Void) {
        (self.open, self.close) = (open, close)
    }
}
