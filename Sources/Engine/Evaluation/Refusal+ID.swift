import ModelLifecycle

extension Refusal {
    /// The same, with the id that it is about.
    package func naming(_ id: EventID) -> Refusal {
        Refusal(kind, "id '\(id.text)': \(message)", hint: hint)
    }
}
