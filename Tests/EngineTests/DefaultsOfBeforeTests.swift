import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// `Tests/Golden/store-auto.headrace` was written by the program before `ladder`: `auto` with its experts judged when
/// the label comes, and a challenger of the linear default of then. 240 events and a clean stop, a restore to @150, 80
/// events more, two questions that stay open, and then killed.
@Suite struct DefaultsOfBeforeTests {
    private static let stateDigest = "02fc285611b29a4b221047668169a40079a7592a14decf6e06e949ff3247a3fa"
    private static let ledgerDigest = "692c8bcae39e72b8ca1969a1768cb9654e0421cfe2d28994f05344e06f40fad5"

    private func store() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let golden = RiverNumbers.root.appending(path: "Tests/Golden/store-auto.headrace").path
        try FileManager.default.copyItem(atPath: golden, toPath: fixture.path)
        return fixture
    }

    private func application(_ fixture: StoreFixture, _ spec: Spec? = nil) throws -> Application {
        try Application(
            name: "prices", spec: spec, store: fixture.access(),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    private func event(_ kind: Event.Kind, _ id: String, _ minute: Int64, _ spec: Spec) throws -> Event {
        let begin = try #require(Timestamp("2024-05-01T14:00:00Z"))
        var row = FeatureRow(spec.contract.layout)
        if kind == .prediction {
            row.setNumber(7, at: 0)
            row.setString("oslo", at: 0)
        }
        return Event(
            .of(kind, kind == .prediction ? nil : .number(61)),
            time: Timestamp(microseconds: begin.microseconds + minute * 60_000_000), id: EventID(id), features: row)
    }

    /// Bit for bit: what is folded after the last snapshot comes to the state that the program of then had.
    @Test func itOpensVerifiesRestoresAndGoesOn() async throws {
        let fixture = try store()
        let reader = try fixture.open(readOnly: true)
        let read = try ApplicationState(reading: reader)
        #expect(read.stateDigest.description == Self.stateDigest)
        #expect(read.ledgerDigest.description == Self.ledgerDigest)
        #expect(try Verification(of: reader).isEqual)
        try reader.close()

        let application = try application(fixture)
        let state = try await application.inspect { $0 }
        #expect(state.offset == 325, "one event more: the upgrade")
        #expect(state.stateDigest.description == Self.stateDigest && state.voicesKept == 0)
        #expect(try await application.restore(to: .offset(242)).restoredOffset == 242)
        #expect(try await application.restore(to: .offset(325)).stateDigest.description == Self.stateDigest)
        let replies = try await application.submit([
            event(.label, "open1", 0, state.spec), event(.prediction, "new", 1, state.spec),
            event(.label, "open2", 2, state.spec), event(.label, "new", 3, state.spec),
        ])
        #expect(replies.allSatisfy { if case .accepted = $0 { true } else { false } })
        #expect(try await application.inspect { $0.ledger.counts.labels } == 163)
        await application.stop()
        let store = try fixture.open(readOnly: true)
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        try store.close()
    }

    /// What it names is what it was, and stays so when it is written down and read again.
    @Test func itsSpecNamesWhatWasTheDefault() throws {
        let fixture = try store()
        let reader = try fixture.open(readOnly: true)
        let spec = try ApplicationState(reading: reader).spec
        try reader.close()
        let node = SpecNode(describing: spec)
        #expect(try SpecChecker.check(node).spec == spec)
        let text = node.yaml
        #expect(text.contains("judged: \"labelled\"") || text.contains("judged: labelled"), "\(text)")
        #expect(text.contains("twin_ada_grad"), "\(text)")
    }

    private static let file = """
        {"application": "prices", "clock": "claimed", "features": {"size": "number", "city": "category"},
         "target": {"name": "price", "type": "regression", "horizon": "1h"},
         "data": {"id": "id", "time": "asked", "label_time": "came"},
         "model": {"name": "own", "model": [{"auto": {"budget": 1000}}]},
         "challengers": {"plain": [{"one_hot": ["city"]}, "standard_scaler", "linear_regression"]},
         "metrics": ["mae"]}
        """

    /// The file that it was begun with says the same as ever: a new program's defaults change no model that is there.
    @Test func theSameFileGoesOn() async throws {
        let fixture = try store()
        let spec = try SpecText.spec(Self.file)
        let application = try application(fixture, spec)
        let state = try await application.inspect { $0 }
        #expect(state.offset == 325 && state.stateDigest.description == Self.stateDigest)
        await application.stop()

        // A model beside it is new, and has the defaults of now; those that are there go on.
        let grown = try SpecText.spec(
            Self.file.replacing(#""plain": ["#, with: #""new": ["standard_scaler", "linear_regression"], "plain": ["#))
        let second = try self.application(fixture, grown)
        let after = try await second.inspect { $0 }
        #expect(after.offset == 326 && after.learned.models.map(\.pipeline.voiceCount) == [0, 4, 0])
        for name in ["own", "plain"] {
            let (old, new) = [state, after].map { $0.learned.models.first { $0.name == name } }.pair
            #expect(try #require(old).pipeline.learnedBytes == #require(new).pipeline.learnedBytes)
        }
        await second.stop()

        // Whoever names the new default has it.
        let named = try SpecText.spec(
            Self.file.replacing(#""linear_regression""#, with: #"{"linear_regression": {"optimizer": "ladder"}}"#))
        let third = try self.application(fixture, named)
        #expect(try await third.inspect { $0.learned.models.map(\.pipeline.voiceCount) } == [0, 4])
        await third.stop()
    }
}

extension Array {
    fileprivate var pair: (Element, Element) { (self[0], self[1]) }
}

extension Pipeline {
    fileprivate var learnedBytes: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }
}
