/// A learner made of other learners of one kind, such as bagging: which type it is depends on what it wraps, so that
/// nothing is looked up while learning.
///
/// The wrapped learner is the argument of the first parameter declared as ``ParameterDeclaration/Kind/learner(_:)``.
public protocol LearnerWrapper: Sendable {
    static var declaration: ComponentDeclaration { get }
    /// What it can predict, given a member that can learn the member's task.
    static var tasks: [Task] { get }

    /// The learner that wraps `member`.
    static func wrapping(_ member: any Learner.Type) -> any Learner.Type
}
