import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Answers about classes before anything is known, and the names that classes cannot have.
@Suite struct FirstAnswerTests {
    private static func tree(_ target: [(String, SpecTree)], _ learner: SpecTree = "softmax_regression") -> SpecTree {
        [
            "application": "classes", "features": ["x": "number"],
            "target": .map([("name", "y"), ("type", "multiclass")] + target), "model": [learner],
            "metrics": ["accuracy", "log_loss"],
        ]
    }

    private static let listed: SpecTree = ["a", "b", "c"]

    private func example(_ fold: inout TestFold, _ id: String, _ label: Label) -> Decision {
        fold.apply(Event(.example(label), time: second(0), id: EventID(id), features: fold.row(1)))
    }

    private func named(_ name: String) -> Label { .named(Array(name.utf8)) }

    @Test func whereNothingIsKnownOfOpenClassesThereIsNoAnswerAndNothingToScore() throws {
        for learner in ["softmax_regression", "hoeffding_tree_classifier", "knn_classifier", "prior_classifier"] {
            var fold = try TestFold(Self.tree([], .plain(learner)))
            let before = fold.state.learned.models[0].metrics
            #expect(example(&fold, "e", named("b")) == .predictedAndLearned)
            #expect(Array(fold.outcome.answer).isEmpty, "\(learner) does not know the label it is about to learn")
            #expect(StoredAnswer(fold.outcome).values.isEmpty)
            #expect(fold.state.learned.models[0].metrics.encoded == before.encoded, "nothing is scored")
            #expect(fold.outcome.loss(.logLoss, task: .multiclass) == nil)
            #expect(fold.state.classNames == ["b"])
            #expect(fold.predict("p", at: 1) == .predicted)
            #expect(fold.outcome.answer.count == 1 && fold.outcome.answer.saysAnything)
            #expect(example(&fold, "f", named("c")) == .predictedAndLearned)
            #expect(fold.outcome.answer.count == 1, "the class that is new was not asked about")
            #expect(fold.metric("accuracy") == 0, "b was answered, it was c")
        }
    }

    @Test func ofListedClassesEachIsAsProbableAsTheOthers() throws {
        for learner in ["softmax_regression", "hoeffding_tree_classifier", "knn_classifier", "prior_classifier"] {
            var fold = try TestFold(Self.tree([("classes", Self.listed)], .plain(learner)))
            #expect(fold.predict("p", at: 0) == .predicted)
            let even = [Double](repeating: 1.0 / 3, count: 3)
            #expect(Array(fold.outcome.answer) == even, "\(learner)")
            let roles = try #require(fold.state.answersGiven(to: EventID("p")))
            #expect(roles.allSatisfy { $0.values == even }, "the baseline, too")
            #expect(fold.state.answers(to: fold.row(1), at: second(0)).map(\.values) == roles.map(\.values))
            #expect(fold.label("p", at: 1, .listed(0)) == .learned)
            #expect(fold.metric("accuracy") == 1, "of equals the first is the answer")
        }
    }

    @Test func aModelThatCameAfterTheQuestionIsNotScored() throws {
        let tree = Self.tree([("classes", Self.listed)])
        var fold = try TestFold(tree)
        fold.predict("p", at: 0)
        fold.adopt(try tree.with("challengers", ["late": "prior_classifier"]).spec)
        fold.label("p", at: 1, .listed(0))
        let models = fold.state.learned.models
        let fresh = try TestFold(tree.with("challengers", ["late": "prior_classifier"])).state.learned.models
        #expect(models[1].metrics.encoded == fresh[1].metrics.encoded)
        #expect(models[0].metrics.encoded != fresh[0].metrics.encoded)
    }

    @Test func noClassHasTheNameOfWhatIsBeyondTheLimit() throws {
        var fold = try TestFold(Self.tree([("max_classes", "2")]))
        for (index, name) in ["other", "b", "c", "other", "c", "d"].enumerated() {
            _ = example(&fold, "e\(index)", named(name))
        }
        #expect(fold.state.classNames == ["other", "b", "(other)"])
        #expect(Set(fold.state.classNames).count == 3)
    }

    @Test(arguments: ["(other)", "(missing)"]) func reservedNamesAreRefused(_ name: String) throws {
        let open = try Self.tree([]).spec.contract
        for text in [name, "other", "(OTHER)", "(other", "missing"] {
            let isTaken = (try? open.target.label(reading: text)) != nil
            #expect(isTaken == (text != name), "label \(text)")
        }
        #expect(Self.tree([("classes", ["a", .plain(name)])]).complaints.count == 1)
        #expect(
            plainSpec.with("features", ["c": ["type": "category", "values": ["a", .plain(name)]]])
                .with("model", [["one_hot": ["c"]], "linear_regression"]).complaints == [
                    "features.c.values[1]: '\(name)' is a reserved name (spell it without the parentheses)"
                ])
        let contract = try plainSpec.with("features", ["c": "category", "t": "text"])
            .with("model", [["one_hot": ["c"]], "linear_regression"]).spec.contract
        func read(_ json: String) throws {
            var (reader, event) = (EventReader(contract), Event(contract.layout))
            try Array(json.utf8).withUnsafeBufferPointer { bytes in
                var json = JSONReader(bytes)
                try reader.read(&json, expecting: .prediction, into: &event)
            }
        }
        #expect(throws: Refusal.self) { try read(#"{"features":{"c":"\#(name)","t":"x"}}"#) }
        try read(#"{"features":{"c":"other","t":"\#(name)"}}"#)
        // A cell of a file goes a way of its own.
        var rows = try RowReader(contract, DataMapping(), header: ["c", "t", "delay"])
        var row = rows.makeRow()
        #expect(throws: Refusal.self) { try rows.read(into: &row, texts: [name, "x", "1"]) }
    }
}

extension Scorecard {
    fileprivate var encoded: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }
}
