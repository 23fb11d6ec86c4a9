/// The means to work on several cores at once, handed in from above: this library starts no threads.
///
/// Members of an ensemble do not depend on one another within one example, so the state is the same, to the bit,
/// whoever works and however many do.
public protocol Workers: Sendable {
    /// Calls `body` with each of 0 ..< `count` once, in any order and at the same time where it can, and returns when
    /// all calls have.
    func perform(_ count: Int, _ body: @Sendable (Int) -> Void)
}
