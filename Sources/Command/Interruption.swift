import Foundation
import Synchronization

/// Ctrl-C, taken as a wish to end well: the second one ends at once.
///
/// The handler of the signal does no more than to set a flag. A handler on a queue, as Dispatch has them, never comes
/// to run where one core is busy with what is to be interrupted.
struct Interruption {
    /// How often it was asked for.
    private static let count = Atomic(0)

    var isRequested: Bool { Self.count.load(ordering: .relaxed) > 0 }

    init() {
        // Made before a signal can ask for it.
        Self.count.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM] {
            signal(number) { _ in
                if Interruption.count.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
            }
        }
    }
}
