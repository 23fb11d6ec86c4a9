import Determinism
import EventLog

/// What an adoption has put in the place of what served before; found in one go with it.
struct GoneLive: Sendable {
    /// Of the `adopted` event.
    let offset: Int
    let stateDigest: Digest
    let before: ModelsShown
    let after: ModelsShown
    /// Where something was forgotten: the head of the chain before and after.
    let heads: Heads?
    /// Open questions that were excluded, or are open again.
    let openCount: Int
}
