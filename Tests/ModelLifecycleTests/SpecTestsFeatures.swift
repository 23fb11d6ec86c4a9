import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

@Suite("Specs: features and target")
struct SpecTestsFeatures {
    private func features(_ features: SpecTree) -> SpecTree {
        plainSpec.with("features", features).with("model", ["linear_regression"])
    }

    private func target(_ target: SpecTree) -> SpecTree {
        guard case .map(let entries) = target, let type = entries.first(where: { $0.0 == "type" })?.1,
            case .plain(let task) = type
        else { return plainSpec.with("target", target) }
        let learner =
            ["binary": "logistic_regression", "multiclass": "softmax_regression"][task] ?? "linear_regression"
        return plainSpec.with("target", target).with("model", [["one_hot": ["carrier"]], .plain(learner)])
    }

    @Test func aFeatureIsATypeOrAMap() throws {
        let spec = try features([
            "a": "number", "b": ["type": "number", "optional": "true", "min": "-1e-3", "max": ".5"],
            "c": ["type": "category", "values": ["x", "1", .quoted("no")]], "d": "boolean", "e": "text",
            "f": "timestamp",
        ]).spec
        #expect(
            spec.contract.features == [
                FeatureDeclaration(name: "a", kind: .number),
                FeatureDeclaration(name: "b", kind: .number, isOptional: true, minimum: -0.001, maximum: 0.5),
                FeatureDeclaration(name: "c", kind: .category, categories: ["x", "1", "no"]),
                FeatureDeclaration(name: "d", kind: .boolean), FeatureDeclaration(name: "e", kind: .text),
                FeatureDeclaration(name: "f", kind: .timestamp),
            ])
        #expect(spec.settings.model.pipeline.numbers == ["a", "b", "d"])
    }

    @Test(arguments: [
        ("float", "here it is called 'number'"), ("string", "here it is called 'category'"),
        ("catgory", "did you mean 'category'?"), ("Number", "did you mean 'number'?"),
        ("datetime", "here it is called 'timestamp'"), ("bool", "here it is called 'boolean'"),
    ])
    func anUnknownTypeHasAHint(_ word: String, _ hint: String) {
        #expect(
            features(["x": .plain(word)]).complaints == [
                "features.x: found '\(word)', expected number, boolean, category, text or timestamp (\(hint))"
            ])
    }

    @Test func eachPartOfAFeatureIsChecked() {
        let tree = features([
            "a": ["type": "number", "min": "abc", "max": .quoted("5"), "optional": "yes", "unit": "m"],
            "b": ["optional": "true"], "c": ["type": "number", "min": "2", "max": "1"],
            "d": ["type": "category", "min": "1"],
            "e": ["type": "number", "values": ["x"]], "f": ["type": "category", "values": []], "g": ["number"],
            "h": ["type": "category", "values": ["x", "y", "x", ""]], "i": ["type": "number", "max": "1e999"],
        ])
        #expect(
            tree.complaints == [
                "features.a.min: found 'abc', expected a number",
                "features.a.max: found '5' in quotes, expected a number (write it without quotes)",
                "features.a.optional: found 'yes', expected true or false",
                "features.a.unit: found the unknown key 'unit', expected type, optional, min, max or values",
                "features.b.type: found nothing, expected number, boolean, category, text or timestamp",
                "features.c.max: found '1', expected a number ≥ min, which is 2",
                "features.d.min: only features of type number have min, this one is of type category",
                "features.e.values: only features of type category have values, this one is of type number",
                "features.f.values: found an empty list, expected at least one value",
                "features.g: found a list, expected number, boolean, category, text or timestamp",
                "features.h.values[2]: found 'x' again, first on line 58, expected each value once",
                "features.h.values[3]: found an empty value, expected a value (an empty cell is a missing value)",
                "features.i.max: '1e999' is beyond the range of a double",
            ])
    }

    @Test func thereIsAFeatureAndThereAreNotTooMany() {
        #expect(features([:]).complaints.count == 1)
        #expect(features([]).complaints.count == 1)
        let many = (0..<10_001).map { ("f\($0)", "number" as SpecTree) }
        #expect(features(.map(many)).complaints == ["features: found 10001 features, expected at most 10000"])
        #expect(features(.map(many.dropLast())).complaints == [])
        #expect(features(["": "number"]).complaints == ["features: found nothing, expected a name"])
        #expect(features(.map([(String(repeating: "x", count: 1_025), "number")])).complaints.count == 1)
    }

    @Test func namesThatLookTheSameAreRefused() {
        #expect(
            features(["caf\u{E9}": "number", "cafe\u{301}": "number"]).complaints == [
                "features.cafe\u{301}: looks the same as 'caf\u{E9}' on line 6, in other Unicode characters "
                    + "(nobody could tell the two apart)"
            ])
        let scaler: SpecTree = [["standard_scaler": ["cafe\u{301}"]], "linear_regression"]
        #expect(
            features(["caf\u{E9}": "number"]).with("model", scaler).complaints == [
                "model[0].standard_scaler[0]: looks the same as the feature on line 6, in other Unicode characters "
                    + "(copy its name from there)"
            ])
        #expect(
            features(["x": ["type": "category", "values": ["\u{C5}", "A\u{30A}"]]]).complaints.count == 1)
        #expect(target(["name": "x", "type": "multiclass", "classes": ["\u{C5}", "A\u{30A}"]]).complaints.count == 1)
    }

    @Test func theTargetIsNoFeature() {
        #expect(
            target(["name": "distance", "type": "regression"]).complaints == [
                "features.distance: the target cannot be a feature, too (line 15 names it as the target)"
            ])
    }

    @Test func aTargetHasANameAndAType() {
        #expect(
            target(["horizon": "1d"]).complaints == [
                "target.name: found nothing, expected the name of the target",
                "target.type: found nothing, expected regression, binary or multiclass",
            ])
        #expect(target(["name": "y", "type": "classification"]).complaints.count == 1)
        #expect(target("y").complaints.count == 1)
    }

    @Test(arguments: [("24h", "1d"), ("3650d", "3650d"), ("1us", "1us")])
    func aHorizonIsATime(_ text: String, _ span: String) throws {
        let spec = try target(["name": "y", "type": "regression", "horizon": .plain(text)]).spec
        #expect(spec.contract.target.horizon == TimeSpan(span))
    }

    @Test(arguments: ["0s", "3651d", "24", "-1h", "1.5h", "a day", "", "99999999999w"])
    func anyOtherHorizonIsRefused(_ text: String) {
        #expect(target(["name": "y", "type": "regression", "horizon": .plain(text)]).complaints.count == 1)
    }

    @Test func aHorizonWithoutUnitHasAHint() {
        #expect(
            target(["name": "y", "type": "regression", "horizon": "24"]).complaints == [
                "target.horizon: found '24', expected a time from 1us to 3650d, such as 24h "
                    + "(with a unit: 24h, or w, d, h, m, s, ms, us)"
            ])
    }

    @Test func classesFitTheType() throws {
        let binary = try target(["name": "y", "type": "binary"]).spec.contract.target
        #expect(binary.classes == ["false", "true"])
        let listed = try target(["name": "y", "type": "binary", "classes": ["DOWN", "UP"]]).spec.contract.target
        #expect(listed.classes == ["DOWN", "UP"])
        let open = try target(["name": "y", "type": "multiclass", "max_classes": "7"]).spec.contract.target
        #expect(open.classes == nil && open.maxClasses == 7)
        #expect(try target(["name": "y", "type": "multiclass"]).spec.contract.target.maxClasses == 256)
        #expect(target(["name": "y", "type": "multiclass", "classes": ["1", "2", "null"]]).complaints == [])
    }

    @Test func otherClassesAreRefused() {
        func complaints(_ type: SpecTree, _ key: String, _ value: SpecTree) -> [String] {
            target(SpecTree.map([("name", "y"), ("type", type), (key, value)])).complaints
        }
        #expect(complaints("regression", "classes", ["a", "b"]).count == 1)
        #expect(
            complaints("binary", "classes", ["a"]) == ["target.classes: found one value, expected at least 2 values"])
        #expect(
            complaints("binary", "classes", ["a", "b", "c"]) == [
                "target.classes: found 3 classes, expected two classes, the negative one first (set type to multiclass)"
            ])
        #expect(complaints("binary", "classes", ["a", "a"]).count == 1)
        #expect(complaints("binary", "classes", "a").count == 1)
        #expect(complaints("multiclass", "classes", ["a"]).count == 1)
        #expect(complaints("multiclass", "classes", ["a", ["b"]]).count == 1)
        #expect(complaints("multiclass", "classes", .list((0...4_096).map { .plain("\($0)") })).count == 1)
        #expect(complaints("binary", "max_classes", "2").count == 1)
        for bad in ["1", "4097", "x", "2.5"] {
            #expect(complaints("multiclass", "max_classes", .plain(bad)).count == 1)
        }
        let both: SpecTree = ["name": "y", "type": "multiclass", "classes": ["a", "b"], "max_classes": "2"]
        #expect(target(both).complaints.count == 1)
    }

    @Test func theUnlabelledAreDroppedOrGetALabel() throws {
        func unlabelled(_ target: SpecTree) throws -> TargetDeclaration.Unlabelled {
            try self.target(target).spec.contract.target.unlabelled
        }
        let label: SpecTree = ["label": "0"]
        #expect(try unlabelled(["name": "y", "type": "regression", "unlabelled": "drop"]) == .drop)
        #expect(try unlabelled(["name": "y", "type": "regression", "unlabelled": label]) == .label(.number(0)))
        #expect(try unlabelled(["name": "y", "type": "binary", "unlabelled": label]) == .label(.listed(0)))
        #expect(
            try unlabelled(["name": "y", "type": "binary", "classes": ["a", "b"], "unlabelled": ["label": "b"]])
                == .label(.listed(1)))
        #expect(
            try unlabelled(["name": "y", "type": "multiclass", "unlabelled": ["label": "b"]])
                == .label(.named(Array("b".utf8))))
    }

    @Test func classesMayBeLearnedProvisionally() throws {
        func target(_ type: String, _ unlabelled: SpecTree) -> SpecTree {
            ["name": "y", "type": .plain(type), "horizon": "2h", "unlabelled": unlabelled]
        }
        for age in ["1us", "1h", "2h"] {
            let tree = self.target(target("binary", ["label": "false", "provisional_after": .plain(age)]))
            let declared = try tree.spec.contract.target
            #expect(declared.provisionalAfter == TimeSpan(age) && declared.provisionalLabel == .listed(0))
        }
        #expect(try self.target(target("binary", ["label": "false"])).spec.contract.target.provisionalLabel == nil)
        #expect(
            self.target(target("binary", ["label": "false", "provisional_after": "3h"])).complaints == [
                "target.unlabelled.provisional_after: found 3h, expected at most the horizon, 2h "
                    + "(a question that is older has expired)"
            ])
        #expect(
            self.target(target("binary", ["provisional_after": "1h"])).complaints
                == ["target.unlabelled.label: found nothing, expected CLASS"])
        #expect(
            self.target(target("regression", ["label": "0", "provisional_after": "1h"])).complaints == [
                "target.unlabelled.provisional_after: only classes are learned provisionally, this target is of type "
                    + "regression (leave provisional_after out: the number is learned when the horizon ends)"
            ])
        #expect(self.target(target("binary", ["label": "false", "provisional_after": "0s"])).complaints.count == 1)
        #expect(self.target(target("binary", ["label": "false", "provisional_after": "1"])).complaints.count == 1)
    }

    @Test func otherLabelsAreRefused() {
        for value in ["keep", ["label": "x"], [:], ["lable": "1"], []] as [SpecTree] {
            #expect(!target(["name": "y", "type": "regression", "unlabelled": value]).complaints.isEmpty)
        }
        #expect(
            target(["name": "y", "type": "binary", "classes": ["DOWN", "UP"], "unlabelled": ["label": "UPP"]])
                .complaints
                == ["target.unlabelled.label: found 'UPP', expected a class: DOWN or UP (did you mean 'UP'?)"])
        #expect(
            !target(["name": "y", "type": "multiclass", "unlabelled": ["label": .quoted("")]]).complaints.isEmpty)
    }
}
