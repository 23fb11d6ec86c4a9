import Determinism

/// The members of an ensemble: learners of one kind that learn side by side.
///
/// Members whose learner has a `seed` get different ones: its own plus the member's serial number.
struct Members<M: Learner>: Sendable {
    /// A learner with what it needs to learn without asking anybody.
    struct Member: Sendable {
        var model: M
        /// How many members were made before it; it outlives the model, so that its seed can be told again.
        fileprivate(set) var serial: Int
        /// Whether it has learned anything; until then its answers mean nothing.
        fileprivate(set) var hasLearned = false
        // What the last example brought.
        fileprivate(set) var hasRefused = false
        fileprivate(set) var hasLearnedNow = false
        /// How often it is to learn the next example.
        var count = 0
        /// Of the answer asked for last: whether it names a class, and whether that is another than the true one.
        var hasChosen = false
        var isWrong = false
        private var journal = Journal()
        private var answer: [Double] = []

        fileprivate init(_ model: M, serial: Int) {
            (self.model, self.serial) = (model, serial)
        }

        /// Learns one example so many times; a time that is refused is the last.
        @inline(__always)
        mutating func learn(_ x: borrowing FeatureVector, _ target: Target, weight: Double, times: Int) {
            (hasRefused, hasLearnedNow) = (false, false)
            for _ in 0..<times {
                journal.removeAll()
                guard model.learn(x, target, weight: weight, journal: &journal) else {
                    hasRefused = true
                    break
                }
                (hasLearnedNow, hasLearned) = (true, true)
            }
        }

        /// The class that it finds most probable, the first of equals; nil where it knows none.
        @inline(__always)
        mutating func choice(_ x: borrowing FeatureVector, _ task: Task) -> Int? {
            answer.removeAll(keepingCapacity: true)
            model.predict(x, into: &answer)
            return Votes.choice(answer, task)
        }

        /// The number that it predicts.
        @inline(__always)
        mutating func number(_ x: borrowing FeatureVector) -> Double {
            answer.removeAll(keepingCapacity: true)
            model.predict(x, into: &answer)
            return answer.first ?? 0
        }
    }

    private let component: Component
    private let inputs: LearnerInputs
    private var serial = 0
    private(set) var all: [Member] = []

    /// - Parameter component: the member's.
    init(_ component: Component, count: Int, inputs: LearnerInputs) {
        (self.component, self.inputs) = (component, inputs)
        for _ in 0..<count { all.append(makeMember()) }
    }

    var count: Int { all.count }

    subscript(index: Int) -> Member {
        @inline(__always) _read { yield all[index] }
        @inline(__always) _modify { yield &all[index] }
    }

    /// A member that has learned nothing, with a serial number of its own.
    mutating func makeMember() -> Member {
        defer { serial += 1 }
        return Member(model(serial), serial: serial)
    }

    private func model(_ serial: Int) -> M {
        let arguments = component.arguments.enumerated().map { index, argument in
            guard M.declaration.parameters[index].name == "seed", case .integer(let seed) = argument else {
                return argument
            }
            return Argument.integer((seed &+ serial) & Int.max)
        }
        return M(Component(name: component.name, arguments: arguments), inputs: inputs)
    }

    /// Calls `body` with each member, several at a time where there are workers.
    @inline(__always)
    mutating func forEach(
        _ x: borrowing FeatureVector, workers: (any Workers)?,
        _ body: @Sendable (inout Member, borrowing FeatureVector) -> Void
    ) {
        sideBySide(&all, x, workers: workers, body)
    }

    /// Has each member that has learned write its answer at the end of `answer`, and hands it to `body` with the
    /// member's index; the answer is taken back thereafter.
    @inline(__always)
    func predict(_ x: borrowing FeatureVector, into answer: inout [Double], _ body: (Int, inout [Double]) -> Void) {
        let start = answer.count
        all.withUnsafeBufferPointer { members in
            for index in members.indices where members[index].hasLearned {
                members[index].model.predict(x, into: &answer)
                body(index, &answer)
                answer.removeLast(answer.count - start)
            }
        }
    }

    /// Whether nothing came of an example: no member learned it and one refused.
    var haveRefused: Bool {
        var isRefused = false
        for member in all {
            if member.hasLearnedNow { return false }
            isRefused = isRefused || member.hasRefused
        }
        return isRefused
    }

    var byteCount: Int {
        all.reduce(MemoryLayout<Self>.size) { $0 + MemoryLayout<Member>.stride + $1.model.byteCount }
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(serial)
        for member in all { Self.encode(member, to: &encoder) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        serial = try Self.serial(&decoder)
        for index in all.indices { all[index] = try member(from: &decoder) }
    }

    static func encode(_ member: Member, to encoder: inout CanonicalEncoder) {
        encoder.count(member.serial)
        encoder.bool(member.hasLearned)
        member.model.encode(to: &encoder)
    }

    func member(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Member {
        let serial = try Self.serial(&decoder)
        var member = Member(model(serial), serial: serial)
        member.hasLearned = try decoder.bool()
        try member.model.restore(from: &decoder)
        return member
    }

    private static func serial(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Int {
        let serial = try decoder.uint()
        guard serial < 1 << 62 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more members than were ever made")
        }
        return Int(serial)
    }
}

/// Calls `body` with each of `all` and the features, several at a time where there are workers.
@inline(__always)
func sideBySide<T: Sendable>(
    _ all: inout [T], _ x: borrowing FeatureVector, workers: (any Workers)?,
    _ body: @Sendable (inout T, borrowing FeatureVector) -> Void
) {
    guard let workers, all.count > 1 else {
        for index in all.indices { body(&all[index], x) }
        return
    }
    let shared = copy x
    all.withUnsafeMutableBufferPointer { buffer in
        // Each index is handed out once, so no two calls touch one element.
        nonisolated(unsafe) let elements = buffer
        workers.perform(elements.count) { index in body(&elements[index], shared) }
    }
}

extension Members {
    /// The mean of the explanations of the members that have learned.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let learned = all.filter(\.hasLearned)
        guard !learned.isEmpty else { throw Unexplained("no member has learned anything") }
        var mean = ColumnContributions(asked.scale, bias: 0, named: "mean of the members' own")
        for member in learned {
            mean.add(try member.model.explainIfAble(x, asked), times: 1 / Double(learned.count))
        }
        return mean
    }
}
