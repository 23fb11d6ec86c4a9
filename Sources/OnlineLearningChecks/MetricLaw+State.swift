import Determinism
import OnlineLearning

/// Laws about what a metric keeps.
extension MetricLaw {
    static func definedBeforeAnyAnswer(_ subject: MetricSubject) -> [Violation] {
        let reading = subject.scorecard().readings[0].reading
        return reading.numbers.allSatisfy(\.isFinite)
            ? [] : [subject.violation(.definedBeforeAnyAnswer, "a number", reading)]
    }

    /// Truths and answers that overflow, or are far from what they should be.
    private static func hostile(_ task: Task, _ index: Int, _ usual: ScoredExample) -> ScoredExample {
        let extremes = [1e308, -1e308, 0, -1, 1e200, Double.leastNonzeroMagnitude, -0.5, 2]
        let (a, b) = (extremes[index % 8], extremes[index / 8 % 8])
        let (truth, answer): (Target, [Double]) =
            switch task {
            case .regression: (.value(a), [b, b - 1, 1e308])
            case .binary: (.label(index & 1), [b])
            case .multiclass: (.label(index % 9), [a, .nan, b])
            }
        return ScoredExample(truth: truth, answer: answer, slice: usual.slice, time: usual.time)
    }

    static func staysFinite(_ subject: MetricSubject) -> [Violation] {
        var scorecard = subject.scorecard()
        for (index, usual) in ScoredStream.examples(300, subject.task, seed: 3).enumerated() {
            scorecard.update(index % 3 == 0 ? usual : hostile(subject.task, index, usual))
            let reading = scorecard.readings[0].reading
            guard reading.numbers.allSatisfy(\.isFinite) else {
                return [subject.violation(.staysFinite, index, "finite numbers", reading)]
            }
        }
        return []
    }

    static func noAnswerIsNotScored(_ subject: MetricSubject) -> [Violation] {
        var scorecard = subject.scored(ScoredStream.examples(60, subject.task))
        let before = scorecard.bytes
        var nothing: [(Target, [Double])] = []
        switch subject.task {
        case .regression:
            nothing = [[], [.nan], [.infinity], [.nan, 0, 1]].map { (.value(1), $0) } + [(.value(.nan), [1])]
            nothing.append((.label(1), [1]))
        case .binary: nothing = [[], [.nan], [-.infinity]].map { (.label(1), $0) } + [(.value(1), [1])]
        case .multiclass: nothing = [(.value(1), [1, 0])]
        }
        for (index, (truth, answer)) in nothing.enumerated() {
            scorecard.update(truth, answer)
            guard scorecard.bytes == before else {
                return [subject.violation(.noAnswerIsNotScored, index, "the state as it was", "another")]
            }
        }
        return []
    }

    static func aCopyIsIndependent(_ subject: MetricSubject) -> [Violation] {
        let examples = ScoredStream.examples(200, subject.task)
        let original = subject.scored(examples.prefix(120))
        let before = original.bytes
        var copy = original
        for example in examples.suffix(80) { copy.update(example) }
        guard original.bytes == before else {
            return [subject.violation(.aCopyIsIndependent, "the original as it was", "another")]
        }
        return copy.bytes == subject.scored(examples).bytes
            ? [] : [subject.violation(.aCopyIsIndependent, "the copy to go on as the original would", "another")]
    }

    static func continuesFromItsEncoding(_ subject: MetricSubject) -> [Violation] {
        let examples = ScoredStream.examples(300, subject.task)
        var (straight, broken) = (subject.scorecard(), subject.scorecard())
        for (index, example) in examples.enumerated() {
            straight.update(example)
            broken.update(example)
            guard index % 17 == 0 else { continue }
            var next = subject.scorecard()
            do throws(CanonicalDecodingError) { try next.restore(broken.bytes) } catch {
                return [subject.violation(.continuesFromItsEncoding, index, "its own bytes to be taken", error)]
            }
            broken = next
        }
        guard straight.bytes == broken.bytes else {
            return [subject.violation(.continuesFromItsEncoding, "the same state", "another")]
        }
        let (one, other) = (straight.readings[0].reading, broken.readings[0].reading)
        return one == other ? [] : [subject.violation(.continuesFromItsEncoding, "\(one)", other)]
    }

    static func damagedBytesAreHarmless(_ subject: MetricSubject) -> [Violation] {
        let examples = ScoredStream.examples(90, subject.task)
        let bytes = subject.scored(examples.prefix(70)).bytes
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<300 {
            var damaged = bytes
            for _ in 0...generator.below(3) {
                damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            if generator.below(4) == 0 { damaged.removeLast(generator.below(damaged.count)) }
            var scorecard = subject.scorecard()
            do throws(CanonicalDecodingError) { try scorecard.restore(damaged) } catch { continue }
            for example in examples.suffix(20) { scorecard.update(example) }
            let reading = scorecard.readings[0].reading
            guard reading.numbers.allSatisfy(\.isFinite) else {
                return [subject.violation(.damagedBytesAreHarmless, "finite numbers", reading)]
            }
        }
        return []
    }

    static func memoryIsBounded(_ subject: MetricSubject) -> [Violation] {
        func example(_ index: Int) -> ScoredExample {
            let usual = ScoredStream.examples(1, subject.task, seed: UInt64(index), classes: 50)[0]
            return ScoredExample(truth: usual.truth, answer: usual.answer, slice: "new \(index)", time: 0)
        }
        let limited = MetricSubject(subject.with("max_slices", .integer(5)), task: subject.task)
        var scorecard = limited.scorecard()
        // Fifty classes of which six are told apart, in the sixth slice more than a window.
        for index in 0..<1_500 { scorecard.update(example(index)) }
        let before = scorecard.byteCount
        for index in 1_500..<2_000 { scorecard.update(example(index)) }
        let after = scorecard.byteCount
        return after == before && after > 0
            ? [] : [subject.violation(.memoryIsBounded, "\(before) bytes still", after)]
    }
}
