import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

@Suite("Specs: the whole, names, limits, data")
struct SpecTests {
    @Test func everythingHasADefault() throws {
        let spec = try plainSpec.spec
        #expect(spec.application == "flights")
        #expect(spec.contract.clock == .server)
        #expect(spec.durability == .durable)
        #expect(spec.limits == Limits())
        #expect(spec.data == DataMapping())
        #expect(spec.settings.metrics.map(\.name) == ["mae", "rmse", "r2"])
        #expect(spec.settings.challengers.isEmpty)
        #expect(spec.contract.features.map(\.kind) == [.category, .number, .boolean])
        #expect(spec.contract.target.horizon == TimeSpan("30d"))
        #expect(try plainSpec.warnings == [])
    }

    @Test func whatIsWrittenIsTaken() throws {
        let spec = try plainSpec.with("clock", "claimed").with("durability", "relaxed")
            .with("limits", ["ids": "16KiB", "queue": "10"])
            .with("data", ["id": "row", "time": "asked", "label_time": "known"])
            .with("metrics", ["r2", "mae"])
            .with("challengers", ["plain": "linear_regression"]).spec
        #expect(spec.contract.clock == .claimed)
        #expect(spec.durability == .relaxed)
        #expect(spec.limits == Limits(idBytes: 16_384, queuedEvents: 10))
        #expect(spec.data == DataMapping(id: "row", time: "asked", labelTime: "known"))
        #expect(spec.settings.metrics.map(\.name) == ["r2", "mae"])
        #expect(spec.settings.challengers.map(\.name) == ["plain"])
    }

    @Test func aSpecSurvivesItsCanonicalBytes() throws {
        let spec = try multiclassSpec.with("clock", "claimed").with("data", ["time": "asked"])
            .with("limits", ["ids": "1GiB"]).with("challengers", ["a": "softmax_regression"]).spec
        var encoder = CanonicalEncoder()
        spec.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try Spec(from: &decoder) == spec)
        var again = CanonicalEncoder()
        spec.encode(to: &again)
        #expect(encoder.bytes == again.bytes)
    }

    @Test func nothingIsNoSpec() {
        for tree in ["", "~", "[]"] as [SpecTree] { #expect(tree.complaints.count == 1) }
        #expect(
            ([:] as SpecTree).complaints == [
                "application: found nothing, expected the name of the application",
                "features: found nothing, expected a map from feature to type",
                "target: found nothing, expected a map with the target's name and type",
                "model: found nothing, expected a list of transformers and a learner",
            ])
    }

    @Test(arguments: ["flights", "0", "a_b-c", String(repeating: "x", count: 64)])
    func anApplicationHasAPlainName(_ name: String) {
        #expect(plainSpec.with("application", .plain(name)).complaints == [])
    }

    @Test(arguments: ["Flights", "-a", "_a", "a b", "ä", "a/b", String(repeating: "x", count: 65)])
    func anyOtherNameOfAnApplicationIsRefused(_ name: String) {
        #expect(plainSpec.with("application", .plain(name)).complaints.count == 1)
    }

    @Test func aNameInCapitalsHasAHint() {
        #expect(
            plainSpec.with("application", "Flight Delays").complaints == [
                "application: found 'Flight Delays', expected a name of a–z, 0–9, - and _ that begins with a letter or "
                    + "digit, at most 64 long (such as 'flight-delays')"
            ])
    }

    @Test func unknownKeysAreNamedWithTheNearest() {
        #expect(
            plainSpec.with("metric", ["mae"]).complaints == [
                "metric: found the unknown key 'metric', expected application, clock, durability, recovery, "
                    + "retention, limits, features, target, data, model, challengers or metrics "
                    + "(did you mean 'metrics'?)"
            ])
        #expect(plainSpec.with("data", ["when": "t"]).complaints.count == 1)
        #expect(plainSpec.with("limits", ["cpu": "1"]).complaints.count == 1)
    }

    @Test func aKeyStandsOnce() {
        guard case .map(let entries) = plainSpec else { return }
        let twice = SpecTree.map(entries + [("application", "other")])
        #expect(
            twice.complaints == [
                "application: found 'application' again, first on line 2, expected each name once"
            ])
    }

    @Test func choicesAreSpeltOut() {
        #expect(plainSpec.with("clock", "server").complaints == [])
        #expect(
            plainSpec.with("clock", "claimd").complaints == [
                "clock: found 'claimd', expected claimed or server (did you mean 'claimed'?)"
            ])
        #expect(plainSpec.with("durability", "fast").complaints.count == 1)
        #expect(plainSpec.with("durability", ["durable"]).complaints.count == 1)
    }

    @Test(arguments: [("1", 1), ("67108864", 1 << 26), ("64MiB", 1 << 26), ("3GiB", 3 << 30), ("16KiB", 1 << 14)])
    func bytesHaveUnits(_ text: String, _ count: Int) throws {
        #expect(try plainSpec.with("limits", ["ids": .plain(text)]).spec.limits.idBytes == count)
    }

    @Test(arguments: ["0", "-1", "64MB", "1.5MiB", "MiB", "99999999999GiB", "", "64 MiB"])
    func otherBytesAreRefused(_ text: String) {
        #expect(plainSpec.with("limits", ["ids": .plain(text)]).complaints.count == 1)
    }

    @Test(arguments: ["0", "-1", "1.5", "many", "99999999999999999999"])
    func aQueueHoldsAtLeastOneEvent(_ text: String) {
        #expect(plainSpec.with("limits", ["queue": .plain(text)]).complaints.count == 1)
    }

    @Test func aLabelTimeNeedsATime() {
        #expect(
            plainSpec.with("data", ["label_time": "known"]).complaints == [
                "data.label_time: label_time needs time: when the prediction is asked for"
            ])
        #expect(plainSpec.with("data", ["id": ""]).complaints.count == 1)
        #expect(plainSpec.with("data", ["id": .quoted("")]).complaints.count == 1)
    }

    @Test func challengersHaveNamesOfTheirOwn() {
        for name in ["champion", "baseline", "Tree", "-", ""] {
            let challengers = SpecTree.map([(name, .plain("linear_regression"))])
            #expect(plainSpec.with("challengers", challengers).complaints.count == 1)
        }
        let many = (0...32).map { ("c\($0)", "linear_regression" as SpecTree) }
        #expect(
            plainSpec.with("challengers", .map(many)).complaints == [
                "challengers: found 33 challengers, expected at most 32"
            ])
        #expect(plainSpec.with("challengers", .map(many.dropLast())).complaints == [])
        #expect(plainSpec.with("challengers", ["a": ["hoeffding_tree_classifier"]]).complaints.count == 1)
    }

    @Test func everyMistakeIsReportedInOrder() {
        let tree = plainSpec.with("application", "A").with("clock", "c").with("features", ["x": "numbr"])
            .with("target", ["name": "y", "type": "regresion"]).with("model", ["linear"]).with("nonsense", "1")
        #expect(
            tree.complaints.map { $0.prefix { $0 != ":" } } == [
                "application", "features.x", "target.type", "model[0]", "clock", "nonsense",
            ])
    }

    @Test func aRefusedNodeMakesNoSpecAndNoNoise() {
        let node = SpecNode(.map([]), line: 1, column: 1)
        #expect(throws: SpecMistakes.self) { try SpecChecker.check(SpecNode(.refused, line: 1, column: 1)) }
        #expect(throws: SpecMistakes.self) { try SpecChecker.check(node) }
    }
}
