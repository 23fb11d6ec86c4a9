import Determinism

/// A learner that can say what each column of a vector contributed to its answer.
protocol ExplainingLearner: Learner {
    /// What each column contributed, adding up to the answer in the scale that the result names. Pure.
    /// - Throws: where this answer cannot be taken apart.
    func explain(_ x: borrowing FeatureVector, _ asked: ExplainedAnswer) throws(Unexplained) -> ColumnContributions
}

/// Which number of an answer is explained.
package struct ExplainedAnswer: Sendable {
    package let task: Task
    /// The class asked about: 1, the positive one, of two; the most probable of several. Nothing of numbers.
    package var slot = 1
    /// The class that log-odds are against: 0 of two, the second most probable of several.
    package var other = 0
    /// Whether a classifier is to answer in probabilities, because they are added to those of others.
    package var wantsProbability = false

    /// The question that an answer gives rise to.
    /// - Throws: where it names less than two classes.
    init(_ task: Task, answer: [Double]) throws(Unexplained) {
        self.task = task
        guard task == .multiclass else { return }
        let known = answer.indices.filter { !answer[$0].isNaN }
        guard var best = known.first, known.count > 1 else { throw Unexplained("less than two classes are known") }
        for slot in known where answer[slot] > answer[best] { best = slot }
        guard var second = known.first(where: { $0 != best }) else { throw Unexplained("one class is known") }
        for slot in known where slot != best && answer[slot] > answer[second] { second = slot }
        (slot, other) = (best, second)
    }

    package init(_ task: Task) { self.task = task }

    /// The same in probabilities.
    package var inProbability: ExplainedAnswer {
        var asked = self
        asked.wantsProbability = true
        return asked
    }

    var scale: Explanation.Scale {
        task == .regression ? .value : wantsProbability ? .probability : .logOdds
    }

    /// An answer's number in a scale.
    func number(_ answer: [Double], in scale: Explanation.Scale) -> Double {
        func probability(_ slot: Int) -> Double {
            if task == .binary { return slot == 1 ? answer[0] : 1 - answer[0] }
            return slot < answer.count ? answer[slot] : .nan
        }
        return switch scale {
        case .value: answer[0]
        case .probability: probability(slot)
        case .logOdds: Elementary.log(probability(slot) / probability(other))
        }
    }
}

extension Learner {
    /// ``ExplainingLearner/explain(_:_:)`` where there is such a thing.
    func explainIfAble(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        guard let able = self as? any ExplainingLearner else { throw Unexplained(Self.reason) }
        return try able.explain(x, asked)
    }

    private static var reason: String {
        let name = declaration.name
        return switch name {
        case "knn_classifier", "knn_regressor":
            "k nearest neighbours (\(name)) answer by past examples, not by features"
        case _ where ["fm_", "ffm_", "hofm_"].contains(where: { name.hasPrefix($0) }):
            "in a factorization machine (\(name)) features answer together, not each by itself"
        default: "\(name) does not take its answers apart by features"
        }
    }
}

extension ExplainedAnswer {
    /// That of a learner that looks at no feature: all of its answer is bias.
    func explanationWithoutFeatures(_ learner: some Learner, _ x: borrowing FeatureVector) -> ColumnContributions {
        var answer: [Double] = []
        learner.predict(x, into: &answer)
        let scale: Explanation.Scale = task == .regression ? .value : .probability
        return ColumnContributions(scale, bias: number(answer, in: scale), named: "the past labels alone")
    }
}
