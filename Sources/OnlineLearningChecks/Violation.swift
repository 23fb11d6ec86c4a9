/// A promise that a component broke: which, where and how. A check returns these instead of failing by itself, so that
/// it serves any test framework.
public struct Violation: Sendable, Equatable, CustomStringConvertible {
    /// The name of the law.
    public let law: String
    /// The component with its task.
    public let component: String
    /// The number of the example in its stream, from 0; nil where no single one is to blame.
    public let example: Int?
    public let expected: String
    public let found: String

    public init(law: String, component: String, example: Int? = nil, expected: String, found: String) {
        (self.law, self.component, self.example) = (law, component, example)
        (self.expected, self.found) = (expected, found)
    }

    public var description: String {
        let place = example.map { " at example \($0)" } ?? ""
        return "\(component) breaks \(law)\(place): expected \(expected), found \(found)"
    }
}
