import Determinism
import OnlineLearning
import Testing

/// Learners that weigh others judge them by what they said when asked.
@Suite struct AskedTests {
    static let ladders = TestModel.ladders

    /// A model whose labels come late.
    struct Late {
        var pipeline: Pipeline
        var row = FeatureRow(TestPipeline.layout)
        var workspace = Pipeline.Workspace()
        var kept: [(example: Example, voices: [Double], answer: [Double], count: Int)] = []
        var count = 0

        init(_ learner: Component, _ task: OnlineLearning.Task, isScaled: Bool = true) {
            let numbers = ["n0", "n1", "n2"]
            let isAuto = learner.name == "auto"
            var steps = isAuto ? [] : [PipelineDeclaration.Step(component("one_hot"), features: ["c"])]
            if isScaled, !isAuto { steps.append(.init(component("standard_scaler"), features: numbers)) }
            let declaration = PipelineDeclaration(
                numbers: numbers, categories: isAuto ? ["c"] : [], transformers: steps, learner: learner)
            pipeline = Pipeline(declaration, task: task, layout: TestPipeline.layout)
        }

        private mutating func fill(_ example: Example) {
            row.removeAll()
            for i in example.numbers.indices { row.setNumber(example.numbers[i], at: i) }
            if let category = example.category { row.setString(category, at: 0) }
        }

        @discardableResult
        mutating func ask(_ example: Example) -> [Double] {
            fill(example)
            var answer: [Double] = []
            pipeline.predict(row, into: &answer, workspace: &workspace)
            kept.append((example, workspace.voices, answer, count))
            return answer
        }

        /// Learns the oldest open question. - Parameter asked: nil takes what was kept.
        mutating func learnOldest(_ asked: Asked? = nil) {
            let question = kept.removeFirst()
            fill(question.example)
            let target = question.example.target(pipeline.task)
            let isLearned = question.voices.withUnsafeBufferPointer { voices in
                question.answer.withUnsafeBufferPointer { answer in
                    let kept = Asked.then(
                        voices: voices, answer: answer, labelsSince: Double(count - question.count))
                    return pipeline.learn(row, target, asked: asked ?? kept, workspace: &workspace)
                }
            }
            #expect(isLearned)
            count += 1
        }

        var bytes: [UInt8] {
            var encoder = CanonicalEncoder()
            pipeline.encode(to: &encoder)
            return encoder.bytes
        }

        mutating func restore(_ bytes: [UInt8]) throws {
            var decoder = CanonicalDecoder(bytes)
            try pipeline.restore(from: &decoder)
            try decoder.finish()
        }
    }

    static let all: [(Component, OnlineLearning.Task)] =
        ladders.map { ($0.learner, $0.task) } + OnlineLearning.Task.allCases.map { (component("auto"), $0) }
        + [
            (component("adaptive_conformal", ["regressor": .component(component("linear_regression"))]), .regression),
            (component("regression_jackknife", ["regressor": .component(component("linear_regression"))]), .regression),
            (component("class_weighted", ["classifier": .component(component("softmax_regression"))]), .multiclass),
        ]

    static func trained(_ index: Int, _ count: Int = 60) -> Late {
        var late = Late(all[index].0, all[index].1)
        for (step, example) in Example.stream(count, seed: 7).enumerated() {
            late.ask(example)
            if step >= 12 { late.learnOldest() }
        }
        return late
    }

    @Test(arguments: all.indices) func anAnswerHasItsVoices(_ index: Int) {
        let late = Self.trained(index)
        let classes = late.pipeline.task == .multiclass ? 3 : 1
        #expect(late.pipeline.voiceCount >= 4)
        #expect(late.kept.last?.voices.count == late.pipeline.voiceCount * classes)
    }

    @Test(arguments: ladders) func whatIsSaidAtOnceIsSaidNow(_ model: TestModel) {
        let untrained = Late(model.learner, model.task, isScaled: false)
        var (now, then) = (untrained, untrained)
        for example in Example.stream(200, seed: 3) {
            now.ask(example)
            now.learnOldest(.now)
            then.ask(example)
            then.learnOldest()
        }
        #expect(now.bytes == then.bytes)
    }

    @Test(arguments: all.indices) func voicesThatCannotBeItsOwnAreAsIfAnotherHadSpoken(_ index: Int) {
        let late = Self.trained(index)
        var other = late
        other.learnOldest(.another)
        var judged = late
        judged.learnOldest()
        #expect(judged.bytes != other.bytes)
        let answer = [0.5, 0.5, 0.5]
        let width = late.kept[0].voices.count
        var not = late.kept[0].voices
        for place in not.indices { not[place] = .nan }
        for (voices, since) in [
            ([], 3.0), ([0.5], 3), ([Double](repeating: 0.5, count: width + 1), 3), (not, 3),
            (late.kept[0].voices, -1), (late.kept[0].voices, .infinity), (late.kept[0].voices, .nan),
        ] {
            var hostile = late
            voices.withUnsafeBufferPointer { voices in
                answer.withUnsafeBufferPointer { answer in
                    hostile.learnOldest(.then(voices: voices, answer: answer, labelsSince: since))
                }
            }
            #expect(hostile.bytes == other.bytes, "\(voices.count) \(since)")
        }
    }

    @Test(arguments: all.indices) func lateLabelsGoOnAfterARestoreAsIfThereHadBeenNone(_ index: Int) throws {
        var late = Self.trained(index)
        var restored = Late(Self.all[index].0, Self.all[index].1)
        try restored.restore(late.bytes)
        (restored.kept, restored.count) = (late.kept, late.count)
        for example in Example.stream(40, seed: 8) {
            let answers = (late.ask(example), restored.ask(example))
            #expect(answers.0.map(\.bitPattern) == answers.1.map(\.bitPattern))
            late.learnOldest()
            restored.learnOldest()
        }
        #expect(late.bytes == restored.bytes)
    }

    @Test func whoWeighsNobodyIsToldNothing() {
        let sgd: [String: Argument] = ["optimizer": .component(component("sgd"))]
        for learner in [component("linear_regression", sgd), component("hoeffding_tree_regressor")] {
            var (now, then, another) = (
                Late(learner, .regression), Late(learner, .regression), Late(learner, .regression)
            )
            #expect(now.pipeline.voiceCount == 0)
            for example in Example.stream(100, seed: 5) {
                now.ask(example)
                now.learnOldest(.now)
                then.ask(example)
                #expect(then.kept[0].voices.isEmpty)
                then.learnOldest()
                another.ask(example)
                another.learnOldest(.another)
            }
            #expect(now.bytes == then.bytes && now.bytes == another.bytes)
        }
    }

    // MARK: Questions asked before anything was learned

    /// They are judged by what is said of them now; where another spoke, nobody is.
    @Test(arguments: [0, 1, 2]) func whatNobodyHadAnythingToSayOfIsJudgedNow(_ model: Int) {
        var (asked, another) = (
            Late(Self.ladders[model].learner, Self.ladders[model].task),
            Late(Self.ladders[model].learner, Self.ladders[model].task)
        )
        let examples = Example.stream(300, seed: 21)
        for example in examples {
            asked.ask(example)
            another.ask(example)
        }
        for _ in examples {
            asked.learnOldest()
            another.learnOldest(.another)
        }
        #expect(asked.bytes != another.bytes)
    }

    // MARK: Target aggregates

    /// What they said when asked is what is learned from: the model is that of a plain number which is the same.
    @Test(arguments: ["target_agg", "target_encoder"]) func aggregatesAreLearnedAsTheyWereWhenAsked(_ name: String) {
        var model = aggregating(name, learned: "asked")
        var anew = aggregating(name, learned: "labelled")
        let plain = PipelineDeclaration(
            numbers: ["n0", "n1"], transformers: [], learner: component("linear_regression"))
        let layout = FeatureLayout([("n0", .number), ("n1", .number)])
        var twin = Pipeline(plain, task: .regression, layout: layout)
        var (row, twinRow) = (FeatureRow(TestPipeline.layout), FeatureRow(layout))
        var (workspace, twinWorkspace) = (Pipeline.Workspace(), Pipeline.Workspace())
        #expect(model.voiceCount == 5 && anew.voiceCount == 4)
        var open: [(example: Example, said: [Double], answer: [Double], twin: ([Double], [Double]), count: Int)] = []
        var (count, differed) = (0, false)
        for example in Example.stream(200, seed: 13) {
            row.removeAll()
            row.setNumber(example.numbers[0], at: 0)
            row.setString(example.category ?? "none", at: 0)
            var (answer, twinAnswer, other) = ([Double](), [Double](), [Double]())
            model.predict(row, into: &answer, workspace: &workspace)
            let said = workspace.voices
            twinRow.setNumber(example.numbers[0], at: 0)
            twinRow.setNumber(said[0], at: 1)
            twin.predict(twinRow, into: &twinAnswer, workspace: &twinWorkspace)
            #expect(answer.map(\.bitPattern) == twinAnswer.map(\.bitPattern))
            anew.predict(row, into: &other, workspace: &workspace)
            differed = differed || other != answer
            open.append((example, said, answer, (twinWorkspace.voices, twinAnswer), count))
            guard open.count > 5 else { continue }
            let question = open.removeFirst()
            let since = Double(count - question.count)
            row.removeAll()
            row.setNumber(question.example.numbers[0], at: 0)
            row.setString(question.example.category ?? "none", at: 0)
            let target = Target.value(question.example.value)
            question.said.withUnsafeBufferPointer { voices in
                question.answer.withUnsafeBufferPointer { answer in
                    let asked = Asked.then(voices: voices, answer: answer, labelsSince: since)
                    let isLearned = model.learn(row, target, asked: asked, workspace: &workspace)
                    #expect(isLearned)
                }
            }
            anew.learn(row, target, workspace: &workspace)
            twinRow.setNumber(question.example.numbers[0], at: 0)
            twinRow.setNumber(question.said[0], at: 1)
            question.twin.0.withUnsafeBufferPointer { voices in
                question.twin.1.withUnsafeBufferPointer { answer in
                    let asked = Asked.then(voices: voices, answer: answer, labelsSince: since)
                    let isLearned = twin.learn(twinRow, target, asked: asked, workspace: &twinWorkspace)
                    #expect(isLearned)
                }
            }
            count += 1
        }
        #expect(differed)
    }

    private func aggregating(_ name: String, learned: String) -> Pipeline {
        let declaration = PipelineDeclaration(
            numbers: ["n0"], transformers: [
                .init(component(name, ["learned": .choice(learned)]), features: ["c"])
            ],
            learner: component("linear_regression"))
        return Pipeline(declaration, task: .regression, layout: TestPipeline.layout)
    }

    /// Labels of a block have a level in common, and come together at its end: who has just seen the neighbours' knows
    /// the level, and is wrong in the next block.
    @Test(arguments: [0, 1]) func neighboursLabelsFlatterNobody(_ model: Int) {
        var (asked, now) = (Late(Self.all[model].0, .regression), Late(Self.all[model].0, .regression))
        var (losses, generator) = ((asked: 0.0, now: 0.0, mean: 0.0), SeededGenerator(seed: 11))
        var (sum, count) = (0.0, 0.0)
        for _ in 0..<60 {
            let level = 20 * generator.uniform() - 10
            for _ in 0..<50 {
                let numbers = (0..<3).map { _ in generator.uniform() }
                let example = Example(
                    numbers: numbers, category: "a", value: level + generator.uniform(), label: 0)
                let mean = count > 0 ? sum / count : 0
                func loss(_ answer: Double) -> Double {
                    let error = answer - example.value
                    return model == 0 ? error * error : error.magnitude
                }
                losses.asked += loss(asked.ask(example)[0])
                losses.now += loss(now.ask(example)[0])
                losses.mean += loss(mean)
            }
            for question in asked.kept {
                sum += question.example.value
                count += 1
            }
            while !asked.kept.isEmpty {
                asked.learnOldest()
                now.learnOldest(.now)
            }
        }
        #expect(losses.asked < 1.05 * losses.mean, "\(losses)")
        #expect(losses.now > 1.05 * losses.mean, "\(losses)")
    }
}
