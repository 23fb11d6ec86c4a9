/// What was lost on the questions of a stretch whose horizon ended, so that their provisional label was final.
struct ConcludedLosses: Sendable {
    private var losses: [(question: Int, loss: Double)] = []

    mutating func removeAll() {
        losses.removeAll(keepingCapacity: true)
    }

    /// - Parameter loss: nil where the answer does not score.
    mutating func add(_ loss: Double?, _ question: Int) {
        if let loss { losses.append((question, loss)) }
    }

    /// Hands out what was lost more than by another on each question that both have.
    func compare(with other: ConcludedLosses, _ body: (Double) -> Void) {
        guard !losses.isEmpty, !other.losses.isEmpty else { return }
        let own = losses.sorted { $0.question < $1.question }
        let others = other.losses.sorted { $0.question < $1.question }
        var next = 0
        for (question, loss) in own {
            while next < others.count, others[next].question < question { next += 1 }
            if next < others.count, others[next].question == question { body(loss - others[next].loss) }
        }
    }
}
