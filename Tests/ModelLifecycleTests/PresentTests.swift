import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What the application itself notes, what people direct, and what versions are called.
@Suite struct PresentTests {
    private func note(_ payload: Event.Payload, at seconds: Int64 = 0, _ fold: inout TestFold) -> Decision {
        fold.apply(Event(payload, time: second(seconds), features: FeatureRow(fold.layout)))
    }

    @Test func aTickLetsTimePassAndNothingElse() throws {
        let target: SpecTree = .map([
            ("name", "y"), ("type", "regression"), ("horizon", "10s"), ("unlabelled", ["label": "7"]),
        ])
        var (ticked, asked) = (
            try TestFold(tenSecondSpec.with("target", target)), try TestFold(tenSecondSpec.with("target", target))
        )
        ticked.predict("a", at: 0)
        asked.predict("a", at: 0)
        #expect(note(.tick, at: 5, &ticked) == .noted)
        #expect(ticked.state.ledger.pendingCount == 1 && ticked.state.ledger.time == second(5))
        #expect(note(.tick, at: 11, &ticked) == .noted)
        asked.predict("b", at: 11)
        #expect(ticked.digests[0] == asked.digests[0], "learned as the stated label")
        #expect(ticked.counts.expiredPredictions == 1)
        #expect(ticked.label("a", at: 12, 3) == .late)
        #expect(note(.tick, at: 3, &ticked) == .noted && ticked.state.ledger.time == second(12), "never back")
    }

    @Test func whatIsMeasuredOrDirectedChangesNoDigest() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        let digests = fold.digests
        #expect(note(.measured(try Measured([("p99", 0.1)])), at: 100, &fold) == .noted)
        for action in Directive.Action.allCases {
            #expect(note(.directed(try Directive(action, by: "me", why: "")), at: 100, &fold) == .void)
        }
        #expect(fold.digests == digests && fold.state.ledger.pendingCount == 1, "no time passes either")
    }

    @Test func namesBelongToThePresentAndToNoDigest() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.example("a", at: 0, x: 1, 2)
        let digests = fold.digests
        #expect(note(.named(Naming("now", offset: nil)), &fold) == .noted)
        #expect(fold.state.names.offset(of: "now") == 2, "the state before its own event")
        #expect(note(.named(Naming("then", offset: 1)), &fold) == .noted)
        #expect(fold.digests == digests)
        fold.example("b", at: 1, x: 2, 3)
        fold.restore(to: 2)
        #expect(fold.state.names.byOffset.map(\.name) == ["then", "now"], "no restore takes one back")
        #expect(note(.named(Naming("now", offset: 3)), &fold) == .noted)
        #expect(fold.state.names.offset(of: "now") == 3 && fold.state.names.count == 2, "it has moved")
        let again = try ApplicationState(encoded: fold.state.encoded)
        #expect(again.names == fold.state.names)
        #expect(try VersionNames(inSnapshot: [3] + fold.state.encoded) == fold.state.names)
    }

    @Test func namesAreFew() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(note(.named(Naming("a", offset: 99)), &fold).refusalKind == .impossibleRestore)
        let long = String(repeating: "x", count: Naming.nameBytesMax + 1)
        for name in ["", long] { #expect(note(.named(Naming(name, offset: 1)), &fold).refusalKind == .tooLarge) }
        for number in 0..<VersionNames.countMax {
            guard note(.named(Naming("v\(number)", offset: 1)), &fold) == .noted else {
                Issue.record("'v\(number)' has no room")
                return
            }
        }
        #expect(note(.named(Naming("more", offset: 1)), &fold).refusalKind == .tooLarge)
        #expect(note(.named(Naming("v7", offset: 5)), &fold) == .noted, "one that there is can be moved")
        #expect(try ApplicationState(encoded: fold.state.encoded).names == fold.state.names)
    }

    @Test func candidatesPassOverAllOfIt() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        var other = ApplicationState(candidate: try tenSecondSpec.spec, from: 0)
        var (index, past, outcome) = (AmendmentIndex(Amendments()), TestPast(), Outcome())
        past.layout = fold.layout
        let others: [Event.Payload] = [
            .tick, .measured(try Measured([("p99", 1)])), .named(Naming("n", offset: nil)),
            .directed(try Directive(.promote, by: "me", why: "better")),
        ]
        for payload in others { #expect(note(payload, at: 50, &fold).isLogged) }
        for offset in 0..<fold.state.offset {
            let event = try #require(fold.past.events[offset]).event
            try other.rerun(event, under: &index, past: &past, into: &outcome)
            #expect(outcome.decision == (offset == 1 ? .predicted : .void))
        }
        #expect(other.ledger.pendingCount == 1 && other.ledger.time == second(0) && other.names.isEmpty)
    }
}
