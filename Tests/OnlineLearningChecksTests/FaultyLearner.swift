import Determinism
import OnlineLearning
import Synchronization

/// The means of the numbers and the frequencies of classes, right in every respect, or wrong in one.
struct FaultyLearner: Learner {
    enum Fault: String, CaseIterable {
        case none, impure, firstAnswer, needsFeatures, missingIsANumber, vanishing, order, global, workers
        case shared, growing, overflowing, weightIgnored, weightRefused, forgetful, halfLearned, damaged, sum, skipped
        case diverging, zeroCounted, units
    }

    static let declaration = ComponentDeclaration(
        "faulty_learner", .classifier,
        parameters: [
            ParameterDeclaration(
                "fault", .choice(Fault.allCases.map(\.rawValue)), default: .choice("none"), "what is wrong")
        ])
    static let tasks = Task.allCases

    /// What copies share, as no learner may.
    final class Box: Sendable {
        let count = Atomic<Int>(0)
    }

    static let global = Box()

    private let fault: Fault
    private let task: Task
    private let box = Box()
    /// Sums and counts of each number, then of the value.
    private var sums: [Double]
    private var counts: [Double]
    private var classes: [Double] = []
    private var extra: [Double] = []
    private var isBroken = false

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        fault = Fault(rawValue: arguments.choice("fault")) ?? .none
        task = inputs.task
        sums = [Double](repeating: 0, count: inputs.numberCount + 1)
        counts = sums
        if task == .binary { classes = [0, 0] }
    }

    /// How far the numbers lie from their means, from -1 to 1 each: what makes answers depend on features.
    private func distance(_ x: borrowing FeatureVector) -> Double {
        var sum = 0.0
        for i in 0..<x.numbers.count where fault == .missingIsANumber || !x.numbers[i].isNaN {
            let difference = x.numbers[i] - (counts[i] > 0 ? sums[i] / counts[i] : 0)
            let share = difference / (1 + difference.magnitude)
            sum += fault == .order && i == 0 ? -share : share
        }
        return sum.isNaN && fault != .missingIsANumber && fault != .overflowing ? 0 : sum
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let hasFeatures = x.numbers.contains { !$0.isNaN } || !x.columns.isEmpty
        if fault == .impure { box.count.add(1, ordering: .relaxed) }
        let isKnown = counts[counts.count - 1] > 0
        let isLost = (fault == .needsFeatures && !hasFeatures) || (fault == .firstAnswer && !isKnown)
        let isVanished = fault == .vanishing && isKnown && x.numbers.prefix(2).allSatisfy(\.isNaN) && hasFeatures
        guard !isBroken else { return }
        guard !isLost, !isVanished else { return answer.append(.nan) }
        switch task {
        case .regression:
            let last = counts.count - 1
            let value = isKnown ? sums[last] / counts[last] : 0
            answer.append(fault == .diverging ? 1000 * value + 1e15 : value * (1 + 0.01 * distance(x)))
        case .binary:
            let p = (classes[1] + 0.5) / (classes[0] + classes[1] + 1)
            answer.append(fault == .sum ? p + 1 : fault == .diverging ? (p > 0.5 ? 0 : 1) : p)
        case .multiclass: multiclass(into: &answer)
        }
        if fault == .forgetful { answer[0] += 1e-3 * (extra.first ?? 0) }
        if fault == .shared { answer[0] *= 1 / Double(1 + box.count.load(ordering: .relaxed)) }
    }

    private func multiclass(into answer: inout [Double]) {
        let total = classes.reduce(0, +)
        let best = classes.max() ?? 0
        for count in classes {
            let p = fault == .diverging ? (count == best ? 1e-9 : 1) : fault == .sum ? 1 : count / total
            answer.append(count == 0 && fault != .skipped ? .nan : p)
        }
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard !isBroken else { return false }
        guard weight > 0 || fault == .weightRefused || fault == .zeroCounted else { return true }
        let weight = fault == .weightIgnored ? 1 : weight
        if fault == .weightRefused, weight != 1 { return false }
        let before = self
        let sign = fault == .order ? -1.0 : 1
        for i in 0..<x.numbers.count where !x.numbers[i].isNaN {
            sums[i] += (i == 0 ? sign : 1) * x.numbers[i] * weight
            counts[i] += weight
        }
        let last = counts.count - 1
        counts[last] += weight
        switch target {
        case .value(let y): sums[last] += y * weight
        case .label(let slot):
            while slot >= classes.count { classes.append(0) }
            classes[slot] += weight
        }
        mischief(journal)
        let isFinite = (sums + counts + classes).allSatisfy(\.isFinite)
        if fault != .overflowing, !isFinite {
            self = before
            if fault == .halfLearned { counts[0] += 1 }
            return false
        }
        return true
    }

    private mutating func mischief(_ journal: Journal) {
        switch fault {
        case .shared: box.count.add(1, ordering: .relaxed)
        case .global: extra = [Double(Self.global.count.add(1, ordering: .relaxed).newValue)]
        case .growing: extra += [1, 2, 3]
        case .forgetful, .zeroCounted: extra = [(extra.first ?? 0) + 1]
        case .workers:
            let last = Box()
            let note: @Sendable (Int) -> Void = { last.count.store($0, ordering: .relaxed) }
            if let workers = journal.workers { workers.perform(2, note) } else { for i in 0..<2 { note(i) } }
            extra = [Double(last.count.load(ordering: .relaxed))]
        default: break
        }
    }

    var byteCount: Int { (sums.count + counts.count + classes.count + extra.count) * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(sums)
        encoder.doubles(counts)
        encoder.doubles(classes)
        encoder.doubles(fault == .forgetful ? [] : extra)
        if fault == .impure { encoder.count(box.count.load(ordering: .relaxed)) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let (width, task) = (sums.count, task)
        (sums, counts, classes) = (try decoder.doubles(), try decoder.doubles(), try decoder.doubles())
        let isFitting = sums.count == width && counts.count == width && (task != .binary || classes.count == 2)
        guard isFitting || fault == .damaged else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "other numbers than these")
        }
        isBroken = !isFitting || (fault == .damaged && !counts.allSatisfy { $0 == $0.rounded() && $0 < 1e9 })
        extra = try decoder.doubles()
        if fault == .impure { box.count.store(try decoder.count(), ordering: .relaxed) }
    }
}

/// Right in what it does, and declared wrongly.
struct MisdeclaredLearner: Learner {
    static let declaration = ComponentDeclaration(
        "MisdeclaredLearner", .classifier,
        parameters: [ParameterDeclaration("rate", .number(0...1), default: .number(2), "out of its range")])
    static let tasks = Task.allCases

    init(_ arguments: Arguments, inputs: LearnerInputs) {}

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {}

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool { true }

    var byteCount: Int { 0 }

    func encode(to encoder: inout CanonicalEncoder) {}

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
