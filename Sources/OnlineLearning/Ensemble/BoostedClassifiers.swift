import Determinism

/// What kinds of boosting differ in.
protocol BoostingKind: Sendable {
    static var declaration: ComponentDeclaration { get }
    static var tasks: [Task] { get }
    /// Whether members learn by how well they do, the one to learn next being the worst left after a wrong one and the
    /// best left after a right one; else each in its turn.
    static var isOrdered: Bool { get }
    /// The weight of a member's vote by the weights of what it had right and wrong; 0 where it has no vote.
    static func voteWeight(correct: Double, wrong: Double, errorBound: Double) -> Double
    static func errorBound(_ arguments: Arguments) -> Double
}

/// Boosted classifiers: what ``AdaBoostClassifier`` and ``BOLEClassifier`` make of a learner.
struct BoostedClassifiers<M: Learner, Kind: BoostingKind>: Learner {
    static var declaration: ComponentDeclaration { Kind.declaration }
    static var tasks: [Task] { Kind.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let task: Task
    private let errorBound: Double
    private var members: Members<M>
    private var known = KnownClasses()
    private var generator: SeededGenerator
    /// The weights of what each member had right, then of what it had wrong.
    private var weights: [Double]
    /// The members, those best so far first.
    private var order: [Int]
    private var exampleCount = 0.0
    // Hold nothing between examples.
    private var newWeights: [Double]
    private var newOrder: [Int]
    private var rates: [Double]

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        let count = arguments.integer("n_models")
        task = inputs.task
        errorBound = Kind.errorBound(arguments)
        members = Members(arguments.member, count: count, inputs: inputs)
        generator = SeededGenerator(seed: arguments.seed)
        weights = [Double](repeating: 0, count: 2 * count)
        order = Array(0..<count)
        (newWeights, newOrder, rates) = (weights, order, [Double](repeating: 0, count: count))
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let count = members.count
        // Where no member has a vote, all have the same.
        var hasVote = false
        for index in 0..<count where members[index].hasLearned && voteWeight(index) > 0 { hasVote = true }
        let votes = Votes(task, classCount: known.slotCount, &answer)
        members.predict(x, into: &answer) { index, answer in
            votes.add(weight: hasVote ? voteWeight(index) : 1, &answer)
        }
        votes.finish(known, &answer)
    }

    @inline(__always)
    private func voteWeight(_ index: Int) -> Double {
        Kind.voteWeight(correct: weights[index], wrong: weights[members.count + index], errorBound: errorBound)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let before = generator
        let count = members.count
        for index in weights.indices { newWeights[index] = weights[index] }
        if Kind.isOrdered { sortByRate() }
        var (best, worst) = (0, count - 1)
        var (isRight, rate) = (false, 1.0)
        for turn in 0..<count {
            var index = turn
            if Kind.isOrdered {
                index = newOrder[isRight ? best : worst]
                if isRight { best += 1 } else { worst -= 1 }
            }
            let times = PoissonDistribution.draw(rate: rate, &generator)
            members[index].learn(x, target, weight: weight, times: times)
            isRight = members[index].hasLearned && members[index].choice(x, task) == slot
            newWeights[isRight ? index : count + index] += rate
            let own = newWeights[isRight ? index : count + index]
            let all = Kind.isOrdered ? exampleCount + 1 : newWeights[index] + newWeights[count + index]
            rate = min(rate * (all / (2 * own)), Self.rateMax)
        }
        guard !members.haveRefused else {
            generator = before
            return false
        }
        exampleCount += 1
        known.insert(slot)
        swap(&weights, &newWeights)
        if Kind.isOrdered { swap(&order, &newOrder) }
        return true
    }

    /// The largest weight that an example can get; its square and all sums of it are finite.
    private static var rateMax: Double { 1e100 }

    /// Puts the members with the larger part of their weight right first, those before that were before where equal.
    private mutating func sortByRate() {
        let count = members.count
        for index in 0..<count {
            let all = weights[index] + weights[count + index]
            rates[index] = all == 0 ? 0 : weights[index] / all
            newOrder[index] = order[index]
        }
        for i in 1..<max(count, 1) {
            let member = newOrder[i]
            var j = i - 1
            while j >= 0, rates[newOrder[j]] < rates[member] {
                newOrder[j + 1] = newOrder[j]
                j -= 1
            }
            newOrder[j + 1] = member
        }
    }

    var byteCount: Int { members.byteCount + (weights.count * 5) * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        known.encode(to: &encoder)
        members.encode(to: &encoder)
        encoder.double(exampleCount)
        for weight in weights { encoder.double(weight) }
        for index in order { encoder.count(index) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        known = try KnownClasses(from: &decoder)
        try members.restore(from: &decoder)
        exampleCount = try decoder.double()
        for index in weights.indices { weights[index] = try decoder.double() }
        var isThere = [Bool](repeating: false, count: order.count)
        for index in order.indices {
            let member = try decoder.uint()
            guard member < UInt64(order.count), !isThere[Int(member)] else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "an order without every member once")
            }
            isThere[Int(member)] = true
            order[index] = Int(member)
        }
    }
}
