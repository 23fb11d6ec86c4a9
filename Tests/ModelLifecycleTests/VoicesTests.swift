import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What models said is kept with the question, and they are judged by it.
@Suite struct VoicesTests {
    /// The models are those of a keeping of voices as dumb as can be: over questions and labels in any order, labels
    /// that wait, restores, expiry with a label or without, and with room for a few questions or for all.
    @Test(arguments: RandomTask.all, FoldPropertyTests.seeds)
    func theModelIsThatOfADumbKeeping(_ task: RandomTask, _ seed: UInt64) throws {
        for (isBounded, isStated) in [(false, false), (false, true), (true, false), (true, true)] {
            // Of ten names seven classes become slots, for which there is room for eight.
            let bytes = task.description == "multiclass" ? (1 + 1 + 4 * 8) * 8 : (1 + 4) * 8
            var tree = task.specs[0]
            if isBounded { tree = tree.with("limits", ["voices": .plain("\(3 * bytes)")]) }
            if isStated, task.description != "multiclass" {
                let label: SpecTree = task.description == "binary" ? "false" : "2.5"
                tree = tree.with(
                    "target",
                    ["name": "y", "type": .plain(task.description), "horizon": "10s", "unlabelled": ["label": label]])
            }
            let stated: Label? = !isStated ? nil : task.description == "binary" ? .listed(0) : .number(2.5)
            let isOfNumbers = task.description != "multiclass"
            let spec = try tree.spec
            var fold = TestFold(spec)
            var plain = PlainVoices(
                spec, capacity: isBounded ? 3 : .max, stated: isOfNumbers ? stated : nil)
            if !isOfNumbers { try teachClasses(task, &fold, &plain) }
            var stream = RandomStream(seed: seed, labelCount: task.labels.count)
            for index in 0..<500 {
                let step = stream.next()
                switch step {
                case .adopt, .correct: continue
                default: break
                }
                let decision = try fold.take(step, task)
                guard decision.isLogged else { continue }
                plain.take(fold, decision)
                guard fold.state.learned.models[0].pipeline.bytes == plain.pipeline.bytes else {
                    Issue.record("step \(index), \(step): another model, \(decision)")
                    return
                }
            }
            #expect(fold.state.voicesDropped == UInt64(plain.dropped))
            #expect((plain.dropped > 0) == isBounded)
        }
    }

    /// Teaches all classes first, so that the dumb keeping need not know that their room is laid out anew.
    private func teachClasses(_ task: RandomTask, _ fold: inout TestFold, _ plain: inout PlainVoices) throws {
        for value in task.labels.indices {
            let step = RandomStep.example(id: "first-\(value)", time: 0, x: 1, c: nil, value: value)
            let decision = try fold.take(step, task)
            plain.take(fold, decision)
        }
    }

    private static let linear: SpecTree = ["standard_scaler", "linear_regression"]
    private static let sgd: SpecTree = ["standard_scaler", ["linear_regression": ["optimizer": ["sgd": ["lr": "0.1"]]]]]

    /// Fifty labels, then three questions that stay open.
    private func fold(_ tree: SpecTree) throws -> TestFold {
        var fold = try TestFold(tree)
        for index in 0..<50 {
            fold.predict("\(index)", at: Int64(index), x: Double(index % 7))
            fold.label("\(index)", at: Int64(index), Double(index % 7) * 3 + Double(index % 3))
        }
        for (index, id) in ["a", "b", "c"].enumerated() { fold.predict(id, at: 50, x: Double(index)) }
        return fold
    }

    private func labels(_ fold: inout TestFold) {
        for (index, id) in ["b", "a", "c"].enumerated() {
            fold.label(id, at: 52 + Int64(index), Double(40 - 10 * index))
        }
    }

    /// Whatever place it has before and after, and whatever role.
    @Test func aModelThatGoesOnUnderItsNameKeepsItsVoicesOverAnAdoption() throws {
        let one = tenSecondSpec.with("features", ["x": "number"]).with(
            "model", ["name": "m", "model": Self.linear])
        var (stayed, moved) = (try fold(one), try fold(one))
        labels(&stayed)
        // It is the second of three, then the last of two.
        moved.adopt(
            try one.with("model", ["name": "other", "model": Self.sgd])
                .with("challengers", ["m": Self.linear, "new": Self.linear]).spec)
        #expect(moved.state.voicesKept == 3)
        moved.adopt(
            try one.with("model", ["name": "another", "model": Self.sgd])
                .with("challengers", ["m": Self.linear]).spec)
        labels(&moved)
        let place = try #require(moved.state.learned.models.firstIndex { $0.name == "m" })
        #expect(place == 1)
        #expect(moved.state.learned.models[place].pipeline.bytes == stayed.state.learned.models[0].pipeline.bytes)
        #expect(moved.state.voicesKept == 0 && moved.state.voicesDropped == 0)
    }

    /// A model that is new has said nothing, and one without voices keeps nothing.
    @Test func whoSaidNothingIsNotJudged() throws {
        let one = tenSecondSpec.with("features", ["x": "number"]).with("model", Self.linear)
        var fold = try fold(one)
        fold.adopt(try one.with("model", Self.sgd).spec)
        #expect(fold.state.voicesKept == 0, "nobody is left who said anything")
        fold.predict("d", at: 51, x: 1)
        #expect(fold.state.voicesKept == 0 && fold.state.voiceByteCount == 0)
        fold.adopt(try one.spec)
        labels(&fold)
        var fresh = Pipeline(
            try one.spec.settings.model.pipeline, task: .regression, layout: try one.spec.contract.layout)
        var workspace = Pipeline.Workspace()
        for (x, y) in [(1.0, 40.0), (0, 30), (2, 20)] {
            _ = fresh.learn(fold.row(x), .value(y), asked: .another, workspace: &workspace)
        }
        #expect(fold.state.learned.models[0].pipeline.bytes == fresh.bytes)
    }

    /// The voices of the oldest questions go first, and never an id because of them.
    @Test func theOldestVoicesGoFirst() throws {
        let tree = tenSecondSpec.with("features", ["x": "number"]).with("model", Self.linear)
        let bounded = tree.with("limits", ["voices": "80"])
        var (all, two) = (try fold(tree), try fold(bounded))
        #expect(all.state.voicesKept == 3 && two.state.voicesKept == 2)
        #expect(two.state.voicesDropped == 1 && two.counts.droppedIDs == 0)
        #expect(two.state.ledger.pendingCount == 3)
        // The question that is left without is the oldest: labels of the others teach the same.
        for (id, value) in [("c", 7.0), ("b", 8)] {
            all.label(id, at: 51, value)
            two.label(id, at: 51, value)
        }
        #expect(all.state.learned.models[0].pipeline.bytes == two.state.learned.models[0].pipeline.bytes)
        all.label("a", at: 52, 30)
        two.label("a", at: 52, 30)
        #expect(all.state.learned.models[0].pipeline.bytes != two.state.learned.models[0].pipeline.bytes)
        // Less room by another spec: what is beyond it goes at once.
        for (index, id) in ["d", "e", "f"].enumerated() { all.predict(id, at: 53, x: Double(index)) }
        all.adopt(try tree.with("limits", ["voices": "40"]).spec)
        #expect(all.state.voicesKept == 1 && all.state.voicesDropped == 2)
        // Room for none.
        all.adopt(try tree.with("limits", ["voices": "39"]).spec)
        all.predict("g", at: 54)
        #expect(all.state.voicesKept == 0 && all.state.voicesDropped == 4)
        #expect(try ApplicationState(encoded: all.state.encoded).encoded == all.state.encoded)
    }

    // MARK: Bytes

    private func state() throws -> ApplicationState {
        var fold = try fold(tenSecondSpec.with("challengers", ["plain": ["standard_scaler", "linear_regression"]]))
        _ = try fold.amend(.exclusion(OffsetRanges([102]), isForgotten: false))
        fold.label("a", at: 51, 8)
        return fold.state
    }

    /// A snapshot of a state with open questions, one of them set aside.
    @Test func goldenBytesAreReadByEveryRelease() throws {
        let state = try state()
        #expect(state.voicesKept == 2)
        try Golden.expect(state.encoded, "snapshot-voices.bin")
        let bytes = try Golden.bytes("snapshot-voices.bin")
        let again = try ApplicationState(encoded: bytes)
        #expect(again.encoded == bytes && again.digests == state.digests && again.voicesKept == 2)
    }

    @Test func cutBytesAreAnError() throws {
        let bytes = try state().encoded
        let whole = (0..<bytes.count).filter { (try? ApplicationState(encoded: Array(bytes[..<$0]))) != nil }
        // What ends with a section is a snapshot without those after it: marks, voices, lateness are before the last.
        let kept = try whole.map { try ApplicationState(encoded: Array(bytes[..<$0])).voicesKept }
        #expect(kept == [0, 0, 2, 2])
    }

    /// Where nothing is kept there is no section, so that states of before have the bytes that they had.
    @Test func whereNothingIsKeptNothingIsWritten() throws {
        let tree = tenSecondSpec.with("features", ["x": "number"])
        var (kept, none) = (try fold(tree.with("model", Self.linear)), try fold(tree.with("model", Self.sgd)))
        let before = kept.state.encoded.count
        labels(&kept)
        #expect(kept.state.voicesKept == 0 && kept.state.encoded.count < before - 3 * 40)
        #expect(none.state.voicesKept == 0 && none.state.voiceByteCount == 0)
        labels(&none)
        #expect(none.state.voiceByteCount == 0)
    }

    /// What was said is part of the digest of the ledger, and of no other: not of what is learned.
    @Test func theDigestOfTheLedgerCoversWhatWasSaid() throws {
        let tree = tenSecondSpec.with("features", ["x": "number"]).with("model", Self.linear)
        let (all, two) = (try fold(tree), try fold(tree.with("limits", ["voices": "80"])))
        #expect(all.state.stateDigest == two.state.stateDigest)
        #expect(all.state.ledgerDigest != two.state.ledgerDigest)
    }

    /// A million open questions: what was said stays within its budget, and costs no id.
    @Test func aMillionOpenQuestionsStayWithinTheBudget() throws {
        let tree: SpecTree = [
            "application": "stream", "features": ["x": "number"],
            "target": ["name": "y", "type": "regression", "horizon": "30d"], "model": Self.linear,
        ]
        for (voices, kept) in [("64MiB", 1_000_000), ("16MiB", (16 << 20) / 40)] {
            let spec = try tree.with("limits", ["ids": "1GiB", "voices": .plain(voices)]).spec
            var state = ApplicationState(beginning: spec)
            var (past, outcome) = (TestPast(), Outcome())
            past.layout = spec.contract.layout
            let adoption = Adoption(.spec(spec), giving: state.successor(under: spec))
            let row = FeatureRow(spec.contract.layout)
            try state.apply(Event(.adopted(adoption), time: second(0), features: row), past: &past, into: &outcome)
            let clock = ContinuousClock()
            var event = Event(.prediction, time: second(0), features: row)
            let time = try clock.measure {
                for index in 0..<1_000_000 {
                    event.features.removeAll()
                    event.features.setNumber(Double(index % 100), at: 0)
                    event.id = EventID("\(index)")
                    try state.apply(event, past: &past, into: &outcome)
                }
            }
            #expect(state.ledger.pendingCount == 1_000_000 && state.ledger.counts.droppedIDs == 0)
            #expect(state.voicesKept == kept && state.voicesDropped == UInt64(1_000_000 - kept))
            #expect(state.voiceByteCount <= spec.limits.voiceBytes)
            let bytes = state.voiceByteCount
            print("a million open questions, limits.voices \(voices): \(bytes) bytes of voices, \(time)")
        }
    }
}
