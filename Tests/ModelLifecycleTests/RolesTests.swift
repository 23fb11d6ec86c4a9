import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Who serves is a table by name: models keep their names and places, and a file cannot demote.
@Suite struct RolesTests {
    private static let linear: SpecTree = ["standard_scaler", "linear_regression"]
    private static let descent: SpecTree = ["linear_regression": ["optimizer": ["sgd": ["lr": "0.1"]]]]
    private static let other: SpecTree = ["standard_scaler", descent]

    private static func tree(_ model: SpecTree, challengers: SpecTree? = nil) -> SpecTree {
        let tree = tenSecondSpec.with("features", ["x": "number"]).with("model", model)
        return challengers.map { tree.with("challengers", $0) } ?? tree
    }

    private static func named(_ name: String, _ model: SpecTree) -> SpecTree {
        ["name": .plain(name), "model": model]
    }

    private static func names(_ fold: TestFold) -> [String] { fold.state.learned.models.map(\.name) }

    @Test func theModelIsNamedModelOrAsTheSpecSays() throws {
        #expect(Self.names(try TestFold(Self.tree(Self.linear))) == ["model"])
        #expect(Self.names(try TestFold(Self.tree(Self.named("quick", Self.linear)))) == ["quick"])
        let usual = try TestFold(Self.tree(Self.linear)).state
        #expect(try TestFold(Self.tree(Self.named("model", Self.linear))).state.stateDigest == usual.stateDigest)
        #expect(try TestFold(Self.tree(Self.named("quick", Self.linear))).state.stateDigest != usual.stateDigest)
    }

    /// Specs of before may have a challenger called `model`; who writes one now must say which is which.
    @Test func aChallengerCalledModelIsNotTheModel() throws {
        let bare = Self.tree(Self.linear, challengers: ["model": Self.other])
        #expect(
            bare.complaints == [
                "challengers: found a challenger named 'model', as `model:` is, expected names of their own "
                    + "(give the model another: `model: {name: model-2, model: […]}`)"
            ])
        let spec = try Self.tree(Self.named("model-2", Self.linear), challengers: ["model": Self.other]).spec
        #expect(spec.settings.models.map(\.name) == ["model-2", "model"])
        let settings = Settings(
            model: spec.settings.model.pipeline, challengers: spec.settings.challengers, metrics: spec.settings.metrics)
        #expect(settings == spec.settings, "it has the name, and the bytes, that it has had without one")
        #expect(try Settings(canonicalBytes: settings.canonicalBytes) == settings)
        #expect(try SpecChecker.check(SpecNode(describing: spec)).spec == spec)
        let more = spec.settings.challengers + [Settings.Model(name: "model-2", pipeline: settings.model.pipeline)]
        #expect(Settings(model: settings.model.pipeline, challengers: more, metrics: []).model.name == "model-3")
    }

    @Test func aNameIsFreeAndNoRole() throws {
        for name in ["champion", "baseline", "Quick", ""] {
            #expect(Self.tree(Self.named(name, Self.linear)).complaints.count == 1, "\(name)")
        }
        #expect(
            Self.tree(Self.named("a", Self.linear), challengers: ["a": Self.other]).complaints == [
                "model.name: found 'a', expected a name that no challenger has"
            ])
        #expect(Self.tree(["model": Self.linear]).complaints.count == 1, "a map without the name")
        #expect(Self.tree(["name": "quick"]).complaints.count == 1, "a map without the model")
    }

    @Test func aNamedModelComesBackFromItsBytesAndItsText() throws {
        let named = Self.tree(Self.named("quick", Self.linear), challengers: ["b": Self.other])
        for tree in [named, Self.tree(Self.linear)] {
            let spec = try tree.spec
            #expect(try Spec(canonicalBytes: spec.canonicalBytes) == spec)
            #expect(try SpecChecker.check(SpecNode(describing: spec)).spec == spec)
        }
    }

    /// The file calls another one the model; the champion serves on under its name.
    @Test func aFileCannotDemote() throws {
        var fold = try TestFold(Self.tree(Self.named("old", Self.linear)))
        for index in 0..<10 { fold.example("e\(index)", at: 0, x: Double(index), Double(2 * index)) }
        fold.predict("before", at: 1, x: 3)
        let answer = Array(fold.outcome.answer)
        let swapped = Self.tree(Self.named("new", Self.other), challengers: ["old": Self.linear])
        let usual = try TestFold(swapped).state.learned
        #expect(fold.adopt(try swapped.spec) == .adopted)
        #expect(Self.names(fold) == ["new", "old"])
        #expect(fold.state.learned.roles.champion == 1)
        #expect(fold.state.learned.champion.name == "old")
        #expect(usual.roles.champion == 0, "in a new application the model of `model:` serves")
        #expect(fold.state.learned.label(ofPlace: 1) == "champion" && fold.state.learned.label(ofPlace: 0) == "new")
        #expect(fold.state.learned.plainLabels == ["champion", "baseline", "new"])

        fold.predict("after", at: 2, x: 3)
        #expect(Array(fold.outcome.answer) == answer, "the champion has learned nothing since")
        #expect(fold.state.answersGiven(to: EventID("after"))?.map(\.role) == ["new", "champion", "baseline"])
        let row = fold.row(3)
        #expect(fold.state.preview(row, at: second(2)).values == answer)
        let declared = try fold.state.explanation(of: row, at: second(2))
        #expect(abs(declared.answer - answer[0]) < 1e-9)

        let again = try ApplicationState(encoded: fold.state.encoded)
        #expect(again.learned.roles == fold.state.learned.roles && again.encoded == fold.state.encoded)
        #expect(again.stateDigest == fold.state.stateDigest && again.ledgerDigest == fold.state.ledgerDigest)
        // Its own answers are scored for it, and for what was served.
        fold.label("before", at: 3, 6)
        fold.label("after", at: 3, 6)
        let champion = fold.state.learned.champion.metrics.values
        #expect(fold.state.servedMetrics.values.map(\.value) == champion.map(\.value))
        // Where the champion is gone from the file, the model serves.
        #expect(fold.adopt(try Self.tree(Self.named("new", Self.other)).spec) == .adopted)
        #expect(fold.state.learned.champion.name == "new")
    }

    /// What the last of several models answered outlives it.
    @Test func anAnswerOutlivesItsModelAndItsPlace() throws {
        var fold = try TestFold(Self.tree(Self.named("a", Self.linear)))
        let many: SpecTree = ["b": Self.other, "c": Self.other, "a": Self.linear]
        fold.adopt(try Self.tree(Self.named("d", Self.other), challengers: many).spec)
        #expect(fold.state.learned.roles.champion == 3)
        fold.example("e", at: 0, x: 1, 4)
        fold.predict("open", at: 1, x: 2)
        let answer = fold.outcome.answer.first ?? .nan
        fold.adopt(try Self.tree(Self.named("d", Self.other)).spec)
        let bytes = fold.state.encoded
        fold.state = try ApplicationState(encoded: bytes)
        #expect(fold.state.encoded == bytes)
        #expect(fold.label("open", at: 2, 10) == .learned)
        let values = fold.state.servedMetrics.values
        let error = try #require(values.first { $0.name == "mae" }).value
        #expect(abs(error - (4 + abs(10 - answer)) / 2) < 1e-9)
    }

    @Test func whoServesIsPartOfTheDigestAndARestoreBringsItBack() throws {
        var fold = try TestFold(Self.tree(Self.named("old", Self.linear)))
        for index in 0..<10 { fold.example("e\(index)", at: 0, x: Double(index), Double(2 * index)) }
        let swapped = Self.tree(Self.named("new", Self.other), challengers: ["old": Self.linear])
        fold.adopt(try swapped.spec)
        let (offset, digest) = (fold.state.offset, fold.state.stateDigest)
        fold.adopt(try Self.tree(Self.named("new", Self.other)).spec)
        fold.adopt(try swapped.spec)
        #expect(fold.state.learned.champion.name == "new", "whoever comes back is a challenger")
        #expect(fold.state.stateDigest != digest)
        #expect(fold.restore(to: offset) == .adopted)
        #expect(fold.state.learned.champion.name == "old" && fold.state.stateDigest == digest)
    }

    @Test func bytesThatAreNoTableAreRefused() throws {
        let fold = try TestFold(Self.tree(Self.linear, challengers: ["b": Self.other]))
        let bytes = fold.state.encoded
        // The table is the end of the second section.
        var decoder = CanonicalDecoder(bytes)
        for _ in 0..<2 {
            _ = try decoder.byte()
            _ = try decoder.part()
        }
        let end = decoder.offset
        #expect(Array(bytes[end - 2..<end]) == [0, 1])
        for table in [[0, 0], [1, 1], [2, 0], [1, 2]] as [[UInt8]] {
            #expect(throws: CanonicalDecodingError.self) {
                try ApplicationState(encoded: Array(bytes[..<(end - 2)]) + table + Array(bytes[end...]))
            }
        }
    }
}
