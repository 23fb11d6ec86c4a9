/// The mixture taken apart: each expert's own explanation, in probability, by its weight. An expert that cannot say
/// what its features contributed is a part of its own: how far it moved the answer from what the baseline says.
///
/// The stack is a model of the experts' answers: what each contributed to it is shared out as that expert's own answer
/// is, by the rescale rule.
///
/// Source: A. Shrikumar, P. Greenside and A. Kundaje, *Learning important features through propagating activation
/// differences*, ICML 2017, section 3.5.1.
extension Auto: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let asked = asked.inProbability
        let voices = voices(x)
        let answers = experts.indices.map { voice($0, of: voices, asked.slot) }
        let opinions = opinions(x, answers, asked)
        var weights = mixture.weights
        if task == .regression { weights.withUnsafeMutableBufferPointer { hedge.weigh($0) } }
        var result = ColumnContributions(asked.scale, bias: 0, named: "mixture of the experts' own")
        for (opinion, weight) in zip(opinions, weights) { result.add(opinion, times: weight) }
        if let stack {
            result.add(try stacked(stack, voices, answers, opinions, asked), times: weights[experts.count])
        }
        guard result.total.isFinite else { throw Unexplained("an expert's own terms are not finite") }
        return result
    }

    private func voice(_ expert: Int, of voices: [Double], _ slot: Int) -> Double {
        task == .multiclass ? voices[expert * known.slotCount + slot] : voices[expert]
    }

    /// Each expert's contributions to its own voice.
    private func opinions(
        _ x: borrowing FeatureVector, _ answers: [Double], _ asked: ExplainedAnswer
    ) -> [ColumnContributions] {
        let columns = features.encode(x, isScaled: false)
        let scaled = features.encode(x, isScaled: true)
        var opinions: [ColumnContributions] = []
        for (expert, answer) in zip(experts, answers) {
            let own =
                switch expert.input {
                case .asItIs: try? expert.model.explainIfAble(x, asked)
                case .columns: try? expert.model.explainIfAble(columns, asked).placed(features.source)
                case .scaled: try? expert.model.explainIfAble(scaled, asked).placed(features.source)
                }
            opinions.append(opinion(expert.name, answer, own, base: answers[0]))
        }
        return opinions
    }

    /// An explanation as it counts in the mixture: held within what a voice may be. Where there is none, what the
    /// answer differs from the baseline's is a part under the expert's name.
    private func opinion(
        _ name: String, _ answer: Double, _ own: ColumnContributions?, base: Double
    ) -> ColumnContributions {
        let scale: Explanation.Scale = task == .regression ? .value : .probability
        guard let own, own.scale == scale, own.total.isFinite else {
            var opinion = ColumnContributions(scale, bias: base, named: "baseline")
            if answer != base { opinion.add(part: "\(name), which is not explained", answer - base) }
            return opinion
        }
        let moved = own.total - own.bias
        var opinion = ColumnContributions(scale, bias: own.bias, named: own.biasName)
        if moved == 0 {
            opinion.bias = answer
        } else if task != .regression {
            opinion.bias = Auto.held(own.bias, among: task == .binary ? 2 : known.count)
        }
        opinion.addFeatures(of: own, times: moved == 0 ? 1 : (answer - opinion.bias) / moved)
        return opinion
    }

    /// Contributions to the stack's own answer as they count in its voice, which is held within what one may be.
    private func held(_ contributions: ColumnContributions, at voice: Double) -> ColumnContributions {
        let moved = contributions.total - contributions.bias
        var result = ColumnContributions(contributions.scale, bias: 0, named: contributions.biasName)
        let bias = task == .binary ? Auto.held(contributions.bias, among: 2) : contributions.bias
        result.bias = moved == 0 ? voice : bias
        result.addFeatures(of: contributions, times: moved == 0 ? 1 : (voice - result.bias) / moved)
        return result
    }

    /// The stack's contributions by voice, shared out as each expert's own.
    private func stacked(
        _ stack: AutoStack, _ voices: [Double], _ answers: [Double], _ opinions: [ColumnContributions],
        _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let contributions = held(try stack.explain(voices, asked), at: voices[experts.count])
        var result = ColumnContributions(asked.scale, bias: contributions.bias, named: "stack")
        for (k, value) in contributions.columns where value != 0 {
            // What the stack's model would take for the expert's answer without any feature.
            var plain = voices
            plain[k] = opinions[k].bias
            let (input, bias) = (stack.inputs(voices)[k], stack.inputs(plain)[k])
            let ownShare = input == 0 ? 1 : bias / input
            result.bias += value * ownShare
            let moved = opinions[k].total - opinions[k].bias
            guard moved != 0 else {
                result.bias += value * (1 - ownShare)
                continue
            }
            result.addFeatures(of: opinions[k], times: value * (1 - ownShare) / moved)
        }
        return result
    }
}
