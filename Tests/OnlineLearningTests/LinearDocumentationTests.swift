import OnlineLearning
import Testing

/// The numbers in the documentation of the linear models.
@Suite struct LinearDocumentationTests {
    /// x = 1, without anything else.
    static let one = Example(numbers: [1, .nan, .nan], category: nil, value: 2, label: 2)
    static let sgd: [String: Argument] = ["optimizer": .component(component("sgd"))]

    static func untrained(_ learner: String) -> TestPipeline {
        TestPipeline(TestModel(learner, learner, sgd), isScaled: false)
    }

    @Test func linearRegressionMovesWeightAndInterceptByTheGradient() {
        var model = Self.untrained("linear_regression")
        model.learn(Self.one)
        #expect(model.predict(Self.one) == [0.08])
    }

    @Test func logisticRegressionMovesWeightAndInterceptByHalfTheRate() {
        var model = Self.untrained("logistic_regression")
        model.learn(Self.one)
        #expect(isClose(model.predict(Self.one)[0], 0.5024999791668749))
    }

    @Test func softmaxRegressionTakesTheFirstClassBack() {
        var model = Self.untrained("softmax_regression")
        model.learn(Self.one, .label(0))
        model.learn(Self.one, .label(1))
        let answer = model.predict(Self.one)
        #expect(isClose(answer[0], 0.497500020833125) && isClose(answer[1], 0.5024999791668749))
    }

    @Test func theStandardRuleIsTheLadderAndLearnsAtOnce() {
        var model = TestPipeline(TestModel("standard", "logistic_regression"), isScaled: false)
        model.learn(Self.one)
        #expect(isClose(model.predict(Self.one)[0], 0.7981440441414547))
        #expect(component("linear_regression").arguments[0] == .component(component("ladder")))
    }

    @Test func twinAdaGradLearnsAtOnce() {
        let twins: [String: Argument] = ["optimizer": .component(component("twin_ada_grad"))]
        var model = TestPipeline(TestModel("twins", "logistic_regression", twins), isScaled: false)
        model.learn(Self.one)
        #expect(isClose(model.predict(Self.one)[0], 0.8127033629337304))
    }

    @Test(arguments: ["l2", "l1", "intercept_init", "intercept_lr", "clip_gradient"])
    func parametersOfGradientDescentNeedIt(_ name: String) throws {
        for learner in ["linear_regression", "logistic_regression"] {
            let declaration = try #require(Catalogue.declaration(named: learner))
            #expect(declaration.conflict(component(learner).arguments) == nil)
            #expect(
                declaration.conflict(component(learner, [name: .number(0.5)]).arguments)
                    == "\(name) needs an optimizer such as sgd")
            let descent = Self.sgd.merging([name: .number(0.5)]) { $1 }
            #expect(declaration.conflict(component(learner, descent).arguments) == nil)
        }
    }

    @Test func penaltiesExcludeEachOtherAndSoftmaxNeedsDescentForIts() throws {
        let linear = try #require(Catalogue.declaration(named: "linear_regression"))
        let both = Self.sgd.merging(["l1": .number(1), "l2": .number(1)]) { $1 }
        #expect(linear.conflict(component("linear_regression", both).arguments) == "l1 and l2 cannot both be above 0")
        let huber = component("linear_regression", ["loss": .component(component("huber"))])
        #expect(linear.conflict(huber.arguments) == nil)
        let softmax = try #require(Catalogue.declaration(named: "softmax_regression"))
        #expect(
            softmax.conflict(component("softmax_regression", ["l2": .number(1)]).arguments)
                == "l2 needs an optimizer such as sgd")
    }
}
