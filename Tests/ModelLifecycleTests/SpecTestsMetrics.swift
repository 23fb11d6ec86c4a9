import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

@Suite("Specs: metrics")
struct SpecMetricTests {
    private static let ofNumbers = "a metric for regression: interval_coverage, interval_width, mae, mape, mse, "
        + "quantile_loss, r2, rmse, rmsle, smape, rolling or time_rolling"

    private static func complaints(_ metrics: SpecTree) -> [String] {
        plainSpec.with("metrics", metrics).complaints
    }

    /// Which loss a linear model makes small that names none.
    @Test func whoShowsTheMeanAbsoluteErrorFirstLearnsIt() throws {
        func loss(_ learner: SpecTree, _ metrics: SpecTree?) throws -> Argument? {
            let spec = try plainSpec.with("model", learner).with("metrics", metrics).spec
            let learner = spec.settings.model.pipeline.learner
            let declaration = try #require(Catalogue.declaration(named: learner.name))
            return zip(declaration.parameters, learner.arguments).first { $0.0.name == "loss" }?.1
        }
        let (absolute, squared) = (
            Argument.component(Component(named: "absolute")), Argument.component(Component(named: "squared"))
        )
        #expect(try loss("linear_regression", ["mae", "rmse"]) == absolute)
        #expect(try loss(["linear_regression": ["l2": "0"]], ["mae"]) == absolute)
        #expect(try loss(["linear_regression": ["loss": "squared"]], ["mae"]) == squared)
        #expect(try loss(["linear_regression": ["optimizer": "sgd"]], ["mae"]) == squared)
        #expect(try loss("linear_regression", ["rmse", "mae"]) == squared)
        #expect(try loss("linear_regression", nil) == squared)
    }

    /// A changed list of metrics throws no model away: who has one by the other loss goes on with it.
    @Test func modelsGoOnWhereAnotherMetricIsShownFirst() throws {
        let linear = plainSpec.with("model", "linear_regression")
        let lists: [SpecTree?] = [["mae", "rmse"], ["rmse", "mae"], nil]
        let specs = try lists.map { try linear.with("metrics", $0).spec }
        for began in specs {
            for now in specs {
                let models = now.goingOn(from: began.settings.models).settings.models
                #expect(models == began.settings.models)
            }
        }
        let named = try plainSpec.with("model", ["linear_regression": ["loss": "squared"]])
            .with("metrics", ["mae"]).spec
        #expect(named.goingOn(from: specs[0].settings.models) == named, "who names a loss has it")
    }

    @Test func metricsFitTheTaskAndStandOnce() {
        #expect(
            Self.complaints(["mae", "roc_auc", "rmsee", "mae"]) == [
                "metrics[1]: found 'roc_auc', a metric for binary, expected \(Self.ofNumbers)",
                "metrics[2]: found 'rmsee', expected \(Self.ofNumbers) (did you mean 'rmse'?)",
                "metrics[3]: found 'mae' again, first on line 28, expected each metric once",
            ])
        #expect(Self.complaints([]).count == 1)
        #expect(Self.complaints("mae").count == 1)
        #expect(Self.complaints(["linear_regression"]).count == 1)
        #expect(binarySpec.with("metrics", ["roc_auc"]).complaints == [])
    }

    @Test func parametersWindowsAndSlicesAreTaken() throws {
        let spec = try plainSpec.with(
            "metrics",
            [
                "mae", ["quantile_loss": ["alpha": "0.9"]], ["rolling": ["metric": "mae", "window_size": "500"]],
                ["time_rolling": ["metric": "mae", "period": "24h"]], ["mae": ["by": "carrier", "max_slices": "20"]],
                ["rolling": ["metric": ["quantile_loss": ["alpha": "0.1"]], "by": "night"]],
            ]
        ).spec
        #expect(
            spec.settings.metrics.map { ScoredMetric($0).name } == [
                "mae", "quantile_loss(alpha=0.9)", "mae[window_size=500]", "mae[period=1d]", "mae by carrier",
                "quantile_loss(alpha=0.1)[window_size=1000] by night",
            ])
        var encoder = CanonicalEncoder()
        spec.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try Spec(from: &decoder) == spec)
    }

    @Test func whatIsWrongWithAParameterIsSaidWhereItStands() {
        #expect(
            Self.complaints([
                "mae", ["quantile_loss": ["alpha": "2"]], ["rolling": ["metric": "mae", "window_size": "0"]],
                ["time_rolling": ["metric": "mae", "period": "1"]], ["rolling": ["metric": "accuracy"]],
                ["mae": ["bye": "carrier"]],
            ]) == [
                "metrics[1].quantile_loss.alpha: found '2', expected a number from 0 to 1",
                "metrics[2].rolling.window_size: found '0', expected a whole number from 1 to 100000",
                "metrics[3].time_rolling.period: found '1', expected a length of time from 1us to 3650d, such as 24h "
                    + "(with a unit: 1h, or w, d, m, s, ms, us)",
                "metrics[4].rolling.metric: found 'accuracy', a metric for binary or multiclass, "
                    + "expected \(Self.ofNumbers)",
                "metrics[5].mae.bye: found the unknown key 'bye', expected by or max_slices (did you mean 'by'?)",
            ])
    }

    @Test func slicesAreByCategoriesAndBooleans() {
        let expected = "expected a feature of type category or boolean"
        #expect(
            Self.complaints([
                "mae", ["rmse": ["by": "distance"]], ["rmse": ["by": "carier"]], ["rmse": ["by": "delay"]],
                ["rmse": ["by": "night"]],
            ]) == [
                "metrics[1].rmse.by: found 'distance', a number, \(expected)",
                "metrics[2].rmse.by: found 'carier', expected a feature (did you mean 'carrier'?)",
                "metrics[3].rmse.by: found 'delay', expected a feature",
            ])
    }

    @Test func theFirstMetricHasNoSlices() {
        #expect(
            Self.complaints([["mae": ["by": "carrier"]], "mae"]) == [
                "metrics[0]: the first metric is the one that plots show, and 'mae by carrier' is many "
                    + "(put one without 'by' before it)"
            ])
    }

    @Test func windowsHoldAMetricThatHasNone() {
        #expect(
            Self.complaints([
                "mae", "rolling", ["rolling": ["metric": ["rolling": ["metric": "mae"]]]],
                ["rolling": ["metric": ["mae": ["by": "night"]]]],
            ]) == [
                "metrics[1]: which metric goes over the window is not said",
                "metrics[2].rolling: 'rolling' has a window of its own",
                "metrics[3].rolling: 'by' belongs beside 'metric', not below it",
            ])
    }

    @Test func theSameUnderAnotherSpellingIsTheSame() {
        #expect(
            Self.complaints(["mae", ["quantile_loss": ["alpha": "0.50"]], "quantile_loss"]) == [
                "metrics[2]: found 'quantile_loss' again, first on line 29, expected each metric once"
            ])
    }

    @Test func damagedSettingsAreRefused() throws {
        let spec = try plainSpec.with("metrics", ["mae", ["rolling": ["metric": "mae"]]]).spec
        var encoder = CanonicalEncoder()
        spec.settings.encode(to: &encoder)
        let bytes = encoder.bytes
        // The name of a metric that is none.
        let name = Array("rolling".utf8)
        let start = try #require(bytes.indices.first { bytes[$0...].starts(with: name) })
        var damaged = bytes
        damaged[start] = UInt8(ascii: "x")
        var decoder = CanonicalDecoder(damaged)
        #expect(throws: CanonicalDecodingError.self) { try Settings(from: &decoder) }
    }

    @Test func aStateWithMetricsOfAnotherTaskIsRefused() throws {
        let spec = try plainSpec.spec
        let settings = Settings(model: spec.settings.model.pipeline, metrics: [Component(named: "accuracy")])
        var encoder = CanonicalEncoder()
        settings.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        do throws(CanonicalDecodingError) {
            _ = try LearnedState(from: &decoder, contract: spec.contract)
            Issue.record("it was taken")
        } catch {
            #expect(error.reason == "metrics of another task")
        }
    }

    @Test func slicesComeFromTheQuestionAndTimesFromTheLabel() throws {
        let metrics: SpecTree = [
            "mae", ["mae": ["by": "c"]], ["time_rolling": ["metric": "mae", "period": "5s"]],
        ]
        var fold = try TestFold(tenSecondSpec.with("metrics", metrics))
        fold.predict("a", at: 0, x: 0, c: "red")
        fold.predict("b", at: 0, x: 0, c: "blue")
        fold.label("a", at: 2, 10)
        fold.label("b", at: 8, 20)
        let readings = fold.state.learned.models[0].metrics.readings
        guard case .slices(let slices) = readings[1].reading else {
            Issue.record("no slices")
            return
        }
        #expect(slices.map(\.name) == ["red", "blue"] && slices.map(\.value) == [10, 20])
        #expect(fold.metric("mae") == 15)
        #expect(fold.metric("mae[period=5s]") == 20)
    }
}
