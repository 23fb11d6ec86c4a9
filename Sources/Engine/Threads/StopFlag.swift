import Synchronization

/// Says to long work that it is not wanted any more.
///
/// Whoever runs such work makes its flag ``current``; every loop over a log asks it, event by event. Where nobody has
/// made one current, as in a writer, work runs to its end.
package final class StopFlag: Sendable {
    package enum Reason: UInt8 {
        case none
        /// Whoever asked has gone.
        case cancelled
        /// The program ends.
        case stopping
    }

    /// The flag of the work that the calling thread does.
    @TaskLocal package static var current: StopFlag?

    private let reason = Atomic(Reason.none.rawValue)

    var isSet: Bool { reason.load(ordering: .relaxed) != Reason.none.rawValue }

    /// The first reason stays.
    func set(_ new: Reason) {
        _ = reason.compareExchange(expected: Reason.none.rawValue, desired: new.rawValue, ordering: .relaxed)
    }

    /// - Throws: `CancellationError` where whoever asked has gone, `Unavailable.stopping` where the program ends.
    package func check() throws {
        switch Reason(rawValue: reason.load(ordering: .relaxed)) {
        case .cancelled: throw CancellationError()
        case .stopping: throw Unavailable.stopping
        case nil, .none?: return
        }
    }
}
