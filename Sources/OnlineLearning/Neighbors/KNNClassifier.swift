import Determinism

/// Answers with the classes of the nearest examples among the last ones learned, the nearer the more each counts. An
/// example at the very place of the question answers alone.
///
/// - `n_neighbors`: how many examples answer, from 1 to 1000 (default 5).
/// - `engine`: which examples are kept and searched; default `lazy_search` (``LazySearch``) with a `window_size` of
///   1000, where River's default is a graph search (SWINN) over as many, which is approximate.
/// - `weighted`: each counts by the reciprocal of its distance (default true), not all alike.
/// - `cleanup_every`: after every so many examples classes that are no longer in the window are forgotten, from 0
///   (default 0: never).
/// - `softmax`: what they count goes through the softmax function (default false), instead of being divided by its sum.
/// - `prior_count`: each class known has so much of an example more than its share of those that answer, from 0
///   (default ½, so that five neighbors alike never make another class impossible; 0 makes it River's). Not in River.
///
/// Scale the numbers first. Time: O(window · features) per answer, O(features) per example learned. Memory: see
/// ``LazySearch``.
///
/// With two neighbors, after learning 0 as the first class and 3 as the second, the second has at 1 a share of
/// ½ / (1 + ½) = ⅓, and so a probability of (2 · ⅓ + ½) / (2 + 1) = 0.3888888888888889.
///
/// Source: T. M. Cover and P. E. Hart, *Nearest neighbor pattern classification*, IEEE Trans. Inf. Theory 13(1), 1967;
/// S. A. Dudani, *The distance-weighted k-nearest-neighbor rule*, IEEE Trans. SMC 6(4), 1976, equation 2; River's
/// `neighbors.KNNClassifier`.
public struct KNNClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "knn_classifier", .classifier,
        parameters: [
            NeighborsParameters.neighborCount, NeighborsParameters.engine,
            ParameterDeclaration("weighted", .boolean, default: .boolean(true), "the nearer count more"),
            ParameterDeclaration(
                "cleanup_every", .integer(0...1_000_000_000), default: .integer(0),
                "examples until classes out of the window are forgotten; 0: never"),
            ParameterDeclaration("softmax", .boolean, default: .boolean(false), "votes go through softmax"),
            ParameterDeclaration(
                "prior_count", .number(0...1e10), default: .number(0.5), "what is added to the count of each class"),
        ])
    public static let tasks = [Task.binary, .multiclass]
    public static var takesCategories: Bool { true }

    private let task: Task
    private let neighborCount: Int
    private let isWeighted: Bool
    private let cleanupEvery: Int
    private let isSoftmax: Bool
    private let priorCount: Double
    private var window: LazySearch
    /// By slot.
    private var isKnown: [Bool] = []
    /// Examples until the next cleanup.
    private var cleanupIn: Int

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        neighborCount = arguments.integer("n_neighbors")
        isWeighted = arguments.boolean("weighted")
        cleanupEvery = arguments.integer("cleanup_every")
        isSoftmax = arguments.boolean("softmax")
        priorCount = arguments.number("prior_count")
        window = LazySearch(arguments.engine, inputs: inputs)
        cleanupIn = cleanupEvery
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        for flag in isKnown { answer.append(flag ? 0 : .nan) }
        answer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress, !isKnown.isEmpty else { return }
            window.withNearest(x, neighborCount) { found in
                vote(found, base + start)
                // One at the very place answers alone, so it is the only one that counts.
                smooth(found.first?.square == 0 ? 1 : Double(found.count), base + start)
            }
        }
        guard task == .binary else { return }
        let isPositiveKnown = isKnown.count > 1 && isKnown[1]
        let positive = isPositiveKnown ? answer[start + 1] : isKnown.first == true ? 0 : 0.5
        answer.removeLast(isKnown.count)
        answer.append(positive)
    }

    /// Adds up what each class has, 0 for every class known, and makes it a probability.
    private func vote(_ found: UnsafeBufferPointer<LazySearch.Neighbor>, _ votes: UnsafeMutablePointer<Double>) {
        if let first = found.first, first.square == 0 {
            votes[Int(window.targets[first.slot])] = 1
            return
        }
        var (total, largest) = (0.0, 0.0)
        for neighbor in found {
            let vote = window.weights[neighbor.slot] * (isWeighted ? 1 / neighbor.square.squareRoot() : 1)
            votes[Int(window.targets[neighbor.slot])] += vote
        }
        for slot in isKnown.indices where isKnown[slot] { largest = max(largest, votes[slot]) }
        for slot in isKnown.indices where isKnown[slot] {
            if isSoftmax, !found.isEmpty { votes[slot] = Elementary.exp(votes[slot] - largest) }
            total += votes[slot]
        }
        guard total > 0 else {
            // Nobody voted, or from too far away to count.
            var knownCount = 0.0
            for flag in isKnown where flag { knownCount += 1 }
            for slot in isKnown.indices where isKnown[slot] { votes[slot] = 1 / knownCount }
            return
        }
        for slot in isKnown.indices where isKnown[slot] { votes[slot] /= total }
    }

    /// Adds the prior to the shares of so many examples.
    private func smooth(_ count: Double, _ shares: UnsafeMutablePointer<Double>) {
        guard priorCount > 0 else { return }
        var total = count
        for flag in isKnown where flag { total += priorCount }
        for slot in isKnown.indices where isKnown[slot] { shares[slot] = (count * shares[slot] + priorCount) / total }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        guard weight <= FeatureVector.largestLearnable, x.isLearnable() else { return false }
        if slot >= isKnown.count { isKnown.append(contentsOf: repeatElement(false, count: slot + 1 - isKnown.count)) }
        isKnown[slot] = true
        window.learn(x, Double(slot), weight: weight)
        if cleanupEvery > 0 {
            cleanupIn -= 1
            if cleanupIn == 0 { cleanUp() }
        }
        return true
    }

    private mutating func cleanUp() {
        cleanupIn = cleanupEvery
        for slot in isKnown.indices { isKnown[slot] = false }
        for target in window.targets { isKnown[Int(target)] = true }
    }

    public var byteCount: Int { window.byteCount + isKnown.count }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isKnown.count)
        for flag in isKnown { encoder.bool(flag) }
        encoder.count(cleanupIn)
        window.encode(to: &encoder)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        isKnown = []
        for _ in 0..<(try decoder.count()) { isKnown.append(try decoder.bool()) }
        let left = try decoder.uint()
        guard left <= UInt64(cleanupEvery), left > 0 || cleanupEvery == 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "the next cleanup is too far away")
        }
        cleanupIn = Int(left)
        try window.restore(from: &decoder)
        for target in window.targets {
            guard target >= 0, target < Double(isKnown.count), target == target.rounded(), isKnown[Int(target)] else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "an example of a class that is not known")
            }
        }
    }
}
