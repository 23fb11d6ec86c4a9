import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What a spec's mistakes lead to: the name or the place that was meant.
@Suite struct SpecHintTests {
    private func complaint(_ model: SpecTree, _ type: String = "regression") throws -> String {
        let target: SpecTree = ["name": "y", "type": .plain(type)]
        let tree = plainSpec.with("target", target).with("model", model).with("metrics", nil)
        return try #require(tree.complaints.first)
    }

    @Test(arguments: ["lr", "learning_rate"])
    func aStepSizeBelongsToTheOptimizer(_ key: String) throws {
        let model: SpecTree = [.map([("linear_regression", .map([(key, SpecTree.plain("0.1"))]))])]
        #expect(try complaint(model).contains("optimizer: {sgd: {lr: 0.1}}"))
    }

    @Test(arguments: [
        ("adaptive_random_forest_regressor", "arf_regressor"), ("HoeffdingTreeRegressor", "hoeffding_tree_regressor"),
        ("ARFRegressor", "arf_regressor"), ("linear_model.LinearRegression", "linear_regression"),
        ("KNNRegressor", "knn_regressor"), ("RandomForestRegressor", "arf_regressor"),
        ("random_forest", "arf_regressor"), ("XGBRegressor", "auto"),
        ("DecisionTreeRegressor", "hoeffding_tree_regressor"),
        ("arf_regresor", "arf_regressor"),
    ])
    func namesOfOtherLibrariesLeadToOurs(_ theirs: String, _ ours: String) throws {
        let complaint = try complaint([.plain(theirs)])
        #expect(complaint.hasSuffix("'\(ours)')") || complaint.hasSuffix("'\(ours)'?)"), "\(complaint)")
    }

    @Test(arguments: [
        ("LogisticRegression", "logistic_regression"), ("adaptive_random_forest_classifier", "arf_classifier"),
        ("SGDClassifier", "logistic_regression"), ("GaussianNB", "gaussian_nb"), ("random_forest", "arf_classifier"),
    ])
    func learnersOfClassesToo(_ theirs: String, _ ours: String) throws {
        #expect(try complaint([.plain(theirs)], "binary").contains("here it is called '\(ours)'"))
    }

    @Test(arguments: [("StandardScaler", "standard_scaler"), ("OneHotEncoder", "one_hot"), ("TFIDF", "tfidf")])
    func transformersToo(_ theirs: String, _ ours: String) throws {
        #expect(try complaint([.plain(theirs), "linear_regression"]).contains("here it is called '\(ours)'"))
    }

    @Test func aLongListNamesTheNearestFirst() throws {
        let learners = Catalogue.learnerDeclarations.map(\.name)
        for learner in learners where Catalogue.tasks(ofLearner: learner).contains(.regression) {
            let complaint = try complaint([.plain(learner + "x")])
            let list = try #require(complaint.split(separator: ":").last)
            #expect(list.contains("one of \(learner)") || !list.contains("more"), "\(complaint)")
        }
    }

    @Test func everyOtherNameLeadsToOneThatIsThere() {
        let names = Catalogue.declarations.map(\.name)
        for (theirs, _) in ComponentAlias.others {
            #expect(ComponentAlias.name(theirs, in: names) != nil, "\(theirs)")
        }
        for name in names { #expect(ComponentAlias.name(name, in: names) == nil, "\(name) is our own") }
    }

    @Test func timesInWordsAreReckonedFromTheClockInUTC() throws {
        let now = try #require(Timestamp("2013-01-16T10:20:30.5Z"))
        func time(_ words: String) -> String? { Timestamp(words: words, now: now)?.description }
        #expect(time("now") == "2013-01-16T10:20:30.500000Z" || time("now") == now.description)
        #expect(time("today") == "2013-01-16T00:00:00Z")
        #expect(time("yesterday") == "2013-01-15T00:00:00Z")
        #expect(time("7d ago") == Timestamp("2013-01-09T10:20:30.5Z")?.description)
        #expect(time("90m ago") == Timestamp("2013-01-16T08:50:30.5Z")?.description)
        for words in ["", "ago", " ago", "7 d ago", "7d", "-7d ago", "tomorrow", "Now", "999999w ago", "7x ago"] {
            #expect(time(words) == nil, "\(words)")
        }
        let contract = try plainSpec.spec.contract
        #expect(throws: Refusal.self) { try Selection("time > yesterday", contract: contract) }
        _ = try Selection("time in yesterday..today and time > \"7d ago\"", contract: contract, now: now)
    }
}
