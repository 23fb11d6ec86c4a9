import Determinism
import ModelLifecycle

/// One request to the writer, with the way back. A request of many events is carried out in parts.
final class Job: @unchecked Sendable {
    typealias Line = WaitingLines<Job>.Line

    enum Work: Sendable {
        case events([Event], @Sendable (Result<[Reply], Unavailable>) -> Void)
        /// Looks at what is serving; what it returns tells the asker what was seen, once that may be told.
        case look(@Sendable (Serving, Reading) -> @Sendable () -> Void, @Sendable (Unavailable) -> Void)
        /// Waits until everything answered is on the disk.
        case flush(@Sendable (Result<StoreAccess.Store, Unavailable>) -> Void)
        /// Does something to what is serving, between two batches, with everything answered on the disk.
        case adopt(@Sendable (Serving) throws -> GoneLive, @Sendable (Result<GoneLive, any Error>) -> Void)
    }

    let work: Work
    let eventCount: Int
    let line: Line
    // Nobody but the writer touches these.
    /// Of the events, how many have been applied, with their replies.
    var replies: [Reply] = []

    init(_ work: Work) {
        self.work = work
        switch work {
        case .events(let events, _):
            eventCount = events.count
            line = events.allSatisfy { $0.kind == .prediction } ? .questions : .others
        case .look: (eventCount, line) = (0, .questions)
        case .flush: (eventCount, line) = (0, .others)
        case .adopt: (eventCount, line) = (1, .others)
        }
    }

    /// Whether something of it may be in the log.
    var hasBegun: Bool { !replies.isEmpty }

    func fail(_ error: Unavailable) {
        switch work {
        case .events(_, let done): done(.failure(error))
        case .look(_, let failed): failed(error)
        case .flush(let done): done(.failure(error))
        case .adopt(_, let done): done(.failure(error))
        }
    }
}

/// What the clocks say at one moment: the server's, which may be set, and the one that only goes on.
package struct Reading: Sendable {
    package let time: Timestamp
    package let moment: Moment

    package init(time: Timestamp, moment: Moment) {
        (self.time, self.moment) = (time, moment)
    }
}
