/// Names that the program gives to what has none, in parentheses. No class and no category of a user may be one.
public enum ReservedName {
    /// What lies beyond a bound, taken together.
    public static let other = "(other)"
    /// No value.
    public static let missing = "(missing)"

    package static let all = [other, missing]

    /// Which of them a value is, if it is one.
    @inline(__always)
    static func name(_ value: UnsafeBufferPointer<UInt8>) -> String? {
        guard value.first == UInt8(ascii: "(") else { return nil }
        return all.first { $0.utf8.elementsEqual(value) }
    }

    static func refusal(_ what: String, _ name: String) -> Refusal {
        Refusal(
            .outOfRange, "\(what) is '\(name)', a name that is reserved",
            hint: "leave the value out where there is none, or spell it without the parentheses")
    }
}
